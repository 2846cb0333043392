/* SPDX-License-Identifier: MIT */
/*
 * serpent: Anderson, Biham and Knudsen, Serpent: A Proposal for the Advanced Encryption Standard,
 * in its bitsliced form, for keys of 0 to 32 bytes, the odd sizes among them.  Neither branch nor
 * address depends on data or key.
 */
#include "base/cpu.h"
#include "base/secmem.h"
#include "crypto/bytes.h"
#include "crypto/own/own.h"

#define BLOCK   16u
#define MAX_KEY 32u
#define ROUNDS  32u

struct serpent_key {
	uint32_t round[ROUNDS + 1][4];
};

/*
 * The boxes as polynomials: a mask for each output bit, in which bit n says whether the product of
 * those inputs whose bits are set in n is a term.  The compiler sees constants only.
 */
#define S0         0x61fb, 0x64e3, 0x45ac, 0x0316
#define S1         0x7247, 0x6d3b, 0x011d, 0x6b25
#define S2         0x0134, 0x3ad6, 0x3d46, 0x0497
#define S3         0x7346, 0x3a26, 0x0d9a, 0x31be
#define S4         0x071d, 0x7562, 0x5cda, 0x0e56
#define S5         0x071d, 0x1d1b, 0x7925, 0x2397
#define S6         0x49f7, 0x0215, 0x5cdb, 0x51bc
#define S7         0x7619, 0x2b7c, 0x4f96, 0x02b6
#define INVERSE_S0 0x7e59, 0x6436, 0x011f, 0x7943
#define INVERSE_S1 0x648f, 0x6794, 0x21e7, 0x0512
#define INVERSE_S2 0x0456, 0x3a1c, 0x2f1b, 0x21c9
#define INVERSE_S3 0x4752, 0x63d4, 0x3e68, 0x1ab6
#define INVERSE_S4 0x3b17, 0x2338, 0x0dbf, 0x1a1c
#define INVERSE_S5 0x0942, 0x0be6, 0x2c1a, 0x029d
#define INVERSE_S6 0x49eb, 0x0135, 0x5c47, 0x5bdd
#define INVERSE_S7 0x5c47, 0x6753, 0x3924, 0x0e98

#define TERM(mask, n, product) ((mask) >> (n)&1 ? (product) : zero)
#define POLYNOMIAL(mask)                                                                           \
	(TERM(mask, 0, ~zero) ^ TERM(mask, 1, a) ^ TERM(mask, 2, b) ^ TERM(mask, 3, ab) ^          \
	 TERM(mask, 4, c) ^ TERM(mask, 5, ac) ^ TERM(mask, 6, bc) ^ TERM(mask, 7, abc) ^           \
	 TERM(mask, 8, d) ^ TERM(mask, 9, ad) ^ TERM(mask, 10, bd) ^ TERM(mask, 11, abd) ^         \
	 TERM(mask, 12, cd) ^ TERM(mask, 13, acd) ^ TERM(mask, 14, bcd) ^ TERM(mask, 15, abc & d))

/* x: four words, or vectors of words, of type. */
#define BOX_OF(type, x, m0, m1, m2, m3)                                                            \
	do {                                                                                       \
		const type zero = {0};                                                             \
		const type a = x[0], b = x[1], c = x[2], d = x[3];                                 \
		const type ab = a & b, ac = a & c, ad = a & d, bc = b & c, bd = b & d, cd = c & d; \
		const type abc = ab & c, abd = ab & d, acd = ac & d, bcd = bc & d;                 \
                                                                                                   \
		x[0] = POLYNOMIAL(m0);                                                             \
		x[1] = POLYNOMIAL(m1);                                                             \
		x[2] = POLYNOMIAL(m2);                                                             \
		x[3] = POLYNOMIAL(m3);                                                             \
	} while (0)
#define BOX(type, x, ...) BOX_OF(type, x, __VA_ARGS__)

#define LEFT(x, n)  ((x) << (n) | (x) >> (32 - (n)))
#define RIGHT(x, n) ((x) >> (n) | (x) << (32 - (n)))

#define TRANSFORM(x)                                                                               \
	do {                                                                                       \
		x[0] = LEFT(x[0], 13);                                                             \
		x[2] = LEFT(x[2], 3);                                                              \
		x[1] ^= x[0] ^ x[2];                                                               \
		x[3] ^= x[2] ^ x[0] << 3;                                                          \
		x[1] = LEFT(x[1], 1);                                                              \
		x[3] = LEFT(x[3], 7);                                                              \
		x[0] ^= x[1] ^ x[3];                                                               \
		x[2] ^= x[3] ^ x[1] << 7;                                                          \
		x[0] = LEFT(x[0], 5);                                                              \
		x[2] = LEFT(x[2], 22);                                                             \
	} while (0)

