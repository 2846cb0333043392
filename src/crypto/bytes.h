/* SPDX-License-Identifier: MIT */
/* Numbers in a stated byte order, and arithmetic on strings of bytes. */
#ifndef UALG_CRYPTO_BYTES_H
#define UALG_CRYPTO_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Copies an IV: mostly of a size that is two instructions where the compiler knows it. */
static inline void bytes_copy_iv(uint8_t *to, const uint8_t *from, size_t size)
{
	if (size == 16)
		memcpy(to, from, 16);
	else if (size == 12)
		memcpy(to, from, 12);
	else if (size > 0)
		memcpy(to, from, size);
}

static inline uint64_t bytes_load_le64(const uint8_t *from)
{
	uint64_t value;

	memcpy(&value, from, sizeof(value));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	value = __builtin_bswap64(value);
#endif
	return value;
}

static inline void bytes_store_le64(uint8_t *to, uint64_t value)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	value = __builtin_bswap64(value);
#endif
	memcpy(to, &value, sizeof(value));
}

static inline uint32_t bytes_load_le32(const uint8_t *from)
{
	return (uint32_t)from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 |
	       (uint32_t)from[3] << 24;
}

static inline void bytes_store_le32(uint8_t *to, uint32_t value)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	value = __builtin_bswap32(value);
#endif
	memcpy(to, &value, sizeof(value));
}

static inline uint64_t bytes_load_be64(const uint8_t *from)
{
	return __builtin_bswap64(bytes_load_le64(from));
}

static inline void bytes_store_be64(uint8_t *to, uint64_t value)
{
	bytes_store_le64(to, __builtin_bswap64(value));
}

static inline void bytes_store_be32(uint8_t *to, uint32_t value)
{
	bytes_store_le32(to, __builtin_bswap32(value));
}

/* Rotations; by is 0..31 or 0..63. */
static inline uint32_t bytes_rotl32(uint32_t value, unsigned by)
{
	return value << by | value >> (-by & 31);
}

static inline uint32_t bytes_rotr32(uint32_t value, unsigned by)
{
	return value >> by | value << (-by & 31);
}

static inline uint64_t bytes_rotl64(uint64_t value, unsigned by)
{
	return value << by | value >> (-by & 63);
}

static inline uint64_t bytes_rotr64(uint64_t value, unsigned by)
{
	return value >> by | value << (-by & 63);
}

static inline uint32_t bytes_load_be32(const uint8_t *from)
{
	return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 |
	       (uint32_t)from[3];
}

/*
 * out = a ^ b, from the first byte on; all three may be the same, and out may lie before a or b and
 * overlap them.
 */
static inline void bytes_xor(uint8_t *out, const uint8_t *a, const uint8_t *b, size_t size)
{
	typedef uint64_t words __attribute__((vector_size(16)));
	size_t i = 0;

	for (; i + 16 <= size; i += 16) {
		words left, right;

		memcpy(&left, a + i, 16);
		memcpy(&right, b + i, 16);
		left ^= right;
		memcpy(out + i, &left, 16);
	}
	for (; i + 8 <= size; i += 8) {
		uint64_t word[2];

		memcpy(&word[0], a + i, 8);
		memcpy(&word[1], b + i, 8);
		word[0] ^= word[1];
		memcpy(out + i, &word[0], 8);
	}
	for (; i < size; i++)
		out[i] = (uint8_t)(a[i] ^ b[i]);
}

/*
 * Multiplication by x in GF(2^64) or GF(2^128), size saying which, in constant time: of elements as
 * CMAC has them, the last bit of the last byte being the coefficient of 1.  out may be in.
 */
static inline void bytes_double_be(uint8_t *out, const uint8_t *in, size_t size)
{
	uint8_t polynomial = size == 8 ? 0x1b : 0x87;
	uint8_t carry = (uint8_t)(0 - (in[0] >> 7));

	for (size_t i = 0; i + 1 < size; i++)
		out[i] = (uint8_t)(in[i] << 1 | in[i + 1] >> 7);
	out[size - 1] = (uint8_t)(in[size - 1] << 1 ^ (carry & polynomial));
}

/* counter += value, counter being one big-endian number of size bytes that wraps. */
static inline void bytes_add_be(uint8_t *counter, size_t size, uint64_t value)
{
	for (size_t i = size; i-- > 0 && value > 0;) {
		value += counter[i];
		counter[i] = (uint8_t)value;
		value >>= 8;
	}
}

#endif
