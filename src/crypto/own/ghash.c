/* SPDX-License-Identifier: MIT */
/*
 * ghash (NIST SP 800-38D, section 6.4) and polyval (RFC 8452, section 3) as hashes: the key is H, a
 * message that does not fill its last block is filled up with zeros.
 */
#include <errno.h>

#include "crypto/bytes.h"
#include "crypto/own/absorb.h"
#include "crypto/own/gf128.h"
#include "crypto/own/own.h"

struct ghash_state {
	struct gf128 sum;
	uint8_t block[GF128_BLOCK];
	uint32_t filled;
};

static const struct gf128_code *code = &gf128_portable;

static bool is_ghash(const struct tfm *tfm)
{
	return tfm->alg->data != NULL;
}

static int ghash_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	if (size != GF128_BLOCK)
		return -EINVAL;
	gf128_set_key(code, tfm_context(tfm), key, is_ghash(tfm));
	return 0;
}

static void ghash_init(const struct tfm *tfm, void *state)
{
	(void)tfm;
	memset(state, 0, sizeof(struct ghash_state));
}

static void absorb_whole(const struct tfm *tfm, void *opaque, const uint8_t *data, size_t blocks)
{
	struct ghash_state *state = opaque;

	state->sum = code->blocks(tfm_context(tfm), state->sum, data, blocks);
}

static int ghash_update(const struct tfm *tfm, void *opaque, const uint8_t *data, size_t size)
{
	struct ghash_state *state = opaque;

	absorb(tfm, state, absorb_whole, GF128_BLOCK, state->block, &state->filled, data, size);
	return 0;
}

static int ghash_final(const struct tfm *tfm, void *opaque, uint8_t *digest)
{
	struct ghash_state *state = opaque;

	if (state->filled > 0) {
		memset(state->block + state->filled, 0, GF128_BLOCK - state->filled);
		absorb_whole(tfm, state, state->block, 1);
	}
	gf128_store(digest, state->sum, is_ghash(tfm));
	return 0;
}

static bool ghash_state_valid(const struct tfm *tfm, const void *opaque)
{
	const struct ghash_state *state = opaque;

	(void)tfm;
	return state->filled < GF128_BLOCK;
}

#define HASH(title, is_hash)                                                                       \
	{                                                                                          \
		.name = title, .driver = title "-own", .backend = "own", .priority = 100,          \
		.type = ALG_TYPE_HASH, .key = ALG_KEY_NEEDED, .blocksize = GF128_BLOCK,            \
		.min_keysize = GF128_BLOCK, .max_keysize = GF128_BLOCK, .digestsize = GF128_BLOCK, \
		.statesize = sizeof(struct ghash_state), .context_size = sizeof(struct gf128_key), \
		.setkey = ghash_setkey,                                                            \
		.hash = {ghash_init, ghash_update, ghash_final, ghash_state_valid},                \
		.data = is_hash                                                                    \
	}

/* data: not NULL where blocks are read backwards. */
static struct alg algs[] = {HASH("ghash", &code), HASH("polyval", NULL)};

int ghash_register(void)
{
	const struct gf128_code *special = gf128_special();

	if (special)
		code = special;
	return own_register(algs, sizeof(algs) / sizeof(algs[0]));
}
