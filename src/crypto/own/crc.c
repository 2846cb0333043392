/* SPDX-License-Identifier: MIT */
/*
 * Cyclic redundancy checks: crc32 (IEEE 802.3), crc32c (RFC 3720), crct10dif (T10 SBC) and
 * crc64-rocksoft (NVMe), with the kernel's starts and ends (K-04, T-01).  None hides anything:
 * these are sums, so tables are fine.
 *
 * One register of 64 bits serves all widths.  A reflected check keeps its first bit lowest; the
 * other kind keeps it highest, at the top of the register.
 */
#include "crypto/own/crc.h"

#include <errno.h>

#include "base/cpu.h"
#include "crypto/bytes.h"
#include "crypto/own/own.h"

#define KEY_SIZE 4u

/* What one check is, and what is computed of that once. */
struct crc {
	uint64_t polynomial; /* without its highest term; reflected where the check is */
	unsigned width;      /* bits */
	bool reflected;
	bool inverted;          /* register starts as ones, and is inverted at the end */
	uint64_t (*table)[256]; /* 8 of them: [n][b] is byte b with n bytes of zeros behind it */
	/* x^(n + 64) and x^n for n = 512 and 128 bits: what folding multiplies by. */
	uint64_t fold[2][2];
};

struct crc_key {
	uint64_t start;
	bool set;
};

struct crc_state {
	uint64_t value;
};

static struct crc crcs[] = {
    {.polynomial = 0xedb88320u, .width = 32, .reflected = true},
    {.polynomial = 0x82f63b78u, .width = 32, .reflected = true, .inverted = true},
    {.polynomial = 0x8bb7u, .width = 16},
    {.polynomial = 0x9a6c9329ac4bc9b5u, .width = 64, .reflected = true, .inverted = true},
};

#define CRC_COUNT (sizeof(crcs) / sizeof(crcs[0]))

static uint64_t tables[CRC_COUNT][8][256];

/* The register times x. */
static uint64_t step(const struct crc *crc, uint64_t value)
{
	if (crc->reflected)
		return value >> 1 ^ (value & 1 ? crc->polynomial : 0);
	return value << 1 ^ (value >> 63 ? crc->polynomial << (64 - crc->width) : 0);
}

static void make_table(struct crc *crc)
{
	for (unsigned byte = 0; byte < 256; byte++) {
		uint64_t value = crc->reflected ? byte : (uint64_t)byte << 56;

		for (unsigned bit = 0; bit < 8; bit++)
			value = step(crc, value);
		crc->table[0][byte] = value;
	}
	for (unsigned n = 1; n < 8; n++)
		for (unsigned byte = 0; byte < 256; byte++) {
			uint64_t before = crc->table[n - 1][byte];

			crc->table[n][byte] = crc->reflected
						  ? before >> 8 ^ crc->table[0][before & 0xff]
						  : before << 8 ^ crc->table[0][before >> 56];
		}
}

/*
 * x^n modulo the polynomial, as an operand of the carry-less multiplication.  A product of two
 * reflected operands stands one place too high, which makes it x^(n - 1) there.
 */
static uint64_t power(const struct crc *crc, unsigned n)
{
	uint64_t value =
	    crc->reflected ? (uint64_t)1 << (crc->width - 1) : (uint64_t)1 << (64 - crc->width);

	for (unsigned i = crc->reflected ? 1 : 0; i < n; i++)
		value = step(crc, value);
	return crc->reflected ? value << (64 - crc->width) : value >> (64 - crc->width);
}

