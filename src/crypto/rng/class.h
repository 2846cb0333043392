/* SPDX-License-Identifier: MIT */
/*
 * What rng.c needs of each kind of generator: how to register its drivers, and its state as flat
 * bytes.  One instance in each kind's file, one row in rng.c's table.
 */
#ifndef UALG_CRYPTO_RNG_CLASS_H
#define UALG_CRYPTO_RNG_CLASS_H

#include <stddef.h>
#include <stdint.h>

#include "crypto/alg.h"

struct rng_class {
	/* The function that all its descriptors have: it tells whose a tfm is. */
	int (*generate)(struct tfm *tfm, const uint8_t *additional, size_t additional_size,
			uint8_t *out, size_t size);
	/* Registers its drivers: 0, or as registry_add. */
	int (*add)(void);

	size_t state_size; /* bytes that save writes and restore reads */
	void (*save)(const struct tfm *tfm, uint8_t *state);
	/* -EINVAL: no such state, and nothing changed; or as tfm_setkey.  state: hostile,
	 * unaligned. */
	int (*restore)(struct tfm *tfm, const uint8_t *state);
};

extern const struct rng_class drbg_class;
extern const struct rng_class cprng_class;
extern const struct rng_class jitter_class;

#endif
