/* SPDX-License-Identifier: MIT */
/*
 * Runs a fuzz target without a fuzzing engine: UALG_FUZZ_ROUNDS inputs (default 20000), random ones
 * and damaged copies of the target's samples, from UALG_TEST_SEED.  Files named on the command line
 * are run as they are, which repeats a crash that an engine found.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"

#define INPUT_MAX 4096u

static uint64_t state;

static uint32_t next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 16);
}

static size_t make_input(uint8_t *input)
{
	const struct fuzz_sample *sample;
	size_t size;

	if (fuzz_samples_count == 0 || next_random() % 8 == 0) {
		size = next_random() % 512;
		for (size_t i = 0; i < size; i++)
			input[i] = (uint8_t)next_random();
		return size;
	}
	sample = &fuzz_samples[next_random() % fuzz_samples_count];
	size = sample->size < INPUT_MAX ? sample->size : INPUT_MAX;
	memcpy(input, sample->data, size);
	for (unsigned changes = next_random() % 6; size > 0 && changes > 0; changes--) {
		size_t at = next_random() % size;

		switch (next_random() % 3) {
		case 0:
			input[at] = (uint8_t)next_random();
			break;
		case 1:
			input[at] ^= (uint8_t)(1u << (next_random() % 8));
			break;
		default:
			size = at;
			break;
		}
	}
	return size;
}

static int run_file(const char *path)
{
	static uint8_t input[1u << 20];
	FILE *file = fopen(path, "rb");
	size_t size;

	if (!file) {
		perror(path);
		return 1;
	}
	size = fread(input, 1, sizeof(input), file);
	fclose(file);
	(void)LLVMFuzzerTestOneInput(input, size);
	return 0;
}

int main(int argc, char **argv)
{
	const char *seed = getenv("UALG_TEST_SEED");
	const char *rounds = getenv("UALG_FUZZ_ROUNDS");
	unsigned long count = rounds ? strtoul(rounds, NULL, 0) : 20000;
	uint8_t *input = malloc(INPUT_MAX);
	int result = 0;

	for (int i = 1; i < argc; i++)
		result |= run_file(argv[i]);
	if (argc > 1 || !input) {
		free(input);
		return result;
	}
	state = seed ? strtoull(seed, NULL, 0) : 0x2545f4914f6cdd1du;
	printf("1..1\n# UALG_TEST_SEED=0x%llx\n", (unsigned long long)state);
	fflush(stdout);
	for (unsigned long i = 0; i < count; i++) {
		size_t size = make_input(input);
		uint8_t *exact = malloc(size ? size : 1); /* so that a sanitizer sees its end */

		if (!exact)
			abort();
		memcpy(exact, input, size);
		(void)LLVMFuzzerTestOneInput(exact, size);
		free(exact);
	}
	free(input);
	printf("ok 1 - %lu inputs\n", count);
	return 0;
}