uint64_t crc_update_portable(const struct crc *crc, uint64_t value, const uint8_t *data,
			     size_t size)
{
	uint64_t(*const table)[256] = crc->table;

	if (crc->reflected) {
		for (; size >= 8; data += 8, size -= 8) {
			value ^= bytes_load_le64(data);
			value = table[7][value & 0xff] ^ table[6][value >> 8 & 0xff] ^
				table[5][value >> 16 & 0xff] ^ table[4][value >> 24 & 0xff] ^
				table[3][value >> 32 & 0xff] ^ table[2][value >> 40 & 0xff] ^
				table[1][value >> 48 & 0xff] ^ table[0][value >> 56];
		}
		for (; size > 0; data++, size--)
			value = value >> 8 ^ table[0][(value ^ *data) & 0xff];
		return value;
	}
	for (; size >= 8; data += 8, size -= 8) {
		value ^= bytes_load_be64(data);
		value = table[0][value & 0xff] ^ table[1][value >> 8 & 0xff] ^
			table[2][value >> 16 & 0xff] ^ table[3][value >> 24 & 0xff] ^
			table[4][value >> 32 & 0xff] ^ table[5][value >> 40 & 0xff] ^
			table[6][value >> 48 & 0xff] ^ table[7][value >> 56];
	}
	for (; size > 0; data++, size--)
		value = value << 8 ^ table[0][(value >> 56 ^ *data) & 0xff];
	return value;
}

#if defined(__x86_64__)
#include <immintrin.h>

#define FOLDING __attribute__((target("pclmul,ssse3"), always_inline)) static inline

/* 16 bytes with their first bit at the end where the check has it. */
FOLDING __m128i load_block(const uint8_t *data, bool reflected)
{
	const __m128i backwards =
	    _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
	__m128i block = _mm_loadu_si128((const __m128i *)data);

	return reflected ? block : _mm_shuffle_epi8(block, backwards);
}

/* Moves a block on by as many bits as constants stand for, onto the block there. */
FOLDING __m128i fold(__m128i block, __m128i constants, __m128i onto)
{
	__m128i low = _mm_clmulepi64_si128(block, constants, 0x00);
	__m128i high = _mm_clmulepi64_si128(block, constants, 0x11);

	return _mm_xor_si128(_mm_xor_si128(low, high), onto);
}

/*
 * Gopal et al., Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction (Intel,
 * 2009).  size is at least 64.  Four blocks are folded at a time, then one; what remains is a
 * message of 16 bytes with the same check, and the tail.
 */
FOLDING uint64_t update_folding(const struct crc *crc, uint64_t value, const uint8_t *data,
				size_t size, bool reflected)
{
	/* The half that comes first in the message moves 64 bits further. */
	const unsigned first = reflected ? 0 : 1;
	const __m128i by_512 =
	    _mm_set_epi64x((long long)crc->fold[0][reflected], (long long)crc->fold[0][!reflected]);
	const __m128i by_128 =
	    _mm_set_epi64x((long long)crc->fold[1][reflected], (long long)crc->fold[1][!reflected]);
	__m128i block0 = load_block(data, reflected);
	__m128i block1 = load_block(data + 16, reflected);
	__m128i block2 = load_block(data + 32, reflected);
	__m128i block3 = load_block(data + 48, reflected);
	uint8_t folded[16];

	block0 = _mm_xor_si128(block0, first ? _mm_set_epi64x((long long)value, 0)
					     : _mm_set_epi64x(0, (long long)value));
	for (data += 64, size -= 64; size >= 64; data += 64, size -= 64) {
		block0 = fold(block0, by_512, load_block(data, reflected));
		block1 = fold(block1, by_512, load_block(data + 16, reflected));
		block2 = fold(block2, by_512, load_block(data + 32, reflected));
		block3 = fold(block3, by_512, load_block(data + 48, reflected));
	}
	block0 = fold(block0, by_128, block1);
	block0 = fold(block0, by_128, block2);
	block0 = fold(block0, by_128, block3);
	for (; size >= 16; data += 16, size -= 16)
		block0 = fold(block0, by_128, load_block(data, reflected));
	_mm_storeu_si128((__m128i *)folded, block0);
	_mm_storeu_si128((__m128i *)folded, load_block(folded, reflected));
	value = crc_update_portable(crc, 0, folded, sizeof(folded));
	return crc_update_portable(crc, value, data, size);
}

