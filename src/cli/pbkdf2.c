/* SPDX-License-Identifier: MIT */
/* `ualg pbkdf2`: a key from a password (RFC 8018, 5.2). */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/key.h"
#include "cli/result.h"
#include "cli/values.h"
#include "ualg/ualg.h"

#define OUTPUT_MAX ((size_t)1024 * 1024)

static const char *mac;
static const char *bytes;
static const char *salt;
static const char *iterations;
static const char *measure;
static const char *output_path;
static bool hex;
static struct cli_key_source key_source;

static const struct cli_option options[] = {
    {"salt", "HEX", "the salt; 16 bytes or more are advised", NULL, NULL, &salt},
    {"iterations", "N", "how often the digest is taken", NULL, NULL, &iterations},
    {"bytes", "N", "of the derived key: 32 if it is not given", NULL, NULL, &bytes},
    {"mac", "NAME", "a keyed digest: hmac(sha256) if it is not named", NULL, NULL, &mac},
    CLI_PASSWORD_OPTIONS(key_source),
    {"hex", NULL, "as hexadecimal digits", NULL, &hex, NULL},
    {"output", "FILE", "write there; it appears when it is complete", NULL, NULL, &output_path},
    {"measure", "MS", "print how many iterations take so many milliseconds", NULL, NULL, &measure},
    {0},
};

static int print_iterations(size_t size)
{
	uint64_t milliseconds, count;
	int error;

	if (cli_number("--measure", measure, 1, 3600000, &milliseconds) != CLI_OK)
		return CLI_USAGE;
	error = ualg_pbkdf2_iterations(mac, size, (unsigned)milliseconds, &count);
	if (error != 0)
		return cli_refused(mac, error);
	printf("%" PRIu64 "\n", count);
	return cli_finish_output();
}

static int derive(size_t size, uint64_t count)
{
	struct files_secret password = {0}, out = {0};
	uint8_t salt_bytes[256];
	size_t salt_size;
	int error, result = cli_hex("--salt", salt, salt_bytes, sizeof(salt_bytes), &salt_size);

	if (result == CLI_OK && secret_new(&out, size) != 0)
		result = cli_refused(mac, -ENOMEM);
	if (result == CLI_OK)
		result = cli_password_read(&key_source, true, &password);
	if (result == CLI_OK) {
		error = ualg_pbkdf2(mac, password.data, password.size, salt_bytes, salt_size, count,
				    out.data, out.size);
		result = error ? cli_refused(mac, error)
			       : cli_write_result(output_path, out.data, out.size, hex, true);
	}
	secret_free(&password);
	secret_free(&out);
	return result;
}

static int run(int argc, char **argv)
{
	uint64_t count;
	size_t size = 32;
	int result = cli_no_operands(&cli_pbkdf2_command, argc, argv);

	if (result != CLI_OK)
		return result;
	if (!mac)
		mac = "hmac(sha256)";
	if (bytes && cli_size("--bytes", bytes, 1, OUTPUT_MAX, &size) != CLI_OK)
		return CLI_USAGE;
	if (measure)
		return print_iterations(size);
	if (!salt || !iterations) {
		cli_message("--%s is missing", salt ? "iterations" : "salt");
		return CLI_USAGE;
	}
	if (cli_number("--iterations", iterations, 1, UINT64_MAX, &count) != CLI_OK)
		return CLI_USAGE;
	return derive(size, count);
}

const struct cli_command cli_pbkdf2_command = {
    .name = "pbkdf2",
    .help = "Derive a key from a password",
    .operands = "",
    .details = "The password is asked for where neither a file nor a descriptor was named.  The\n"
	       "same salt, iterations and size give the same key: keep them.  A file is made for\n"
	       "its owner only.\n",
    .options = options,
    .usage_exit = CLI_USAGE,
    .mixed = true,
    .run = run,
};
