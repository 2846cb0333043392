/* SPDX-License-Identifier: MIT */
/*
 * Algorithms that do nothing: digest_null, whose digest has no bytes and which yet wants a key of
 * any length (K-05, H-22), and ecb(cipher_null), which copies (K-06, C-25).
 */
#include "base/compiler.h"
#include "crypto/bytes.h"
#include "crypto/own/own.h"

static int take_any_key(struct tfm *tfm, const uint8_t *key, size_t size)
{
	(void)tfm;
	(void)key;
	(void)size;
	return 0;
}

static void digest_init(const struct tfm *tfm, void *state)
{
	(void)tfm;
	(void)state;
}

#define SMALLEST_PAGE 4096u

/* Nobody wants the bytes, but memory that is not there has to be found missing (H-14). */
CALLERS_POINTERS static int digest_update(const struct tfm *tfm, void *state, const uint8_t *data,
					  size_t size)
{
	const volatile uint8_t *bytes = data;

	(void)tfm;
	(void)state;
	for (size_t i = 0; i < size; i += SMALLEST_PAGE)
		(void)bytes[i];
	if (size)
		(void)bytes[size - 1];
	return 0;
}

static int digest_final(const struct tfm *tfm, void *state, uint8_t *digest)
{
	(void)tfm;
	(void)state;
	(void)digest;
	return 0;
}

static int copy(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	(void)tfm;
	(void)iv;
	memmove(out, in, size);
	return 0;
}

static struct alg algs[] = {
    {
	.name = "digest_null",
	.driver = "digest_null-own",
	.backend = "own",
	.priority = 100,
	.type = ALG_TYPE_HASH,
	.key = ALG_KEY_NEEDED,
	.blocksize = 1,
	.setkey = take_any_key,
	.hash = {digest_init, digest_update, digest_final, NULL},
    },
    {
	.name = "ecb(cipher_null)",
	.driver = "ecb-cipher_null",
	.backend = "own",
	.priority = 100,
	.type = ALG_TYPE_SKCIPHER,
	.blocksize = 1,
	.chunksize = 1,
	.skcipher = {copy, copy},
    },
};

int null_register(void)
{
	return own_register(algs, sizeof(algs) / sizeof(algs[0]));
}
