/* SPDX-License-Identifier: MIT */
/*
 * libcrypto's MD4 and Whirlpool by their low-level functions.  A library may be built
 * without them: then these names have no implementation, and all others stay.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/md4.h>
#include <openssl/whrlpool.h>
#include <string.h>

#include "base/secmem.h"
#include "crypto/backends/library.h"
#include "crypto/backends/openssl.h"
#include "crypto/backends/openssl_hash.h"
#include "crypto/registry.h"

#define FUNCTIONS(X)                                                                               \
	X(MD4_Init)                                                                                \
	X(MD4_Update)                                                                              \
	X(MD4_Final)                                                                               \
	X(WHIRLPOOL_Init)                                                                          \
	X(WHIRLPOOL_Update)                                                                        \
	X(WHIRLPOOL_Final)

static struct {
	FUNCTIONS(LIBRARY_MEMBER)
} library;

static const struct library_symbol symbols[] = {FUNCTIONS(LIBRARY_SYMBOL)};

static bool md4_valid(const MD4_CTX *context)
{
	return context->num < MD4_CBLOCK;
}

/* It counts bits; we only ever give it whole bytes. */
static bool wp512_valid(const WHIRLPOOL_CTX *context)
{
	return context->bitoff < WHIRLPOOL_BBLOCK && context->bitoff % 8 == 0;
}

WRAP(md4, MD4, MD4_CTX)
WRAP(wp512, WHIRLPOOL, WHIRLPOOL_CTX)

/* wp384 and wp256 are the first bytes of wp512's digest. */
static int wp_final(const struct tfm *tfm, void *state, uint8_t *digest)
{
	uint8_t whole[WHIRLPOOL_DIGEST_LENGTH];

	(void)wp512_final(tfm, state, whole);
	memcpy(digest, whole, tfm->alg->digestsize);
	secmem_wipe(whole, sizeof(whole));
	return 0;
}

#define wp384_init        wp512_init
#define wp384_update      wp512_update
#define wp384_final       wp_final
#define wp384_state_valid wp512_state_valid
#define wp256_init        wp512_init
#define wp256_update      wp512_update
#define wp256_final       wp_final
#define wp256_state_valid wp512_state_valid

static struct alg hashes[] = {
    ROW(md4, 64, 16, MD4_CTX),
    ROW(wp512, 64, 64, WHIRLPOOL_CTX),
    ROW(wp384, 64, 48, WHIRLPOOL_CTX),
    ROW(wp256, 64, 32, WHIRLPOOL_CTX),
};

int openssl_old_hashes_load(const char *library_file)
{
	if (library_open(library_file, symbols, sizeof(symbols) / sizeof(symbols[0]), &library) < 0)
		return 0;
	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		int result = registry_add(&hashes[i]);

		if (result < 0)
			return result;
	}
	return 0;
}
