/* SPDX-License-Identifier: MIT */
/*
 * streebog256 and streebog512: RFC 6986 (GOST R 34.11-2012).  Numbers of 512 bits are kept with
 * their lowest word first, as the bytes of a message come.
 */
#include "crypto/bytes.h"
#include "crypto/own/absorb.h"
#include "crypto/own/own.h"
#include "crypto/own/rows.h"

#define WORDS  ROWS
#define BLOCK  64u
#define ROUNDS 12u

/* Pi' of section 6.2. */
static const uint8_t substitution[256] = {
    0xfc, 0xee, 0xdd, 0x11, 0xcf, 0x6e, 0x31, 0x16, 0xfb, 0xc4, 0xfa, 0xda, 0x23, 0xc5, 0x04, 0x4d,
    0xe9, 0x77, 0xf0, 0xdb, 0x93, 0x2e, 0x99, 0xba, 0x17, 0x36, 0xf1, 0xbb, 0x14, 0xcd, 0x5f, 0xc1,
    0xf9, 0x18, 0x65, 0x5a, 0xe2, 0x5c, 0xef, 0x21, 0x81, 0x1c, 0x3c, 0x42, 0x8b, 0x01, 0x8e, 0x4f,
    0x05, 0x84, 0x02, 0xae, 0xe3, 0x6a, 0x8f, 0xa0, 0x06, 0x0b, 0xed, 0x98, 0x7f, 0xd4, 0xd3, 0x1f,
    0xeb, 0x34, 0x2c, 0x51, 0xea, 0xc8, 0x48, 0xab, 0xf2, 0x2a, 0x68, 0xa2, 0xfd, 0x3a, 0xce, 0xcc,
    0xb5, 0x70, 0x0e, 0x56, 0x08, 0x0c, 0x76, 0x12, 0xbf, 0x72, 0x13, 0x47, 0x9c, 0xb7, 0x5d, 0x87,
    0x15, 0xa1, 0x96, 0x29, 0x10, 0x7b, 0x9a, 0xc7, 0xf3, 0x91, 0x78, 0x6f, 0x9d, 0x9e, 0xb2, 0xb1,
    0x32, 0x75, 0x19, 0x3d, 0xff, 0x35, 0x8a, 0x7e, 0x6d, 0x54, 0xc6, 0x80, 0xc3, 0xbd, 0x0d, 0x57,
    0xdf, 0xf5, 0x24, 0xa9, 0x3e, 0xa8, 0x43, 0xc9, 0xd7, 0x79, 0xd6, 0xf6, 0x7c, 0x22, 0xb9, 0x03,
    0xe0, 0x0f, 0xec, 0xde, 0x7a, 0x94, 0xb0, 0xbc, 0xdc, 0xe8, 0x28, 0x50, 0x4e, 0x33, 0x0a, 0x4a,
    0xa7, 0x97, 0x60, 0x73, 0x1e, 0x00, 0x62, 0x44, 0x1a, 0xb8, 0x38, 0x82, 0x64, 0x9f, 0x26, 0x41,
    0xad, 0x45, 0x46, 0x92, 0x27, 0x5e, 0x55, 0x2f, 0x8c, 0xa3, 0xa5, 0x7d, 0x69, 0xd5, 0x95, 0x3b,
    0x07, 0x58, 0xb3, 0x40, 0x86, 0xac, 0x1d, 0xf7, 0x30, 0x37, 0x6b, 0xe4, 0x88, 0xd9, 0xe7, 0x89,
    0xe1, 0x1b, 0x83, 0x49, 0x4c, 0x3f, 0xf8, 0xfe, 0x8d, 0x53, 0xaa, 0x90, 0xca, 0xd8, 0x85, 0x61,
    0x20, 0x71, 0x67, 0xa4, 0x2d, 0x2b, 0x09, 0x5b, 0xcb, 0x9b, 0x25, 0xd0, 0xbe, 0xe5, 0x6c, 0x52,
    0x59, 0xa6, 0x74, 0xd2, 0xe6, 0xf4, 0xb4, 0xc0, 0xd1, 0x66, 0xaf, 0xc2, 0x39, 0x4b, 0x63, 0xb6,
};