#define INVERSE_TRANSFORM(x)                                                                       \
	do {                                                                                       \
		x[2] = RIGHT(x[2], 22);                                                            \
		x[0] = RIGHT(x[0], 5);                                                             \
		x[2] ^= x[3] ^ x[1] << 7;                                                          \
		x[0] ^= x[1] ^ x[3];                                                               \
		x[3] = RIGHT(x[3], 7);                                                             \
		x[1] = RIGHT(x[1], 1);                                                             \
		x[3] ^= x[2] ^ x[0] << 3;                                                          \
		x[1] ^= x[0] ^ x[2];                                                               \
		x[2] = RIGHT(x[2], 3);                                                             \
		x[0] = RIGHT(x[0], 13);                                                            \
	} while (0)

#define ADD_KEY(x, k) (x[0] ^= (k)[0], x[1] ^= (k)[1], x[2] ^= (k)[2], x[3] ^= (k)[3])

#define ROUND(type, x, k, ...)                                                                     \
	do {                                                                                       \
		ADD_KEY(x, k);                                                                     \
		BOX(type, x, __VA_ARGS__);                                                         \
		TRANSFORM(x);                                                                      \
	} while (0)

#define INVERSE_ROUND(type, x, k, ...)                                                             \
	do {                                                                                       \
		INVERSE_TRANSFORM(x);                                                              \
		BOX(type, x, __VA_ARGS__);                                                         \
		ADD_KEY(x, k);                                                                     \
	} while (0)

/*
 * Encryption and decryption of one block in each lane of vectors: k is struct serpent_key's round.
 * The last transformation is undone, or done beforehand, since the last round has none.
 */
#define LANES(name, lanes, attribute)                                                              \
	typedef uint32_t name __attribute__((vector_size(4 * (lanes))));                           \
	attribute static void name##_encrypt(const uint32_t(*k)[4], name *x)                       \
	{                                                                                          \
		for (unsigned r = 0; r < ROUNDS; r += 8, k += 8) {                                 \
			ROUND(name, x, k[0], S0);                                                  \
			ROUND(name, x, k[1], S1);                                                  \
			ROUND(name, x, k[2], S2);                                                  \
			ROUND(name, x, k[3], S3);                                                  \
			ROUND(name, x, k[4], S4);                                                  \
			ROUND(name, x, k[5], S5);                                                  \
			ROUND(name, x, k[6], S6);                                                  \
			ROUND(name, x, k[7], S7);                                                  \
		}                                                                                  \
		INVERSE_TRANSFORM(x);                                                              \
		ADD_KEY(x, k[0]);                                                                  \
	}                                                                                          \
	attribute static void name##_decrypt(const uint32_t(*k)[4], name *x)                       \
	{                                                                                          \
		k += ROUNDS;                                                                       \
		ADD_KEY(x, k[0]);                                                                  \
		TRANSFORM(x);                                                                      \
		for (unsigned r = 0; r < ROUNDS; r += 8) {                                         \
			k -= 8;                                                                    \
			INVERSE_ROUND(name, x, k[7], INVERSE_S7);                                  \
			INVERSE_ROUND(name, x, k[6], INVERSE_S6);                                  \
			INVERSE_ROUND(name, x, k[5], INVERSE_S5);                                  \
			INVERSE_ROUND(name, x, k[4], INVERSE_S4);                                  \
			INVERSE_ROUND(name, x, k[3], INVERSE_S3);                                  \
			INVERSE_ROUND(name, x, k[2], INVERSE_S2);                                  \
			INVERSE_ROUND(name, x, k[1], INVERSE_S1);                                  \
			INVERSE_ROUND(name, x, k[0], INVERSE_S0);                                  \
		}                                                                                  \
	}                                                                                          \
	/* As many whole groups of blocks as there are; returns how many blocks that were. */      \
	attribute static size_t name##_crypt(const uint32_t(*k)[4], uint8_t *out,                  \
					     const uint8_t *in, size_t blocks, bool decrypt)       \
	{                                                                                          \
		size_t done = 0;                                                                   \
                                                                                                   \
		for (; blocks - done >= (lanes); done += (lanes)) {                                \
			union {                                                                    \
				name vector[4];                                                    \
				uint32_t word[4][lanes];                                           \
			} x;                                                                       \
                                                                                                   \
			for (unsigned b = 0; b < (lanes); b++)                                     \
				for (unsigned i = 0; i < 4; i++)                                   \
					x.word[i][b] =                                             \
					    bytes_load_le32(in + BLOCK * (done + b) + 4 * i);      \
			if (decrypt)                                                               \
				name##_decrypt(k, x.vector);                                       \
			else                                                                       \
				name##_encrypt(k, x.vector);                                       \
			for (unsigned b = 0; b < (lanes); b++)                                     \
				for (unsigned i = 0; i < 4; i++)                                   \
					bytes_store_le32(out + BLOCK * (done + b) + 4 * i,         \
							 x.word[i][b]);                            \
		}                                                                                  \
		return done;                                                                       \
	}

