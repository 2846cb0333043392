/* SPDX-License-Identifier: MIT */
/* Whirlpool's compression, by instructions that multiply bytes by matrices of bits. */
#include "crypto/own/whirlpool.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include "base/cpu.h"
#include "crypto/own/minibox.h"

#define ROWS 8u

/* Where the byte at each place comes from by pi. */
static uint8_t order[WHIRLPOOL_BLOCK];

/* Multiplications by 2, 4 and 8. */
static uint64_t times2, times4, times8;

/* Multiplication by a constant as the instruction wants it: a row of bits for each bit, 7 first. */
static uint64_t matrix_of(uint8_t factor)
{
	uint64_t matrix = 0;

	for (unsigned in = 0; in < 8; in++) {
		uint8_t product = minibox_multiply((uint8_t)(1u << in), factor);

		for (unsigned out = 0; out < 8; out++)
			matrix |= (uint64_t)(product >> out & 1) << (8 * (7 - out) + in);
	}
	return matrix;
}

static void make_tables(void)
{
	/* Column j moves down by j rows (section 3). */
	for (unsigned i = 0; i < ROWS; i++)
		for (unsigned j = 0; j < ROWS; j++)
			order[ROWS * i + j] = (uint8_t)(ROWS * ((i - j) % ROWS) + j);
	times2 = matrix_of(2);
	times4 = matrix_of(4);
	times8 = matrix_of(8);
}

#define WIDE        __attribute__((target("avx512f,avx512bw,avx512vbmi,gfni")))
#define WIDE_INLINE WIDE __attribute__((always_inline)) static inline

/* What a round needs, in registers. */
struct round {
	__m512i box[4]; /* gamma's, 64 bytes each */
	__m512i order;
	__m512i times2, times4, times8;
};

WIDE_INLINE struct round load_round(void)
{
	struct round round = {
	    .order = _mm512_loadu_si512(order),
	    .times2 = _mm512_set1_epi64((long long)times2),
	    .times4 = _mm512_set1_epi64((long long)times4),
	    .times8 = _mm512_set1_epi64((long long)times8),
	};

	for (unsigned i = 0; i < 4; i++)
		round.box[i] = _mm512_loadu_si512(whirlpool_box + 64 * i);
	return round;
}

WIDE_INLINE __m512i xor3(__m512i a, __m512i b, __m512i c)
{
	return _mm512_ternarylogic_epi64(a, b, c, 0x96);
}

#define TURN(x, places)  _mm512_rol_epi64(x, 8 * (places))
#define TIMES(x, matrix) _mm512_gf2p8affine_epi64_epi8(x, matrix, 0)

/*
 * theta: each row times the matrix whose first row is 1, 1, 4, 1, 8, 5, 2, 9, and whose others are
 * that one turned; 5 is 4 + 1 and 9 is 8 + 1.
 */
WIDE_INLINE __m512i theta(const struct round *round, __m512i x)
{
	__m512i turned5 = TURN(x, 5);
	__m512i turned7 = TURN(x, 7);
	__m512i once = xor3(xor3(x, TURN(x, 1), TURN(x, 3)), turned5, turned7);
	__m512i twice = TIMES(TURN(x, 6), round->times2);
	__m512i four = TIMES(_mm512_xor_si512(TURN(x, 2), turned5), round->times4);
	__m512i eight = TIMES(_mm512_xor_si512(TURN(x, 4), turned7), round->times8);

	return xor3(_mm512_xor_si512(once, twice), four, eight);
}

/* theta(pi(gamma(x))) */
WIDE_INLINE __m512i round_of(const struct round *round, __m512i x)
{
	__m512i low = _mm512_permutex2var_epi8(round->box[0], x, round->box[1]);
	__m512i high = _mm512_permutex2var_epi8(round->box[2], x, round->box[3]);

	x = _mm512_mask_blend_epi8(_mm512_movepi8_mask(x), low, high);
	return theta(round, _mm512_permutexvar_epi8(round->order, x));
}

WIDE static void absorb_gfni(uint64_t *state, const uint8_t *data, size_t blocks)
{
	const struct round round = load_round();
	__m512i h = _mm512_loadu_si512(state);

	for (; blocks > 0; blocks--, data += WHIRLPOOL_BLOCK) {
		__m512i message = _mm512_loadu_si512(data);
		__m512i key = h;
		__m512i text = _mm512_xor_si512(message, h);

		for (unsigned i = 0; i < WHIRLPOOL_ROUNDS; i++) {
			__m512i constant = _mm512_maskz_loadu_epi8(0xff, whirlpool_box + ROWS * i);

			key = _mm512_xor_si512(round_of(&round, key), constant);
			text = _mm512_xor_si512(round_of(&round, text), key);
		}
		h = xor3(h, text, message);
	}
	_mm512_storeu_si512(state, h);
}

whirlpool_absorb *whirlpool_special(void)
{
	if (!cpu_has(CPU_GFNI))
		return NULL;
	make_tables();
	return absorb_gfni;
}

#else

whirlpool_absorb *whirlpool_special(void)
{
	return NULL;
}

#endif
