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

#define ABSORB_BLOCK 64u

/* What hashes made as MD4 is have beside their words: bytes so far, and those that wait. */
struct absorb_tail {
	uint64_t total;
	uint8_t block[ABSORB_BLOCK];
	uint32_t filled;
};

/* absorb with a tail, which counts. */
static inline void absorb_counted(const struct tfm *tfm, void *state, absorb_blocks *blocks,
				  struct absorb_tail *tail, const uint8_t *data, size_t size)
{
	tail->total += size;
	absorb(tfm, state, blocks, ABSORB_BLOCK, tail->block, &tail->filled, data, size);
}

/*
 * The padding: a one bit behind what waits, and zeros.  The block then lacks only the length, for
 * whose length_size bytes there is room at its end.
 */
static inline void absorb_padding(const struct tfm *tfm, void *state, absorb_blocks *blocks,
				  struct absorb_tail *tail, uint32_t length_size)
{
	uint32_t filled = tail->filled;

	tail->block[filled++] = 0x80;
	memset(tail->block + filled, 0, ABSORB_BLOCK - filled);
	if (filled <= ABSORB_BLOCK - length_size)
		return;
	blocks(tfm, state, tail->block, 1);
	memset(tail->block, 0, ABSORB_BLOCK);
}

/* Whether a foreign tail is one that the functions above can be trusted with. */
static inline bool absorb_tail_valid(const struct absorb_tail *tail)
{
	return tail->filled == tail->total % ABSORB_BLOCK;
}

#endif