__attribute__((target("pclmul,ssse3"))) uint64_t
crc_update_pclmul(const struct crc *crc, uint64_t value, const uint8_t *data, size_t size)
{
	if (size < 64)
		return crc_update_portable(crc, value, data, size);
	if (crc->reflected)
		return update_folding(crc, value, data, size, true);
	return update_folding(crc, value, data, size, false);
}

bool crc_has_pclmul(void)
{
	return cpu_has(CPU_PCLMUL);
}
#else
uint64_t crc_update_pclmul(const struct crc *crc, uint64_t value, const uint8_t *data, size_t size)
{
	return crc_update_portable(crc, value, data, size);
}

bool crc_has_pclmul(void)
{
	return false;
}
#endif

static uint64_t (*update)(const struct crc *crc, uint64_t value, const uint8_t *data,
			  size_t size) = crc_update_portable;

/* The register before any byte, where no key says. */
static uint64_t start_of(const struct crc *crc)
{
	return crc->inverted ? UINT64_MAX >> (64 - crc->width) : 0;
}

/* The key is the register to start with, little-endian. */
static int crc_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	struct crc_key *context = tfm_context(tfm);

	if (size != KEY_SIZE)
		return -EINVAL;
	*context = (struct crc_key){.start = bytes_load_le32(key), .set = true};
	return 0;
}

static void crc_init(const struct tfm *tfm, void *opaque)
{
	const struct crc_key *key = tfm_context(tfm);
	struct crc_state *state = opaque;

	state->value = tfm->alg->setkey && key->set ? key->start : start_of(tfm->alg->data);
}

static int crc_update(const struct tfm *tfm, void *opaque, const uint8_t *data, size_t size)
{
	struct crc_state *state = opaque;

	state->value = update(tfm->alg->data, state->value, data, size);
	return 0;
}

static int crc_final(const struct tfm *tfm, void *opaque, uint8_t *digest)
{
	const struct crc *crc = tfm->alg->data;
	const struct crc_state *state = opaque;
	uint64_t value = crc->inverted ? ~state->value : state->value;
	uint8_t bytes[sizeof(value)];
	uint16_t native = (uint16_t)(value >> 48);

	bytes_store_le64(bytes, value);
	if (crc->reflected)
		memcpy(digest, bytes, tfm->alg->digestsize);
	else
		memcpy(digest, &native, sizeof(native)); /* T-01: crct10dif in native order */
	return 0;
}

#define CRC(alg_name, number, size)                                                                \
	.name = alg_name, .driver = alg_name "-own", .backend = "own", .priority = 100,            \
	.type = ALG_TYPE_HASH, .blocksize = 1, .digestsize = size,                                 \
	.statesize = sizeof(struct crc_state), .hash = {crc_init, crc_update, crc_final, NULL},    \
	.data = &crcs[number]
#define KEYED                                                                                      \
	.key = ALG_KEY_OPTIONAL, .min_keysize = KEY_SIZE, .max_keysize = KEY_SIZE,                 \
	.context_size = sizeof(struct crc_key), .setkey = crc_setkey

static struct alg algs[] = {
    {CRC("crc32", 0, 4), KEYED},
    {CRC("crc32c", 1, 4), KEYED},
    {CRC("crct10dif", 2, 2), .key = ALG_KEY_NONE},
    {CRC("crc64-rocksoft", 3, 8), .key = ALG_KEY_NONE},
};

const struct crc *crc_at(size_t index)
{
	return index < CRC_COUNT ? &crcs[index] : NULL;
}

int crc_register(void)
{
	for (size_t i = 0; i < CRC_COUNT; i++) {
		struct crc *crc = &crcs[i];

		crc->table = tables[i];
		make_table(crc);
		for (unsigned n = 0; n < 2; n++) {
			unsigned bits = n == 0 ? 512 : 128;

			crc->fold[n][0] = power(crc, bits + 64);
			crc->fold[n][1] = power(crc, bits);
		}
	}
	if (crc_has_pclmul())
		update = crc_update_pclmul;
	return own_register(algs, sizeof(algs) / sizeof(algs[0]));
}
