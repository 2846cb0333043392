/* SPDX-License-Identifier: MIT */
/* Poly1305's polynomial (RFC 8439, section 2.5) without the sum that ends it: also NHPoly1305's. */
#ifndef UALG_CRYPTO_OWN_POLY1305_H
#define UALG_CRYPTO_OWN_POLY1305_H

#include <stddef.h>
#include <stdint.h>

#define POLY1305_BLOCK 16u

/* The key r, clamped. */
struct poly1305_key {
	uint64_t r[2];
};

/* The sum so far, in limbs of 64 bits; less than 2^131. */
struct poly1305_sum {
	uint64_t h[3];
};

void poly1305_set_key(struct poly1305_key *key, const uint8_t *bytes);

/* sum = (sum + block + last * 2^128) * r for each block of 16 bytes. */
void poly1305_blocks(const struct poly1305_key *key, struct poly1305_sum *sum, const uint8_t *data,
		     size_t blocks, uint32_t last);

/* How many blocks at once this processor can compute: 8, 4, or 0 for one by one only. */
unsigned poly1305_lanes(void);

/*
 * poly1305_blocks with last = 1 for the first of the blocks, by so many lanes at once.  Returns how
 * many it took: 0 where there are too few to be worth it, else nearly all.
 */
size_t poly1305_wide(const struct poly1305_key *key, struct poly1305_sum *sum, const uint8_t *data,
		     size_t blocks, unsigned lanes);

/* Reduces the sum and writes the low 128 bits of sum + add (16 bytes, or NULL for nothing). */
void poly1305_emit(const struct poly1305_sum *sum, const uint8_t *add, uint8_t *out);

#endif
