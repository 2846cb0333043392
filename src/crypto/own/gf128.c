/* SPDX-License-Identifier: MIT */
/*
 * POLYVAL's arithmetic serves GHASH too: RFC 8452, appendix A, turns a GHASH into a POLYVAL of the
 * bytes read backwards, under the key read backwards and multiplied by x.
 */
#include "crypto/own/gf128.h"

#include "base/cpu.h"
#include "crypto/bytes.h"

struct gf128 gf128_load(const uint8_t *from, bool ghash)
{
	if (ghash)
		return (struct gf128){bytes_load_be64(from + 8), bytes_load_be64(from)};
	return (struct gf128){bytes_load_le64(from), bytes_load_le64(from + 8)};
}

void gf128_store(uint8_t *to, struct gf128 element, bool ghash)
{
	if (ghash) {
		bytes_store_be64(to, element.high);
		bytes_store_be64(to + 8, element.low);
	} else {
		bytes_store_le64(to, element.low);
		bytes_store_le64(to + 8, element.high);
	}
}

/* a * x modulo x^128 + x^127 + x^126 + x^121 + 1. */
static struct gf128 times_x(struct gf128 a)
{
	uint64_t carry = 0 - (a.high >> 63);

	return (struct gf128){a.low << 1 ^ (carry & 1),
			      (a.high << 1 | a.low >> 63) ^ (carry & 0xc200000000000000u)};
}

void gf128_set_key(const struct gf128_code *code, struct gf128_key *key, const uint8_t *bytes,
		   bool ghash)
{
	struct gf128 h = gf128_load(bytes, ghash);

	key->ghash = ghash;
	key->power[0] = ghash ? times_x(h) : h;
	for (size_t i = 1; i < GF128_POWERS; i++)
		key->power[i] = code->multiply(key->power[i - 1], key->power[0]);
}

/*
 * The low 64 bits of a carry-less product, by integer multiplications whose operands have three
 * holes after each bit, so that no carry reaches the next one (Pornin, BearSSL: constant-time
 * GHASH).
 */
static uint64_t multiply_low(uint64_t a, uint64_t b)
{
	const uint64_t every_fourth = 0x1111111111111111u;
	uint64_t result = 0;
	uint64_t x[4];
	uint64_t y[4];

	for (unsigned i = 0; i < 4; i++) {
		x[i] = a & every_fourth << i;
		y[i] = b & every_fourth << i;
	}
	for (unsigned i = 0; i < 4; i++) {
		uint64_t sum = x[0] * y[i] ^ x[1] * y[(i - 1) & 3] ^ x[2] * y[(i - 2) & 3] ^
			       x[3] * y[(i - 3) & 3];

		result |= sum & every_fourth << i;
	}
	return result;
}

static uint64_t reverse_bits(uint64_t value)
{
	value = (value & 0x5555555555555555u) << 1 | (value >> 1 & 0x5555555555555555u);
	value = (value & 0x3333333333333333u) << 2 | (value >> 2 & 0x3333333333333333u);
	value = (value & 0x0f0f0f0f0f0f0f0fu) << 4 | (value >> 4 & 0x0f0f0f0f0f0f0f0fu);
	return __builtin_bswap64(value);
}

/* The whole product: its high half is the low half of the operands' reversals, reversed. */
static struct gf128 multiply_64(uint64_t a, uint64_t b)
{
	return (struct gf128){multiply_low(a, b),
			      reverse_bits(multiply_low(reverse_bits(a), reverse_bits(b))) >> 1};
}

/* Takes x^64 out of a product of 256 bits whose low half is low: adds low's multiple of the
 * polynomial that makes its lower word zero, and drops that word. */
static struct gf128 reduce_once(struct gf128 low)
{
	struct gf128 t = multiply_64(low.low, 0xc200000000000000u);

	return (struct gf128){low.high ^ t.low, low.low ^ t.high};
}

static struct gf128 multiply_portable(struct gf128 a, struct gf128 b)
{
	struct gf128 low = multiply_64(a.low, b.low);
	struct gf128 high = multiply_64(a.high, b.high);
	struct gf128 middle = multiply_64(a.low ^ a.high, b.low ^ b.high);

	middle.low ^= low.low ^ high.low;
	middle.high ^= low.high ^ high.high;
	low.high ^= middle.low;
	high.low ^= middle.high;
	low = reduce_once(reduce_once(low));
	return (struct gf128){high.low ^ low.low, high.high ^ low.high};
}

