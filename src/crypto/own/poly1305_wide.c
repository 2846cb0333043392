/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <string.h>

#include "base/cpu.h"
#include "base/secmem.h"
#include "crypto/own/poly1305.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define LIMBS     5u
#define LIMB_MASK 0x3ffffffu
#define POWERS    8u /* of r: as many as the widest vector has lanes */

#define MIN_GROUPS 4u /* fewer are not worth the powers */

/* The powers of r, the highest first, by limbs of 26 bits. */
struct powers {
	uint64_t limb[LIMBS][POWERS];
};

#define NAME           four_lanes
#define LANES          4
#define VECTOR         vector4
#define ADD_BLOCKS     add_four_blocks
#define TIMES          times_four
#define CARRY          carry_four
#define LOAD_POWERS    load_four_powers
#define TARGET         __attribute__((target("avx2")))
#define MULTIPLY(a, b) ((VECTOR)_mm256_mul_epu32((__m256i)(a), (__m256i)(b)))
#include "crypto/own/poly1305_lanes.h"
#undef NAME
#undef LANES
#undef VECTOR
#undef ADD_BLOCKS
#undef TIMES
#undef CARRY
#undef LOAD_POWERS
#undef TARGET
#undef MULTIPLY

#define NAME           eight_lanes
#define LANES          8
#define VECTOR         vector8
#define ADD_BLOCKS     add_eight_blocks
#define TIMES          times_eight
#define CARRY          carry_eight
#define LOAD_POWERS    load_eight_powers
#define TARGET         __attribute__((target("avx512f,avx512vl")))
#define MULTIPLY(a, b) ((VECTOR)_mm512_mul_epu32((__m512i)(a), (__m512i)(b)))
#include "crypto/own/poly1305_lanes.h"

/* The last limb takes what is above. */
static void split(uint64_t *limb, const struct poly1305_sum *sum)
{
	limb[0] = sum->h[0] & LIMB_MASK;
	limb[1] = sum->h[0] >> 26 & LIMB_MASK;
	limb[2] = (sum->h[0] >> 52 | sum->h[1] << 12) & LIMB_MASK;
	limb[3] = sum->h[1] >> 14 & LIMB_MASK;
	limb[4] = sum->h[1] >> 40 | sum->h[2] << 24;
}

/* The other way, from limbs of less than 2^63 that are not carried. */
static void join(struct poly1305_sum *sum, uint64_t *limb)
{
	unsigned __int128 word;

	for (unsigned i = 0; i < 4; i++) {
		limb[i + 1] += limb[i] >> 26;
		limb[i] &= LIMB_MASK;
	}
	limb[0] += (limb[4] >> 26) * 5;
	limb[4] &= LIMB_MASK;
	word = limb[0] + ((unsigned __int128)limb[1] << 26) + ((unsigned __int128)limb[2] << 52);
	sum->h[0] = (uint64_t)word;
	word =
	    (word >> 64) + ((unsigned __int128)limb[3] << 14) + ((unsigned __int128)limb[4] << 40);
	sum->h[1] = (uint64_t)word;
	sum->h[2] = (uint64_t)(word >> 64);
}

static void compute_powers(struct powers *powers, const struct poly1305_key *key, unsigned count)
{
	static const uint8_t zero[POLY1305_BLOCK];
	struct poly1305_sum power = {{key->r[0], key->r[1], 0}};

	for (unsigned i = 0; i < count; i++) {
		uint64_t limb[LIMBS];

		if (i > 0)
			poly1305_blocks(key, &power, zero, 1, 0);
		split(limb, &power);
		for (unsigned j = 0; j < LIMBS; j++)
			powers->limb[j][POWERS - 1 - i] = limb[j];
	}
}

unsigned poly1305_lanes(void)
{
	return cpu_has(CPU_AVX512) ? 8 : cpu_has(CPU_AVX2) ? 4 : 0;
}

size_t poly1305_wide(const struct poly1305_key *key, struct poly1305_sum *sum, const uint8_t *data,
		     size_t blocks, unsigned lanes)
{
	struct powers powers;
	uint64_t limb[LIMBS];

	if (lanes == 0 || blocks < MIN_GROUPS * lanes)
		return 0;
	compute_powers(&powers, key, lanes);
	split(limb, sum);
	(lanes == 8 ? eight_lanes : four_lanes)(&powers, limb, data, blocks / lanes);
	join(sum, limb);
	secmem_wipe(&powers, sizeof(powers));
	secmem_wipe(limb, sizeof(limb));
	return blocks - blocks % lanes;
}

#else

unsigned poly1305_lanes(void)
{
	return 0;
}

size_t poly1305_wide(const struct poly1305_key *key, struct poly1305_sum *sum, const uint8_t *data,
		     size_t blocks, unsigned lanes)
{
	(void)key;
	(void)sum;
	(void)data;
	(void)blocks;
	(void)lanes;
	return 0;
}

#endif
