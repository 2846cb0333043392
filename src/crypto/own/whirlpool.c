/* SPDX-License-Identifier: MIT */
/*
 * wp512: Barreto and Rijmen, "The WHIRLPOOL Hashing Function" (2003), which is dedicated hash
 * function 7 of ISO/IEC 10118-3.  wp384 and wp256 are the first bytes of its digest.
 */
#include "crypto/own/whirlpool.h"

#include "base/secmem.h"
#include "crypto/bytes.h"
#include "crypto/own/absorb.h"
#include "crypto/own/minibox.h"
#include "crypto/own/own.h"
#include "crypto/own/rows.h"

#define BLOCK       WHIRLPOOL_BLOCK
#define LENGTH_SIZE 32u

struct whirlpool_state {
	uint64_t h[ROWS];
	struct absorb_tail tail;
};

/* The mini-boxes E and R (section 6.2). */
static const uint8_t box_e[16] = {0x1, 0xb, 0x9, 0xc, 0xd, 0x6, 0xf, 0x3,
				  0xe, 0x8, 0x7, 0x4, 0xa, 0x2, 0x5, 0x0};
static const uint8_t box_r[16] = {0x7, 0xc, 0xb, 0xd, 0xe, 0x4, 0x9, 0xf,
				  0x6, 0x3, 0x8, 0xa, 0x2, 0x5, 0x1, 0x0};

/* The first row of theta's matrix (section 3); each row after it is turned by one place more. */
static const uint8_t row[ROWS] = {0x1, 0x1, 0x4, 0x1, 0x8, 0x5, 0x2, 0x9};

uint8_t whirlpool_box[256];

/* [i][x]: what byte x at place i becomes by gamma and theta. */
static uint64_t tables[ROWS][256];

static uint8_t substitute(unsigned value)
{
	uint8_t inverse_e[16];
	unsigned left = box_e[value >> 4];
	unsigned right, middle;

	for (uint8_t i = 0; i < 16; i++)
		inverse_e[box_e[i]] = i;
	right = inverse_e[value & 15];
	middle = box_r[left ^ right];
	return (uint8_t)(box_e[left ^ middle] << 4 | inverse_e[right ^ middle]);
}

static void make_tables(void)
{
	for (unsigned x = 0; x < 256; x++) {
		uint64_t word = 0;

		whirlpool_box[x] = substitute(x);
		for (unsigned j = 0; j < ROWS; j++)
			word |= (uint64_t)minibox_multiply(whirlpool_box[x], row[j]) << 8 * j;
		for (unsigned i = 0; i < ROWS; i++)
			tables[i][x] = bytes_rotl64(word, 8 * i);
	}
}

/* By pi, byte i of row j goes to row i + j. */
#define ADD(j, ...) ROWS_ADD(in[j], tables, 1, __VA_ARGS__)

/* out = theta(pi(gamma(in))) */
static void transform(uint64_t *out, const uint64_t *in)
{
	uint64_t s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;

	ADD(0, s0, s1, s2, s3, s4, s5, s6, s7);
	ADD(1, s1, s2, s3, s4, s5, s6, s7, s0);
	ADD(2, s2, s3, s4, s5, s6, s7, s0, s1);
	ADD(3, s3, s4, s5, s6, s7, s0, s1, s2);
	ADD(4, s4, s5, s6, s7, s0, s1, s2, s3);
	ADD(5, s5, s6, s7, s0, s1, s2, s3, s4);
	ADD(6, s6, s7, s0, s1, s2, s3, s4, s5);
	ADD(7, s7, s0, s1, s2, s3, s4, s5, s6);
	ROWS_STORE(out, s0, s1, s2, s3, s4, s5, s6, s7);
}

/* The cipher W with h as its key, in Miyaguchi and Preneel's mode (section 4). */
static void compress(uint64_t *h, const uint8_t *data)
{
	uint64_t message[ROWS];
	uint64_t key[ROWS];
	uint64_t text[ROWS];

	for (unsigned i = 0; i < ROWS; i++) {
		message[i] = bytes_load_le64(data + 8 * i);
		key[i] = h[i];
		text[i] = message[i] ^ key[i];
	}
	for (unsigned round = 0; round < WHIRLPOOL_ROUNDS; round++) {
		transform(key, key);
		/* The constants are the substitutions of 0 to 79, a row for each round. */
		key[0] ^= bytes_load_le64(whirlpool_box + ROWS * round);
		transform(text, text);
		for (unsigned i = 0; i < ROWS; i++)
			text[i] ^= key[i];
	}
	for (unsigned i = 0; i < ROWS; i++)
		h[i] ^= text[i] ^ message[i];
}

void whirlpool_absorb_portable(uint64_t *h, const uint8_t *data, size_t blocks)
{
	for (; blocks > 0; blocks--, data += BLOCK)
		compress(h, data);
}

static whirlpool_absorb *code = whirlpool_absorb_portable;

static void whirlpool_init(const struct tfm *tfm, void *state)
{
	(void)tfm;
	memset(state, 0, sizeof(struct whirlpool_state));
}

static void absorb_whole(const struct tfm *tfm, void *opaque, const uint8_t *data, size_t blocks)
{
	struct whirlpool_state *state = opaque;

	(void)tfm;
	code(state->h, data, blocks);
}

static int whirlpool_update(const struct tfm *tfm, void *opaque, const uint8_t *data, size_t size)
{
	struct whirlpool_state *state = opaque;

	absorb_counted(tfm, state, absorb_whole, &state->tail, data, size);
	return 0;
}

static int whirlpool_final(const struct tfm *tfm, void *opaque, uint8_t *digest)
{
	struct whirlpool_state *state = opaque;
	uint8_t whole[BLOCK];

	absorb_padding(tfm, state, absorb_whole, &state->tail, LENGTH_SIZE);
	bytes_store_be64(state->tail.block + BLOCK - 16, state->tail.total >> 61);
	bytes_store_be64(state->tail.block + BLOCK - 8, state->tail.total << 3);
	code(state->h, state->tail.block, 1);
	for (unsigned i = 0; i < ROWS; i++)
		bytes_store_le64(whole + 8 * i, state->h[i]);
	memcpy(digest, whole, tfm->alg->digestsize);
	secmem_wipe(whole, sizeof(whole));
	return 0;
}

static bool whirlpool_state_valid(const struct tfm *tfm, const void *opaque)
{
	const struct whirlpool_state *state = opaque;

	(void)tfm;
	return absorb_tail_valid(&state->tail);
}

#define HASH(bits)                                                                                 \
	{                                                                                          \
		.name = "wp" #bits, .driver = "wp" #bits "-own", .backend = "own",                 \
		.priority = 100, .type = ALG_TYPE_HASH, .key = ALG_KEY_NONE, .blocksize = BLOCK,   \
		.digestsize = (bits) / 8, .statesize = sizeof(struct whirlpool_state),             \
		.hash = {whirlpool_init, whirlpool_update, whirlpool_final,                        \
			 whirlpool_state_valid},                                                   \
	}

static struct alg hashes[] = {HASH(512), HASH(384), HASH(256)};

int whirlpool_register(void)
{
	whirlpool_absorb *special = whirlpool_special();

	make_tables();
	if (special)
		code = special;
	return own_register(hashes, sizeof(hashes) / sizeof(hashes[0]));
}
