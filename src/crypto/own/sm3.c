/* SPDX-License-Identifier: MIT */
/* sm3: GB/T 32905-2016 (in English: draft-sca-cfrg-sm3).  No branch or address depends on data. */
#include "base/cpu.h"
#include "crypto/bytes.h"
#include "crypto/own/absorb.h"
#include "crypto/own/own.h"

#define BLOCK       ABSORB_BLOCK
#define LENGTH_SIZE 8u
#define DIGEST      32u

struct sm3_state {
	uint32_t v[8];
	struct absorb_tail tail;
};

/* Section 4.1. */
static const uint32_t iv[8] = {0x7380166fu, 0x4914b2b9u, 0x172442d7u, 0xda8a0600u,
			       0xa96f30bcu, 0x163138aau, 0xe38dee4du, 0xb0fb0e4eu};

/* Section 4.2: each round's constant, turned by its number. */
static const uint32_t constants[64] = {
    0x79cc4519u, 0xf3988a32u, 0xe7311465u, 0xce6228cbu, 0x9cc45197u, 0x3988a32fu, 0x7311465eu,
    0xe6228cbcu, 0xcc451979u, 0x988a32f3u, 0x311465e7u, 0x6228cbceu, 0xc451979cu, 0x88a32f39u,
    0x11465e73u, 0x228cbce6u, 0x9d8a7a87u, 0x3b14f50fu, 0x7629ea1eu, 0xec53d43cu, 0xd8a7a879u,
    0xb14f50f3u, 0x629ea1e7u, 0xc53d43ceu, 0x8a7a879du, 0x14f50f3bu, 0x29ea1e76u, 0x53d43cecu,
    0xa7a879d8u, 0x4f50f3b1u, 0x9ea1e762u, 0x3d43cec5u, 0x7a879d8au, 0xf50f3b14u, 0xea1e7629u,
    0xd43cec53u, 0xa879d8a7u, 0x50f3b14fu, 0xa1e7629eu, 0x43cec53du, 0x879d8a7au, 0x0f3b14f5u,
    0x1e7629eau, 0x3cec53d4u, 0x79d8a7a8u, 0xf3b14f50u, 0xe7629ea1u, 0xcec53d43u, 0x9d8a7a87u,
    0x3b14f50fu, 0x7629ea1eu, 0xec53d43cu, 0xd8a7a879u, 0xb14f50f3u, 0x629ea1e7u, 0xc53d43ceu,
    0x8a7a879du, 0x14f50f3bu, 0x29ea1e76u, 0x53d43cecu, 0xa7a879d8u, 0x4f50f3b1u, 0x9ea1e762u,
    0x3d43cec5u,
};

/* Section 4.4. */
static uint32_t p0(uint32_t x)
{
	return x ^ bytes_rotl32(x, 9) ^ bytes_rotl32(x, 17);
}

static uint32_t p1(uint32_t x)
{
	return x ^ bytes_rotl32(x, 15) ^ bytes_rotl32(x, 23);
}

/* Section 4.3: the functions of rounds 0 to 15, and of the others. */
#define PARITY(x, y, z)   ((x) ^ (y) ^ (z))
#define MAJORITY(x, y, z) (((x) & (y)) + (((x) ^ (y)) & (z)))
#define CHOICE(x, y, z)   ((((y) ^ (z)) & (x)) ^ (z))

/*
 * The words of the message, expanded (section 5.3.2), in one of two ways.  One at a time, of which
 * the last 16 are kept; or, where there are groups, three at a time and kept all: group k % 6 has
 * the words from 3 * k - 2 on, and what is in its last lane does not matter.
 */
#define W(j) w[group ? (j) : (j)&15]
#define EXPAND(j)                                                                                  \
	W(j) = p1(W(j) ^ W((j) + 7) ^ bytes_rotl32(W((j) + 13), 15)) ^                             \
	       bytes_rotl32(W((j) + 3), 7) ^ W((j) + 10)

typedef uint32_t words __attribute__((vector_size(16)));

