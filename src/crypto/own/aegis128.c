/* SPDX-License-Identifier: MIT */
/*
 * aegis128: Wu and Preneel, AEGIS: A Fast Authenticated Encryption Algorithm (v1.1), section 3.
 * Both ways of computing take a time that does not depend on data or key.
 */
#include "crypto/own/aegis128.h"

#include <errno.h>

#include "base/cpu.h"
#include "base/secmem.h"
#include "crypto/bytes.h"
#include "crypto/own/own.h"

#define BLOCK       AEGIS128_BLOCK
#define KEY_SIZE    16u
#define MIN_TAG     8u
#define INIT_ROUNDS 10u
#define LAST_ROUNDS 7u

/* The Fibonacci numbers modulo 256. */
static const uint8_t const0[BLOCK] = {0x00, 0x01, 0x01, 0x02, 0x03, 0x05, 0x08, 0x0d,
				      0x15, 0x22, 0x37, 0x59, 0x90, 0xe9, 0x79, 0x62};
static const uint8_t const1[BLOCK] = {0xdb, 0x3d, 0x18, 0x55, 0x6d, 0xc2, 0x2f, 0xf1,
				      0x20, 0x11, 0x31, 0x42, 0x73, 0xb5, 0x28, 0xdd};

/* Sixteen bytes at once: constant-time AES without tables. */
typedef uint8_t bytes16 __attribute__((vector_size(16)));

static inline bytes16 load16(const uint8_t *from)
{
	bytes16 value;

	memcpy(&value, from, sizeof(value));
	return value;
}

static inline void store16(uint8_t *to, bytes16 value)
{
	memcpy(to, &value, sizeof(value));
}

/* All ones in each byte whose lowest bit is set. */
static inline bytes16 spread_bit(bytes16 value)
{
	return -(value & 1);
}

/* Multiplication by x in AES's field (FIPS 197, section 4.2.1). */
static inline bytes16 times_x(bytes16 a)
{
	return a << 1 ^ (spread_bit(a >> 7) & 0x1b);
}

static bytes16 multiply(bytes16 a, bytes16 b)
{
	bytes16 product = {0};

	for (unsigned i = 0; i < 8; i++) {
		product ^= a & spread_bit(b);
		a = times_x(a);
		b >>= 1;
	}
	return product;
}

static inline bytes16 square(bytes16 a)
{
	return multiply(a, a);
}

static inline bytes16 rotate_bits(bytes16 a, unsigned by)
{
	return a << by | a >> (8 - by);
}

/* SubBytes: the inverse, which is the 254th power, and the affine transformation (5.1.1). */
static bytes16 substitute(bytes16 a)
{
	bytes16 a2 = square(a);
	bytes16 a3 = multiply(a2, a);
	bytes16 a12 = square(square(a3));
	bytes16 a15 = multiply(a12, a3);
	bytes16 a240 = square(square(square(square(a15))));
	bytes16 inverse = multiply(multiply(a240, a12), a2);

	return inverse ^ rotate_bits(inverse, 1) ^ rotate_bits(inverse, 2) ^
	       rotate_bits(inverse, 3) ^ rotate_bits(inverse, 4) ^ 0x63;
}

#define PERMUTED(a, ...) __builtin_shufflevector(a, a, __VA_ARGS__)

/* One round of AES: SubBytes, ShiftRows, MixColumns, AddRoundKey. */
static bytes16 aes_round(bytes16 state, bytes16 key)
{
	bytes16 s = substitute(state);
	bytes16 next; /* of the row below */

	s = PERMUTED(s, 0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11);
	next = PERMUTED(s, 1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12);
	return times_x(s ^ next) ^ next ^
	       PERMUTED(s, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13) ^
	       PERMUTED(s, 3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14) ^ key;
}

static void update_portable(bytes16 *s, bytes16 message)
{
	bytes16 last = s[4];

	for (unsigned i = 4; i > 0; i--)
		s[i] = aes_round(s[i - 1], s[i]);
	s[0] = aes_round(last, s[0] ^ message);
}

static void absorb_portable(struct aegis128_state *state, const uint8_t *data, size_t blocks)
{
	bytes16 s[5];

	memcpy(s, state, sizeof(s));
	for (; blocks > 0; blocks--, data += BLOCK)
		update_portable(s, load16(data));
	memcpy(state, s, sizeof(s));
}

