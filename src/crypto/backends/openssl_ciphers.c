/* SPDX-License-Identifier: MIT */
/*
 * libcrypto's CAST5 (RFC 2144) and Camellia (RFC 3713), block by block.  CAST5 takes keys of all
 * sizes here, where libgcrypt's only takes those with the full number of rounds; Camellia is faster
 * than libgcrypt's where each block waits for the one before it.
 */
#include <errno.h>
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/camellia.h>
#include <openssl/cast.h>

#include "crypto/backends/library.h"
#include "crypto/backends/openssl.h"
#include "crypto/registry.h"

#define CAST5_FUNCTIONS(X)                                                                         \
	X(CAST_set_key)                                                                            \
	X(CAST_ecb_encrypt)

#define CAMELLIA_FUNCTIONS(X)                                                                      \
	X(Camellia_set_key)                                                                        \
	X(Camellia_ecb_encrypt)

static struct {
	CAST5_FUNCTIONS(LIBRARY_MEMBER)
} cast5_library;

static struct {
	CAMELLIA_FUNCTIONS(LIBRARY_MEMBER)
} camellia_library;

static const struct library_symbol cast5_symbols[] = {CAST5_FUNCTIONS(LIBRARY_SYMBOL)};
static const struct library_symbol camellia_symbols[] = {CAMELLIA_FUNCTIONS(LIBRARY_SYMBOL)};

static int cast5_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	cast5_library.CAST_set_key(tfm_context(tfm), (int)size, key);
	return 0;
}

static int camellia_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	if (camellia_library.Camellia_set_key(key, (int)size * 8, tfm_context(tfm)) != 0)
		return -EINVAL;
	return 0;
}

/* The functions of struct cipher_ops around one of the library that takes one block. */
#define CRYPT(title, block, function)                                                              \
	static void title##_crypt(struct tfm *tfm, uint8_t *out, const uint8_t *in, size_t blocks, \
				  int direction)                                                   \
	{                                                                                          \
		for (; blocks > 0; blocks--, in += (block), out += (block))                        \
			title##_library.function(in, out, tfm_context(tfm), direction);            \
	}                                                                                          \
	static void title##_encrypt(struct tfm *tfm, uint8_t *out, const uint8_t *in,              \
				    size_t blocks)                                                 \
	{                                                                                          \
		title##_crypt(tfm, out, in, blocks, 1);                                            \
	}                                                                                          \
	static void title##_decrypt(struct tfm *tfm, uint8_t *out, const uint8_t *in,              \
				    size_t blocks)                                                 \
	{                                                                                          \
		title##_crypt(tfm, out, in, blocks, 0);                                            \
	}

CRYPT(cast5, 8, CAST_ecb_encrypt)
CRYPT(camellia, 16, Camellia_ecb_encrypt)

#define ROW(title, block, min, max, CONTEXT)                                                       \
	{                                                                                          \
		.name = #title, .driver = #title "-openssl", .backend = "openssl",                 \
		.priority = 100, .type = ALG_TYPE_CIPHER, .blocksize = block, .chunksize = block,  \
		.min_keysize = min, .max_keysize = max, .context_size = sizeof(CONTEXT),           \
		.setkey = title##_setkey, .cipher = {title##_encrypt, title##_decrypt, NULL},      \
	}

static struct alg cast5 = ROW(cast5, 8, 5, 16, CAST_KEY);
static struct alg camellia = ROW(camellia, 16, 16, 32, CAMELLIA_KEY);

/* 0 also where the library was built without the cipher. */
static int load(const char *file, const struct library_symbol *symbols, size_t count,
		void *functions, struct alg *alg)
{
	return library_open(file, symbols, count, functions) < 0 ? 0 : registry_add(alg);
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

int openssl_ciphers_load(const char *library_file)
{
	int result =
	    load(library_file, cast5_symbols, COUNT(cast5_symbols), &cast5_library, &cast5);

	if (result < 0)
		return result;
	return load(library_file, camellia_symbols, COUNT(camellia_symbols), &camellia_library,
		    &camellia);
}
