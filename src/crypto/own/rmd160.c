/* SPDX-License-Identifier: MIT */
/*
 * rmd160: Dobbertin, Bosselaers and Preneel, "RIPEMD-160: A Strengthened Version of RIPEMD" (1996),
 * appendix A.  No branch or address depends on data.
 */
#include "base/cpu.h"
#include "crypto/bytes.h"
#include "crypto/own/absorb.h"
#include "crypto/own/own.h"

#define BLOCK       ABSORB_BLOCK
#define LENGTH_SIZE 8u
#define DIGEST      20u
#define WORDS       5u
#define STEPS       80u

struct rmd160_state {
	uint32_t h[WORDS];
	struct absorb_tail tail;
};

static const uint32_t iv[WORDS] = {0x67452301u, 0xefcdab89u, 0x98badcfeu, 0x10325476u, 0xc3d2e1f0u};

/* What differs between the two lines that go over a block side by side. */
struct line {
	uint32_t constant[5]; /* K, of each round of 16 steps */
	uint8_t function[5];  /* f, likewise */
	uint8_t word[STEPS];  /* r: which word of the message */
	uint8_t shift[STEPS]; /* s */
};

/* clang-format off: a row for each round */
static const struct line left = {
    {0x00000000u, 0x5a827999u, 0x6ed9eba1u, 0x8f1bbcdcu, 0xa953fd4eu},
    {0, 1, 2, 3, 4},
    {0,  1, 2,  3, 4,  5,  6, 7,  8, 9,  10, 11, 12, 13, 14, 15, 7,  4,  13, 1,
     10, 6, 15, 3, 12, 0,  9, 5,  2, 14, 11, 8,  3,  10, 14, 4,  9,  15, 8,  1,
     2,  7, 0,  6, 13, 11, 5, 12, 1, 9,  11, 10, 0,  8,  12, 4,  13, 3,  7,  15,
     14, 5, 6,  2, 4,  0,  5, 9,  7, 12, 2,  10, 14, 1,  3,  8,  11, 6,  15, 13},
    {11, 14, 15, 12, 5, 8,  7,  9,  11, 13, 14, 15, 6,  7,  9,  8,  7,  6,  8,  13,
     11, 9,  7,  15, 7, 12, 15, 9,  11, 7,  13, 12, 11, 13, 6,  7,  14, 9,  13, 15,
     14, 8,  13, 6,  5, 12, 7,  5,  11, 12, 14, 15, 14, 15, 9,  8,  9,  14, 5,  6,
     8,  6,  5,  12, 9, 15, 5,  11, 6,  8,  13, 12, 5,  12, 13, 14, 11, 8,  5,  6},
};

static const struct line right = {
    {0x50a28be6u, 0x5c4dd124u, 0x6d703ef3u, 0x7a6d76e9u, 0x00000000u},
    {4, 3, 2, 1, 0},
    {5,  14, 7,  0,  9,  2,  11, 4,  13, 6, 15, 8, 1,  10, 3,  12, 6, 11, 3, 7,
     0,  13, 5,  10, 14, 15, 8,  12, 4,  9, 1,  2, 15, 5,  1,  3,  7, 14, 6, 9,
     11, 8,  12, 2,  10, 0,  4,  13, 8,  6, 4,  1, 3,  11, 15, 0,  5, 12, 2, 13,
     9,  7,  10, 14, 12, 15, 10, 4,  1,  5, 8,  7, 6,  2,  13, 14, 0, 3,  9, 11},
    {8,  9,  9,  11, 13, 15, 15, 5, 7,  7,  8,  11, 14, 14, 12, 6,  9,  13, 15, 7,
     12, 8,  9,  11, 7,  7,  12, 7, 6,  15, 13, 11, 9,  7,  15, 11, 8,  6,  6,  14,
     12, 13, 5,  14, 13, 13, 7,  5, 15, 5,  8,  11, 14, 14, 6,  14, 6,  9,  12, 9,
     12, 5,  15, 8,  8,  5,  12, 9, 12, 5,  14, 6,  8,  13, 6,  5,  15, 13, 11, 11},
};
/* clang-format on */

#define INLINE __attribute__((always_inline)) static inline

INLINE uint32_t mix(unsigned function, uint32_t x, uint32_t y, uint32_t z)
{
	switch (function) {
	case 0:
		return x ^ y ^ z;
	case 1:
		return ((y ^ z) & x) ^ z;
	case 2:
		return (x | ~y) ^ z;
	case 3:
		return ((x ^ y) & z) ^ y;
	default:
		return x ^ (y | ~z);
	}
}

