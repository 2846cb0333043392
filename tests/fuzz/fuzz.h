/* SPDX-License-Identifier: MIT */
/* A fuzz target: one file each, which defines these three. */
#ifndef UALG_TESTS_FUZZ_H
#define UALG_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Runs the code under test on one input; wrong behaviour ends in abort(). */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Inputs that get far, for the driver without an engine (standalone.c). */
struct fuzz_sample {
	const void *data;
	size_t size;
};

extern const struct fuzz_sample fuzz_samples[];
extern const size_t fuzz_samples_count;

#endif
