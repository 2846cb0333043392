/* SPDX-License-Identifier: MIT */
/* CTR_DRBG with AES and the derivation function: NIST SP 800-90A Rev. 1, section 10.2.1. */
#include <string.h>

#include "crypto/bytes.h"
#include "crypto/rng/drbg.h"

#define BLOCK DRBG_AES_BLOCK

enum { PART_KEY, PART_DERIVE }; /* AES under Key; AES under the derivation function's keys */

static size_t key_size(const struct drbg *drbg)
{
	return drbg->row->seed_size - (size_t)BLOCK;
}

/* seedlen in blocks, rounded up: 2 or 3. */
static size_t seed_blocks(const struct drbg *drbg)
{
	return (drbg->row->seed_size + BLOCK - 1) / BLOCK;
}

static void encrypt(struct tfm *aes, uint8_t *out, const uint8_t *in, size_t blocks)
{
	aes->alg->cipher.encrypt(aes, out, in, blocks);
}

static int ctr_init(struct drbg *drbg)
{
	int result = drbg_make_part(drbg, PART_KEY, ALG_TYPE_CIPHER);

	return result < 0 ? result : drbg_make_part(drbg, PART_DERIVE, ALG_TYPE_CIPHER);
}

static int ctr_load(struct drbg *drbg)
{
	return tfm_setkey(drbg->part[PART_KEY], drbg->state.c, key_size(drbg));
}

/*
 * BCC of section 10.3.3, for all blocks of the result at once: each is a CBC-MAC over the same
 * input behind a block of its own (IV: its number).  pending gathers input to whole blocks.
 */
static void chain_block(struct drbg *drbg)
{
	uint8_t *chain = drbg->scratch.ctr.chain;
	size_t blocks = seed_blocks(drbg);

	for (size_t i = 0; i < blocks * BLOCK; i++)
		chain[i] ^= drbg->scratch.ctr.pending[i % BLOCK];
	encrypt(drbg->part[PART_DERIVE], chain, chain, blocks);
}

static void chain_start(struct drbg *drbg)
{
	uint8_t *chain = drbg->scratch.ctr.chain;
	size_t blocks = seed_blocks(drbg);

	memset(chain, 0, sizeof(drbg->scratch.ctr.chain));
	for (size_t i = 0; i < blocks; i++)
		drbg_store32(chain + i * BLOCK, (uint32_t)i);
	encrypt(drbg->part[PART_DERIVE], chain, chain, blocks);
}

/* Takes input behind *filled bytes of pending. */
static void chain_input(struct drbg *drbg, size_t *filled, const uint8_t *data, size_t size)
{
	while (size > 0) {
		size_t part = BLOCK - *filled < size ? BLOCK - *filled : size;

		memcpy(drbg->scratch.ctr.pending + *filled, data, part);
		*filled += part;
		data += part;
		size -= part;
		if (*filled == BLOCK) {
			chain_block(drbg);
			*filled = 0;
		}
	}
}

static void chain_all(struct drbg *drbg, struct drbg_input first, struct drbg_input second)
{
	static const uint8_t end = 0x80;
	uint8_t lengths[8]; /* L: of the input, N: of the result */
	size_t filled = 0;

	drbg_store32(lengths, (uint32_t)(first.size + second.size));
	drbg_store32(lengths + 4, drbg->row->seed_size);
	chain_start(drbg);
	chain_input(drbg, &filled, lengths, sizeof(lengths));
	chain_input(drbg, &filled, first.data, first.size);
	chain_input(drbg, &filled, second.data, second.size);
	chain_input(drbg, &filled, &end, 1);
	if (filled > 0) {
		memset(drbg->scratch.ctr.pending + filled, 0, BLOCK - filled);
		chain_block(drbg);
	}
}

/* Block_Cipher_df of section 10.3.2: scratch.ctr.seed = seedlen bytes out of both inputs. */
static int derive(struct drbg *drbg, struct drbg_input first, struct drbg_input second)
{
	static const uint8_t first_key[32] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10,
					      11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
					      22, 23, 24, 25, 26, 27, 28, 29, 30, 31};
	struct tfm *aes = drbg->part[PART_DERIVE];
	uint8_t *chain = drbg->scratch.ctr.chain;
	uint8_t *seed = drbg->scratch.ctr.seed;
	const uint8_t *x = chain + key_size(drbg);
	int result = tfm_setkey(aes, first_key, key_size(drbg));

	if (result < 0)
		return result;
	chain_all(drbg, first, second);
	result = tfm_setkey(aes, chain, key_size(drbg));
	if (result < 0)
		return result;
	for (size_t i = 0; i < seed_blocks(drbg); i++) {
		encrypt(aes, seed + i * BLOCK, x, 1);
		x = seed + i * BLOCK;
	}
	return 0;
}

/* Writes V + 1, V + 2, ... */
static void count_blocks(struct drbg *drbg, uint8_t *out, size_t blocks)
{
	for (size_t i = 0; i < blocks; i++) {
		bytes_add_be(drbg->state.v, BLOCK, 1);
		memcpy(out + i * BLOCK, drbg->state.v, BLOCK);
	}
}

/* CTR_DRBG_Update; provided: seedlen bytes, NULL for zeros. */
static int update(struct drbg *drbg, const uint8_t *provided)
{
	uint8_t *blocks = drbg->scratch.ctr.blocks;

	count_blocks(drbg, blocks, seed_blocks(drbg));
	encrypt(drbg->part[PART_KEY], blocks, blocks, seed_blocks(drbg));
	for (size_t i = 0; provided && i < drbg->row->seed_size; i++)
		blocks[i] ^= provided[i];
	memcpy(drbg->state.c, blocks, key_size(drbg));
	memcpy(drbg->state.v, blocks + key_size(drbg), BLOCK);
	return ctr_load(drbg);
}

static int ctr_seed(struct drbg *drbg, bool reseed, struct drbg_input entropy,
		    struct drbg_input string)
{
	int result = derive(drbg, entropy, string);

	if (result < 0)
		return result;
	if (!reseed) {
		memset(drbg->state.c, 0, key_size(drbg));
		memset(drbg->state.v, 0, BLOCK);
		result = ctr_load(drbg);
		if (result < 0)
			return result;
	}
	return update(drbg, drbg->scratch.ctr.seed);
}

static void fill(struct drbg *drbg, uint8_t *out, size_t size)
{
	uint8_t *blocks = drbg->scratch.ctr.blocks;

	while (size > 0) {
		size_t part = size < DRBG_BATCH * BLOCK ? size : DRBG_BATCH * BLOCK;
		size_t count = (part + BLOCK - 1) / BLOCK;

		count_blocks(drbg, blocks, count);
		encrypt(drbg->part[PART_KEY], blocks, blocks, count);
		memcpy(out, blocks, part);
		out += part;
		size -= part;
	}
}

static int ctr_generate(struct drbg *drbg, struct drbg_input additional, uint8_t *out, size_t size)
{
	const uint8_t *provided = NULL;
	int result = 0;

	if (additional.size > 0) {
		result = derive(drbg, additional, (struct drbg_input){NULL, 0});
		provided = drbg->scratch.ctr.seed;
		if (result == 0)
			result = update(drbg, provided);
	}
	if (result < 0)
		return result;
	fill(drbg, out, size);
	return update(drbg, provided);
}

const struct drbg_mechanism drbg_ctr = {
    .init = ctr_init,
    .seed = ctr_seed,
    .generate = ctr_generate,
    .load = ctr_load,
};
