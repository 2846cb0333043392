/* SPDX-License-Identifier: MIT */
/*
 * xxhash64: XXH64 of the xxHash specification (xxHash fast digest algorithm, version 0.1.1).  An
 * optional key of 8 bytes is the seed, little-endian, and so is the digest (K-04).
 */
#include <errno.h>

#include "crypto/bytes.h"
#include "crypto/own/absorb.h"
#include "crypto/own/own.h"

#define STRIPE 32u
#define LANES  4u

#define PRIME_1 0x9e3779b185ebca87u
#define PRIME_2 0xc2b2ae3d27d4eb4fu
#define PRIME_3 0x165667b19e3779f9u
#define PRIME_4 0x85ebca77c2b2ae63u
#define PRIME_5 0x27d4eb2f165667c5u

struct xxhash64_key {
	uint64_t seed;
};

struct xxhash64_state {
	uint64_t lane[LANES];
	uint64_t total; /* bytes so far */
	uint64_t seed;
	uint8_t stripe[STRIPE];
	uint32_t filled; /* bytes of stripe */
};

static uint64_t round_of(uint64_t lane, uint64_t input)
{
	return bytes_rotl64(lane + input * PRIME_2, 31) * PRIME_1;
}

static uint64_t merge(uint64_t hash, uint64_t lane)
{
	return (hash ^ round_of(0, lane)) * PRIME_1 + PRIME_4;
}

static void absorb_stripes(const struct tfm *tfm, void *opaque, const uint8_t *data, size_t stripes)
{
	struct xxhash64_state *state = opaque;
	uint64_t lane[LANES];

	(void)tfm;
	memcpy(lane, state->lane, sizeof(lane));
	for (; stripes > 0; stripes--, data += STRIPE)
		for (size_t i = 0; i < LANES; i++)
			lane[i] = round_of(lane[i], bytes_load_le64(data + 8 * i));
	memcpy(state->lane, lane, sizeof(lane));
}

static int xxhash64_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	struct xxhash64_key *context = tfm_context(tfm);

	if (size != sizeof(context->seed))
		return -EINVAL;
	context->seed = bytes_load_le64(key);
	return 0;
}

static void xxhash64_init(const struct tfm *tfm, void *opaque)
{
	const struct xxhash64_key *key = tfm_context(tfm);
	struct xxhash64_state *state = opaque;

	*state = (struct xxhash64_state){
	    .lane = {key->seed + PRIME_1 + PRIME_2, key->seed + PRIME_2, key->seed,
		     key->seed - PRIME_1},
	    .seed = key->seed,
	};
}

static int xxhash64_update(const struct tfm *tfm, void *opaque, const uint8_t *data, size_t size)
{
	struct xxhash64_state *state = opaque;

	state->total += size;
	absorb(tfm, state, absorb_stripes, STRIPE, state->stripe, &state->filled, data, size);
	return 0;
}

/* What is left of a message when its whole stripes are in. */
static uint64_t absorb_rest(uint64_t hash, const uint8_t *data, size_t size)
{
	for (; size >= 8; data += 8, size -= 8)
		hash =
		    bytes_rotl64(hash ^ round_of(0, bytes_load_le64(data)), 27) * PRIME_1 + PRIME_4;
	if (size >= 4) {
		hash = bytes_rotl64(hash ^ bytes_load_le32(data) * PRIME_1, 23) * PRIME_2 + PRIME_3;
		data += 4;
		size -= 4;
	}
	for (; size > 0; data++, size--)
		hash = bytes_rotl64(hash ^ *data * PRIME_5, 11) * PRIME_1;
	return hash;
}

static uint64_t avalanche(uint64_t hash)
{
	hash = (hash ^ hash >> 33) * PRIME_2;
	hash = (hash ^ hash >> 29) * PRIME_3;
	return hash ^ hash >> 32;
}

static int xxhash64_final(const struct tfm *tfm, void *opaque, uint8_t *digest)
{
	struct xxhash64_state *state = opaque;
	uint64_t hash = state->seed + PRIME_5;

	(void)tfm;
	if (state->total >= STRIPE) {
		hash = bytes_rotl64(state->lane[0], 1) + bytes_rotl64(state->lane[1], 7) +
		       bytes_rotl64(state->lane[2], 12) + bytes_rotl64(state->lane[3], 18);
		for (size_t i = 0; i < LANES; i++)
			hash = merge(hash, state->lane[i]);
	}
	hash = absorb_rest(hash + state->total, state->stripe, state->filled);
	bytes_store_le64(digest, avalanche(hash));
	return 0;
}

static bool xxhash64_state_valid(const struct tfm *tfm, const void *opaque)
{
	const struct xxhash64_state *state = opaque;

	(void)tfm;
	return state->filled == state->total % STRIPE;
}

static struct alg xxhash64[] = {{
    .name = "xxhash64",
    .driver = "xxhash64-own",
    .backend = "own",
    .priority = 100,
    .type = ALG_TYPE_HASH,
    .key = ALG_KEY_OPTIONAL,
    .blocksize = STRIPE,
    .min_keysize = 8,
    .max_keysize = 8,
    .digestsize = 8,
    .statesize = sizeof(struct xxhash64_state),
    .context_size = sizeof(struct xxhash64_key),
    .setkey = xxhash64_setkey,
    .hash = {xxhash64_init, xxhash64_update, xxhash64_final, xxhash64_state_valid},
}};

int xxhash64_register(void)
{
	return own_register(xxhash64, 1);
}