#define GROUP(k)        group[(k) % 6]
#define ROTATE(x, by)   ((x) << (by) | (x) >> (32 - (by)))
#define FROM_LAST(a, b) __builtin_shufflevector(a, b, 2, 4, 5, 6)

/* Words 16 + 3 * k and the two behind it, in place of those that are needed no more. */
#define EXPAND_THREE(k)                                                                            \
	do {                                                                                       \
		words x = FROM_LAST(GROUP(k), GROUP((k) + 1)) ^ GROUP((k) + 3) ^                   \
			  ROTATE(GROUP((k) + 5), 15);                                              \
                                                                                                   \
		x ^= ROTATE(x, 15) ^ ROTATE(x, 23);                                                \
		x ^= ROTATE(FROM_LAST(GROUP((k) + 1), GROUP((k) + 2)), 7) ^ GROUP((k) + 4);        \
		GROUP(k) = x;                                                                      \
		memcpy(w + 16 + 3 * (k), &x, sizeof(x));                                           \
	} while (0)

/* One round of section 5.3.3; instead of moving the words it names them anew. */
#define ROUND(a, b, c, d, e, f, g, h, FF, GG, j)                                                   \
	do {                                                                                       \
		uint32_t turned = bytes_rotl32(a, 12);                                             \
		uint32_t ss1 = bytes_rotl32((turned + constants[j]) + e, 7);                       \
                                                                                                   \
		if (group && (j) % 3 == 0 && (j) < 54)                                             \
			EXPAND_THREE((j) / 3);                                                     \
		if (!group && (j) >= 12)                                                           \
			EXPAND((j) + 4);                                                           \
		d = (d + FF(a, b, c) + (W(j) ^ W((j) + 4))) + (ss1 ^ turned);                      \
		h = (h + GG(e, f, g) + W(j)) + ss1;                                                \
		b = bytes_rotl32(b, 9);                                                            \
		f = bytes_rotl32(f, 19);                                                           \
		h = p0(h);                                                                         \
	} while (0)

#define FOUR_ROUNDS(FF, GG, j)                                                                     \
	do {                                                                                       \
		ROUND(a, b, c, d, e, f, g, h, FF, GG, j);                                          \
		ROUND(d, a, b, c, h, e, f, g, FF, GG, (j) + 1);                                    \
		ROUND(c, d, a, b, g, h, e, f, FF, GG, (j) + 2);                                    \
		ROUND(b, c, d, a, f, g, h, e, FF, GG, (j) + 3);                                    \
	} while (0)

#define SIXTEEN_ROUNDS(FF, GG, j)                                                                  \
	do {                                                                                       \
		FOUR_ROUNDS(FF, GG, j);                                                            \
		FOUR_ROUNDS(FF, GG, (j) + 4);                                                      \
		FOUR_ROUNDS(FF, GG, (j) + 8);                                                      \
		FOUR_ROUNDS(FF, GG, (j) + 12);                                                     \
	} while (0)

#define INLINE __attribute__((always_inline)) static inline

/* group: NULL, or those of words 0 to 15. */
INLINE void run_rounds(struct sm3_state *state, uint32_t *w, words *group)
{
	uint32_t a = state->v[0], b = state->v[1], c = state->v[2], d = state->v[3];
	uint32_t e = state->v[4], f = state->v[5], g = state->v[6], h = state->v[7];

	SIXTEEN_ROUNDS(PARITY, PARITY, 0);
	SIXTEEN_ROUNDS(MAJORITY, CHOICE, 16);
	SIXTEEN_ROUNDS(MAJORITY, CHOICE, 32);
	SIXTEEN_ROUNDS(MAJORITY, CHOICE, 48);
	state->v[0] ^= a;
	state->v[1] ^= b;
	state->v[2] ^= c;
	state->v[3] ^= d;
	state->v[4] ^= e;
	state->v[5] ^= f;
	state->v[6] ^= g;
	state->v[7] ^= h;
}

static void compress_portable(struct sm3_state *state, const uint8_t *data)
{
	uint32_t w[16];

	for (unsigned j = 0; j < 16; j++)
		w[j] = bytes_load_be32(data + 4 * j);
	run_rounds(state, w, NULL);
}

