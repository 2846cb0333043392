/* SPDX-License-Identifier: MIT */
/*
 * jitterentropy_rng.  The kernel's of that name measures the processor's timing; a program can only
 * tell that its output is unpredictable, needs no seed and cannot be repeated, all of which the
 * kernel's own generator gives better.  So this is getrandom(2) under that name, not a measurement
 * of jitter: it stands for no separate entropy source in the sense of NIST SP 800-90B.
 */
#include "crypto/registry.h"
#include "crypto/rng/class.h"
#include "crypto/rng/entropy.h"

static int jitter_seed(struct tfm *tfm, const uint8_t *seed, size_t size)
{
	(void)tfm;
	(void)seed;
	(void)size;
	return 0;
}

static int jitter_generate(struct tfm *tfm, const uint8_t *additional, size_t additional_size,
			   uint8_t *out, size_t size)
{
	(void)tfm;
	(void)additional;
	(void)additional_size;
	return entropy_fill(out, size);
}

static int jitter_add(void)
{
	static struct alg alg = {
	    .name = "jitterentropy_rng",
	    .driver = "jitterentropy_rng",
	    .backend = "own",
	    .priority = 100,
	    .type = ALG_TYPE_RNG,
	    .rng = {.seed = jitter_seed, .generate = jitter_generate},
	};

	return registry_add(&alg);
}

/* There is no state. */
static void jitter_save(const struct tfm *tfm, uint8_t *state)
{
	(void)tfm;
	(void)state;
}

static int jitter_restore(struct tfm *tfm, const uint8_t *state)
{
	(void)tfm;
	(void)state;
	return 0;
}

const struct rng_class jitter_class = {
    .generate = jitter_generate,
    .add = jitter_add,
    .state_size = 0,
    .save = jitter_save,
    .restore = jitter_restore,
};