static void crypt_portable(struct aegis128_state *state, uint8_t *out, const uint8_t *in,
			   size_t blocks, bool decrypt)
{
	bytes16 s[5];

	memcpy(s, state, sizeof(s));
	for (; blocks > 0; blocks--, in += BLOCK, out += BLOCK) {
		bytes16 given = load16(in);
		bytes16 made = given ^ s[1] ^ s[4] ^ (s[2] & s[3]);

		store16(out, made);
		update_portable(s, decrypt ? made : given);
	}
	memcpy(state, s, sizeof(s));
}

const struct aegis128_code aegis128_portable = {absorb_portable, crypt_portable};

#if defined(__x86_64__)
#include <immintrin.h>

#define AESNI __attribute__((target("aes,sse2")))

AESNI static inline void load_state(__m128i *s, const struct aegis128_state *state)
{
	for (unsigned i = 0; i < 5; i++)
		s[i] = _mm_loadu_si128((const __m128i *)state->block[i]);
}

AESNI static inline void store_state(struct aegis128_state *state, const __m128i *s)
{
	for (unsigned i = 0; i < 5; i++)
		_mm_storeu_si128((__m128i *)state->block[i], s[i]);
}

AESNI static inline void update_aesni(__m128i *s, __m128i message)
{
	__m128i last = s[4];

	s[4] = _mm_aesenc_si128(s[3], s[4]);
	s[3] = _mm_aesenc_si128(s[2], s[3]);
	s[2] = _mm_aesenc_si128(s[1], s[2]);
	s[1] = _mm_aesenc_si128(s[0], s[1]);
	s[0] = _mm_aesenc_si128(last, _mm_xor_si128(s[0], message));
}

AESNI static void absorb_aesni(struct aegis128_state *state, const uint8_t *data, size_t blocks)
{
	__m128i s[5];

	load_state(s, state);
	for (; blocks > 0; blocks--, data += BLOCK)
		update_aesni(s, _mm_loadu_si128((const __m128i *)data));
	store_state(state, s);
}

AESNI static void crypt_aesni(struct aegis128_state *state, uint8_t *out, const uint8_t *in,
			      size_t blocks, bool decrypt)
{
	__m128i s[5];

	load_state(s, state);
	for (; blocks > 0; blocks--, in += BLOCK, out += BLOCK) {
		__m128i given = _mm_loadu_si128((const __m128i *)in);
		__m128i stream =
		    _mm_xor_si128(_mm_xor_si128(s[1], s[4]), _mm_and_si128(s[2], s[3]));
		__m128i made = _mm_xor_si128(given, stream);

		_mm_storeu_si128((__m128i *)out, made);
		update_aesni(s, decrypt ? made : given);
	}
	store_state(state, s);
}

static const struct aegis128_code with_aesni = {absorb_aesni, crypt_aesni};

const struct aegis128_code *aegis128_special(void)
{
	return cpu_has(CPU_AES) ? &with_aesni : NULL;
}
#else
const struct aegis128_code *aegis128_special(void)
{
	return NULL;
}
#endif

static const struct aegis128_code *code = &aegis128_portable;

struct aegis128_key {
	uint8_t bytes[KEY_SIZE];
};

static int aegis128_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	struct aegis128_key *context = tfm_context(tfm);

	if (size != KEY_SIZE)
		return -EINVAL;
	memcpy(context->bytes, key, KEY_SIZE);
	return 0;
}

/* Section 3.2: the key and the IV stirred in. */
static void start(struct aegis128_state *state, const uint8_t *key, const uint8_t *iv)
{
	uint8_t both[2][BLOCK]; /* the key, and the key with the IV */

	memcpy(both[0], key, BLOCK);
	bytes_xor(both[1], key, iv, BLOCK);
	memcpy(state->block[0], both[1], BLOCK);
	memcpy(state->block[1], const1, BLOCK);
	memcpy(state->block[2], const0, BLOCK);
	bytes_xor(state->block[3], key, const0, BLOCK);
	bytes_xor(state->block[4], key, const1, BLOCK);
	for (unsigned i = 0; i < INIT_ROUNDS; i += 2)
		code->absorb(state, both[0], 2);
	secmem_wipe(both, sizeof(both));
}

