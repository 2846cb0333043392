/* SPDX-License-Identifier: MIT */
/*
 * A provider (include/ualg/provider.h): the block cipher Speck128/128 of Beaulieu and others, "The
 * SIMON and SPECK Families of Lightweight Block Ciphers", 2013.  ualg's templates make modes of it.
 *
 *     cc -shared -fPIC -O2 -I include -o speck.so examples/provider-speck.c
 *     UALG_PROVIDERS=./speck.so ualg doctor
 *     UALG_PROVIDERS=./speck.so ualg run PROGRAM
 *
 * PROGRAM may then bind cbc(speck128), gcm(speck128) and so on.
 *
 * It shows the interface; nobody needs Speck.
 */
#include <errno.h>
#include <string.h>

#include "ualg/provider.h"

#define ROUNDS     32
#define BLOCK_SIZE 16
#define KEY_SIZE   16

struct speck {
	uint64_t key[ROUNDS];
};

static uint64_t rotate(uint64_t value, unsigned by)
{
	return value << by | value >> (64 - by);
}

/* Words are little-endian, whatever the machine. */
static uint64_t load(const uint8_t *from)
{
	uint64_t value = 0;

	for (unsigned i = 8; i-- > 0;)
		value = value << 8 | from[i];
	return value;
}

static void store(uint8_t *to, uint64_t value)
{
	for (unsigned i = 0; i < 8; i++, value >>= 8)
		to[i] = (uint8_t)value;
}

static void round_forth(uint64_t *x, uint64_t *y, uint64_t key)
{
	*x = (rotate(*x, 56) + *y) ^ key;
	*y = rotate(*y, 3) ^ *x;
}

static void round_back(uint64_t *x, uint64_t *y, uint64_t key)
{
	*y = rotate(*y ^ *x, 61);
	*x = rotate((*x ^ key) - *y, 8);
}

static int speck_setkey(void *context, const uint8_t *key, size_t size)
{
	struct speck *speck = context;
	uint64_t a = load(key), b = load(key + 8);

	(void)size; /* between min_key_size and max_key_size: ualg has looked */
	for (uint64_t i = 0; i < ROUNDS; i++) {
		speck->key[i] = a;
		round_forth(&b, &a, i);
	}
	return 0;
}

static void speck_encrypt(void *context, uint8_t *out, const uint8_t *in, size_t blocks)
{
	const struct speck *speck = context;

	for (; blocks > 0; blocks--, in += BLOCK_SIZE, out += BLOCK_SIZE) {
		uint64_t y = load(in), x = load(in + 8);

		for (unsigned i = 0; i < ROUNDS; i++)
			round_forth(&x, &y, speck->key[i]);
		store(out, y);
		store(out + 8, x);
	}
}

static void speck_decrypt(void *context, uint8_t *out, const uint8_t *in, size_t blocks)
{
	const struct speck *speck = context;

	for (; blocks > 0; blocks--, in += BLOCK_SIZE, out += BLOCK_SIZE) {
		uint64_t y = load(in), x = load(in + 8);

		for (unsigned i = ROUNDS; i-- > 0;)
			round_back(&x, &y, speck->key[i]);
		store(out, y);
		store(out + 8, x);
	}
}

static const struct ualg_provider_alg algs[] = {
    {
	.type = UALG_PROVIDER_CIPHER,
	.name = "speck128",
	.driver = "speck128-example",
	.priority = 100,
	.block_size = BLOCK_SIZE,
	.min_key_size = KEY_SIZE,
	.max_key_size = KEY_SIZE,
	.context_size = sizeof(struct speck),
	.setkey = speck_setkey,
	.cipher = {speck_encrypt, speck_decrypt},
    },
};

static const struct ualg_provider provider = {
    .version = UALG_PROVIDER_VERSION,
    .alg_size = sizeof(struct ualg_provider_alg),
    .name = "speck",
    .release = "1",
    .algs = algs,
    .alg_count = sizeof(algs) / sizeof(algs[0]),
};

const struct ualg_provider *ualg_provider_init(uint32_t version)
{
	return version == UALG_PROVIDER_VERSION ? &provider : NULL;
}
