/* SPDX-License-Identifier: MIT */
/*
 * libcrypto's MD4 by its low-level functions.  A library may be built without it: then md4 has no
 * implementation, and all else stays.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/md4.h>

#include "crypto/backends/library.h"
#include "crypto/backends/openssl.h"
#include "crypto/backends/openssl_hash.h"
#include "crypto/registry.h"

#define FUNCTIONS(X)                                                                               \
	X(MD4_Init)                                                                                \
	X(MD4_Update)                                                                              \
	X(MD4_Final)

static struct {
	FUNCTIONS(LIBRARY_MEMBER)
} library;

static const struct library_symbol symbols[] = {FUNCTIONS(LIBRARY_SYMBOL)};

static bool md4_valid(const MD4_CTX *context)
{
	return context->num < MD4_CBLOCK;
}

WRAP(md4, MD4, MD4_CTX)

static struct alg md4 = ROW(md4, 64, 16, MD4_CTX);

int openssl_md4_load(const char *library_file)
{
	if (library_open(library_file, symbols, sizeof(symbols) / sizeof(symbols[0]), &library) < 0)
		return 0;
	return registry_add(&md4);
}
