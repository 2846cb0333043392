/* SPDX-License-Identifier: MIT */
/*
 * chacha20 (RFC 8439), xchacha20 and xchacha12 (draft-irtf-cfrg-xchacha).
 *
 * IVs are the kernel's.  chacha20: 16 bytes, the block counter (32 bits, little-endian) and the
 * nonce of 12.  xchacha: 32 bytes, the nonce of 24 and then the counter, of which 64 bits are read.
 * An IV stays as it is (C-20).
 */
#include <errno.h>

#include "base/cpu.h"
#include "base/secmem.h"
#include "crypto/bytes.h"
#include "crypto/own/own.h"

#define KEY_SIZE 32u
#define BLOCK    64u
#define WORDS    16u
#define COUNTER  12u /* the word that counts blocks */

struct chacha_key {
	uint32_t word[8];
};

#define ROTATE(x, n) ((x) << (n) | (x) >> (32 - (n)))

#define QUARTER_ROUND(a, b, c, d)                                                                  \
	do {                                                                                       \
		a += b, d ^= a, d = ROTATE(d, 16);                                                 \
		c += d, b ^= c, b = ROTATE(b, 12);                                                 \
		a += b, d ^= a, d = ROTATE(d, 8);                                                  \
		c += d, b ^= c, b = ROTATE(b, 7);                                                  \
	} while (0)

/* Columns, then diagonals.  x: an array of 16 words, or of 16 vectors of words. */
#define DOUBLE_ROUND(x)                                                                            \
	do {                                                                                       \
		QUARTER_ROUND(x[0], x[4], x[8], x[12]);                                            \
		QUARTER_ROUND(x[1], x[5], x[9], x[13]);                                            \
		QUARTER_ROUND(x[2], x[6], x[10], x[14]);                                           \
		QUARTER_ROUND(x[3], x[7], x[11], x[15]);                                           \
		QUARTER_ROUND(x[0], x[5], x[10], x[15]);                                           \
		QUARTER_ROUND(x[1], x[6], x[11], x[12]);                                           \
		QUARTER_ROUND(x[2], x[7], x[8], x[13]);                                            \
		QUARTER_ROUND(x[3], x[4], x[9], x[14]);                                            \
	} while (0)

/* Written out, so that the compiler keeps the vectors in registers. */
#define EACH_WORD(X)                                                                               \
	X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)
#define COPY_WORD(i) x[i] = start[i];
#define ADD_WORD(i)  stream.row[i] = x[i] + start[i];

static void permute(uint32_t *x, unsigned rounds)
{
	for (unsigned i = 0; i < rounds; i += 2)
		DOUBLE_ROUND(x);
}

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
typedef uint32_t quad __attribute__((vector_size(16)));

static inline quad load_quad(const void *from)
{
	quad value;

	memcpy(&value, from, sizeof(value));
	return value;
}

static inline void xor_quad(uint8_t *out, const uint8_t *in, quad stream)
{
	stream ^= load_quad(in);
	memcpy(out, &stream, sizeof(stream));
}

/* Four words of four blocks, which stand in four rows: turns them over and applies them. */
static inline void xor_square(uint8_t *out, const uint8_t *in, const uint32_t *row, unsigned lanes)
{
	quad r0 = load_quad(row);
	quad r1 = load_quad(row + lanes);
	quad r2 = load_quad(row + 2 * lanes);
	quad r3 = load_quad(row + 3 * lanes);
	quad low01 = __builtin_shufflevector(r0, r1, 0, 4, 1, 5);
	quad low23 = __builtin_shufflevector(r2, r3, 0, 4, 1, 5);
	quad high01 = __builtin_shufflevector(r0, r1, 2, 6, 3, 7);
	quad high23 = __builtin_shufflevector(r2, r3, 2, 6, 3, 7);

	xor_quad(out, in, __builtin_shufflevector(low01, low23, 0, 1, 4, 5));
	xor_quad(out + BLOCK, in + BLOCK, __builtin_shufflevector(low01, low23, 2, 3, 6, 7));
	xor_quad(out + 2 * BLOCK, in + 2 * BLOCK,
		 __builtin_shufflevector(high01, high23, 0, 1, 4, 5));
	xor_quad(out + 3 * BLOCK, in + 3 * BLOCK,
		 __builtin_shufflevector(high01, high23, 2, 3, 6, 7));
}
#else
static inline void xor_square(uint8_t *out, const uint8_t *in, const uint32_t *row, unsigned lanes)
{
	for (unsigned b = 0; b < 4; b++)
		for (unsigned i = 0; i < 4; i++) {
			size_t at = BLOCK * b + 4 * i;

			bytes_store_le32(out + at, bytes_load_le32(in + at) ^ row[lanes * i + b]);
		}
}
#endif

