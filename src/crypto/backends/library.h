/* SPDX-License-Identifier: MIT */
/*
 * Opening a library at run time: nothing of ours links one, so that a program which never uses
 * AF_ALG pays for none.
 *
 * A back end lists the functions it needs once, in an X-macro:
 *
 *     #define FUNCTIONS(X) X(gcry_control) X(gcry_cipher_open)
 *     static struct { FUNCTIONS(LIBRARY_MEMBER) } library;
 *     static const struct library_symbol symbols[] = {FUNCTIONS(LIBRARY_SYMBOL)};
 *
 * Members have the types of the library's own header.
 */
#ifndef UALG_CRYPTO_BACKENDS_LIBRARY_H
#define UALG_CRYPTO_BACKENDS_LIBRARY_H

#include <stddef.h>

struct library_symbol {
	const char *name;
};

#define LIBRARY_MEMBER(function) __typeof__(function) *function;
#define LIBRARY_SYMBOL(function) {#function},

/*
 * Opens a library for good and writes the address of each symbol, in order, to functions: a
 * structure of count pointers.  0; -ENOENT: the library or one of the symbols is not there;
 * -ENOMEM: there is no descriptor or no memory for it just now.
 */
int library_open(const char *file, const struct library_symbol *symbols, size_t count,
		 void *functions);

#endif
