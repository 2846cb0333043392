/* SPDX-License-Identifier: MIT */
/*
 * libcrypto's CAST5 (RFC 2144), block by block: it takes keys of all sizes, where libgcrypt's,
 * which is faster, only takes those with the full number of rounds.
 */
#include <errno.h>
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/cast.h>

#include "crypto/backends/library.h"
#include "crypto/backends/openssl.h"
#include "crypto/registry.h"

#define BLOCK   8u
#define MIN_KEY 5u
#define MAX_KEY 16u

#define FUNCTIONS(X)                                                                               \
	X(CAST_set_key)                                                                            \
	X(CAST_ecb_encrypt)

static struct {
	FUNCTIONS(LIBRARY_MEMBER)
} library;

static const struct library_symbol symbols[] = {FUNCTIONS(LIBRARY_SYMBOL)};

static int cast5_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	library.CAST_set_key(tfm_context(tfm), (int)size, key);
	return 0;
}

static void cast5_crypt(struct tfm *tfm, uint8_t *out, const uint8_t *in, size_t blocks,
			int direction)
{
	for (; blocks > 0; blocks--, in += BLOCK, out += BLOCK)
		library.CAST_ecb_encrypt(in, out, tfm_context(tfm), direction);
}

static void cast5_encrypt(struct tfm *tfm, uint8_t *out, const uint8_t *in, size_t blocks)
{
	cast5_crypt(tfm, out, in, blocks, CAST_ENCRYPT);
}

static void cast5_decrypt(struct tfm *tfm, uint8_t *out, const uint8_t *in, size_t blocks)
{
	cast5_crypt(tfm, out, in, blocks, CAST_DECRYPT);
}

static struct alg cast5 = {
    .name = "cast5",
    .driver = "cast5-openssl",
    .backend = "openssl",
    .priority = 100,
    .type = ALG_TYPE_CIPHER,
    .blocksize = BLOCK,
    .chunksize = BLOCK,
    .min_keysize = MIN_KEY,
    .max_keysize = MAX_KEY,
    .context_size = sizeof(CAST_KEY),
    .setkey = cast5_setkey,
    .cipher = {cast5_encrypt, cast5_decrypt, NULL},
};

int openssl_cast5_load(const char *library_file)
{
	int result =
	    library_open(library_file, symbols, sizeof(symbols) / sizeof(symbols[0]), &library);

	return result == -ENOENT ? 0 : registry_add(&cast5);
}
