/* SPDX-License-Identifier: MIT */
/*
 * sm4: GB/T 32907-2016 (in English: draft-ribose-cfrg-sm4).  Where each block waits for the one
 * before it this is faster than the libraries, whose strength is many blocks at once.
 */
#include "base/secmem.h"
#include "crypto/bytes.h"
#include "crypto/own/own.h"

#define BLOCK    16u
#define KEY_SIZE 16u
#define ROUNDS   32u

struct sm4_key {
	uint32_t encrypt[ROUNDS];
	uint32_t decrypt[ROUNDS];
};

/* Section 6.2.1. */
static const uint8_t substitution[256] = {
    0xd6, 0x90, 0xe9, 0xfe, 0xcc, 0xe1, 0x3d, 0xb7, 0x16, 0xb6, 0x14, 0xc2, 0x28, 0xfb, 0x2c, 0x05,
    0x2b, 0x67, 0x9a, 0x76, 0x2a, 0xbe, 0x04, 0xc3, 0xaa, 0x44, 0x13, 0x26, 0x49, 0x86, 0x06, 0x99,
    0x9c, 0x42, 0x50, 0xf4, 0x91, 0xef, 0x98, 0x7a, 0x33, 0x54, 0x0b, 0x43, 0xed, 0xcf, 0xac, 0x62,
    0xe4, 0xb3, 0x1c, 0xa9, 0xc9, 0x08, 0xe8, 0x95, 0x80, 0xdf, 0x94, 0xfa, 0x75, 0x8f, 0x3f, 0xa6,
    0x47, 0x07, 0xa7, 0xfc, 0xf3, 0x73, 0x17, 0xba, 0x83, 0x59, 0x3c, 0x19, 0xe6, 0x85, 0x4f, 0xa8,
    0x68, 0x6b, 0x81, 0xb2, 0x71, 0x64, 0xda, 0x8b, 0xf8, 0xeb, 0x0f, 0x4b, 0x70, 0x56, 0x9d, 0x35,
    0x1e, 0x24, 0x0e, 0x5e, 0x63, 0x58, 0xd1, 0xa2, 0x25, 0x22, 0x7c, 0x3b, 0x01, 0x21, 0x78, 0x87,
    0xd4, 0x00, 0x46, 0x57, 0x9f, 0xd3, 0x27, 0x52, 0x4c, 0x36, 0x02, 0xe7, 0xa0, 0xc4, 0xc8, 0x9e,
    0xea, 0xbf, 0x8a, 0xd2, 0x40, 0xc7, 0x38, 0xb5, 0xa3, 0xf7, 0xf2, 0xce, 0xf9, 0x61, 0x15, 0xa1,
    0xe0, 0xae, 0x5d, 0xa4, 0x9b, 0x34, 0x1a, 0x55, 0xad, 0x93, 0x32, 0x30, 0xf5, 0x8c, 0xb1, 0xe3,
    0x1d, 0xf6, 0xe2, 0x2e, 0x82, 0x66, 0xca, 0x60, 0xc0, 0x29, 0x23, 0xab, 0x0d, 0x53, 0x4e, 0x6f,
    0xd5, 0xdb, 0x37, 0x45, 0xde, 0xfd, 0x8e, 0x2f, 0x03, 0xff, 0x6a, 0x72, 0x6d, 0x6c, 0x5b, 0x51,
    0x8d, 0x1b, 0xaf, 0x92, 0xbb, 0xdd, 0xbc, 0x7f, 0x11, 0xd9, 0x5c, 0x41, 0x1f, 0x10, 0x5a, 0xd8,
    0x0a, 0xc1, 0x31, 0x88, 0xa5, 0xcd, 0x7b, 0xbd, 0x2d, 0x74, 0xd0, 0x12, 0xb8, 0xe5, 0xb4, 0xb0,
    0x89, 0x69, 0x97, 0x4a, 0x0c, 0x96, 0x77, 0x7e, 0x65, 0xb9, 0xf1, 0x09, 0xc5, 0x6e, 0xc6, 0x84,
    0x18, 0xf0, 0x7d, 0xec, 0x3a, 0xdc, 0x4d, 0x20, 0x79, 0xee, 0x5f, 0x3e, 0xd7, 0xcb, 0x39, 0x48,
};

/* Section 7.3.1: FK. */
static const uint32_t family[4] = {0xa3b1bac6u, 0x56aa3350u, 0x677d9197u, 0xb27022dcu};