/* The matrix A of section 6.4: what each bit of a word becomes, the highest first. */
static const uint64_t matrix[64] = {
    0x8e20faa72ba0b470u, 0x47107ddd9b505a38u, 0xad08b0e0c3282d1cu, 0xd8045870ef14980eu,
    0x6c022c38f90a4c07u, 0x3601161cf205268du, 0x1b8e0b0e798c13c8u, 0x83478b07b2468764u,
    0xa011d380818e8f40u, 0x5086e740ce47c920u, 0x2843fd2067adea10u, 0x14aff010bdd87508u,
    0x0ad97808d06cb404u, 0x05e23c0468365a02u, 0x8c711e02341b2d01u, 0x46b60f011a83988eu,
    0x90dab52a387ae76fu, 0x486dd4151c3dfdb9u, 0x24b86a840e90f0d2u, 0x125c354207487869u,
    0x092e94218d243cbau, 0x8a174a9ec8121e5du, 0x4585254f64090fa0u, 0xaccc9ca9328a8950u,
    0x9d4df05d5f661451u, 0xc0a878a0a1330aa6u, 0x60543c50de970553u, 0x302a1e286fc58ca7u,
    0x18150f14b9ec46ddu, 0x0c84890ad27623e0u, 0x0642ca05693b9f70u, 0x0321658cba93c138u,
    0x86275df09ce8aaa8u, 0x439da0784e745554u, 0xafc0503c273aa42au, 0xd960281e9d1d5215u,
    0xe230140fc0802984u, 0x71180a8960409a42u, 0xb60c05ca30204d21u, 0x5b068c651810a89eu,
    0x456c34887a3805b9u, 0xac361a443d1c8cd2u, 0x561b0d22900e4669u, 0x2b838811480723bau,
    0x9bcf4486248d9f5du, 0xc3e9224312c8c1a0u, 0xeffa11af0964ee50u, 0xf97d86d98a327728u,
    0xe4fa2054a80b329cu, 0x727d102a548b194eu, 0x39b008152acb8227u, 0x9258048415eb419du,
    0x492c024284fbaec0u, 0xaa16012142f35760u, 0x550b8e9e21f7a530u, 0xa48b474f9ef5dc18u,
    0x70a6a56e2440598eu, 0x3853dc371220a247u, 0x1ca76e95091051adu, 0x0edd37c48a08a6d8u,
    0x07e095624504536cu, 0x8d70c431ac02a736u, 0xc83862965601dd1bu, 0x641c314b2b8ee083u,
};

