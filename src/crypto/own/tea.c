/* SPDX-License-Identifier: MIT */
/*
 * tea, xtea: Wheeler and Needham, TEA, a Tiny Encryption Algorithm (1994), and TEA extensions
 * (1997), with little-endian words.  xeta is an old misreading of xtea's formula that data was
 * encrypted with.
 */
#include "crypto/bytes.h"
#include "crypto/own/own.h"

#define BLOCK    8u
#define KEY_SIZE 16u
#define CYCLES   32u
#define DELTA    0x9e3779b9u

struct tea_key {
	uint32_t k[4];
};

static int tea_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	struct tea_key *context = tfm_context(tfm);

	(void)size;
	for (unsigned i = 0; i < 4; i++)
		context->k[i] = bytes_load_le32(key + 4 * i);
	return 0;
}

/*
 * What one half of a cycle adds to a word: of the other word, the sum of the deltas and the key.
 * FIRST and SECOND name such functions for y and for z.
 */
#define TEA_FIRST(z, sum)   ((((z) << 4) + k[0]) ^ ((z) + (sum)) ^ (((z) >> 5) + k[1]))
#define TEA_SECOND(y, sum)  ((((y) << 4) + k[2]) ^ ((y) + (sum)) ^ (((y) >> 5) + k[3]))
#define XTEA_MIX(x)         (((x) << 4 ^ (x) >> 5) + (x))
#define XTEA_FIRST(z, sum)  (XTEA_MIX(z) ^ ((sum) + k[(sum)&3]))
#define XTEA_SECOND(y, sum) (XTEA_MIX(y) ^ ((sum) + k[(sum) >> 11 & 3]))
#define XETA_MIX(x, sum)    (((x) << 4 ^ (x) >> 5) + ((x) ^ (sum)))
#define XETA_FIRST(z, sum)  (XETA_MIX(z, sum) + k[(sum)&3])
#define XETA_SECOND(y, sum) (XETA_MIX(y, sum) + k[(sum) >> 11 & 3])

/*
 * Both directions of one cipher.  early: whether the first half of a cycle has the sum after its
 * delta (TEA), or before (the others).
 */
#define CODE(name, FIRST, SECOND, early)                                                           \
	static void name##_encrypt(struct tfm *tfm, uint8_t *out, const uint8_t *in,               \
				   size_t blocks)                                                  \
	{                                                                                          \
		const uint32_t *k = ((const struct tea_key *)tfm_context(tfm))->k;                 \
                                                                                                   \
		for (; blocks > 0; blocks--, in += BLOCK, out += BLOCK) {                          \
			uint32_t y = bytes_load_le32(in);                                          \
			uint32_t z = bytes_load_le32(in + 4);                                      \
			uint32_t sum = 0;                                                          \
                                                                                                   \
			for (unsigned i = 0; i < CYCLES; i++, sum += DELTA) {                      \
				y += FIRST(z, sum + (early ? DELTA : 0));                          \
				z += SECOND(y, sum + DELTA);                                       \
			}                                                                          \
			bytes_store_le32(out, y);                                                  \
			bytes_store_le32(out + 4, z);                                              \
		}                                                                                  \
	}                                                                                          \
	static void name##_decrypt(struct tfm *tfm, uint8_t *out, const uint8_t *in,               \
				   size_t blocks)                                                  \
	{                                                                                          \
		const uint32_t *k = ((const struct tea_key *)tfm_context(tfm))->k;                 \
                                                                                                   \
		for (; blocks > 0; blocks--, in += BLOCK, out += BLOCK) {                          \
			uint32_t y = bytes_load_le32(in);                                          \
			uint32_t z = bytes_load_le32(in + 4);                                      \
			uint32_t sum = DELTA * (CYCLES - 1);                                       \
                                                                                                   \
			for (unsigned i = 0; i < CYCLES; i++, sum -= DELTA) {                      \
				z -= SECOND(y, sum + DELTA);                                       \
				y -= FIRST(z, sum + (early ? DELTA : 0));                          \
			}                                                                          \
			bytes_store_le32(out, y);                                                  \
			bytes_store_le32(out + 4, z);                                              \
		}                                                                                  \
	}

CODE(tea, TEA_FIRST, TEA_SECOND, true)
CODE(xtea, XTEA_FIRST, XTEA_SECOND, false)
CODE(xeta, XETA_FIRST, XETA_SECOND, false)

#define CIPHER(title)                                                                              \
	{                                                                                          \
		.name = #title, .driver = #title "-own", .backend = "own", .priority = 100,        \
		.type = ALG_TYPE_CIPHER, .blocksize = BLOCK, .min_keysize = KEY_SIZE,              \
		.max_keysize = KEY_SIZE, .context_size = sizeof(struct tea_key),                   \
		.setkey = tea_setkey, .cipher = {title##_encrypt, title##_decrypt, NULL},          \
	}

static struct alg ciphers[] = {CIPHER(tea), CIPHER(xtea), CIPHER(xeta)};

int tea_register(void)
{
	return own_register(ciphers, sizeof(ciphers) / sizeof(ciphers[0]));
}
