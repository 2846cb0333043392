/* SPDX-License-Identifier: MIT */
/* `ualg digest` and `ualg hmac`: digests and keyed digests of files. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/key.h"
#include "cli/result.h"
#include "cli/values.h"
#include "files/hex.h"
#include "files/input.h"
#include "files/progress.h"
#include "files/sums.h"
#include "ualg/ualg.h"

static const char *algorithm;
static const char *verify;
static bool raw;
static bool as_json;
static bool quiet;
static struct cli_key_source key_source;

#define COMMON_OPTIONS                                                                             \
	{"verify", "HEX", "compare with this digest, or its beginning", NULL, NULL, &verify},      \
	    {"raw", NULL, "write the digest's bytes, of one file", NULL, &raw, NULL},              \
	    {"json", NULL, "as a JSON array", NULL, &as_json, NULL},                               \
	    {"quiet", NULL, "no progress bar", NULL, &quiet, NULL},                                \
	{                                                                                          \
		0                                                                                  \
	}

static const struct cli_option digest_options[] = {
    {"algorithm", "NAME", "the digest: sha256 if it is not named", NULL, NULL, &algorithm},
    COMMON_OPTIONS,
};

static const struct cli_option hmac_options[] = {
    {"algorithm", "NAME", "a digest, for its hmac(), or a keyed one: sha256", NULL, NULL,
     &algorithm},
    CLI_KEY_OPTIONS(key_source),
    COMMON_OPTIONS,
};

/* Digests one file; the digest is still to be fetched.  CLI_OK, or a message was printed. */
static int feed(struct ualg_digest *digest, const char *path, uint8_t *piece)
{
	struct files_progress progress;
	struct files_input input;
	ssize_t got;
	int error = input_open(&input, path);

	if (error != 0)
		return cli_cannot("read", path, error);
	ualg_digest_reset(digest);
	progress_begin(&progress, input.name, input.size, !quiet);
	do {
		got = input_read(&input, piece, INPUT_PIECE);
		if (got > 0)
			error = ualg_digest_update(digest, piece, (size_t)got);
		progress_step(&progress, got > 0 ? (uint64_t)got : 0);
	} while (got == (ssize_t)INPUT_PIECE && error == 0);
	progress_end(&progress);
	input_close(&input);
	if (got < 0)
		return cli_cannot("read", input.name, (int)got);
	return error ? cli_refused(algorithm, error) : CLI_OK;
}

static int print_one(const char *path, const uint8_t *out, size_t size, bool first)
{
	static const struct sums_style style = {0};
	char hex[2 * SUMS_DIGEST_MAX + 1];

	if (raw)
		return cli_write_result("-", out, size, false, false);
	if (!as_json) {
		sums_write(stdout, &style, path, out, size);
		return CLI_OK;
	}
	hex_write(hex, out, size);
	printf("%s\n  {\"algorithm\": ", first ? "" : ",");
	cli_json_string(algorithm);
	printf(", \"file\": ");
	cli_json_string(path);
	printf(", \"digest\": \"%s\"}", hex);
	return CLI_OK;
}

/* What to compare with, which is judged before a file is read. */
static int take_expected(const struct ualg_digest *digest, uint8_t *out, size_t *size)
{
	int result = cli_hex("--verify", verify, out, ualg_digest_size(digest), size);

	if (result != CLI_OK || *size > 0)
		return result;
	cli_message("--verify: '' is no digest, nor the beginning of one");
	return CLI_USAGE;
}

static int verify_one(struct ualg_digest *digest, const char *path, uint8_t *piece)
{
	uint8_t expected[SUMS_DIGEST_MAX];
	size_t size;
	int error, result = take_expected(digest, expected, &size);

	if (result == CLI_OK)
		result = feed(digest, path, piece);
	if (result != CLI_OK)
		return result;
	error = ualg_digest_verify(digest, expected, size);
	if (error == 0)
		return CLI_OK;
	if (error == -EBADMSG)
		cli_message("'%s' has another digest", path);
	else
		cli_refused(algorithm, error);
	return CLI_FAILURE;
}

static int do_one(struct ualg_digest *digest, const char *path, uint8_t *piece, bool first)
{
	uint8_t out[SUMS_DIGEST_MAX];
	int result, error;

	if (verify)
		return verify_one(digest, path, piece);
	result = feed(digest, path, piece);
	if (result != CLI_OK)
		return result;
	error = ualg_digest_final(digest, out, sizeof(out));
	if (error != 0)
		return cli_refused(algorithm, error);
	return print_one(path, out, ualg_digest_size(digest), first);
}

