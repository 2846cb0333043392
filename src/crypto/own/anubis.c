/* SPDX-License-Identifier: MIT */
/*
 * anubis: Barreto and Rijmen, The Anubis Block Cipher (NESSIE, the tweaked version).  A key has
 * N = 4 to 10 words, and a cipher 8 + N rounds.
 */
#include <errno.h>

#include "base/secmem.h"
#include "crypto/bytes.h"
#include "crypto/own/minibox.h"
#include "crypto/own/own.h"

#define BLOCK      16u
#define MIN_KEY    16u
#define MAX_KEY    40u
#define MAX_WORDS  (MAX_KEY / 4)
#define MAX_ROUNDS (8 + MAX_WORDS)

struct anubis_key {
	uint32_t encrypt[MAX_ROUNDS + 1][4];
	uint32_t decrypt[MAX_ROUNDS + 1][4];
	unsigned rounds;
};

/* The first row of the matrix of theta; entry (i, j) is that of place i ^ j. */
static const uint8_t row[4] = {0x1, 0x2, 0x4, 0x6};

/* The second column of the matrix of omega; column k is its k-th powers. */
static const uint8_t vandermonde[4] = {0x1, 0x2, 0x6, 0x8};

/* [i][x]: what byte x at place i becomes by gamma and theta. */
static uint32_t tables[4][256];

static void make_tables(void)
{
	minibox_make();
	for (unsigned i = 0; i < 4; i++)
		for (unsigned x = 0; x < 256; x++) {
			uint32_t word = 0;

			for (unsigned j = 0; j < 4; j++)
				word = word << 8 | minibox_multiply(minibox[x], row[i ^ j]);
			tables[i][x] = word;
		}
}

#define BYTE(word, i) ((word) >> (24 - 8 * (i)) & 0xff)

/* Round key r of the key schedule's state: tau(omega(gamma(k))). */
static void extract(uint32_t *round_key, const uint32_t *k, unsigned words)
{
	for (unsigned i = 0; i < 4; i++) {
		uint32_t word = 0;

		for (unsigned j = 0; j < 4; j++) {
			uint8_t sum = 0;

			for (unsigned n = words; n-- > 0;)
				sum =
				    minibox_multiply(sum, vandermonde[j]) ^ minibox[BYTE(k[n], i)];
			word = word << 8 | sum;
		}
		round_key[i] = word;
	}
}

/* The schedule's next state: gamma, pi, theta and constant r. */
static void evolve(uint32_t *k, unsigned words, unsigned r)
{
	uint32_t next[MAX_WORDS];

	for (unsigned i = 0; i < words; i++) {
		next[i] = 0;
		for (unsigned j = 0; j < 4; j++)
			next[i] ^= tables[j][BYTE(k[(i + words - j) % words], j)];
	}
	next[0] ^= bytes_load_be32(minibox + 4 * (r - 1));
	memcpy(k, next, words * sizeof(k[0]));
	secmem_wipe(next, sizeof(next));
}

/* theta alone: the box is its own inverse. */
static uint32_t theta(uint32_t word)
{
	uint32_t result = 0;

	for (unsigned j = 0; j < 4; j++)
		result ^= tables[j][minibox[BYTE(word, j)]];
	return result;
}

static int anubis_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	struct anubis_key *context = tfm_context(tfm);
	unsigned words = (unsigned)size / 4;
	unsigned rounds = 8 + words;
	uint32_t k[MAX_WORDS];

	if (size % 4 != 0)
		return -EINVAL;
	for (unsigned i = 0; i < words; i++)
		k[i] = bytes_load_be32(key + 4 * i);
	for (unsigned r = 0; r <= rounds; r++) {
		if (r > 0)
			evolve(k, words, r);
		extract(context->encrypt[r], k, words);
	}
	for (unsigned r = 0; r <= rounds; r++)
		for (unsigned i = 0; i < 4; i++) {
			uint32_t word = context->encrypt[rounds - r][i];

			context->decrypt[r][i] = r > 0 && r < rounds ? theta(word) : word;
		}
	context->rounds = rounds;
	secmem_wipe(k, sizeof(k));
	return 0;
}

static void crypt(const uint32_t (*key)[4], unsigned rounds, uint8_t *out, const uint8_t *in,
		  size_t blocks)
{
	for (; blocks > 0; blocks--, in += BLOCK, out += BLOCK) {
		uint32_t state[4];
		uint32_t next[4];

		for (unsigned i = 0; i < 4; i++)
			state[i] = bytes_load_be32(in + 4 * i) ^ key[0][i];
		/* gamma, tau, theta: byte i of each word goes into word i. */
		for (unsigned r = 1; r < rounds; r++) {
			for (unsigned i = 0; i < 4; i++)
				next[i] = tables[0][BYTE(state[0], i)] ^
					  tables[1][BYTE(state[1], i)] ^
					  tables[2][BYTE(state[2], i)] ^
					  tables[3][BYTE(state[3], i)] ^ key[r][i];
			memcpy(state, next, sizeof(state));
		}
		for (unsigned i = 0; i < 4; i++) {
			uint32_t word = 0;

			for (unsigned j = 0; j < 4; j++)
				word = word << 8 | minibox[BYTE(state[j], i)];
			bytes_store_be32(out + 4 * i, word ^ key[rounds][i]);
		}
	}
}

static void anubis_encrypt(struct tfm *tfm, uint8_t *out, const uint8_t *in, size_t blocks)
{
	const struct anubis_key *key = tfm_context(tfm);

	crypt(key->encrypt, key->rounds, out, in, blocks);
}

static void anubis_decrypt(struct tfm *tfm, uint8_t *out, const uint8_t *in, size_t blocks)
{
	const struct anubis_key *key = tfm_context(tfm);

	crypt(key->decrypt, key->rounds, out, in, blocks);
}

static struct alg anubis[] = {{
    .name = "anubis",
    .driver = "anubis-own",
    .backend = "own",
    .priority = 100,
    .type = ALG_TYPE_CIPHER,
    .blocksize = BLOCK,
    .min_keysize = MIN_KEY,
    .max_keysize = MAX_KEY,
    .context_size = sizeof(struct anubis_key),
    .setkey = anubis_setkey,
    .cipher = {anubis_encrypt, anubis_decrypt, NULL},
}};

int anubis_register(void)
{
	make_tables();
	return own_register(anubis, 1);
}
