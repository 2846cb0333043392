/* SPDX-License-Identifier: MIT */
/*
 * poly1305: RFC 8439, section 2.5.  The key is the first 32 bytes of the message (H-23): r, then s.
 */
#include "crypto/own/poly1305.h"

#include <errno.h>

#include "crypto/bytes.h"
#include "crypto/own/absorb.h"
#include "crypto/own/own.h"
#include "crypto/wide.h"

#define KEY_SIZE 32u

void poly1305_set_key(struct poly1305_key *key, const uint8_t *bytes)
{
	key->r[0] = bytes_load_le64(bytes) & 0x0ffffffc0fffffffu;
	key->r[1] = bytes_load_le64(bytes + 8) & 0x0ffffffc0ffffffcu;
}

/*
 * Schoolbook multiplication in 64-bit limbs.  What stands from 2^130 on returns at a fifth of its
 * place times 5: r[1] is a multiple of 4, so r[1] / 4 * 5 = r[1] + r[1] / 4 takes in 2^128 too.
 */
void poly1305_blocks(const struct poly1305_key *key, struct poly1305_sum *sum, const uint8_t *data,
		     size_t blocks, uint32_t last)
{
	const uint64_t r0 = key->r[0];
	const uint64_t r1 = key->r[1];
	const uint64_t r1_folded = r1 + (r1 >> 2);
	uint64_t h0 = sum->h[0];
	uint64_t h1 = sum->h[1];
	uint64_t h2 = sum->h[2];

	for (; blocks > 0; blocks--, data += POLY1305_BLOCK) {
		struct wide d0 = wide_sum(h0, bytes_load_le64(data));
		struct wide d1 = wide_add_word(wide_sum(h1, bytes_load_le64(data + 8)), d0.high);
		uint64_t d2;

		h0 = d0.low;
		h1 = d1.low;
		h2 += d1.high + last;

		d0 = wide_add(wide_multiply(h0, r0), wide_multiply(h1, r1_folded));
		d1 = wide_add(wide_multiply(h0, r1), wide_multiply(h1, r0));
		d1 = wide_add_word(wide_add_word(d1, h2 * r1_folded), d0.high);
		d2 = h2 * r0 + d1.high;

		/* Bits from 2^130 on, times 5, at the bottom. */
		d0 = wide_add_word(wide_sum(d0.low, d2 & ~(uint64_t)3), d2 >> 2);
		d1 = wide_sum(d1.low, d0.high);
		h0 = d0.low;
		h1 = d1.low;
		h2 = (d2 & 3) + d1.high;
	}
	*sum = (struct poly1305_sum){{h0, h1, h2}};
}

void poly1305_emit(const struct poly1305_sum *sum, const uint8_t *add, uint8_t *out)
{
	/* sum + 5 reaches 2^130 if and only if sum is at least 2^130 - 5. */
	struct wide t0 = wide_sum(sum->h[0], 5);
	struct wide t1 = wide_sum(sum->h[1], t0.high);
	uint64_t reaches = 0 - ((sum->h[2] + t1.high) >> 2 & 1);
	uint64_t h0 = (sum->h[0] & ~reaches) | (t0.low & reaches);
	uint64_t h1 = (sum->h[1] & ~reaches) | (t1.low & reaches);

	if (add) {
		t0 = wide_sum(h0, bytes_load_le64(add));
		h1 += bytes_load_le64(add + 8) + t0.high;
		h0 = t0.low;
	}
	bytes_store_le64(out, h0);
	bytes_store_le64(out + 8, h1);
}

struct poly1305_state {
	struct poly1305_sum sum;
	struct poly1305_key r;
	uint8_t key[KEY_SIZE]; /* its second half is s */
	uint8_t block[POLY1305_BLOCK];
	uint32_t key_filled;
	uint32_t filled;
};

static void poly1305_init(const struct tfm *tfm, void *state)
{
	(void)tfm;
	memset(state, 0, sizeof(struct poly1305_state));
}

/* Takes what the key lacks from the data; returns how much. */
static size_t take_key(struct poly1305_state *state, const uint8_t *data, size_t size)
{
	size_t room = KEY_SIZE - state->key_filled;
	size_t take = room < size ? room : size;

	if (take == 0)
		return 0;
	memcpy(state->key + state->key_filled, data, take);
	state->key_filled += (uint32_t)take;
	if (state->key_filled == KEY_SIZE)
		poly1305_set_key(&state->r, state->key);
	return take;
}

static void absorb_whole(const struct tfm *tfm, void *opaque, const uint8_t *data, size_t blocks)
{
	struct poly1305_state *state = opaque;
	size_t done = poly1305_wide(&state->r, &state->sum, data, blocks, poly1305_lanes());

	(void)tfm;
	poly1305_blocks(&state->r, &state->sum, data + done * POLY1305_BLOCK, blocks - done, 1);
}

static int poly1305_update(const struct tfm *tfm, void *opaque, const uint8_t *data, size_t size)
{
	struct poly1305_state *state = opaque;
	size_t taken = take_key(state, data, size);

	absorb(tfm, state, absorb_whole, POLY1305_BLOCK, state->block, &state->filled, data + taken,
	       size - taken);
	return 0;
}

static int poly1305_final(const struct tfm *tfm, void *opaque, uint8_t *digest)
{
	struct poly1305_state *state = opaque;

	(void)tfm;
	if (state->key_filled < KEY_SIZE)
		return -ENOKEY;
	if (state->filled > 0) {
		state->block[state->filled] = 1;
		memset(state->block + state->filled + 1, 0, POLY1305_BLOCK - 1 - state->filled);
		poly1305_blocks(&state->r, &state->sum, state->block, 1, 0);
	}
	poly1305_emit(&state->sum, state->key + KEY_SIZE / 2, digest);
	return 0;
}

static bool poly1305_state_valid(const struct tfm *tfm, const void *opaque)
{
	const struct poly1305_state *state = opaque;

	(void)tfm;
	return state->key_filled <= KEY_SIZE && state->filled < POLY1305_BLOCK &&
	       (state->key_filled == KEY_SIZE || state->filled == 0);
}

static struct alg poly1305[] = {{
    .name = "poly1305",
    .driver = "poly1305-own",
    .backend = "own",
    .priority = 100,
    .type = ALG_TYPE_HASH,
    .key = ALG_KEY_NONE,
    .blocksize = POLY1305_BLOCK,
    .digestsize = 16,
    .statesize = sizeof(struct poly1305_state),
    .hash = {poly1305_init, poly1305_update, poly1305_final, poly1305_state_valid},
}};

int poly1305_register(void)
{
	return own_register(poly1305, 1);
}
