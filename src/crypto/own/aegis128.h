/* SPDX-License-Identifier: MIT */
/* AEGIS-128's state and the ways of computing it, for the test that they agree. */
#ifndef UALG_CRYPTO_OWN_AEGIS128_H
#define UALG_CRYPTO_OWN_AEGIS128_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AEGIS128_BLOCK 16u

struct aegis128_state {
	uint8_t block[5][AEGIS128_BLOCK];
};

struct aegis128_code {
	/* StateUpdate128 with each block of data. */
	void (*absorb)(struct aegis128_state *state, const uint8_t *data, size_t blocks);
	/* The same with the plaintext, from which or into which whole blocks are encrypted or
	 * decrypted.  in and out may be equal. */
	void (*crypt)(struct aegis128_state *state, uint8_t *out, const uint8_t *in, size_t blocks,
		      bool decrypt);
};

extern const struct aegis128_code aegis128_portable;

/* Code for the AES instructions of this processor; NULL where it has none. */
const struct aegis128_code *aegis128_special(void);

#endif
