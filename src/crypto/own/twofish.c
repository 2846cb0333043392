/* SPDX-License-Identifier: MIT */
/*
 * Twofish: Schneier, Kelsey, Whiting, Wagner, Hall, Ferguson: "Twofish: A 128-Bit Block Cipher",
 * 1998.  Keys of 16, 24 and 32 bytes; the libraries lack one or another of them.
 *
 * The S-boxes, which depend on the key, and the MDS matrix after them are combined in four tables
 * of 256 words when the key is set (section 4.3.5).
 */
#include <errno.h>
#include <string.h>

#include "base/secmem.h"
#include "crypto/bytes.h"
#include "crypto/own/own.h"
#include "crypto/registry.h"

#define BLOCK     16u
#define ROUNDS    16u
#define SUBKEYS   (8 + 2 * ROUNDS)
#define MAX_PARTS 4u /* of 64 bits, in a key */

#define MDS_POLYNOMIAL 0x169u /* x^8 + x^6 + x^5 + x^3 + 1 */
#define RS_POLYNOMIAL  0x14du /* x^8 + x^6 + x^3 + x^2 + 1 */

struct twofish_context {
	uint32_t sbox[4][256];
	uint32_t subkey[SUBKEYS];
};

/* Section 4.3.5: the four permutations of 4 bits that q0 and q1 are made of. */
static const uint8_t q_parts[2][4][16] = {
    {{0x8, 0x1, 0x7, 0xd, 0x6, 0xf, 0x3, 0x2, 0x0, 0xb, 0x5, 0x9, 0xe, 0xc, 0xa, 0x4},
     {0xe, 0xc, 0xb, 0x8, 0x1, 0x2, 0x3, 0x5, 0xf, 0x4, 0xa, 0x6, 0x7, 0x0, 0x9, 0xd},
     {0xb, 0xa, 0x5, 0xe, 0x6, 0xd, 0x9, 0x0, 0xc, 0x8, 0xf, 0x3, 0x2, 0x4, 0x7, 0x1},
     {0xd, 0x7, 0xf, 0x4, 0x1, 0x2, 0x6, 0xe, 0x9, 0xb, 0x3, 0x0, 0x8, 0x5, 0xc, 0xa}},
    {{0x2, 0x8, 0xb, 0xd, 0xf, 0x7, 0x6, 0xe, 0x3, 0x1, 0x9, 0x4, 0x0, 0xa, 0xc, 0x5},
     {0x1, 0xe, 0x2, 0xb, 0x4, 0xc, 0x3, 0x7, 0x6, 0xd, 0xa, 0x5, 0xf, 0x9, 0x0, 0x8},
     {0x4, 0xc, 0x7, 0x5, 0x1, 0x6, 0x9, 0xa, 0x0, 0xe, 0xd, 0x8, 0x2, 0xb, 0x3, 0xf},
     {0xb, 0x9, 0x5, 0x1, 0xc, 0x3, 0xd, 0xe, 0x6, 0x4, 0x7, 0xf, 0x2, 0x0, 0x8, 0xa}},
};

static const uint8_t mds[4][4] = {
    {0x01, 0xef, 0x5b, 0x5b},
    {0x5b, 0xef, 0xef, 0x01},
    {0xef, 0x5b, 0x01, 0xef},
    {0xef, 0x01, 0xef, 0x5b},
};

static const uint8_t rs[4][8] = {
    {0x01, 0xa4, 0x55, 0x87, 0x5a, 0x58, 0xdb, 0x9e},
    {0xa4, 0x56, 0x82, 0xf3, 0x1e, 0xc6, 0x68, 0xe5},
    {0x02, 0xa1, 0xfc, 0xc1, 0x47, 0xae, 0x3d, 0x19},
    {0xa4, 0x55, 0x87, 0x5a, 0x58, 0xdb, 0x9e, 0x03},
};

