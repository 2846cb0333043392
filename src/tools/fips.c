/* SPDX-License-Identifier: MIT */
/* fipshmac writes check files, hexadecimal HMAC-SHA256 and a line feed; fipscheck checks by them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files/hex.h"
#include "files/input.h"
#include "files/output.h"
#include "tools/keys.h"
#include "tools/lists.h"
#include "tools/tools.h"

/* Exit codes of both, by their manuals. */
enum {
	FIPS_OK = 0,
	FIPS_MISMATCH = 1,
	FIPS_USAGE = 2,
	FIPS_CHECK_FILE = 3,
	FIPS_COMPUTE = 4,
	FIPS_MEMORY = 5,
	FIPS_WRITE = 6,
};

#define DIGEST_SIZE 32u

/* Where check files of installed programs are, with no dot before the name. */
static const char *const directories[] = {"/usr/lib64/fipscheck", "/usr/lib/fipscheck", NULL};

static int open_job(struct lists_job *job)
{
	int error = ualg_digest_open(&job->digest, "hmac(sha256)", UALG_TRANSPORT_DEFAULT);

	if (error != 0) {
		tools_message("hmac(sha256): %s", ualg_error_text(error));
		return FIPS_COMPUTE;
	}
	job->piece = malloc(INPUT_PIECE);
	if (job->piece &&
	    ualg_digest_set_key(job->digest, KEY_FIPSCHECK, sizeof(KEY_FIPSCHECK) - 1) == 0)
		return FIPS_OK;
	tools_message("%s", strerror(ENOMEM));
	return FIPS_MEMORY;
}

static void close_job(struct lists_job *job)
{
	ualg_digest_close(job->digest);
	free(job->piece);
}

/* DIRECTORY/NAMESUFFIX, or .NAMESUFFIX beside the file; the caller frees it. */
static char *check_path(const char *directory, const char *file, const char *suffix)
{
	const char *slash = strrchr(file, '/');
	const char *base = slash ? slash + 1 : file;
	char *path;
	int size;

	if (directory)
		size = asprintf(&path, "%s/%s%s", directory, base, suffix);
	else
		size = asprintf(&path, "%.*s.%s%s", (int)(base - file), file, base, suffix);
	return size < 0 ? NULL : path;
}

static int compute(const struct lists_job *job, const char *file, uint8_t *digest)
{
	int error = lists_digest(job, file, digest);

	if (error == 0)
		return FIPS_OK;
	tools_message("%s: %s", tools_quoted(file), strerror(-error));
	return FIPS_COMPUTE;
}

static int write_check(const char *path, const uint8_t *digest)
{
	char line[2 * DIGEST_SIZE + 2];
	struct files_output output;
	int error = output_open(&output, path, false);

	if (error != 0) {
		tools_message("%s: %s", tools_quoted(path), strerror(-error));
		return FIPS_CHECK_FILE;
	}
	hex_write(line, digest, DIGEST_SIZE);
	line[2 * DIGEST_SIZE] = '\n';
	error = output_write(&output, line, 2 * DIGEST_SIZE + 1);
	if (error == 0)
		error = output_commit(&output);
	output_abandon(&output);
	if (error == 0)
		return FIPS_OK;
	tools_message("%s: %s", tools_quoted(path), strerror(-error));
	return FIPS_WRITE;
}

static int make(const struct lists_job *job, const char *directory, const char *suffix,
		const char *file)
{
	uint8_t digest[SUMS_DIGEST_MAX];
	char *path;
	int result = compute(job, file, digest);

	if (result != FIPS_OK)
		return result;
	path = check_path(directory, file, suffix);
	if (!path)
		return FIPS_MEMORY;
	result = write_check(path, digest);
	free(path);
	return result;
}

/* Reads the digest of a check file; a name behind it, as sha256hmac writes, is left alone. */
static int read_check(const char *path, uint8_t digest[DIGEST_SIZE])
{
	char text[2 * DIGEST_SIZE + 1];
	struct files_input input;
	ssize_t got;
	int error = input_open(&input, path);

	if (error != 0)
		return error;
	got = input_read(&input, text, sizeof(text));
	input_close(&input);
	if (got < (ssize_t)(2 * DIGEST_SIZE))
		return got < 0 ? (int)got : -EINVAL;
	if (got == sizeof(text) && text[2 * DIGEST_SIZE] != '\n' && text[2 * DIGEST_SIZE] != ' ')
		return -EINVAL;
	return hex_read(digest, DIGEST_SIZE, text, 2 * DIGEST_SIZE) < 0 ? -EINVAL : 0;
}

static int find_check(const char *file, const char *suffix, uint8_t digest[DIGEST_SIZE])
{
	int error = -ENOENT;

	for (size_t i = 0; error == -ENOENT; i++) {
		char *path = check_path(directories[i], file, suffix);

		if (!path)
			return FIPS_MEMORY;
		error = read_check(path, digest);
		if (error != 0 && (error != -ENOENT || !directories[i]))
			tools_message("%s: %s", tools_quoted(path), strerror(-error));
		free(path);
		if (!directories[i])
			break;
	}
	return error ? FIPS_CHECK_FILE : FIPS_OK;
}

static int check(const struct lists_job *job, const char *suffix, const char *file)
{
	uint8_t wanted[DIGEST_SIZE], digest[SUMS_DIGEST_MAX];
	int result = find_check(file, suffix, wanted);

	if (result == FIPS_OK)
		result = compute(job, file, digest);
	if (result != FIPS_OK)
		return result;
	return ualg_secure_equal(wanted, digest, DIGEST_SIZE) ? FIPS_OK : FIPS_MISMATCH;
}

struct choice {
	const char *directory, *suffix;
};

/* FIPS_OK or FIPS_USAGE. */
static int take_options(const struct tools_program *program, int argc, char **argv,
			const char *letters, struct choice *choice)
{
	int option;

	argv[0] = (char *)program->name;
	while ((option = getopt(argc, argv, letters)) != -1) {
		if (option == 'd')
			choice->directory = optarg;
		else if (option == 's')
			choice->suffix = optarg;
		else
			return FIPS_USAGE;
	}
	if (optind < argc)
		return FIPS_OK;
	fprintf(stderr, "Usage: %s %s[-s SUFFIX] FILE...\n", program->name,
		strchr(letters, 'd') ? "[-d DIRECTORY] " : "");
	return FIPS_USAGE;
}

int tools_fipscheck(const struct tools_program *program, int argc, char **argv)
{
	struct choice choice = {.suffix = ".hmac"};
	struct lists_job job = {0};
	int result = take_options(program, argc, argv, "s:", &choice);

	if (result != FIPS_OK)
		return result;
	result = open_job(&job);
	for (int i = optind; i < argc && result == FIPS_OK; i++)
		result = check(&job, choice.suffix, argv[i]);
	close_job(&job);
	return result;
}

int tools_fipshmac(const struct tools_program *program, int argc, char **argv)
{
	struct choice choice = {.suffix = ".hmac"};
	struct lists_job job = {0};
	int result = take_options(program, argc, argv, "d:s:", &choice);

	if (result != FIPS_OK)
		return result;
	result = open_job(&job);
	for (int i = optind; i < argc && result == FIPS_OK; i++)
		result = make(&job, choice.directory, choice.suffix, argv[i]);
	close_job(&job);
	return result;
}
