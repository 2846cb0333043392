/* SPDX-License-Identifier: MIT */
/* Hashes that take whole blocks, and the bytes that wait for their block to be whole. */
#ifndef UALG_CRYPTO_OWN_ABSORB_H
#define UALG_CRYPTO_OWN_ABSORB_H

#include <string.h>

#include "crypto/alg.h"

/* Takes whole blocks into a state. */
typedef void absorb_blocks(const struct tfm *tfm, void *state, const uint8_t *data, size_t blocks);

/*
 * Takes size bytes: with the *filled bytes that wait, all whole blocks of size block go to blocks;
 * what is left, less than a block, waits.
 */
__attribute__((always_inline)) static inline void absorb(const struct tfm *tfm, void *state,
							 absorb_blocks *blocks, uint32_t block,
							 uint8_t *waiting, uint32_t *filled,
							 const uint8_t *data, size_t size)
{
	if (size == 0)
		return;
	if (*filled > 0) {
		size_t room = block - *filled;
		size_t take = room < size ? room : size;

		memcpy(waiting + *filled, data, take);
		*filled += (uint32_t)take;
		if (*filled < block)
			return;
		blocks(tfm, state, waiting, 1);
		data += take;
		size -= take;
	}
	if (size >= block)
		blocks(tfm, state, data, size / block);
	*filled = (uint32_t)(size % block);
	memcpy(waiting, data + size - *filled, *filled);
}

/*
 * The padding of MD4 and those after it: a one bit behind the filled bytes that wait, and zeros.
 * The block then lacks only the length, for whose length_size bytes there is room at its end.
 */
static inline void absorb_padding(const struct tfm *tfm, void *state, absorb_blocks *blocks,
				  uint32_t block, uint32_t length_size, uint8_t *waiting,
				  uint32_t filled)
{
	waiting[filled++] = 0x80;
	memset(waiting + filled, 0, block - filled);
	if (filled <= block - length_size)
		return;
	blocks(tfm, state, waiting, 1);
	memset(waiting, 0, block);
}

#endif
