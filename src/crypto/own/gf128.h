/* SPDX-License-Identifier: MIT */
/*
 * Polynomial hashing in the field of 2^128 elements, as GHASH (NIST SP 800-38D) and POLYVAL
 * (RFC 8452) have it, in a time that does not depend on data or key.
 */
#ifndef UALG_CRYPTO_OWN_GF128_H
#define UALG_CRYPTO_OWN_GF128_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GF128_BLOCK  16u
#define GF128_POWERS 8u

/* An element as POLYVAL has it: bit i of the 128 is the coefficient of x^i. */
struct gf128 {
	uint64_t low;
	uint64_t high;
};

/* A key: power[i] is H^(i + 1). */
struct gf128_key {
	struct gf128 power[GF128_POWERS];
	bool ghash; /* blocks are read backwards */
};

/*
 * One way of computing.  blocks: sum = (sum + block) * H for each block, the product being
 * POLYVAL's, a * b * x^-128.  multiply: such a product.
 */
struct gf128_code {
	struct gf128 (*multiply)(struct gf128 a, struct gf128 b);
	struct gf128 (*blocks)(const struct gf128_key *key, struct gf128 sum, const uint8_t *data,
			       size_t blocks);
};

extern const struct gf128_code gf128_portable;

/* Code for instructions of this processor; NULL where it has none. */
const struct gf128_code *gf128_special(void);

/* Prepares a key from its 16 bytes, in GHASH's convention or in POLYVAL's. */
void gf128_set_key(const struct gf128_code *code, struct gf128_key *key, const uint8_t *bytes,
		   bool ghash);

/* An element from 16 bytes, and back, in the convention of a key. */
struct gf128 gf128_load(const uint8_t *from, bool ghash);
void gf128_store(uint8_t *to, struct gf128 element, bool ghash);

#endif
