/* SPDX-License-Identifier: MIT */
/* cast6: CAST-256, RFC 2612. */
#include "crypto/own/cast6.h"

#include <errno.h>

#include "base/secmem.h"
#include "crypto/bytes.h"
#include "crypto/own/own.h"

#define BLOCK   16u
#define MIN_KEY 16u
#define MAX_KEY 32u
#define QUADS   12u /* quad-rounds */

struct cast6_key {
	uint32_t masking[QUADS][4];
	uint8_t rotation[QUADS][4];
};

/* The round functions of section 2.2 over the four bytes of I. */
#define BOX(n, i) cast6_box[n][(i) >> (24 - 8 * (n)) & 0xff]

static uint32_t f1(uint32_t d, uint32_t masking, unsigned rotation)
{
	uint32_t i = bytes_rotl32(masking + d, rotation);

	return ((BOX(0, i) ^ BOX(1, i)) - BOX(2, i)) + BOX(3, i);
}

static uint32_t f2(uint32_t d, uint32_t masking, unsigned rotation)
{
	uint32_t i = bytes_rotl32(masking ^ d, rotation);

	return ((BOX(0, i) - BOX(1, i)) + BOX(2, i)) ^ BOX(3, i);
}

static uint32_t f3(uint32_t d, uint32_t masking, unsigned rotation)
{
	uint32_t i = bytes_rotl32(masking - d, rotation);

	return ((BOX(0, i) + BOX(1, i)) ^ BOX(2, i)) - BOX(3, i);
}

/* The eight words of a key are stirred twice between quad-rounds (section 2.4). */
static void stir(uint32_t *k, uint32_t *masking, unsigned *rotation)
{
	for (unsigned j = 0; j < 8; j++) {
		unsigned to = (6 - j) & 7;
		uint32_t from = k[(to + 1) & 7];
		uint32_t change = j % 3 == 0   ? f1(from, *masking, *rotation)
				  : j % 3 == 1 ? f2(from, *masking, *rotation)
					       : f3(from, *masking, *rotation);

		k[to] ^= change;
		*masking += 0x6ed9eba1u;
		*rotation = (*rotation + 17) % 32;
	}
}

static int cast6_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	struct cast6_key *context = tfm_context(tfm);
	uint32_t masking = 0x5a827999u;
	unsigned rotation = 19;
	uint8_t padded[MAX_KEY] = {0};
	uint32_t k[8];

	if (size % 4 != 0)
		return -EINVAL;
	memcpy(padded, key, size);
	for (unsigned i = 0; i < 8; i++)
		k[i] = bytes_load_be32(padded + 4 * i);
	for (unsigned i = 0; i < QUADS; i++) {
		stir(k, &masking, &rotation);
		stir(k, &masking, &rotation);
		for (unsigned j = 0; j < 4; j++) {
			context->rotation[i][j] = k[2 * j] & 31;
			context->masking[i][j] = k[7 - 2 * j];
		}
	}
	secmem_wipe(padded, sizeof(padded));
	secmem_wipe(k, sizeof(k));
	return 0;
}

/* A forward quad-round, and a reverse one, which is its inverse (section 2.3). */
static void forward(uint32_t *x, const uint32_t *masking, const uint8_t *rotation)
{
	x[2] ^= f1(x[3], masking[0], rotation[0]);
	x[1] ^= f2(x[2], masking[1], rotation[1]);
	x[0] ^= f3(x[1], masking[2], rotation[2]);
	x[3] ^= f1(x[0], masking[3], rotation[3]);
}

static void reverse(uint32_t *x, const uint32_t *masking, const uint8_t *rotation)
{
	x[3] ^= f1(x[0], masking[3], rotation[3]);
	x[0] ^= f3(x[1], masking[2], rotation[2]);
	x[1] ^= f2(x[2], masking[1], rotation[1]);
	x[2] ^= f1(x[3], masking[0], rotation[0]);
}

/* Decryption has the quad-rounds' keys in the opposite order. */
static void crypt(const struct cast6_key *key, uint8_t *out, const uint8_t *in, size_t blocks,
		  bool decrypt)
{
	for (; blocks > 0; blocks--, in += BLOCK, out += BLOCK) {
		uint32_t x[4];

		for (unsigned i = 0; i < 4; i++)
			x[i] = bytes_load_be32(in + 4 * i);
		for (unsigned i = 0; i < QUADS; i++) {
			unsigned n = decrypt ? QUADS - 1 - i : i;

			if (i < QUADS / 2)
				forward(x, key->masking[n], key->rotation[n]);
			else
				reverse(x, key->masking[n], key->rotation[n]);
		}
		for (unsigned i = 0; i < 4; i++)
			bytes_store_be32(out + 4 * i, x[i]);
	}
}

static void cast6_encrypt(struct tfm *tfm, uint8_t *out, const uint8_t *in, size_t blocks)
{
	crypt(tfm_context(tfm), out, in, blocks, false);
}

static void cast6_decrypt(struct tfm *tfm, uint8_t *out, const uint8_t *in, size_t blocks)
{
	crypt(tfm_context(tfm), out, in, blocks, true);
}

static struct alg cast6[] = {{
    .name = "cast6",
    .driver = "cast6-own",
    .backend = "own",
    .priority = 100,
    .type = ALG_TYPE_CIPHER,
    .blocksize = BLOCK,
    .min_keysize = MIN_KEY,
    .max_keysize = MAX_KEY,
    .context_size = sizeof(struct cast6_key),
    .setkey = cast6_setkey,
    .cipher = {cast6_encrypt, cast6_decrypt, NULL},
}};

int cast6_register(void)
{
	return own_register(cast6, 1);
}