/*
 * Several blocks at once, one in each lane of the vectors.  Takes as many whole groups of blocks as
 * size holds, counts them in state and returns how many bytes that were.
 */
#define WIDE(name, lanes, attribute)                                                               \
	typedef uint32_t name##_vector __attribute__((vector_size(4 * (lanes))));                  \
	attribute static size_t name(uint32_t *state, unsigned rounds, uint8_t *out,               \
				     const uint8_t *in, size_t size)                               \
	{                                                                                          \
		union {                                                                            \
			name##_vector row[WORDS];                                                  \
			uint32_t word[WORDS][lanes];                                               \
		} stream;                                                                          \
		name##_vector start[WORDS];                                                        \
		size_t done = 0;                                                                   \
                                                                                                   \
		if (size < BLOCK * (lanes))                                                        \
			return 0;                                                                  \
		for (unsigned i = 0; i < WORDS; i++)                                               \
			start[i] = state[i] - (name##_vector){0};                                  \
		for (unsigned i = 0; i < (lanes); i++)                                             \
			start[COUNTER][i] += i;                                                    \
		for (; size - done >= BLOCK * (lanes); done += BLOCK * (lanes)) {                  \
			name##_vector x[WORDS];                                                    \
                                                                                                   \
			EACH_WORD(COPY_WORD)                                                       \
			for (unsigned i = 0; i < rounds; i += 2)                                   \
				DOUBLE_ROUND(x);                                                   \
			EACH_WORD(ADD_WORD)                                                        \
			for (unsigned b = 0; b < (lanes); b += 4)                                  \
				for (unsigned i = 0; i < WORDS; i += 4) {                          \
					size_t at = done + BLOCK * b + 4 * i;                      \
                                                                                                   \
					xor_square(out + at, in + at, &stream.word[i][b], lanes);  \
				}                                                                  \
			start[COUNTER] += (lanes);                                                 \
		}                                                                                  \
		state[COUNTER] += (uint32_t)(done / BLOCK);                                        \
		secmem_wipe(&stream, sizeof(stream));                                              \
		return done;                                                                       \
	}

WIDE(four_blocks, 4, )
#if defined(__x86_64__)
WIDE(eight_blocks, 8, __attribute__((target("avx2"))))
WIDE(sixteen_blocks, 16, __attribute__((target("avx512f,avx512vl"))))
#endif

typedef size_t chacha_blocks(uint32_t *state, unsigned rounds, uint8_t *out, const uint8_t *in,
			     size_t size);

#define CODES 3u

/* What this processor can run, the widest first; ended by NULL. */
static chacha_blocks *codes[CODES + 1] = {four_blocks};

static void choose_codes(void)
{
	size_t count = 0;

#if defined(__x86_64__)
	if (cpu_has(CPU_AVX512))
		codes[count++] = sixteen_blocks;
	if (cpu_has(CPU_AVX2))
		codes[count++] = eight_blocks;
#endif
	codes[count++] = four_blocks;
	codes[count] = NULL;
}

/* out = in ^ key stream, from the block that state's counter tells. */
static void stream_xor(uint32_t *state, unsigned rounds, uint8_t *out, const uint8_t *in,
		       size_t size)
{
	size_t done = 0;
	uint32_t x[WORDS];
	uint8_t stream[BLOCK];

	for (size_t i = 0; codes[i]; i++)
		done += codes[i](state, rounds, out + done, in + done, size - done);
	while (done < size) {
		size_t part = size - done < BLOCK ? size - done : BLOCK;

		memcpy(x, state, sizeof(x));
		permute(x, rounds);
		for (unsigned i = 0; i < WORDS; i++)
			bytes_store_le32(stream + 4 * i, x[i] + state[i]);
		bytes_xor(out + done, in + done, stream, part);
		state[COUNTER]++;
		done += part;
	}
	secmem_wipe(stream, sizeof(stream));
	secmem_wipe(x, sizeof(x));
}

/* The constant, the key, and 16 bytes for the last row. */
static void set_state(uint32_t *state, const uint32_t *key, const uint8_t *last_row)
{
	state[0] = 0x61707865u; /* "expand 32-byte k" */
	state[1] = 0x3320646eu;
	state[2] = 0x79622d32u;
	state[3] = 0x6b206574u;
	memcpy(state + 4, key, KEY_SIZE);
	for (unsigned i = 0; i < 4; i++)
		state[COUNTER + i] = bytes_load_le32(last_row + 4 * i);
}

static unsigned rounds_of(const struct tfm *tfm)
{
	return *(const unsigned *)tfm->alg->data;
}

static int chacha_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	struct chacha_key *context = tfm_context(tfm);

	if (size != KEY_SIZE)
		return -EINVAL;
	for (unsigned i = 0; i < 8; i++)
		context->word[i] = bytes_load_le32(key + 4 * i);
	return 0;
}