static void (*compress)(struct sm3_state *state, const uint8_t *data) = compress_portable;

#if defined(__x86_64__)

typedef uint8_t bytes16 __attribute__((vector_size(16)));

INLINE words load_words(const uint8_t *from)
{
	bytes16 bytes;

	memcpy(&bytes, from, sizeof(bytes));
	return (words)__builtin_shufflevector(bytes, bytes, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8,
					      15, 14, 13, 12);
}

INLINE void compress_groups(struct sm3_state *state, const uint8_t *data)
{
	uint32_t w[72]; /* the last group has a lane too many */
	words group[6] = {
	    [1] = load_words(data + 4),
	    [2] = load_words(data + 16),
	    [3] = load_words(data + 28),
	    [4] = load_words(data + 40),
	};

	for (unsigned j = 0; j < 16; j += 4) {
		words four = load_words(data + 4 * j);

		memcpy(w + j, &four, sizeof(four));
	}
	group[0] = w[0] - (words){0};
	group[5] = __builtin_shufflevector(load_words(data + 48), group[0], 1, 2, 3, 3);
	run_rounds(state, w, group);
}

/* With rotations that leave their source alone, and the message three words at a time. */
__attribute__((target("avx2,bmi,bmi2"))) static void compress_avx2(struct sm3_state *state,
								   const uint8_t *data)
{
	compress_groups(state, data);
}

/* And with rotations of vectors. */
__attribute__((target("avx512f,avx512vl,bmi,bmi2"))) static void
compress_avx512(struct sm3_state *state, const uint8_t *data)
{
	compress_groups(state, data);
}

static void choose_code(void)
{
	if (!cpu_has(CPU_BMI2))
		return;
	if (cpu_has(CPU_AVX512))
		compress = compress_avx512;
	else if (cpu_has(CPU_AVX2))
		compress = compress_avx2;
}
#else
static void choose_code(void)
{
}
#endif

static void sm3_init(const struct tfm *tfm, void *opaque)
{
	struct sm3_state *state = opaque;

	(void)tfm;
	memset(state, 0, sizeof(*state));
	memcpy(state->v, iv, sizeof(iv));
}

static void absorb_whole(const struct tfm *tfm, void *state, const uint8_t *data, size_t blocks)
{
	(void)tfm;
	for (; blocks > 0; blocks--, data += BLOCK)
		compress(state, data);
}

static int sm3_update(const struct tfm *tfm, void *opaque, const uint8_t *data, size_t size)
{
	struct sm3_state *state = opaque;

	absorb_counted(tfm, state, absorb_whole, &state->tail, data, size);
	return 0;
}

/* Section 5.2: a one bit, zeros, and the length in bits. */
static int sm3_final(const struct tfm *tfm, void *opaque, uint8_t *digest)
{
	struct sm3_state *state = opaque;

	absorb_padding(tfm, state, absorb_whole, &state->tail, LENGTH_SIZE);
	bytes_store_be64(state->tail.block + BLOCK - LENGTH_SIZE, state->tail.total * 8);
	compress(state, state->tail.block);
	for (unsigned i = 0; i < 8; i++)
		bytes_store_be32(digest + 4 * i, state->v[i]);
	return 0;
}

static bool sm3_state_valid(const struct tfm *tfm, const void *opaque)
{
	const struct sm3_state *state = opaque;

	(void)tfm;
	return absorb_tail_valid(&state->tail);
}

static struct alg sm3[] = {{
    .name = "sm3",
    .driver = "sm3-own",
    .backend = "own",
    .priority = 100,
    .type = ALG_TYPE_HASH,
    .key = ALG_KEY_NONE,
    .blocksize = BLOCK,
    .digestsize = DIGEST,
    .statesize = sizeof(struct sm3_state),
    .hash = {sm3_init, sm3_update, sm3_final, sm3_state_valid},
}};

int sm3_register(void)
{
	choose_code();
	return own_register(sm3, 1);
}
