/* SPDX-License-Identifier: MIT */
/*
 * The DRBGs of NIST SP 800-90A Rev. 1: what is common to the three mechanisms (drbg.c) and what
 * each computes (drbg_hash.c, drbg_hmac.c, drbg_ctr.c).  Names of values are those of the standard:
 * V, C, Key, seedlen, outlen.
 */
#ifndef UALG_CRYPTO_RNG_DRBG_H
#define UALG_CRYPTO_RNG_DRBG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/alg.h"

#define DRBG_MAX_SEED  111u /* seedlen of Hash_DRBG with SHA-384 and SHA-512 */
#define DRBG_MAX_FIXED 256u /* the entropy a test may fix */
#define DRBG_MAX_FRESH 48u  /* entropy and nonce: 1.5 times the highest strength */
#define DRBG_BATCH     8u   /* blocks that CTR_DRBG asks of the cipher at once */
#define DRBG_AES_BLOCK 16u

/* Bytes to be taken as if concatenated with others. */
struct drbg_input {
	const uint8_t *data;
	size_t size;
};

struct drbg;

/* 0, or what a hash or cipher refused with: none does, short of a bug. */
struct drbg_mechanism {
	/* Makes the nested tfms.  -ENOENT, -ENOMEM; drbg_exit_parts cleans up after a failure. */
	int (*init)(struct drbg *drbg);
	/*
	 * The instantiate or the reseed function.  entropy: the entropy input, and the nonce behind
	 * it.  string: the personalization string or the additional input.
	 */
	int (*seed)(struct drbg *drbg, bool reseed, struct drbg_input entropy,
		    struct drbg_input string);
	/* The generate function for one request, without its check of the counter. */
	int (*generate)(struct drbg *drbg, struct drbg_input additional, uint8_t *out, size_t size);
	/* The state was replaced: give the nested tfm its key.  NULL: nothing depends on it. */
	int (*load)(struct drbg *drbg);
};

extern const struct drbg_mechanism drbg_hash;
extern const struct drbg_mechanism drbg_hmac;
extern const struct drbg_mechanism drbg_ctr;

struct drbg_row {
	const char *driver;
	const struct drbg_mechanism *mechanism;
	const char *primitive; /* the kernel name of what it is made of */
	int priority;
	bool prediction_resistance; /* reseeds before each request */
	/* Sizes in bytes (tables 2 and 3 of the standard). */
	uint8_t strength;
	uint8_t seed_size; /* seedlen; HMAC_DRBG has none */
	uint8_t out_size;  /* outlen */
};

/* What is exported: flat, every value of every byte is meant (drbg_restore checks the last four).
 */
struct drbg_state {
	uint8_t v[DRBG_MAX_SEED + 1];
	uint8_t c[DRBG_MAX_SEED + 1]; /* C of Hash_DRBG, Key of the others */
	uint8_t fixed[DRBG_MAX_FIXED];
	uint64_t counter;    /* reseed_counter: 1 for the first request after seeding */
	uint32_t fixed_size; /* 0: entropy comes from the source, not from fixed */
	uint32_t seeded;
};

/* A tfm's context. */
struct drbg {
	struct drbg_state state;
	const struct drbg_row *row;
	/* The process that seeded it, see entropy_generation; 0: must reseed before it generates.
	 */
	uint64_t generation;

	struct tfm *part[2]; /* hash or HMAC; AES under Key, AES for the derivation function */
	void *hash_state;    /* of part[0], its alg->statesize bytes */

	uint8_t fresh[DRBG_MAX_FRESH];
	/* Scratch, wiped after each request. */
	union {
		struct {
			uint8_t seed[DRBG_MAX_SEED];
			uint8_t digest[ALG_MAX_DIGEST];
		} hash;
		struct {
			uint8_t blocks[DRBG_BATCH * DRBG_AES_BLOCK];
			uint8_t chain[3 * DRBG_AES_BLOCK];
			uint8_t seed[3 * DRBG_AES_BLOCK];
			uint8_t pending[DRBG_AES_BLOCK];
		} ctr;
	} scratch;
};

/* Makes part[index]: an algorithm of that type and the row's name.  -ENOENT, -ENOMEM. */
int drbg_make_part(struct drbg *drbg, size_t index, enum alg_type type);

/* The digest by part[0], a hash or HMAC, of all inputs together. */
int drbg_digest(struct drbg *drbg, const struct drbg_input *inputs, size_t count, uint8_t *digest);

static inline void drbg_store32(uint8_t out[4], uint32_t value)
{
	out[0] = (uint8_t)(value >> 24);
	out[1] = (uint8_t)(value >> 16);
	out[2] = (uint8_t)(value >> 8);
	out[3] = (uint8_t)value;
}

#endif