LANES(one, 1, )
LANES(four, 4, )
#if defined(__x86_64__)
LANES(eight, 8, __attribute__((target("avx2"))))
#endif

static size_t (*wide_crypt)(const uint32_t (*k)[4], uint8_t *out, const uint8_t *in, size_t blocks,
			    bool decrypt) = four_crypt;

static void crypt(const struct serpent_key *key, uint8_t *out, const uint8_t *in, size_t blocks,
		  bool decrypt)
{
	size_t done = wide_crypt(key->round, out, in, blocks, decrypt);

	done +=
	    four_crypt(key->round, out + BLOCK * done, in + BLOCK * done, blocks - done, decrypt);
	(void)one_crypt(key->round, out + BLOCK * done, in + BLOCK * done, blocks - done, decrypt);
}

static void serpent_encrypt(struct tfm *tfm, uint8_t *out, const uint8_t *in, size_t blocks)
{
	crypt(tfm_context(tfm), out, in, blocks, false);
}

static void serpent_decrypt(struct tfm *tfm, uint8_t *out, const uint8_t *in, size_t blocks)
{
	crypt(tfm_context(tfm), out, in, blocks, true);
}

static void box_round_key(uint32_t *x, unsigned number)
{
	switch (number) {
	case 0:
		BOX(uint32_t, x, S0);
		break;
	case 1:
		BOX(uint32_t, x, S1);
		break;
	case 2:
		BOX(uint32_t, x, S2);
		break;
	case 3:
		BOX(uint32_t, x, S3);
		break;
	case 4:
		BOX(uint32_t, x, S4);
		break;
	case 5:
		BOX(uint32_t, x, S5);
		break;
	case 6:
		BOX(uint32_t, x, S6);
		break;
	default:
		BOX(uint32_t, x, S7);
		break;
	}
}

/* A key of less than 32 bytes is followed by a one bit and zeros. */
static int serpent_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	struct serpent_key *context = tfm_context(tfm);
	uint8_t padded[MAX_KEY] = {0};
	uint32_t w[8]; /* the last eight words of the sequence */

	if (size > 0)
		memcpy(padded, key, size);
	if (size < MAX_KEY)
		padded[size] = 1;
	for (unsigned i = 0; i < 8; i++)
		w[i] = bytes_load_le32(padded + 4 * i);
	for (unsigned i = 0; i < 4 * (ROUNDS + 1); i++) {
		uint32_t next = w[i % 8] ^ w[(i + 3) % 8] ^ w[(i + 5) % 8] ^ w[(i + 7) % 8];

		w[i % 8] = bytes_rotl32(next ^ 0x9e3779b9u ^ i, 11);
		context->round[i / 4][i % 4] = w[i % 8];
	}
	for (unsigned r = 0; r <= ROUNDS; r++)
		box_round_key(context->round[r], (ROUNDS + 3 - r) % 8);
	secmem_wipe(padded, sizeof(padded));
	secmem_wipe(w, sizeof(w));
	return 0;
}

static struct alg serpent[] = {{
    .name = "serpent",
    .driver = "serpent-own",
    .backend = "own",
    .priority = 100,
    .type = ALG_TYPE_CIPHER,
    .blocksize = BLOCK,
    .max_keysize = MAX_KEY,
    .context_size = sizeof(struct serpent_key),
    .setkey = serpent_setkey,
    .cipher = {serpent_encrypt, serpent_decrypt, NULL},
}};

int serpent_register(void)
{
#if defined(__x86_64__)
	if (cpu_has(CPU_AVX2))
		wide_crypt = eight_crypt;
#endif
	return own_register(serpent, 1);
}
