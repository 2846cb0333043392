/* SPDX-License-Identifier: MIT */
/*
 * ansi_cprng: the generator of ANSI X9.31 appendix A.2.4 with AES-128 (rule R-05).
 *
 *     I = E(key, DT)   R = E(key, I ^ V)   V = E(key, R ^ I)   DT = DT + 1
 *
 * R is the output.  DT is a date in the standard; here it comes with the seed or is zero, and all
 * output is determined by the seed.  So a fork's child goes on with the same bytes as its parent: a
 * program that wants random bytes takes a DRBG.
 */
#include <errno.h>
#include <string.h>

#include "base/secmem.h"
#include "crypto/bytes.h"
#include "crypto/registry.h"
#include "crypto/rng/class.h"

#define BLOCK        16u
#define MIN_SEED     (2 * BLOCK) /* V, key */
#define SEED_WITH_DT (3 * BLOCK)

/* Flat, and all bytes: it is exported as it is. */
struct cprng_state {
	uint8_t v[BLOCK];
	uint8_t key[BLOCK];
	uint8_t date[BLOCK];
	uint8_t block[BLOCK]; /* R; its last unread bytes are for the next request */
	uint8_t unread;
	uint8_t seeded;
};

struct cprng {
	struct cprng_state state;
	uint8_t intermediate[BLOCK];
	struct tfm *aes;
};

/* What a driver asks of its seed. */
struct cprng_row {
	bool key_differs; /* V equal to the key is refused, as FIPS 140 wants */
};

static const struct cprng_row rows[] = {
    {.key_differs = false},
    {.key_differs = true},
};

static int cprng_init(struct tfm *tfm)
{
	struct cprng *cprng = tfm_context(tfm);
	const struct alg *aes;
	int result = registry_find(ALG_TYPE_CIPHER, "aes", &aes);

	return result < 0 ? result : tfm_new(aes, &cprng->aes);
}

static void cprng_exit(struct tfm *tfm)
{
	struct cprng *cprng = tfm_context(tfm);

	tfm_free(cprng->aes);
}

static int cprng_seed(struct tfm *tfm, const uint8_t *seed, size_t size)
{
	struct cprng *cprng = tfm_context(tfm);
	const struct cprng_row *row = tfm->alg->data;
	struct cprng_state *state = &cprng->state;
	int result;

	if (size < MIN_SEED)
		return -EINVAL;
	if (row->key_differs && secmem_equal(seed, seed + BLOCK, BLOCK))
		return -EINVAL;
	secmem_wipe(state, sizeof(*state));
	memcpy(state->v, seed, BLOCK);
	memcpy(state->key, seed + BLOCK, BLOCK);
	if (size >= SEED_WITH_DT)
		memcpy(state->date, seed + MIN_SEED, BLOCK);
	result = tfm_setkey(cprng->aes, state->key, BLOCK);
	state->seeded = result == 0;
	return result;
}

static void next_block(struct cprng *cprng)
{
	struct cprng_state *state = &cprng->state;
	const struct cipher_ops *aes = &cprng->aes->alg->cipher;

	aes->encrypt(cprng->aes, cprng->intermediate, state->date, 1);
	bytes_xor(state->block, cprng->intermediate, state->v, BLOCK);
	aes->encrypt(cprng->aes, state->block, state->block, 1);
	bytes_xor(state->v, state->block, cprng->intermediate, BLOCK);
	aes->encrypt(cprng->aes, state->v, state->v, 1);
	bytes_add_be(state->date, BLOCK, 1);
	secmem_wipe(cprng->intermediate, BLOCK);
	state->unread = BLOCK;
}

static int cprng_generate(struct tfm *tfm, const uint8_t *additional, size_t additional_size,
			  uint8_t *out, size_t size)
{
	struct cprng *cprng = tfm_context(tfm);
	struct cprng_state *state = &cprng->state;

	(void)additional; /* X9.31 has none */
	(void)additional_size;
	if (!state->seeded)
		return -EINVAL;
	while (size > 0) {
		uint8_t *unread;
		size_t part;

		if (state->unread == 0)
			next_block(cprng);
		part = size < state->unread ? size : state->unread;
		unread = state->block + BLOCK - state->unread;
		memcpy(out, unread, part);
		secmem_wipe(unread, part); /* what was given out is not kept */
		state->unread = (uint8_t)(state->unread - part);
		out += part;
		size -= part;
	}
	return 0;
}

static int cprng_add(void)
{
	static struct alg algs[] = {
	    {.name = "stdrng", .driver = "ansi_cprng", .priority = 100, .data = &rows[0]},
	    {.name = "fips(ansi_cprng)",
	     .driver = "fips_ansi_cprng",
	     .priority = 300,
	     .data = &rows[1]},
	};

	for (size_t i = 0; i < sizeof(algs) / sizeof(algs[0]); i++) {
		int result;

		algs[i].backend = "own";
		algs[i].type = ALG_TYPE_RNG;
		algs[i].seedsize = SEED_WITH_DT;
		algs[i].context_size = sizeof(struct cprng);
		algs[i].init = cprng_init;
		algs[i].exit = cprng_exit;
		algs[i].rng.seed = cprng_seed;
		algs[i].rng.generate = cprng_generate;
		result = registry_add(&algs[i]);
		if (result < 0)
			return result;
	}
	return 0;
}

static void cprng_save(const struct tfm *tfm, uint8_t *state)
{
	const struct cprng *cprng = tfm_context(tfm);

	memcpy(state, &cprng->state, sizeof(cprng->state));
}

static int cprng_restore(struct tfm *tfm, const uint8_t *saved)
{
	struct cprng *cprng = tfm_context(tfm);
	struct cprng_state state;
	int result = -EINVAL;

	memcpy(&state, saved, sizeof(state));
	if (state.seeded <= 1 && state.unread <= (state.seeded ? BLOCK : 0)) {
		cprng->state = state;
		result = state.seeded ? tfm_setkey(cprng->aes, state.key, BLOCK) : 0;
		cprng->state.seeded = state.seeded && result == 0;
	}
	secmem_wipe(&state, sizeof(state));
	return result;
}

const struct rng_class cprng_class = {
    .generate = cprng_generate,
    .add = cprng_add,
    .state_size = sizeof(struct cprng_state),
    .save = cprng_save,
    .restore = cprng_restore,
};