/* [i][x]: what byte x at place i of a word, the highest first, becomes by T (section 6.2). */
static uint32_t tables[4][256];

static void make_tables(void)
{
	for (unsigned x = 0; x < 256; x++) {
		uint32_t b = (uint32_t)substitution[x] << 24;
		uint32_t mixed = b ^ bytes_rotl32(b, 2) ^ bytes_rotl32(b, 10) ^
				 bytes_rotl32(b, 18) ^ bytes_rotl32(b, 24);

		for (unsigned i = 0; i < 4; i++)
			tables[i][x] = bytes_rotr32(mixed, 8 * i);
	}
}

/* T' of the key schedule (section 7.3). */
static uint32_t transform_key(uint32_t x)
{
	uint32_t b = (uint32_t)substitution[x >> 24] << 24 |
		     (uint32_t)substitution[x >> 16 & 255] << 16 |
		     (uint32_t)substitution[x >> 8 & 255] << 8 | substitution[x & 255];

	return b ^ bytes_rotl32(b, 13) ^ bytes_rotl32(b, 23);
}

/* Section 7.3.2: CK, whose bytes are multiples of 7. */
static uint32_t constant(unsigned round)
{
	uint32_t word = 0;

	for (unsigned i = 4 * round; i < 4 * round + 4; i++)
		word = word << 8 | (7 * i & 255);
	return word;
}

static int sm4_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	struct sm4_key *context = tfm_context(tfm);
	uint32_t k[4];

	(void)size;
	for (unsigned i = 0; i < 4; i++)
		k[i] = bytes_load_be32(key + 4 * i) ^ family[i];
	for (unsigned i = 0; i < ROUNDS; i++) {
		k[i % 4] ^=
		    transform_key(k[(i + 1) % 4] ^ k[(i + 2) % 4] ^ k[(i + 3) % 4] ^ constant(i));
		context->encrypt[i] = k[i % 4];
		context->decrypt[ROUNDS - 1 - i] = k[i % 4];
	}
	secmem_wipe(k, sizeof(k));
	return 0;
}

/* One round: what waits for the round before it, c, comes last. */
static inline uint32_t round_of(uint32_t x, uint32_t a, uint32_t b, uint32_t c, uint32_t key)
{
	uint32_t y = (a ^ b ^ key) ^ c;

	return x ^ tables[0][y >> 24] ^ tables[1][y >> 16 & 255] ^ tables[2][y >> 8 & 255] ^
	       tables[3][y & 255];
}

static void crypt_block(const uint32_t *key, uint8_t *out, const uint8_t *in)
{
	uint32_t a = bytes_load_be32(in);
	uint32_t b = bytes_load_be32(in + 4);
	uint32_t c = bytes_load_be32(in + 8);
	uint32_t d = bytes_load_be32(in + 12);

	for (unsigned i = 0; i < ROUNDS; i += 4) {
		a = round_of(a, b, c, d, key[i]);
		b = round_of(b, c, d, a, key[i + 1]);
		c = round_of(c, d, a, b, key[i + 2]);
		d = round_of(d, a, b, c, key[i + 3]);
	}
	bytes_store_be32(out, d);
	bytes_store_be32(out + 4, c);
	bytes_store_be32(out + 8, b);
	bytes_store_be32(out + 12, a);
}

static void sm4_encrypt(struct tfm *tfm, uint8_t *out, const uint8_t *in, size_t blocks)
{
	const struct sm4_key *key = tfm_context(tfm);

	for (; blocks > 0; blocks--, in += BLOCK, out += BLOCK)
		crypt_block(key->encrypt, out, in);
}

static void sm4_decrypt(struct tfm *tfm, uint8_t *out, const uint8_t *in, size_t blocks)
{
	const struct sm4_key *key = tfm_context(tfm);

	for (; blocks > 0; blocks--, in += BLOCK, out += BLOCK)
		crypt_block(key->decrypt, out, in);
}

static struct alg sm4[] = {{
    .name = "sm4",
    .driver = "sm4-own",
    .backend = "own",
    .priority = 100,
    .type = ALG_TYPE_CIPHER,
    .blocksize = BLOCK,
    .chunksize = BLOCK,
    .min_keysize = KEY_SIZE,
    .max_keysize = KEY_SIZE,
    .context_size = sizeof(struct sm4_key),
    .setkey = sm4_setkey,
    .cipher = {sm4_encrypt, sm4_decrypt, NULL},
}};

int sm4_register(void)
{
	make_tables();
	return own_register(sm4, 1);
}