/* Step j of a line.  Instead of moving the five words it names them anew: A is v[0] at first. */
INLINE void step(const struct line *line, unsigned j, uint32_t *v, const uint32_t *message)
{
	uint32_t *a = &v[(STEPS - j) % WORDS];
	uint32_t *b = &v[(STEPS - j + 1) % WORDS];
	uint32_t *c = &v[(STEPS - j + 2) % WORDS];
	uint32_t *d = &v[(STEPS - j + 3) % WORDS];
	uint32_t *e = &v[(STEPS - j + 4) % WORDS];

	*a += mix(line->function[j / 16], *b, *c, *d) + message[line->word[j]] +
	      line->constant[j / 16];
	*a = bytes_rotl32(*a, line->shift[j]) + *e;
	*c = bytes_rotl32(*c, 10);
}

/* Written out, so that the tables become constants and the words stay in registers. */
#define BOTH(j)                                                                                    \
	step(&left, j, l, message);                                                                \
	step(&right, j, r, message);
#define FOUR(j)    BOTH(j) BOTH((j) + 1) BOTH((j) + 2) BOTH((j) + 3)
#define SIXTEEN(j) FOUR(j) FOUR((j) + 4) FOUR((j) + 8) FOUR((j) + 12)

INLINE void compress_inline(uint32_t *h, const uint8_t *data)
{
	uint32_t message[16];
	uint32_t l[WORDS];
	uint32_t r[WORDS];
	uint32_t h1;

	for (unsigned i = 0; i < 16; i++)
		message[i] = bytes_load_le32(data + 4 * i);
	memcpy(l, h, sizeof(l));
	memcpy(r, h, sizeof(r));
	SIXTEEN(0) SIXTEEN(16) SIXTEEN(32) SIXTEEN(48) SIXTEEN(64) h1 = h[1] + l[2] + r[3];
	h[1] = h[2] + l[3] + r[4];
	h[2] = h[3] + l[4] + r[0];
	h[3] = h[4] + l[0] + r[1];
	h[4] = h[0] + l[1] + r[2];
	h[0] = h1;
}

static void compress_portable(uint32_t *h, const uint8_t *data)
{
	compress_inline(h, data);
}

static void (*compress)(uint32_t *h, const uint8_t *data) = compress_portable;

#if defined(__x86_64__)
/* The same with and-not, and rotations that leave their source alone. */
__attribute__((target("bmi,bmi2"))) static void compress_bmi(uint32_t *h, const uint8_t *data)
{
	compress_inline(h, data);
}

static void choose_code(void)
{
	if (cpu_has(CPU_BMI2))
		compress = compress_bmi;
}
#else
static void choose_code(void)
{
}
#endif

static void rmd160_init(const struct tfm *tfm, void *opaque)
{
	struct rmd160_state *state = opaque;

	(void)tfm;
	memset(state, 0, sizeof(*state));
	memcpy(state->h, iv, sizeof(iv));
}

static void absorb_whole(const struct tfm *tfm, void *opaque, const uint8_t *data, size_t blocks)
{
	struct rmd160_state *state = opaque;

	(void)tfm;
	for (; blocks > 0; blocks--, data += BLOCK)
		compress(state->h, data);
}

static int rmd160_update(const struct tfm *tfm, void *opaque, const uint8_t *data, size_t size)
{
	struct rmd160_state *state = opaque;

	absorb_counted(tfm, state, absorb_whole, &state->tail, data, size);
	return 0;
}

/* As MD4: a one bit, zeros, and the length in bits. */
static int rmd160_final(const struct tfm *tfm, void *opaque, uint8_t *digest)
{
	struct rmd160_state *state = opaque;

	absorb_padding(tfm, state, absorb_whole, &state->tail, LENGTH_SIZE);
	bytes_store_le64(state->tail.block + BLOCK - LENGTH_SIZE, state->tail.total * 8);
	compress(state->h, state->tail.block);
	for (unsigned i = 0; i < WORDS; i++)
		bytes_store_le32(digest + 4 * i, state->h[i]);
	return 0;
}

static bool rmd160_state_valid(const struct tfm *tfm, const void *opaque)
{
	const struct rmd160_state *state = opaque;

	(void)tfm;
	return absorb_tail_valid(&state->tail);
}

static struct alg rmd160[] = {{
    .name = "rmd160",
    .driver = "rmd160-own",
    .backend = "own",
    .priority = 100,
    .type = ALG_TYPE_HASH,
    .key = ALG_KEY_NONE,
    .blocksize = BLOCK,
    .digestsize = DIGEST,
    .statesize = sizeof(struct rmd160_state),
    .hash = {rmd160_init, rmd160_update, rmd160_final, rmd160_state_valid},
}};

int rmd160_register(void)
{
	choose_code();
	return own_register(rmd160, 1);
}