static int chacha_crypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	const struct chacha_key *key = tfm_context(tfm);
	uint32_t state[WORDS];

	set_state(state, key->word, iv);
	stream_xor(state, rounds_of(tfm), out, in, size);
	secmem_wipe(state, sizeof(state));
	return 0;
}

/* HChaCha makes a key of the key and 16 bytes of the nonce; ChaCha goes on with the other 8. */
static int xchacha_crypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	const struct chacha_key *key = tfm_context(tfm);
	uint32_t state[WORDS];
	uint32_t subkey[8];
	uint8_t last_row[16];

	set_state(state, key->word, iv);
	permute(state, rounds_of(tfm));
	memcpy(subkey, state, 16);
	memcpy(subkey + 4, state + COUNTER, 16);
	memcpy(last_row, iv + 24, 8);
	memcpy(last_row + 8, iv + 16, 8);
	set_state(state, subkey, last_row);
	stream_xor(state, rounds_of(tfm), out, in, size);
	secmem_wipe(state, sizeof(state));
	secmem_wipe(subkey, sizeof(subkey));
	return 0;
}

static const unsigned twenty = 20;
static const unsigned twelve = 12;

#define CHACHA(title, iv_size, function, rounds)                                                   \
	{                                                                                          \
		.name = title, .driver = title "-own", .backend = "own", .priority = 100,          \
		.type = ALG_TYPE_SKCIPHER, .blocksize = 1, .chunksize = BLOCK,                     \
		.min_keysize = KEY_SIZE, .max_keysize = KEY_SIZE, .ivsize = iv_size,               \
		.context_size = sizeof(struct chacha_key), .setkey = chacha_setkey,                \
		.skcipher = {function, function}, .data = rounds,                                  \
	}

static struct alg algs[] = {
    CHACHA("chacha20", 16, chacha_crypt, &twenty),
    CHACHA("xchacha20", 32, xchacha_crypt, &twenty),
    CHACHA("xchacha12", 32, xchacha_crypt, &twelve),
};

int chacha_register(void)
{
	choose_codes();
	return own_register(algs, sizeof(algs) / sizeof(algs[0]));
}
