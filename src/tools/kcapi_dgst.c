/* SPDX-License-Identifier: MIT */
/* kcapi-dgst: a digest or keyed digest of one file. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "files/hex.h"
#include "tools/kcapi.h"
#include "ualg/ualg.h"

#define DIGEST_MAX 64u

enum { HEX = KCAPI_OWN };

static const struct option long_options[] = {
    KCAPI_COMMON_OPTIONS, {"hex", no_argument, NULL, HEX}, {0}};

static int usage(void)
{
	return kcapi_usage("Kernel Crypto API Message Digest Crypto Helper",
			   "\t-c --cipher <NAME>	Digest to compute\n"
			   "\t-i --infile <FILE>	File with input data\n"
			   "\t-o --outfile <FILE>	File with output data\n"
			   "\t-s --salt <SALT>	Salt for PBKDF2\n"
			   "\t-p --passwd <PWD>	Password that the key is derived from\n"
			   "\t   --passwdfd <FD>	Descriptor with the password\n"
			   "\t   --pbkdfiter <NUM>	Number of PBKDF2 iterations\n"
			   "\t   --pbkdfmac <MAC>	Mac for PBKDF2 (default: hmac(sha256))\n"
			   "\t   --keyfd <FD>		Descriptor with the key\n"
			   "\t   --hex		Digest in hexadecimal digits\n"
			   "\t-h --help		This text\n"
			   "\t   --version		Print version\n"
			   "\t-v --verbose		Say more\n"
			   "\t-q --quiet		Say nothing but errors\n\n"
			   "Standard input is digested, the result on standard output\n");
}

static int set_key(const struct kcapi_options *options, struct ualg_digest *digest)
{
	struct files_secret key = {0};
	int error;

	if (!kcapi_has_key(options))
		return ualg_alg_key(ualg_digest_alg(digest)) == UALG_KEY_NEEDED ? -EPERM : 0;
	error = kcapi_key(options, &key);
	if (error == 0)
		error = ualg_digest_set_key(digest, key.data, key.size);
	secret_free(&key);
	return error;
}

static int feed(struct ualg_digest *digest, struct files_input *input)
{
	uint8_t *piece = malloc(INPUT_PIECE);
	int error = piece ? 0 : -ENOMEM;
	ssize_t got = 0;

	do {
		if (error == 0)
			got = input_read(input, piece, INPUT_PIECE);
		if (got < 0)
			error = (int)got;
		if (error == 0)
			error = ualg_digest_update(digest, piece, (size_t)got);
	} while (error == 0 && got == (ssize_t)INPUT_PIECE);
	free(piece);
	return error;
}

static int write_digest(struct ualg_digest *digest, bool hex, struct files_output *output)
{
	uint8_t out[DIGEST_MAX];
	char text[2 * DIGEST_MAX + 1];
	size_t size = ualg_digest_size(digest);
	int error = ualg_digest_final(digest, out, sizeof(out));

	if (error != 0)
		return error;
	hex_write(text, out, size);
	error = hex ? output_write(output, text, 2 * size) : output_write(output, out, size);
	return error ? error : output_commit(output);
}

static int compute(const struct kcapi_options *options, struct ualg_digest *digest, bool hex)
{
	struct files_output output;
	struct files_input input;
	int error = set_key(options, digest);

	if (error == 0)
		error = kcapi_open(options, &input, &output);
	if (error != 0)
		return error;
	error = feed(digest, &input);
	if (error == 0)
		error = write_digest(digest, hex, &output);
	output_abandon(&output);
	input_close(&input);
	if (error == 0)
		kcapi_verbose(options, "Digest of %zu bytes generated", ualg_digest_size(digest));
	return error;
}

int tools_kcapi_dgst(const struct tools_program *program, int argc, char **argv)
{
	struct kcapi_options options = {.program = program->name};
	struct ualg_digest *digest;
	bool hex = false;
	int option, error;

	argv[0] = (char *)program->name;
	while ((option = getopt_long(argc, argv, KCAPI_COMMON_LETTERS, long_options, NULL)) != -1) {
		if (option == HEX)
			hex = true;
		else if (option == KCAPI_VERSION)
			return kcapi_version();
		else if (!kcapi_take(&options, option, optarg))
			return usage();
	}
	if (!options.cipher) {
		kcapi_error(&options, "Provide cipher name");
		return usage();
	}
	error = ualg_digest_open(&digest, options.cipher, UALG_TRANSPORT_DEFAULT);
	if (error != 0) {
		kcapi_error(&options, "'%s': %s", options.cipher, strerror(-error));
		return kcapi_status(error);
	}
	error = compute(&options, digest, hex);
	ualg_digest_close(digest);
	if (error != 0)
		kcapi_error(&options, "message digest creation failed with error %d", error);
	return kcapi_status(error);
}