static struct gf128 blocks_portable(const struct gf128_key *key, struct gf128 sum,
				    const uint8_t *data, size_t blocks)
{
	for (; blocks > 0; blocks--, data += GF128_BLOCK) {
		struct gf128 block = gf128_load(data, key->ghash);

		sum.low ^= block.low;
		sum.high ^= block.high;
		sum = multiply_portable(sum, key->power[0]);
	}
	return sum;
}

const struct gf128_code gf128_portable = {multiply_portable, blocks_portable};

#if defined(__x86_64__)
#include <immintrin.h>

#define CLMUL __attribute__((target("pclmul,ssse3")))

/* A product of 256 bits before its reduction, its middle words apart. */
struct product {
	__m128i low;
	__m128i middle;
	__m128i high;
};

CLMUL static inline __m128i to_register(struct gf128 element)
{
	return _mm_set_epi64x((long long)element.high, (long long)element.low);
}

CLMUL static inline struct gf128 from_register(__m128i value)
{
	struct gf128 element;

	_mm_storeu_si128((__m128i *)&element, value);
	return element;
}

CLMUL static inline __m128i load_register(const uint8_t *from, bool ghash)
{
	const __m128i backwards =
	    _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
	__m128i value = _mm_loadu_si128((const __m128i *)from);

	return ghash ? _mm_shuffle_epi8(value, backwards) : value;
}

CLMUL static inline void add_product(struct product *sum, __m128i a, __m128i b)
{
	__m128i crossed =
	    _mm_xor_si128(_mm_clmulepi64_si128(a, b, 0x01), _mm_clmulepi64_si128(a, b, 0x10));

	sum->low = _mm_xor_si128(sum->low, _mm_clmulepi64_si128(a, b, 0x00));
	sum->middle = _mm_xor_si128(sum->middle, crossed);
	sum->high = _mm_xor_si128(sum->high, _mm_clmulepi64_si128(a, b, 0x11));
}

/* reduce_once, as above, in a register. */
CLMUL static inline __m128i reduce_register(__m128i low)
{
	const __m128i polynomial = _mm_set_epi64x(0, (long long)0xc200000000000000u);
	__m128i t = _mm_clmulepi64_si128(low, polynomial, 0x00);

	return _mm_xor_si128(_mm_shuffle_epi32(low, 0x4e), t);
}

CLMUL static inline __m128i reduce(const struct product *product)
{
	__m128i low = _mm_xor_si128(product->low, _mm_slli_si128(product->middle, 8));
	__m128i high = _mm_xor_si128(product->high, _mm_srli_si128(product->middle, 8));

	return _mm_xor_si128(reduce_register(reduce_register(low)), high);
}

CLMUL static struct gf128 multiply_clmul(struct gf128 a, struct gf128 b)
{
	struct product product = {0};

	add_product(&product, to_register(a), to_register(b));
	return from_register(reduce(&product));
}

/* Up to GF128_POWERS blocks with one reduction: block i of n times H^(n - i). */
CLMUL static inline __m128i blocks_at_once(const struct gf128_key *key, __m128i sum,
					   const uint8_t *data, size_t count)
{
	struct product product = {0};

	for (size_t i = 0; i < count; i++) {
		__m128i block = load_register(data + GF128_BLOCK * i, key->ghash);

		if (i == 0)
			block = _mm_xor_si128(block, sum);
		add_product(&product, block, to_register(key->power[count - 1 - i]));
	}
	return reduce(&product);
}

CLMUL static struct gf128 blocks_clmul(const struct gf128_key *key, struct gf128 sum,
				       const uint8_t *data, size_t blocks)
{
	__m128i value = to_register(sum);

	for (; blocks >= GF128_POWERS; blocks -= GF128_POWERS) {
		value = blocks_at_once(key, value, data, GF128_POWERS);
		data += GF128_POWERS * GF128_BLOCK;
	}
	if (blocks > 0)
		value = blocks_at_once(key, value, data, blocks);
	return from_register(value);
}

static const struct gf128_code with_clmul = {multiply_clmul, blocks_clmul};

const struct gf128_code *gf128_special(void)
{
	return cpu_has(CPU_PCLMUL) ? &with_clmul : NULL;
}
#else
const struct gf128_code *gf128_special(void)
{
	return NULL;
}
#endif