/* C1 to C12 of section 6.5. */
static const uint64_t constants[ROUNDS][WORDS] = {
    {0xdd806559f2a64507u, 0x05767436cc744d23u, 0xa2422a08a460d315u, 0x4b7ce09192676901u,
     0x714eb88d7585c4fcu, 0x2f6a76432e45d016u, 0xebcb2f81c0657c1fu, 0xb1085bda1ecadae9u},
    {0xe679047021b19bb7u, 0x55dda21bd7cbcd56u, 0x5cb561c2db0aa7cau, 0x9ab5176b12d69958u,
     0x61d55e0f16b50131u, 0xf3feea720a232b98u, 0x4fe39d460f70b5d7u, 0x6fa3b58aa99d2f1au},
    {0x991e96f50aba0ab2u, 0xc2b6f443867adb31u, 0xc1c93a376062db09u, 0xd3e20fe490359eb1u,
     0xf2ea7514b1297b7bu, 0x06f15e5f529c1f8bu, 0x0a39fc286a3d8435u, 0xf574dcac2bce2fc7u},
    {0x220cbebc84e3d12eu, 0x3453eaa193e837f1u, 0xd8b71333935203beu, 0xa9d72c82ed03d675u,
     0x9d721cad685e353fu, 0x488e857e335c3c7du, 0xf948e1a05d71e4ddu, 0xef1fdfb3e81566d2u},
    {0x601758fd7c6cfe57u, 0x7a56a27ea9ea63f5u, 0xdfff00b723271a16u, 0xbfcd1747253af5a3u,
     0x359e35d7800fffbdu, 0x7f151c1f1686104au, 0x9a3f410c6ca92363u, 0x4bea6bacad474799u},
    {0xfa68407a46647d6eu, 0xbf71c57236904f35u, 0x0af21f66c2bec6b6u, 0xcffaa6b71c9ab7b4u,
     0x187f9ab49af08ec6u, 0x2d66c4f95142a46cu, 0x6fa4c33b7a3039c0u, 0xae4faeae1d3ad3d9u},
    {0x8886564d3a14d493u, 0x3517454ca23c4af3u, 0x06476983284a0504u, 0x0992abc52d822c37u,
     0xd3473e33197a93c9u, 0x399ec6c7e6bf87c9u, 0x51ac86febf240954u, 0xf4c70e16eeaac5ecu},
    {0xa47f0dd4bf02e71eu, 0x36acc2355951a8d9u, 0x69d18d2bd1a5c42fu, 0xf4892bcb929b0690u,
     0x89b4443b4ddbc49au, 0x4eb7f8719c36de1eu, 0x03e7aa020c6e4141u, 0x9b1f5b424d93c9a7u},
    {0x7261445183235adbu, 0x0e38dc92cb1f2a60u, 0x7b2b8a9aa6079c54u, 0x800a440bdbb2ceb1u,
     0x3cd955b7e00d0984u, 0x3a7d3a1b25894224u, 0x944c9ad8ec165fdeu, 0x378f5a541631229bu},
    {0x74b4c7fb98459cedu, 0x3698fad1153bb6c3u, 0x7a1e6c303b7652f4u, 0x9fe76702af69334bu,
     0x1fffe18a1b336103u, 0x8941e71cff8a78dbu, 0x382ae548b2e4f3f3u, 0xabbedea680056f52u},
    {0x6bcaa4cd81f32d1bu, 0xdea2594ac06fd85du, 0xefbacd1d7d476e98u, 0x8a1d71efea48b9cau,
     0x2001802114846679u, 0xd8fa6bbbebab0761u, 0x3002c6cd635afe94u, 0x7bcd9ed0efc889fbu},
    {0x48bc924af11bd720u, 0xfaf417d5d9b21b99u, 0xe71da4aa88e12852u, 0x5d80ef9d1891cc86u,
     0xf82012d430219f9bu, 0xcda43c32bcdf1d77u, 0xd21380b00449b17au, 0x378ee767f11631bau},
};

/* [j][b]: what byte b at place j of a word becomes by substitution and matrix. */
static uint64_t tables[WORDS][256];

struct streebog_state {
	uint64_t h[WORDS];
	uint64_t n[WORDS];     /* bits so far */
	uint64_t sigma[WORDS]; /* the sum of all blocks */
	uint8_t block[BLOCK];
	uint32_t filled;
};

static void make_tables(void)
{
	for (unsigned j = 0; j < WORDS; j++) {
		uint64_t linear[256] = {0}; /* by the matrix alone: of one bit less, and that bit */

		for (unsigned byte = 1; byte < 256; byte++)
			linear[byte] = linear[byte & (byte - 1)] ^
				       matrix[63 - 8 * j - (unsigned)__builtin_ctz(byte)];
		for (unsigned byte = 0; byte < 256; byte++)
			tables[j][byte] = linear[substitution[byte]];
	}
}

/* Byte i of each word goes into word i. */
#define ADD(j) ROWS_ADD(a[j] ^ b[j], &tables[j], 0, sum0, sum1, sum2, sum3, sum4, sum5, sum6, sum7)

/* out = LPS(a ^ b), section 7. */
static void lps(uint64_t *out, const uint64_t *a, const uint64_t *b)
{
	uint64_t sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0, sum4 = 0, sum5 = 0, sum6 = 0, sum7 = 0;

	ADD(0);
	ADD(1);
	ADD(2);
	ADD(3);
	ADD(4);
	ADD(5);
	ADD(6);
	ADD(7);
	ROWS_STORE(out, sum0, sum1, sum2, sum3, sum4, sum5, sum6, sum7);
}

