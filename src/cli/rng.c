/* SPDX-License-Identifier: MIT */
/* `ualg rng`: random bytes from a generator. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/result.h"
#include "cli/values.h"
#include "files/hex.h"
#include "files/output.h"
#include "files/progress.h"
#include "files/secret.h"
#include "ualg/ualg.h"

/* Small enough for one request of any DRBG (SP 800-90A: 2^16 bytes). */
#define PIECE 32768u

static const char *algorithm;
static const char *bytes;
static const char *seed_file;
static const char *additional_file;
static const char *output_path;
static bool hex;
static bool quiet;

static const struct cli_option options[] = {
    {"bytes", "N", "how many; K, M and G may follow", NULL, NULL, &bytes},
    {"algorithm", "NAME", "the generator: stdrng if it is not named", NULL, NULL, &algorithm},
    {"seed-file", "FILE", "seed with a file's content, beside the kernel's entropy", NULL, NULL,
     &seed_file},
    {"additional-file", "FILE", "a file's content as additional input", NULL, NULL,
     &additional_file},
    {"hex", NULL, "as hexadecimal digits", NULL, &hex, NULL},
    {"output", "FILE", "write there; it appears when it is complete", NULL, NULL, &output_path},
    {"quiet", NULL, "no progress bar", NULL, &quiet, NULL},
    {0},
};

/*
 * A generator that does not seed itself (ansi_cprng) gets its seed from the kernel's entropy, by
 * way of one that does.
 */
static int seed(struct ualg_rng *rng)
{
	size_t least = ualg_rng_seed_size(rng);
	struct files_secret given = {0};
	int error = 0;

	if (seed_file) {
		error = secret_read_file(&given, seed_file);
		if (error != 0)
			return cli_cannot("read", seed_file, error);
	} else if (least > 0) {
		error = secret_new(&given, least);
		if (error == 0)
			error = ualg_random(given.data, given.size);
	}
	if (error == 0 && given.data)
		error = ualg_rng_seed(rng, given.data, given.size);
	secret_free(&given);
	return error ? cli_refused(algorithm, error) : CLI_OK;
}

static int generate(struct ualg_rng *rng, const struct files_secret *additional, uint8_t *piece,
		    size_t size)
{
	if (additional->size > 0)
		return ualg_rng_generate_with(rng, additional->data, additional->size, piece, size);
	return ualg_rng_generate(rng, piece, size);
}

static int write_piece(struct files_output *output, const uint8_t *piece, size_t size)
{
	static char digits[2 * PIECE + 1];
	int error;

	if (!hex)
		return output_write(output, piece, size);
	hex_write(digits, piece, size);
	error = output_write(output, digits, 2 * size);
	ualg_secure_wipe(digits, sizeof(digits));
	return error;
}

static int write_all(struct ualg_rng *rng, const struct files_secret *additional, uint64_t size,
		     struct files_output *output)
{
	static uint8_t piece[PIECE];
	struct files_progress progress;
	int error = 0, result = CLI_OK;

	progress_begin(&progress, "random bytes", size, !quiet);
	for (uint64_t done = 0; done < size && result == CLI_OK;) {
		size_t now = size - done < PIECE ? (size_t)(size - done) : PIECE;

		error = generate(rng, additional, piece, now);
		if (error != 0)
			result = cli_refused(algorithm, error);
		else if ((error = write_piece(output, piece, now)) != 0)
			result = cli_cannot("write", output->name, error);
		done += now;
		progress_step(&progress, now);
	}
	if (result == CLI_OK && hex && (error = output_write(output, "\n", 1)) != 0)
		result = cli_cannot("write", output->name, error);
	progress_end(&progress);
	ualg_secure_wipe(piece, sizeof(piece));
	return result;
}

static int with_rng(struct ualg_rng *rng, uint64_t size)
{
	struct files_secret additional = {0};
	struct files_output output;
	int error, result = seed(rng);

	if (result != CLI_OK)
		return result;
	if (additional_file && (error = secret_read_file(&additional, additional_file)) != 0)
		return cli_cannot("read", additional_file, error);
	error = output_open(&output, output_path ? output_path : "-", true);
	if (error != 0) {
		secret_free(&additional);
		return cli_cannot("write", output_path, error);
	}
	result = write_all(rng, &additional, size, &output);
	if (result == CLI_OK && (error = output_commit(&output)) != 0)
		result = cli_cannot("write", output.name, error);
	output_abandon(&output);
	secret_free(&additional);
	return result;
}

static int run(int argc, char **argv)
{
	struct ualg_rng *rng;
	uint64_t size;
	int error, result = cli_no_operands(&cli_rng_command, argc, argv);

	if (result != CLI_OK)
		return result;
	if (!bytes) {
		cli_message("--bytes is missing: how many are wanted?");
		return CLI_USAGE;
	}
	result = cli_number("--bytes", bytes, 1, INT64_MAX, &size);
	if (result != CLI_OK)
		return result;
	if (!hex && cli_spare_terminal(output_path, "random bytes") != CLI_OK)
		return CLI_USAGE;
	if (!algorithm)
		algorithm = "stdrng";
	error = ualg_rng_open(&rng, algorithm, UALG_TRANSPORT_DEFAULT);
	if (error != 0)
		return cli_refused(algorithm, error);
	result = with_rng(rng, size);
	ualg_rng_close(rng);
	return result;
}

const struct cli_command cli_rng_command = {
    .name = "rng",
    .help = "Write random bytes",
    .operands = "",
    .details = "A file is made for its owner only.\n",
    .options = options,
    .usage_exit = CLI_USAGE,
    .mixed = true,
    .run = run,
};