/* Section 3.3: the last block filled up with zeros. */
static void absorb_aad(struct aegis128_state *state, const uint8_t *aad, size_t size)
{
	uint8_t last[BLOCK] = {0};

	code->absorb(state, aad, size / BLOCK);
	if (size % BLOCK == 0)
		return;
	memcpy(last, aad + size - size % BLOCK, size % BLOCK);
	code->absorb(state, last, 1);
}

/* Sections 3.4 and 3.6. */
static void crypt_text(struct aegis128_state *state, uint8_t *out, const uint8_t *in, size_t size,
		       bool decrypt)
{
	size_t whole = size - size % BLOCK;
	uint8_t last[BLOCK] = {0};
	struct aegis128_state before = *state;

	code->crypt(state, out, in, size / BLOCK, decrypt);
	if (whole == size)
		return;
	memcpy(last, in + whole, size - whole);
	if (decrypt) {
		/* What is absorbed is the plaintext filled up, which has to be found out first. */
		before = *state;
		code->crypt(&before, last, last, 1, true);
		memset(last + size - whole, 0, BLOCK - (size - whole));
		memcpy(out + whole, last, size - whole);
		code->absorb(state, last, 1);
	} else {
		code->crypt(state, last, last, 1, false);
		memcpy(out + whole, last, size - whole);
	}
	secmem_wipe(last, sizeof(last));
	secmem_wipe(&before, sizeof(before));
}

/* Section 3.5: the tag of 16 bytes, of which the first are used. */
static void finish(struct aegis128_state *state, size_t aad_size, size_t size, uint8_t *tag)
{
	uint8_t sizes[BLOCK];

	bytes_store_le64(sizes, (uint64_t)aad_size * 8);
	bytes_store_le64(sizes + 8, (uint64_t)size * 8);
	bytes_xor(sizes, sizes, state->block[3], BLOCK);
	for (unsigned i = 0; i < LAST_ROUNDS; i++)
		code->absorb(state, sizes, 1);
	memcpy(tag, state->block[0], BLOCK);
	for (unsigned i = 1; i < 5; i++)
		bytes_xor(tag, tag, state->block[i], BLOCK);
}

static void crypt_request(const struct tfm *tfm, const struct aead_request *request, bool decrypt,
			  uint8_t *tag)
{
	const struct aegis128_key *key = tfm_context(tfm);
	struct aegis128_state state;

	start(&state, key->bytes, request->iv);
	absorb_aad(&state, request->aad, request->aad_size);
	crypt_text(&state, request->out, request->in, request->size, decrypt);
	finish(&state, request->aad_size, request->size, tag);
	secmem_wipe(&state, sizeof(state));
}

static int aegis128_encrypt(struct tfm *tfm, const struct aead_request *request)
{
	uint8_t tag[BLOCK];

	crypt_request(tfm, request, false, tag);
	memcpy(request->tag, tag, tfm->authsize);
	return 0;
}

static int aegis128_decrypt(struct tfm *tfm, const struct aead_request *request)
{
	uint8_t tag[BLOCK];
	bool good;

	crypt_request(tfm, request, true, tag);
	good = secmem_equal(tag, request->tag, tfm->authsize);
	secmem_wipe(tag, sizeof(tag));
	if (good)
		return 0;
	secmem_wipe(request->out, request->size);
	return -EBADMSG;
}

static bool authsize_valid(const struct alg *alg, unsigned size)
{
	return size >= MIN_TAG && size <= alg->digestsize;
}

static struct alg aegis128[] = {{
    .name = "aegis128",
    .driver = "aegis128-own",
    .backend = "own",
    .priority = 100,
    .type = ALG_TYPE_AEAD,
    .blocksize = 1,
    .chunksize = BLOCK,
    .min_keysize = KEY_SIZE,
    .max_keysize = KEY_SIZE,
    .ivsize = BLOCK,
    .digestsize = BLOCK,
    .context_size = sizeof(struct aegis128_key),
    .setkey = aegis128_setkey,
    .aead = {authsize_valid, aegis128_encrypt, aegis128_decrypt},
}};

int aegis128_register(void)
{
	const struct aegis128_code *special = aegis128_special();

	if (special)
		code = special;
	return own_register(aegis128, 1);
}
