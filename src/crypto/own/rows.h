/* SPDX-License-Identifier: MIT */
/*
 * What streebog and whirlpool share: a layer that substitutes the 64 bytes of eight words, moves
 * them among the words, and multiplies the words by a matrix, done by tables of what a byte at each
 * place of a word becomes.
 */
#ifndef UALG_CRYPTO_OWN_ROWS_H
#define UALG_CRYPTO_OWN_ROWS_H

#include <stdint.h>

#define ROWS 8u

/* Where words of 64 bits have registers, and enough of them. */
#if __SIZEOF_POINTER__ == 8
#define ROWS_HIDE(...) __asm__("" : __VA_ARGS__)
#else
#define ROWS_HIDE(...) (void)0
#endif

/*
 * Adds what the bytes of a word become, the lowest first, to the sums s0 to s7: variables, so that
 * they stay in registers.  Byte i becomes what tables[i * stride] says.
 *
 * The empty assembly hides values from the compiler.  It would shift the word anew for each byte,
 * where one shift for two is enough, and reorder the sums until no register is left for them.
 */
#define ROWS_ADD(word, tables, stride, s0, s1, s2, s3, s4, s5, s6, s7)                             \
	do {                                                                                       \
		uint64_t left = (word);                                                            \
                                                                                                   \
		ROWS_ADD_PAIR(left, (tables)[0 * (stride)], s0, (tables)[1 * (stride)], s1);       \
		ROWS_ADD_PAIR(left, (tables)[2 * (stride)], s2, (tables)[3 * (stride)], s3);       \
		ROWS_ADD_PAIR(left, (tables)[4 * (stride)], s4, (tables)[5 * (stride)], s5);       \
		ROWS_ADD_PAIR(left, (tables)[6 * (stride)], s6, (tables)[7 * (stride)], s7);       \
		ROWS_HIDE("+r"(s0), "+r"(s1), "+r"(s2), "+r"(s3), "+r"(s4), "+r"(s5), "+r"(s6),    \
			  "+r"(s7));                                                               \
	} while (0)

#define ROWS_ADD_PAIR(left, first_table, first_sum, second_table, second_sum)                      \
	do {                                                                                       \
		first_sum ^= (first_table)[left & 0xff];                                           \
		second_sum ^= (second_table)[left >> 8 & 0xff];                                    \
		left >>= 16;                                                                       \
		ROWS_HIDE("+r"(left));                                                             \
	} while (0)

/* Writes the sums. */
#define ROWS_STORE(out, s0, s1, s2, s3, s4, s5, s6, s7)                                            \
	do {                                                                                       \
		(out)[0] = s0;                                                                     \
		(out)[1] = s1;                                                                     \
		(out)[2] = s2;                                                                     \
		(out)[3] = s3;                                                                     \
		(out)[4] = s4;                                                                     \
		(out)[5] = s5;                                                                     \
		(out)[6] = s6;                                                                     \
		(out)[7] = s7;                                                                     \
	} while (0)

#endif
