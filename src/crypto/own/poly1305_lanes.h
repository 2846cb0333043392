/* SPDX-License-Identifier: MIT */
/*
 * Poly1305's polynomial over LANES blocks at once, one in each lane of a vector.  The including
 * file says what NAME is to be the function's name, LANES, TARGET the attribute that allows the
 * instructions, and MULTIPLY(a, b), which multiplies the lower halves of lanes.
 *
 * Numbers are in five limbs of 26 bits, so that products of limbs and sums of them fit 64 bits.
 * Each lane goes on by r^LANES; in the end lane i is multiplied by r^(LANES - i), which gives each
 * block the power that its place asks for, and all are summed up.
 */
typedef uint64_t VECTOR __attribute__((vector_size(8 * LANES)));

/* Two loads of LANES / 2 blocks to the lower and to the upper words of LANES blocks. */
#if LANES == 8
#define EVEN_WORDS 0, 2, 4, 6, 8, 10, 12, 14
#define ODD_WORDS  1, 3, 5, 7, 9, 11, 13, 15
#else
#define EVEN_WORDS 0, 2, 4, 6
#define ODD_WORDS  1, 3, 5, 7
#endif

#define INLINE TARGET __attribute__((always_inline)) static inline

/* sum += the next blocks, each with its bit of 2^128. */
INLINE void ADD_BLOCKS(VECTOR *sum, const uint8_t *data)
{
	VECTOR first, second, low, high;

	memcpy(&first, data, sizeof(first));
	memcpy(&second, data + sizeof(first), sizeof(second));
	low = __builtin_shufflevector(first, second, EVEN_WORDS);
	high = __builtin_shufflevector(first, second, ODD_WORDS);
	sum[0] += low & LIMB_MASK;
	sum[1] += low >> 26 & LIMB_MASK;
	sum[2] += (low >> 52 | high << 12) & LIMB_MASK;
	sum[3] += high >> 14 & LIMB_MASK;
	sum[4] += high >> 40 | (uint64_t)1 << 24;
}

/* sum *= by, not yet carried: less than 2^60 each.  What stands from 2^130 on returns times 5. */
INLINE void TIMES(VECTOR *sum, const VECTOR *by, const VECTOR *by5)
{
	VECTOR a = sum[0], b = sum[1], c = sum[2], d = sum[3], e = sum[4];

	sum[0] = MULTIPLY(a, by[0]) + MULTIPLY(b, by5[4]) + MULTIPLY(c, by5[3]) +
		 MULTIPLY(d, by5[2]) + MULTIPLY(e, by5[1]);
	sum[1] = MULTIPLY(a, by[1]) + MULTIPLY(b, by[0]) + MULTIPLY(c, by5[4]) +
		 MULTIPLY(d, by5[3]) + MULTIPLY(e, by5[2]);
	sum[2] = MULTIPLY(a, by[2]) + MULTIPLY(b, by[1]) + MULTIPLY(c, by[0]) +
		 MULTIPLY(d, by5[4]) + MULTIPLY(e, by5[3]);
	sum[3] = MULTIPLY(a, by[3]) + MULTIPLY(b, by[2]) + MULTIPLY(c, by[1]) + MULTIPLY(d, by[0]) +
		 MULTIPLY(e, by5[4]);
	sum[4] = MULTIPLY(a, by[4]) + MULTIPLY(b, by[3]) + MULTIPLY(c, by[2]) + MULTIPLY(d, by[1]) +
		 MULTIPLY(e, by[0]);
}

/* Brings the limbs back to 26 bits, but for a few above them in the second and the last. */
INLINE void CARRY(VECTOR *sum)
{
	VECTOR carry;

	sum[1] += sum[0] >> 26, sum[0] &= LIMB_MASK;
	sum[4] += sum[3] >> 26, sum[3] &= LIMB_MASK;
	sum[2] += sum[1] >> 26, sum[1] &= LIMB_MASK;
	carry = sum[4] >> 26, sum[4] &= LIMB_MASK;
	sum[0] += carry + (carry << 2);
	sum[3] += sum[2] >> 26, sum[2] &= LIMB_MASK;
	sum[1] += sum[0] >> 26, sum[0] &= LIMB_MASK;
	sum[4] += sum[3] >> 26, sum[3] &= LIMB_MASK;
}

/* The power for each lane, and its fivefold; or the highest of them for all. */
INLINE void LOAD_POWERS(VECTOR *by, VECTOR *by5, const struct powers *powers, bool highest)
{
	for (unsigned i = 0; i < LIMBS; i++) {
		if (highest)
			by[i] = powers->limb[i][POWERS - LANES] - (VECTOR){0};
		else
			memcpy(&by[i], &powers->limb[i][POWERS - LANES], sizeof(by[i]));
		by5[i] = by[i] + (by[i] << 2);
	}
}

TARGET static void NAME(const struct powers *powers, uint64_t *limbs, const uint8_t *data,
			size_t groups)
{
	VECTOR sum[LIMBS] = {{limbs[0]}, {limbs[1]}, {limbs[2]}, {limbs[3]}, {limbs[4]}};
	VECTOR by[LIMBS], by5[LIMBS];

	LOAD_POWERS(by, by5, powers, true);
	ADD_BLOCKS(sum, data);
	for (; groups > 1; groups--) {
		data += LANES * POLY1305_BLOCK;
		TIMES(sum, by, by5);
		CARRY(sum);
		ADD_BLOCKS(sum, data);
	}
	LOAD_POWERS(by, by5, powers, false);
	TIMES(sum, by, by5);
	for (unsigned i = 0; i < LIMBS; i++) {
		limbs[i] = 0;
		for (unsigned lane = 0; lane < LANES; lane++)
			limbs[i] += sum[i][lane];
	}
}

#undef EVEN_WORDS
#undef ODD_WORDS
#undef INLINE