/* Goes on behind a file that could not be read, as the programs of this kind do. */
static int do_all(struct ualg_digest *digest, int argc, char **argv)
{
	static char *standard_input[] = {"-"};
	uint8_t *piece = malloc(INPUT_PIECE);
	int worst = CLI_OK;
	bool first = true;

	if (!piece)
		return cli_refused(algorithm, -ENOMEM);
	if (argc == 0) {
		argc = 1;
		argv = standard_input;
	}
	if (as_json)
		putchar('[');
	for (int i = 0; i < argc; i++) {
		int result = do_one(digest, argv[i], piece, first);

		first = first && result != CLI_OK;
		worst = result > worst ? result : worst;
	}
	if (as_json)
		printf("\n]\n");
	free(piece);
	if (cli_finish_output() != CLI_OK)
		return CLI_FAILURE;
	return worst;
}

static int check_usage(int argc)
{
	if (raw + as_json + (verify != NULL) > 1) {
		cli_message("--raw, --json and --verify exclude each other");
		return CLI_USAGE;
	}
	if ((raw || verify) && argc > 1) {
		cli_message("--%s is for one file, not for %d", raw ? "raw" : "verify", argc);
		return CLI_USAGE;
	}
	return CLI_OK;
}

static int digest(int argc, char **argv)
{
	struct ualg_digest *handle;
	int result = check_usage(argc);
	int error;

	if (result != CLI_OK)
		return result;
	if (!algorithm)
		algorithm = "sha256";
	error = ualg_digest_open(&handle, algorithm, UALG_TRANSPORT_DEFAULT);
	if (error != 0)
		return cli_refused(algorithm, error);
	if (ualg_alg_key(ualg_digest_alg(handle)) == UALG_KEY_NEEDED) {
		cli_message("'%s' needs a key; 'ualg hmac' takes one", algorithm);
		result = CLI_USAGE;
	} else {
		result = do_all(handle, argc, argv);
	}
	ualg_digest_close(handle);
	return result;
}

/* Opens what a name means: a keyed digest as it is, of a plain one its HMAC. */
static int open_keyed(struct ualg_digest **handle)
{
	static char name[160];
	int error = ualg_digest_open(handle, algorithm, UALG_TRANSPORT_DEFAULT);

	if (error != 0)
		return error;
	if (ualg_alg_key(ualg_digest_alg(*handle)) != UALG_KEY_NONE)
		return 0;
	ualg_digest_close(*handle);
	snprintf(name, sizeof(name), "hmac(%s)", algorithm);
	algorithm = name;
	return ualg_digest_open(handle, algorithm, UALG_TRANSPORT_DEFAULT);
}

static int hmac(int argc, char **argv)
{
	struct files_secret key = {0};
	struct ualg_digest *handle;
	int result = check_usage(argc);
	int error;

	if (result != CLI_OK)
		return result;
	if (!algorithm)
		algorithm = "sha256";
	error = open_keyed(&handle);
	if (error != 0)
		return cli_refused(algorithm, error);
	result = cli_key_read(&key_source, &key);
	if (result == CLI_OK) {
		error = ualg_digest_set_key(handle, key.data, key.size);
		secret_free(&key);
		if (error != 0)
			cli_message("a key of this size does not suit '%s'", algorithm);
		result = error ? CLI_FAILURE : do_all(handle, argc, argv);
	}
	ualg_digest_close(handle);
	return result;
}

const struct cli_command cli_digest_command = {
    .name = "digest",
    .help = "Print digests (checksums) of files",
    .operands = "[FILE...]",
    .details = "Without FILE, or where it is '-', standard input is read.  The output is what\n"
	       "sha256sum --check and its like read.\n",
    .options = digest_options,
    .usage_exit = CLI_USAGE,
    .mixed = true,
    .run = digest,
};

const struct cli_command cli_hmac_command = {
    .name = "hmac",
    .help = "Print keyed digests of files",
    .operands = "[FILE...]",
    .details = "Without FILE, or where it is '-', standard input is read.  Where no key is named\n"
	       "it is asked for on the terminal.  Digests are compared in constant time.\n",
    .options = hmac_options,
    .usage_exit = CLI_USAGE,
    .mixed = true,
    .run = hmac,
};
