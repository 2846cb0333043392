/* SPDX-License-Identifier: MIT */
/* kcapi-rng: random bytes on standard output. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files/hex.h"
#include "tools/kcapi.h"
#include "ualg/ualg.h"

#define PIECE    32768u
#define SEED_MAX 4096u

enum { HEX = KCAPI_OWN };

static const struct option long_options[] = {
    {"bytes", required_argument, NULL, 'b'},
    {"name", required_argument, NULL, 'n'},
    {"hex", no_argument, NULL, HEX},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, KCAPI_VERSION},
    {"verbose", no_argument, NULL, 'v'},
    {"quiet", no_argument, NULL, 'q'},
    {0},
};

static int usage(void)
{
	return kcapi_usage("Kernel Crypto API Random Number Gatherer",
			   "\t-b --bytes <BYTES>	Number of bytes to generate (required)\n"
			   "\t-n --name <RNGNAME>	Generator (stdrng is default)\n"
			   "\t   --hex		In hexadecimal digits\n"
			   "\t-h --help		This text\n"
			   "\t   --version		Print version\n"
			   "\t-v --verbose		Say more\n"
			   "\t-q --quiet		Say nothing but errors\n\n"
			   "Data on standard input is used as seed\n");
}

/* Entropy of our own as much as the generator needs, and what standard input has, behind it. */
static int seed(struct ualg_rng *rng)
{
	struct files_input input = {.fd = STDIN_FILENO};
	size_t least = ualg_rng_seed_size(rng);
	struct files_secret bytes;
	ssize_t got = 0;
	int error = secret_new(&bytes, least + SEED_MAX);

	if (error != 0)
		return error;
	if (least > 0)
		error = ualg_random(bytes.data, least);
	if (error == 0 && !isatty(STDIN_FILENO))
		got = input_read(&input, bytes.data + least, SEED_MAX);
	/* A closed standard input is no seed, and no fault. */
	bytes.size = least + (got > 0 ? (size_t)got : 0);
	if (error == 0 && bytes.size > 0)
		error = ualg_rng_seed(rng, bytes.data, bytes.size);
	secret_free(&bytes);
	return error;
}

static int generate(struct ualg_rng *rng, uint64_t size, bool hex)
{
	static uint8_t piece[PIECE];
	static char text[2 * PIECE + 1];
	int error = 0;

	for (uint64_t done = 0; done < size && error == 0; done += PIECE) {
		size_t now = size - done < PIECE ? (size_t)(size - done) : PIECE;

		error = ualg_rng_generate(rng, piece, now);
		if (error != 0)
			break;
		if (hex)
			hex_write(text, piece, now);
		error = hex ? output_write_fd(STDOUT_FILENO, text, 2 * now)
			    : output_write_fd(STDOUT_FILENO, piece, now);
	}
	ualg_secure_wipe(piece, sizeof(piece));
	ualg_secure_wipe(text, sizeof(text));
	return error;
}

int tools_kcapi_rng(const struct tools_program *program, int argc, char **argv)
{
	struct kcapi_options options = {.program = program->name, .cipher = "stdrng"};
	struct ualg_rng *rng;
	long long size = 0;
	bool hex = false;
	int option, error;

	argv[0] = (char *)program->name;
	while ((option = getopt_long(argc, argv, "b:n:hvq", long_options, NULL)) != -1) {
		if (option == 'b')
			size = strtoll(optarg, NULL, 10);
		else if (option == 'n')
			options.cipher = optarg;
		else if (option == HEX)
			hex = true;
		else if (option == KCAPI_VERSION)
			return kcapi_version();
		else if (option == 'h' || !kcapi_take(&options, option, optarg))
			return usage();
	}
	if (size <= 0)
		return usage();
	error = ualg_rng_open(&rng, options.cipher, UALG_TRANSPORT_DEFAULT);
	if (error == 0) {
		error = seed(rng);
		if (error == 0)
			error = generate(rng, (uint64_t)size, hex);
		ualg_rng_close(rng);
	}
	if (error != 0)
		kcapi_error(&options, "'%s': %s", options.cipher, strerror(-error));
	return kcapi_status(error);
}