/* h = g_N(h, m), section 8. */
static void compress(uint64_t *h, const uint64_t *n, const uint64_t *m)
{
	uint64_t key[WORDS];
	uint64_t text[WORDS];

	lps(key, h, n);
	memcpy(text, m, sizeof(text));
	for (unsigned round = 0; round < ROUNDS; round++) {
		lps(text, text, key);
		lps(key, key, constants[round]);
	}
	for (unsigned i = 0; i < WORDS; i++)
		h[i] ^= text[i] ^ key[i] ^ m[i];
}

/* a += b modulo 2^512. */
static void add(uint64_t *a, const uint64_t *b)
{
	uint64_t carry = 0;

	for (unsigned i = 0; i < WORDS; i++) {
		uint64_t sum = a[i] + carry;

		carry = sum < carry;
		a[i] = sum + b[i];
		carry += a[i] < sum;
	}
}

/* Stage 2 of section 9, and what stage 3 does with the block that was filled up. */
static void absorb_block(struct streebog_state *state, const uint8_t *data, uint64_t size)
{
	const uint64_t bits[WORDS] = {8 * size};
	uint64_t m[WORDS];

	for (unsigned i = 0; i < WORDS; i++)
		m[i] = bytes_load_le64(data + 8 * i);
	compress(state->h, state->n, m);
	add(state->n, bits);
	add(state->sigma, m);
}

static void streebog_init(const struct tfm *tfm, void *opaque)
{
	struct streebog_state *state = opaque;

	memset(state, 0, sizeof(*state));
	if (tfm->alg->digestsize < BLOCK)
		memset(state->h, 1, sizeof(state->h));
}

static void absorb_whole(const struct tfm *tfm, void *state, const uint8_t *data, size_t blocks)
{
	(void)tfm;
	for (; blocks > 0; blocks--, data += BLOCK)
		absorb_block(state, data, BLOCK);
}

static int streebog_update(const struct tfm *tfm, void *opaque, const uint8_t *data, size_t size)
{
	struct streebog_state *state = opaque;

	absorb(tfm, state, absorb_whole, BLOCK, state->block, &state->filled, data, size);
	return 0;
}

static int streebog_final(const struct tfm *tfm, void *opaque, uint8_t *digest)
{
	static const uint64_t zero[WORDS];
	struct streebog_state *state = opaque;
	uint32_t filled = state->filled;
	uint8_t bytes[BLOCK];

	state->block[filled] = 1;
	memset(state->block + filled + 1, 0, BLOCK - 1 - filled);
	absorb_block(state, state->block, filled);
	compress(state->h, zero, state->n);
	compress(state->h, zero, state->sigma);
	for (unsigned i = 0; i < WORDS; i++)
		bytes_store_le64(bytes + 8 * i, state->h[i]);
	/* The shorter digest is the upper half. */
	memcpy(digest, bytes + BLOCK - tfm->alg->digestsize, tfm->alg->digestsize);
	return 0;
}

static bool streebog_state_valid(const struct tfm *tfm, const void *opaque)
{
	const struct streebog_state *state = opaque;

	(void)tfm;
	return state->filled < BLOCK;
}

#define HASH(bits)                                                                                 \
	{                                                                                          \
		.name = "streebog" #bits, .driver = "streebog" #bits "-own", .backend = "own",     \
		.priority = 100, .type = ALG_TYPE_HASH, .key = ALG_KEY_NONE, .blocksize = BLOCK,   \
		.digestsize = (bits) / 8, .statesize = sizeof(struct streebog_state),              \
		.hash = {streebog_init, streebog_update, streebog_final, streebog_state_valid},    \
	}

static struct alg hashes[] = {HASH(256), HASH(512)};

int streebog_register(void)
{
	make_tables();
	return own_register(hashes, sizeof(hashes) / sizeof(hashes[0]));
}