/*
 * Figure 2: which q each byte of a word goes through, before the first part of the key it meets
 * (the last of four) to after the last (the first).
 */
static const uint8_t q_order[MAX_PARTS + 1][4] = {
    {1, 0, 0, 1}, {1, 1, 0, 0}, {0, 1, 0, 1}, {0, 0, 1, 1}, {1, 0, 1, 0},
};

static uint8_t ror4(uint8_t value)
{
	return (uint8_t)((value >> 1 | value << 3) & 15);
}

static uint8_t q(unsigned which, uint8_t x)
{
	const uint8_t(*part)[16] = q_parts[which];
	uint8_t a = x >> 4;
	uint8_t b = x & 15;

	for (unsigned i = 0; i < 4; i += 2) {
		uint8_t mixed = a ^ b;
		uint8_t turned = (uint8_t)(a ^ ror4(b) ^ (a << 3 & 15));

		a = part[i][mixed];
		b = part[i + 1][turned];
	}
	return (uint8_t)(b << 4 | a);
}

static uint8_t multiply(uint8_t a, uint8_t b, unsigned polynomial)
{
	unsigned factor = a;
	unsigned product = 0;

	for (unsigned i = 0; i < 8; i++) {
		product ^= factor & (0 - ((unsigned)b >> i & 1u));
		factor = factor << 1 ^ (polynomial & (0 - (factor >> 7)));
	}
	return (uint8_t)product;
}

/*
 * One byte of the function h before the MDS matrix: byte place of a word whose bytes are all x,
 * with the list of parts words, of which each has 4 bytes.
 */
static uint8_t h_byte(uint8_t x, unsigned place, const uint8_t list[][4], unsigned parts)
{
	for (unsigned i = parts; i-- > 0;) {
		x = q(q_order[MAX_PARTS - 1 - i][place], x);
		x ^= list[i][place];
	}
	return q(q_order[MAX_PARTS][place], x);
}

/* What byte place contributes to the product with the MDS matrix. */
static uint32_t mds_column(uint8_t y, unsigned place)
{
	uint32_t word = 0;

	for (unsigned row = 0; row < 4; row++)
		word |= (uint32_t)multiply(mds[row][place], y, MDS_POLYNOMIAL) << (8 * row);
	return word;
}

static uint32_t h(uint8_t x, const uint8_t list[][4], unsigned parts)
{
	uint32_t word = 0;

	for (unsigned place = 0; place < 4; place++)
		word ^= mds_column(h_byte(x, place, list, parts), place);
	return word;
}

/* The words that the S-boxes depend on: 8 bytes of the key each, in reverse order (4.3.2). */
static void reduce(uint8_t out[][4], const uint8_t *key, unsigned parts)
{
	for (unsigned part = 0; part < parts; part++) {
		uint8_t *word = out[parts - 1 - part];

		memset(word, 0, 4);
		for (unsigned row = 0; row < 4; row++)
			for (unsigned i = 0; i < 8; i++)
				word[row] ^= multiply(rs[row][i], key[8 * part + i], RS_POLYNOMIAL);
	}
}

static int twofish_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	struct twofish_context *context = tfm_context(tfm);
	uint8_t even[MAX_PARTS][4], odd[MAX_PARTS][4], box[MAX_PARTS][4];
	unsigned parts = (unsigned)size / 8;

	if (size % 8 != 0)
		return -EINVAL;
	for (unsigned i = 0; i < parts; i++) {
		memcpy(even[i], key + 8 * i, 4);
		memcpy(odd[i], key + 8 * i + 4, 4);
	}
	for (unsigned i = 0; i < SUBKEYS / 2; i++) {
		uint32_t a = h((uint8_t)(2 * i), even, parts);
		uint32_t b = bytes_rotl32(h((uint8_t)(2 * i + 1), odd, parts), 8);

		context->subkey[2 * i] = a + b;
		context->subkey[2 * i + 1] = bytes_rotl32(a + 2 * b, 9);
	}
	reduce(box, key, parts);
	for (unsigned place = 0; place < 4; place++)
		for (unsigned x = 0; x < 256; x++)
			context->sbox[place][x] =
			    mds_column(h_byte((uint8_t)x, place, box, parts), place);
	secmem_wipe(even, sizeof(even));
	secmem_wipe(odd, sizeof(odd));
	secmem_wipe(box, sizeof(box));
	return 0;
}

