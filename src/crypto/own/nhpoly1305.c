/* SPDX-License-Identifier: MIT */
/*
 * nhpoly1305: NH with four passes of stride 2 over pieces of 1024 bytes, and Poly1305 without its
 * final sum over what NH makes of them (Crowley and Biggers, Adiantum: length-preserving encryption
 * for entry-level processors, section 2 and appendix A).  The key is Poly1305's r, then NH's words.
 */
#include <errno.h>

#include "crypto/bytes.h"
#include "crypto/own/absorb.h"
#include "crypto/own/own.h"
#include "crypto/own/poly1305.h"

#define PASSES   4u
#define UNIT     16u   /* what a message is filled up to with zeros */
#define PIECE    1024u /* bytes that NH makes one hash of */
#define NH_HASH  (PASSES * 8)
#define NH_WORDS (PIECE / 4 + 4 * (PASSES - 1))
#define R_SIZE   16u
#define KEY_SIZE (R_SIZE + 4 * NH_WORDS)

struct nhpoly1305_key {
	struct poly1305_key r;
	uint32_t nh[NH_WORDS];
};

struct nhpoly1305_state {
	struct poly1305_sum sum;
	uint64_t nh[PASSES];
	uint32_t units;  /* of the piece at hand, hashed already */
	uint32_t filled; /* of the unit at hand, bytes */
	uint8_t unit[UNIT];
};

_Static_assert(KEY_SIZE == 1088, "T-01 says how long the key is");

static int nhpoly1305_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	struct nhpoly1305_key *context = tfm_context(tfm);

	if (size != KEY_SIZE)
		return -EINVAL;
	poly1305_set_key(&context->r, key);
	for (size_t i = 0; i < NH_WORDS; i++)
		context->nh[i] = bytes_load_le32(key + R_SIZE + 4 * i);
	return 0;
}

static void nhpoly1305_init(const struct tfm *tfm, void *state)
{
	(void)tfm;
	memset(state, 0, sizeof(struct nhpoly1305_state));
}

/* NH over units, all of one piece: pass i uses the key from word 4 * i on. */
static void hash_units(const struct nhpoly1305_key *key, struct nhpoly1305_state *state,
		       const uint8_t *data, size_t units)
{
	const uint32_t *nh = key->nh + 4 * state->units;
	uint64_t sum[PASSES];

	memcpy(sum, state->nh, sizeof(sum));
	for (size_t u = 0; u < units; u++, data += UNIT, nh += 4) {
		uint32_t m0 = bytes_load_le32(data);
		uint32_t m1 = bytes_load_le32(data + 4);
		uint32_t m2 = bytes_load_le32(data + 8);
		uint32_t m3 = bytes_load_le32(data + 12);

		for (unsigned pass = 0; pass < PASSES; pass++) {
			const uint32_t *k = nh + 4 * pass;

			sum[pass] += (uint64_t)(m0 + k[0]) * (m2 + k[2]) +
				     (uint64_t)(m1 + k[1]) * (m3 + k[3]);
		}
	}
	memcpy(state->nh, sum, sizeof(sum));
	state->units += (uint32_t)units;
}

/* The piece is complete: its hash goes into the polynomial. */
static void end_piece(const struct nhpoly1305_key *key, struct nhpoly1305_state *state)
{
	uint8_t hash[NH_HASH];

	for (unsigned pass = 0; pass < PASSES; pass++)
		bytes_store_le64(hash + 8 * pass, state->nh[pass]);
	poly1305_blocks(&key->r, &state->sum, hash, NH_HASH / POLY1305_BLOCK, 1);
	memset(state->nh, 0, sizeof(state->nh));
	state->units = 0;
}

static void absorb_units(const struct tfm *tfm, void *opaque, const uint8_t *data, size_t units)
{
	const struct nhpoly1305_key *key = tfm_context(tfm);
	struct nhpoly1305_state *state = opaque;

	while (units > 0) {
		size_t room = PIECE / UNIT - state->units;
		size_t take = room < units ? room : units;

		hash_units(key, state, data, take);
		if (take == room)
			end_piece(key, state);
		data += take * UNIT;
		units -= take;
	}
}

static int nhpoly1305_update(const struct tfm *tfm, void *opaque, const uint8_t *data, size_t size)
{
	struct nhpoly1305_state *state = opaque;

	absorb(tfm, state, absorb_units, UNIT, state->unit, &state->filled, data, size);
	return 0;
}

static int nhpoly1305_final(const struct tfm *tfm, void *opaque, uint8_t *digest)
{
	const struct nhpoly1305_key *key = tfm_context(tfm);
	struct nhpoly1305_state *state = opaque;

	if (state->filled > 0) {
		memset(state->unit + state->filled, 0, UNIT - state->filled);
		absorb_units(tfm, state, state->unit, 1);
	}
	if (state->units > 0)
		end_piece(key, state);
	poly1305_emit(&state->sum, NULL, digest);
	return 0;
}

static bool nhpoly1305_state_valid(const struct tfm *tfm, const void *opaque)
{
	const struct nhpoly1305_state *state = opaque;

	(void)tfm;
	return state->filled < UNIT && state->units < PIECE / UNIT;
}

static struct alg nhpoly1305[] = {{
    .name = "nhpoly1305",
    .driver = "nhpoly1305-own",
    .backend = "own",
    .priority = 100,
    .type = ALG_TYPE_HASH,
    .key = ALG_KEY_NEEDED,
    .blocksize = 0, /* as the kernel has it */
    .min_keysize = KEY_SIZE,
    .max_keysize = KEY_SIZE,
    .digestsize = 16,
    .statesize = sizeof(struct nhpoly1305_state),
    .context_size = sizeof(struct nhpoly1305_key),
    .setkey = nhpoly1305_setkey,
    .hash = {nhpoly1305_init, nhpoly1305_update, nhpoly1305_final, nhpoly1305_state_valid},
}};

int nhpoly1305_register(void)
{
	return own_register(nhpoly1305, 1);
}
