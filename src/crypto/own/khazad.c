/* SPDX-License-Identifier: MIT */
/* khazad: Barreto and Rijmen, The Khazad Legacy-Level Block Cipher (NESSIE, the tweaked version).
 */
#include "crypto/bytes.h"
#include "crypto/own/minibox.h"
#include "crypto/own/own.h"

#define BLOCK    8u
#define KEY_SIZE 16u
#define ROUNDS   8u

struct khazad_key {
	uint64_t encrypt[ROUNDS + 1];
	uint64_t decrypt[ROUNDS + 1];
};

/* The first row of the matrix of theta; entry (i, j) is that of place i ^ j. */
static const uint8_t row[8] = {0x1, 0x3, 0x4, 0x5, 0x6, 0x8, 0xb, 0x7};

/* [i][x]: what byte x at place i becomes by gamma and theta. */
static uint64_t tables[8][256];

static void make_tables(void)
{
	minibox_make();
	for (unsigned x = 0; x < 256; x++) {
		uint8_t product[8];

		for (unsigned j = 0; j < 8; j++)
			product[j] = minibox_multiply(minibox[x], row[j]);
		for (unsigned i = 0; i < 8; i++) {
			uint64_t word = 0;

			for (unsigned j = 0; j < 8; j++)
				word = word << 8 | product[i ^ j];
			tables[i][x] = word;
		}
	}
}

#define BYTE(word, i) ((word) >> (56 - 8 * (i)) & 0xff)

/* theta(gamma(a)) */
static uint64_t round_of(uint64_t a)
{
	return tables[0][BYTE(a, 0)] ^ tables[1][BYTE(a, 1)] ^ tables[2][BYTE(a, 2)] ^
	       tables[3][BYTE(a, 3)] ^ tables[4][BYTE(a, 4)] ^ tables[5][BYTE(a, 5)] ^
	       tables[6][BYTE(a, 6)] ^ tables[7][BYTE(a, 7)];
}

static uint64_t gamma_of(uint64_t a)
{
	uint64_t word = 0;

	for (unsigned i = 0; i < 8; i++)
		word = word << 8 | minibox[BYTE(a, i)];
	return word;
}

static int khazad_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	struct khazad_key *context = tfm_context(tfm);
	uint64_t before = bytes_load_be64(key);
	uint64_t last = bytes_load_be64(key + 8);

	(void)size;
	for (unsigned r = 0; r <= ROUNDS; r++) {
		uint64_t next = round_of(last) ^ bytes_load_be64(minibox + 8 * r) ^ before;

		context->encrypt[r] = next;
		before = last;
		last = next;
	}
	/* The rounds are their own inverses but for the order of theta and the key. */
	context->decrypt[0] = context->encrypt[ROUNDS];
	context->decrypt[ROUNDS] = context->encrypt[0];
	for (unsigned r = 1; r < ROUNDS; r++)
		context->decrypt[r] = round_of(gamma_of(context->encrypt[ROUNDS - r]));
	return 0;
}

static void crypt(const uint64_t *key, uint8_t *out, const uint8_t *in, size_t blocks)
{
	for (; blocks > 0; blocks--, in += BLOCK, out += BLOCK) {
		uint64_t state = bytes_load_be64(in) ^ key[0];

		for (unsigned r = 1; r < ROUNDS; r++)
			state = round_of(state) ^ key[r];
		bytes_store_be64(out, gamma_of(state) ^ key[ROUNDS]);
	}
}

static void khazad_encrypt(struct tfm *tfm, uint8_t *out, const uint8_t *in, size_t blocks)
{
	const struct khazad_key *key = tfm_context(tfm);

	crypt(key->encrypt, out, in, blocks);
}

static void khazad_decrypt(struct tfm *tfm, uint8_t *out, const uint8_t *in, size_t blocks)
{
	const struct khazad_key *key = tfm_context(tfm);

	crypt(key->decrypt, out, in, blocks);
}

static struct alg khazad[] = {{
    .name = "khazad",
    .driver = "khazad-own",
    .backend = "own",
    .priority = 100,
    .type = ALG_TYPE_CIPHER,
    .blocksize = BLOCK,
    .min_keysize = KEY_SIZE,
    .max_keysize = KEY_SIZE,
    .context_size = sizeof(struct khazad_key),
    .setkey = khazad_setkey,
    .cipher = {khazad_encrypt, khazad_decrypt, NULL},
}};

int khazad_register(void)
{
	make_tables();
	return own_register(khazad, 1);
}