static uint32_t g(const struct twofish_context *context, uint32_t x)
{
	return context->sbox[0][x & 255] ^ context->sbox[1][x >> 8 & 255] ^
	       context->sbox[2][x >> 16 & 255] ^ context->sbox[3][x >> 24];
}

static void encrypt_block(const struct twofish_context *context, uint8_t *out, const uint8_t *in)
{
	const uint32_t *key = context->subkey;
	uint32_t word[4];

	for (unsigned i = 0; i < 4; i++)
		word[i] = bytes_load_le32(in + 4 * i) ^ key[i];
	for (unsigned round = 0; round < ROUNDS; round++) {
		unsigned turn = round % 2 * 2; /* instead of swapping the halves */
		uint32_t t0 = g(context, word[turn]);
		uint32_t t1 = g(context, bytes_rotl32(word[turn + 1], 8));
		uint32_t *c = &word[2 - turn];
		uint32_t *d = &word[3 - turn];

		*c = bytes_rotr32(*c ^ (t0 + t1 + key[8 + 2 * round]), 1);
		*d = bytes_rotl32(*d, 1) ^ (t0 + 2 * t1 + key[9 + 2 * round]);
	}
	for (unsigned i = 0; i < 4; i++)
		bytes_store_le32(out + 4 * i, word[(i + 2) % 4] ^ key[4 + i]);
}

static void decrypt_block(const struct twofish_context *context, uint8_t *out, const uint8_t *in)
{
	const uint32_t *key = context->subkey;
	uint32_t word[4];

	for (unsigned i = 0; i < 4; i++)
		word[(i + 2) % 4] = bytes_load_le32(in + 4 * i) ^ key[4 + i];
	for (unsigned round = ROUNDS; round-- > 0;) {
		unsigned turn = round % 2 * 2;
		uint32_t t0 = g(context, word[turn]);
		uint32_t t1 = g(context, bytes_rotl32(word[turn + 1], 8));
		uint32_t *c = &word[2 - turn];
		uint32_t *d = &word[3 - turn];

		*c = bytes_rotl32(*c, 1) ^ (t0 + t1 + key[8 + 2 * round]);
		*d = bytes_rotr32(*d ^ (t0 + 2 * t1 + key[9 + 2 * round]), 1);
	}
	for (unsigned i = 0; i < 4; i++)
		bytes_store_le32(out + 4 * i, word[i] ^ key[i]);
}

static void twofish_encrypt(struct tfm *tfm, uint8_t *out, const uint8_t *in, size_t blocks)
{
	for (; blocks > 0; blocks--, in += BLOCK, out += BLOCK)
		encrypt_block(tfm_context(tfm), out, in);
}

static void twofish_decrypt(struct tfm *tfm, uint8_t *out, const uint8_t *in, size_t blocks)
{
	for (; blocks > 0; blocks--, in += BLOCK, out += BLOCK)
		decrypt_block(tfm_context(tfm), out, in);
}

static struct alg twofish = {
    .name = "twofish",
    .driver = "twofish-own",
    .backend = "own",
    .priority = 100,
    .type = ALG_TYPE_CIPHER,
    .blocksize = BLOCK,
    .chunksize = BLOCK,
    .min_keysize = 16,
    .max_keysize = 32,
    .context_size = sizeof(struct twofish_context),
    .setkey = twofish_setkey,
    .cipher = {twofish_encrypt, twofish_decrypt, NULL},
};

int twofish_register(void)
{
	return registry_add(&twofish);
}
