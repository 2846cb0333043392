/* SPDX-License-Identifier: MIT */
/* Numbers of 128 bits, on processors whose compilers have none as well. */
#ifndef UALG_CRYPTO_WIDE_H
#define UALG_CRYPTO_WIDE_H

#include <stdint.h>

struct wide {
	uint64_t high, low;
};

#ifdef __SIZEOF_INT128__

__extension__ typedef unsigned __int128 wide_native;

static inline struct wide wide_of(wide_native value)
{
	return (struct wide){(uint64_t)(value >> 64), (uint64_t)value};
}

static inline wide_native wide_value(struct wide a)
{
	return (wide_native)a.high << 64 | a.low;
}

static inline struct wide wide_multiply(uint64_t a, uint64_t b)
{
	return wide_of((wide_native)a * b);
}

/* Modulo 2^128. */
static inline struct wide wide_add(struct wide a, struct wide b)
{
	return wide_of(wide_value(a) + wide_value(b));
}

#else

static inline struct wide wide_multiply(uint64_t a, uint64_t b)
{
	uint64_t a_low = (uint32_t)a, a_high = a >> 32, b_low = (uint32_t)b, b_high = b >> 32;
	uint64_t low = a_low * b_low;
	uint64_t middle = a_high * b_low + (low >> 32);
	uint64_t cross = a_low * b_high + (uint32_t)middle;

	return (struct wide){a_high * b_high + (middle >> 32) + (cross >> 32),
			     cross << 32 | (uint32_t)low};
}

static inline struct wide wide_add(struct wide a, struct wide b)
{
	uint64_t low = a.low + b.low;

	return (struct wide){a.high + b.high + (low < a.low), low};
}

#endif

static inline struct wide wide_add_word(struct wide a, uint64_t b)
{
	return wide_add(a, (struct wide){0, b});
}

static inline struct wide wide_sum(uint64_t a, uint64_t b)
{
	return wide_add((struct wide){0, a}, (struct wide){0, b});
}

#endif
