/* SPDX-License-Identifier: MIT */
/* The two ways of computing Whirlpool, for the one that is chosen and for tests. */
#ifndef UALG_CRYPTO_OWN_WHIRLPOOL_H
#define UALG_CRYPTO_OWN_WHIRLPOOL_H

#include <stddef.h>
#include <stdint.h>

#define WHIRLPOOL_BLOCK  64u
#define WHIRLPOOL_ROUNDS 10u

/* The substitution box, filled when wp512 is registered. */
extern uint8_t whirlpool_box[256];

/* Takes blocks into h: rows of the matrix, their first byte lowest. */
typedef void whirlpool_absorb(uint64_t *h, const uint8_t *data, size_t blocks);

whirlpool_absorb whirlpool_absorb_portable;

/*
 * The same by GFNI and AVX-512, where the processor has them, else NULL: 64 bytes are looked up at
 * once, and no address depends on data.
 */
whirlpool_absorb *whirlpool_special(void);

#endif
