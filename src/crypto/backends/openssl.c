/* SPDX-License-Identifier: MIT */
/*
 * libcrypto's MD5, SHA-1 and SHA-2 by their low-level functions: the fastest there are, with flat
 * contexts that serve as our hash states.  These functions initialise nothing in the library (no
 * provider, no configuration file, no atexit), so the program's own use of it is not disturbed.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/md5.h>
#include <openssl/sha.h>

#include "crypto/backends/backends.h"
#include "crypto/backends/library.h"
#include "crypto/backends/openssl.h"
#include "crypto/backends/openssl_hash.h"

#define FUNCTIONS(X)                                                                               \
	X(OpenSSL_version)                                                                         \
	X(MD5_Init)                                                                                \
	X(MD5_Update)                                                                              \
	X(MD5_Final)                                                                               \
	X(SHA1_Init)                                                                               \
	X(SHA1_Update)                                                                             \
	X(SHA1_Final)                                                                              \
	X(SHA224_Init)                                                                             \
	X(SHA224_Update)                                                                           \
	X(SHA224_Final)                                                                            \
	X(SHA256_Init)                                                                             \
	X(SHA256_Update)                                                                           \
	X(SHA256_Final)                                                                            \
	X(SHA384_Init)                                                                             \
	X(SHA384_Update)                                                                           \
	X(SHA384_Final)                                                                            \
	X(SHA512_Init)                                                                             \
	X(SHA512_Update)                                                                           \
	X(SHA512_Final)

static struct {
	FUNCTIONS(LIBRARY_MEMBER)
} library;

static const struct library_symbol symbols[] = {FUNCTIONS(LIBRARY_SYMBOL)};

/*
 * num counts the bytes in the context's buffer, and update writes behind them; md_len says how many
 * bytes final writes.  Both must be as we would have made them.
 */
static bool md5_valid(const MD5_CTX *context)
{
	return context->num < MD5_CBLOCK;
}

static bool sha1_valid(const SHA_CTX *context)
{
	return context->num < SHA_CBLOCK;
}

static bool sha224_valid(const SHA256_CTX *context)
{
	return context->num < SHA256_CBLOCK && context->md_len == SHA224_DIGEST_LENGTH;
}

static bool sha256_valid(const SHA256_CTX *context)
{
	return context->num < SHA256_CBLOCK && context->md_len == SHA256_DIGEST_LENGTH;
}

static bool sha384_valid(const SHA512_CTX *context)
{
	return context->num < SHA512_CBLOCK && context->md_len == SHA384_DIGEST_LENGTH;
}

static bool sha512_valid(const SHA512_CTX *context)
{
	return context->num < SHA512_CBLOCK && context->md_len == SHA512_DIGEST_LENGTH;
}

WRAP(md5, MD5, MD5_CTX)
WRAP(sha1, SHA1, SHA_CTX)
WRAP(sha224, SHA224, SHA256_CTX)
WRAP(sha256, SHA256, SHA256_CTX)
WRAP(sha384, SHA384, SHA512_CTX)
WRAP(sha512, SHA512, SHA512_CTX)

static struct alg hashes[] = {
    ROW(md5, 64, 16, MD5_CTX),        ROW(sha1, 64, 20, SHA_CTX),
    ROW(sha224, 64, 28, SHA256_CTX),  ROW(sha256, 64, 32, SHA256_CTX),
    ROW(sha384, 128, 48, SHA512_CTX), ROW(sha512, 128, 64, SHA512_CTX),
};

int backend_openssl_load(struct registry_backend *backend)
{
	int result =
	    library_open(backend->library, symbols, sizeof(symbols) / sizeof(symbols[0]), &library);

	if (result < 0)
		return result;
	backend->version = library.OpenSSL_version(OPENSSL_VERSION_STRING);
	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		result = registry_add(&hashes[i]);
		if (result < 0)
			return result;
	}
	result = openssl_md4_load(backend->library);
	return result < 0 ? result : openssl_ciphers_load(backend->library);
}
