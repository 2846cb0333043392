/* SPDX-License-Identifier: MIT */
/* `ualg encrypt` and `ualg decrypt`: their options, and the files around the work (crypt.h). */
#include <string.h>

#include "cli/cli.h"
#include "cli/crypt.h"
#include "cli/result.h"
#include "cli/values.h"

static const char *const formats[] = {"sealed", "raw", "openssl", NULL};
static const char *const paddings[] = {"pkcs7", "none", NULL};
static const char *const openssl_kdfs[] = {"pbkdf2", "bytes-to-key", NULL};

static struct crypt_job job;
static const char *format;
static const char *output_path;
static bool quiet;

static const struct cli_option options[] = {
    {"format", "FORMAT", "of the encrypted file", formats, NULL, &format},
    {"algorithm", "NAME", "sealed: gcm(aes), openssl: cbc(aes) if not named", NULL, NULL,
     &job.algorithm},
    {"output", "FILE", "write there; it appears when it is complete", NULL, NULL, &output_path},
    CLI_KEY_OPTIONS(job.key_source),
    CLI_PASSWORD_OPTIONS(job.key_source),
    {"iterations", "N", "of PBKDF2", NULL, NULL, &job.iterations},
    {"iv", "HEX", "raw: the IV, which then is not in the file", NULL, NULL, &job.iv},
    {"aad", "HEX", "raw: associated data, authenticated alone", NULL, NULL, &job.aad},
    {"aad-file", "FILE", "raw: associated data, from a file", NULL, NULL, &job.aad_file},
    {"tag-size", "BYTES", "raw: size of the tag", NULL, NULL, &job.tag_size},
    {"padding", "KIND", "raw, openssl: of block modes", paddings, NULL, &job.padding},
    {"key-size", "BYTES", "openssl: of the key that is derived", NULL, NULL, &job.key_size},
    {"digest", "NAME", "openssl: of the derivation; sha256 if not named", NULL, NULL, &job.digest},
    {"openssl-kdf", "KIND", "openssl: how the key is derived", openssl_kdfs, NULL,
     &job.openssl_kdf},
    {"quiet", NULL, "no progress bar", NULL, &quiet, NULL},
    {0},
};

static int do_format(void)
{
	if (!format || strcmp(format, "sealed") == 0)
		return crypt_sealed(&job);
	if (strcmp(format, "raw") == 0)
		return crypt_raw(&job);
	return crypt_openssl(&job);
}

/* A key and the data cannot both come from standard input. */
static bool reads_twice(const char *path)
{
	const char *const others[] = {job.key_source.file, job.key_source.password_file,
				      job.aad_file};
	unsigned readers = strcmp(path, "-") == 0;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		readers += others[i] && strcmp(others[i], "-") == 0;
	return readers > 1;
}

static int run(int argc, char **argv)
{
	const char *path = argc > 0 ? argv[0] : "-";
	int result, error;

	if (argc > 1) {
		cli_message("'%s' is not expected: one file at a time", argv[1]);
		return CLI_USAGE;
	}
	if (reads_twice(path)) {
		cli_message("standard input cannot be two things at once");
		return CLI_USAGE;
	}
	if (cli_key_is_named(&job.key_source) && cli_password_is_named(&job.key_source)) {
		cli_message("a key and a password exclude each other");
		return CLI_USAGE;
	}
	if (job.direction == UALG_ENCRYPT &&
	    cli_spare_terminal(output_path, "encrypted bytes") != CLI_OK)
		return CLI_USAGE;
	error = input_open(&job.input, path);
	if (error != 0)
		return cli_cannot("read", path, error);
	error = output_open(&job.output, output_path ? output_path : "-", false);
	if (error != 0) {
		input_close(&job.input);
		return cli_cannot("write", output_path, error);
	}
	progress_begin(&job.progress, job.input.name, job.input.size, !quiet);
	result = do_format();
	progress_end(&job.progress);
	input_close(&job.input);
	if (result == CLI_OK) {
		error = output_commit(&job.output);
		if (error != 0)
			result = cli_cannot("write", job.output.name, error);
	}
	output_abandon(&job.output);
	return result;
}

static int encrypt(int argc, char **argv)
{
	job.direction = UALG_ENCRYPT;
	return run(argc, argv);
}

static int decrypt(int argc, char **argv)
{
	job.direction = UALG_DECRYPT;
	return run(argc, argv);
}

#define FORMATS                                                                                      \
	"Formats:\n"                                                                                 \
	"  sealed   authenticated, of any size; all that opens it, but the key or password, is in\n" \
	"           the file.  The default.\n"                                                       \
	"  raw      the cipher's bytes: the IV first unless --iv gave it, the tag last\n"            \
	"  openssl  as 'openssl enc -pbkdf2' has it\n"                                               \
	"A password is asked for where neither it nor a key was named (raw: the key).\n"             \
	"A failure leaves no output file, and what was there stays.\n"

const struct cli_command cli_encrypt_command = {
    .name = "encrypt",
    .help = "Encrypt a file",
    .operands = "[FILE]",
    .details = FORMATS,
    .options = options,
    .usage_exit = CLI_USAGE,
    .mixed = true,
    .run = encrypt,
};

const struct cli_command cli_decrypt_command = {
    .name = "decrypt",
    .help = "Decrypt a file",
    .operands = "[FILE]",
    .details = FORMATS "To standard output, pieces of a sealed file are written when each has\n"
		       "proved authentic; what follows may still prove wrong: see the exit code.\n",
    .options = options,
    .usage_exit = CLI_USAGE,
    .mixed = true,
    .run = decrypt,
};
