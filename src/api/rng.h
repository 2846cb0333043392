/* SPDX-License-Identifier: MIT */
/* A handle of a random generator, and what a transport does for it. */
#ifndef UALG_API_RNG_H
#define UALG_API_RNG_H

#include "api/handle.h"

/* Bytes of entropy or of additional data at most, and what the kernel gives at once. */
#define API_RNG_MAX 128u

struct ualg_rng {
	struct api_handle handle;
	bool seeded;
};

/* Arguments have been checked; errnos are those of the public calls. */
struct api_rng_ops {
	struct api_life life;
	int (*seed)(struct ualg_rng *rng, const uint8_t *seed, size_t size);
	int (*set_entropy)(struct ualg_rng *rng, const uint8_t *entropy, size_t size);
	/* -EINVAL: it was never seeded. */
	int (*generate)(struct ualg_rng *rng, const uint8_t *additional, size_t additional_size,
			uint8_t *out, size_t size);
};

extern const struct api_rng_ops api_kernel_rng_ops;

#endif
