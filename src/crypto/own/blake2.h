/* SPDX-License-Identifier: MIT */
/*
 * BLAKE2 by RFC 7693, for a size of words that the including file chooses by
 *
 *     BLAKE2(name)                blake2b_##name
 *     WORD, LOAD, STORE, ROTATE   the type of words; from and to bytes; rotation to the right
 *     ROUNDS, R1, R2, R3, R4      section 2.1
 *     MAX_OUT                     the largest key and digest, bytes
 *     IV_0 ... IV_7               section 2.6
 *
 * An optional key is one block before the message (K-04).
 */
#include <errno.h>

#include "crypto/bytes.h"
#include "crypto/own/own.h"

#define BLOCK (16u * sizeof(WORD))

struct BLAKE2(key) {
	uint8_t bytes[MAX_OUT];
	uint32_t size;
};

/* The last block so far waits, as it is treated differently. */
struct BLAKE2(state) {
	WORD h[8];
	WORD total[2];
	uint8_t block[BLOCK];
	uint32_t filled;
};

static const WORD iv[8] = {IV_0, IV_1, IV_2, IV_3, IV_4, IV_5, IV_6, IV_7};

/* The order of the message's words in each round (section 2.7); round 10 is round 0 again. */
#define SIGMA(X)                                                                                   \
	X(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)                                    \
	X(14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3)                                    \
	X(11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4)                                    \
	X(7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8)                                    \
	X(9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13)                                    \
	X(2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9)                                    \
	X(12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11)                                    \
	X(13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10)                                    \
	X(6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5)                                    \
	X(10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0)
#define SIGMA_MORE(X)                                                                              \
	X(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)                                    \
	X(14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3)

#define MIX(a, b, c, d, x, y)                                                                      \
	do {                                                                                       \
		v[a] += v[b] + m[x];                                                               \
		v[d] = ROTATE(v[d] ^ v[a], R1);                                                    \
		v[c] += v[d];                                                                      \
		v[b] = ROTATE(v[b] ^ v[c], R2);                                                    \
		v[a] += v[b] + m[y];                                                               \
		v[d] = ROTATE(v[d] ^ v[a], R3);                                                    \
		v[c] += v[d];                                                                      \
		v[b] = ROTATE(v[b] ^ v[c], R4);                                                    \
	} while (0);

#define ROUND(s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14, s15)                \
	MIX(0, 4, 8, 12, s0, s1)                                                                   \
	MIX(1, 5, 9, 13, s2, s3)                                                                   \
	MIX(2, 6, 10, 14, s4, s5)                                                                  \
	MIX(3, 7, 11, 15, s6, s7)                                                                  \
	MIX(0, 5, 10, 15, s8, s9)                                                                  \
	MIX(1, 6, 11, 12, s10, s11)                                                                \
	MIX(2, 7, 8, 13, s12, s13)                                                                 \
	MIX(3, 4, 9, 14, s14, s15)

/* The function F of section 3.2, over blocks of which each holds size bytes of message. */
static void compress(struct BLAKE2(state) * state, const uint8_t *data, size_t blocks,
		     uint32_t size, bool last)
{
	for (; blocks > 0; blocks--, data += BLOCK) {
		WORD m[16];
		WORD v[16];

		state->total[0] += size;
		state->total[1] += state->total[0] < size;
		for (unsigned i = 0; i < 16; i++)
			m[i] = LOAD(data + sizeof(WORD) * i);
		memcpy(v, state->h, sizeof(state->h));
		memcpy(v + 8, iv, sizeof(iv));
		v[12] ^= state->total[0];
		v[13] ^= state->total[1];
		v[14] ^= last ? (WORD)-1 : 0;
		SIGMA(ROUND)
#if ROUNDS == 12
		SIGMA_MORE(ROUND)
#endif
		for (unsigned i = 0; i < 8; i++)
			state->h[i] ^= v[i] ^ v[i + 8];
	}
}

static int BLAKE2(setkey)(struct tfm *tfm, const uint8_t *key, size_t size)
{
	struct BLAKE2(key) *context = tfm_context(tfm);

	if (size < 1 || size > MAX_OUT)
		return -EINVAL;
	memset(context, 0, sizeof(*context));
	memcpy(context->bytes, key, size);
	context->size = (uint32_t)size;
	return 0;
}

static void BLAKE2(init)(const struct tfm *tfm, void *opaque)
{
	const struct BLAKE2(key) *key = tfm_context(tfm);
	struct BLAKE2(state) *state = opaque;

	memset(state, 0, sizeof(*state));
	memcpy(state->h, iv, sizeof(iv));
	/* The parameter block (section 2.5): sequential mode, key and digest size. */
	state->h[0] ^= (WORD)(0x01010000u ^ key->size << 8 ^ tfm->alg->digestsize);
	if (key->size > 0) {
		memcpy(state->block, key->bytes, MAX_OUT);
		state->filled = BLOCK;
	}
}

static int BLAKE2(update)(const struct tfm *tfm, void *opaque, const uint8_t *data, size_t size)
{
	struct BLAKE2(state) *state = opaque;
	size_t room = BLOCK - state->filled;

	(void)tfm;
	if (size == 0)
		return 0;
	if (size > room) {
		size_t whole;

		memcpy(state->block + state->filled, data, room);
		compress(state, state->block, 1, BLOCK, false);
		data += room;
		size -= room;
		whole = (size - 1) / BLOCK;
		compress(state, data, whole, BLOCK, false);
		data += whole * BLOCK;
		size -= whole * BLOCK;
		state->filled = 0;
	}
	memcpy(state->block + state->filled, data, size);
	state->filled += (uint32_t)size;
	return 0;
}

static int BLAKE2(final)(const struct tfm *tfm, void *opaque, uint8_t *digest)
{
	struct BLAKE2(state) *state = opaque;
	uint8_t bytes[MAX_OUT];

	memset(state->block + state->filled, 0, BLOCK - state->filled);
	compress(state, state->block, 1, state->filled, true);
	for (unsigned i = 0; i < 8; i++)
		STORE(bytes + sizeof(WORD) * i, state->h[i]);
	memcpy(digest, bytes, tfm->alg->digestsize);
	return 0;
}

static bool BLAKE2(state_valid)(const struct tfm *tfm, const void *opaque)
{
	const struct BLAKE2(state) *state = opaque;

	(void)tfm;
	return state->filled <= BLOCK;
}

#define HASH(title, bits)                                                                          \
	{                                                                                          \
		.name = title "-" #bits, .driver = title "-" #bits "-own", .backend = "own",       \
		.priority = 100, .type = ALG_TYPE_HASH, .key = ALG_KEY_OPTIONAL,                   \
		.blocksize = BLOCK, .min_keysize = 1, .max_keysize = MAX_OUT,                      \
		.digestsize = (bits) / 8, .statesize = sizeof(struct BLAKE2(state)),               \
		.context_size = sizeof(struct BLAKE2(key)), .setkey = BLAKE2(setkey),              \
		.hash = {BLAKE2(init), BLAKE2(update), BLAKE2(final), BLAKE2(state_valid)},        \
	}
