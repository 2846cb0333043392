/* SPDX-License-Identifier: MIT */
/* Our own algorithms: that code for some processors agrees with the portable, and their keys. */
#include <errno.h>

#include "check.h"
#include "crypto/own/aegis128.h"
#include "crypto/own/crc.h"
#include "crypto/own/gf128.h"
#include "crypto/own/poly1305.h"
#include "crypto/own/whirlpool.h"
#include "support/skip.h"

#define MAX_DATA 2000u /* more than 16, 8 and 4 blocks of ChaCha together */
#define ROUNDS   2000u

static uint8_t data[MAX_DATA];

static void load_algorithms(void)
{
	const struct alg *alg;

	assert_int_equal(registry_find(ALG_TYPE_HASH, "ghash", &alg), 0);
}

static void crc_twins_agree(void **state)
{
	size_t count = 0;

	(void)state;
	load_algorithms();
	if (!crc_has_pclmul())
		LEAVE_OUT("the processor has no such instructions");
	for (const struct crc *crc; (crc = crc_at(count)) != NULL; count++)
		for (unsigned round = 0; round < ROUNDS; round++) {
			size_t at = check_random_below(16);
			size_t size = check_random_below(MAX_DATA - at);
			uint64_t value = 0;

			check_random_bytes(data, sizeof(data));
			check_random_bytes((uint8_t *)&value, sizeof(value));
			check(crc_update_portable(crc, value, data + at, size) ==
				  crc_update_pclmul(crc, value, data + at, size),
			      "check %zu of %zu bytes", count, size);
		}
	assert_int_equal(count, 4);
}

static void gf128_twins_agree(void **state)
{
	const struct gf128_code *special = gf128_special();

	(void)state;
	if (!special)
		LEAVE_OUT("the processor has no such instructions");
	for (unsigned round = 0; round < ROUNDS; round++) {
		bool ghash = round % 2;
		size_t blocks = check_random_below(3 * GF128_POWERS);
		uint8_t bytes[GF128_BLOCK];
		struct gf128_key portable_key;
		struct gf128_key special_key;
		struct gf128 sum;
		struct gf128 a;
		struct gf128 b;

		check_random_bytes(bytes, sizeof(bytes));
		check_random_bytes(data, sizeof(data));
		gf128_set_key(&gf128_portable, &portable_key, bytes, ghash);
		gf128_set_key(special, &special_key, bytes, ghash);
		assert_memory_equal(portable_key.power, special_key.power,
				    sizeof(portable_key.power));
		sum = gf128_load(data + 16 * blocks, ghash);
		a = gf128_portable.blocks(&portable_key, sum, data, blocks);
		b = special->blocks(&special_key, sum, data, blocks);
		check(a.low == b.low && a.high == b.high, "%zu blocks", blocks);
	}
}

static void aegis128_twins_agree(void **state)
{
	const struct aegis128_code *special = aegis128_special();

	(void)state;
	if (!special)
		LEAVE_OUT("the processor has no such instructions");
	for (unsigned round = 0; round < ROUNDS; round++) {
		size_t blocks = check_random_below(9);
		bool decrypt = round % 2;
		struct aegis128_state a;
		struct aegis128_state b;
		uint8_t out_a[8 * AEGIS128_BLOCK];
		uint8_t out_b[8 * AEGIS128_BLOCK];

		check_random_bytes((uint8_t *)&a, sizeof(a));
		check_random_bytes(data, sizeof(data));
		b = a;
		aegis128_portable.absorb(&a, data, blocks);
		special->absorb(&b, data, blocks);
		assert_memory_equal(&a, &b, sizeof(a));
		aegis128_portable.crypt(&a, out_a, data, blocks, decrypt);
		special->crypt(&b, out_b, data, blocks, decrypt);
		assert_memory_equal(&a, &b, sizeof(a));
		assert_memory_equal(out_a, out_b, blocks * AEGIS128_BLOCK);
	}
}

static void whirlpool_twins_agree(void **state)
{
	whirlpool_absorb *special;

	(void)state;
	load_algorithms();
	special = whirlpool_special();
	if (!special)
		LEAVE_OUT("the processor has no such instructions");
	for (unsigned round = 0; round < ROUNDS; round++) {
		size_t blocks = check_random_below(4);
		uint64_t a[8];
		uint64_t b[8];

		check_random_bytes((uint8_t *)a, sizeof(a));
		check_random_bytes(data, sizeof(data));
		memcpy(b, a, sizeof(b));
		whirlpool_absorb_portable(a, data, blocks);
		special(b, data, blocks);
		assert_memory_equal(a, b, sizeof(a));
	}
}

/* Random numbers, or the largest there are, which carry most. */
static void fill_poly1305(uint8_t *to, size_t size, bool largest)
{
	if (largest)
		memset(to, 0xff, size);
	else
		check_random_bytes(to, size);
}

static void poly1305_twins_agree(void **state)
{
	unsigned lanes = poly1305_lanes();

	(void)state;
	if (lanes == 0)
		LEAVE_OUT("the processor has no such instructions");
	for (unsigned round = 0; round < ROUNDS; round++) {
		size_t blocks = check_random_below(MAX_DATA / POLY1305_BLOCK);
		struct poly1305_key r;
		struct poly1305_sum a;
		struct poly1305_sum b;
		uint8_t bytes[32];
		uint8_t out_a[16];
		uint8_t out_b[16];
		size_t done;

		fill_poly1305(bytes, sizeof(bytes), round & 1);
		poly1305_set_key(&r, bytes);
		fill_poly1305((uint8_t *)&a, sizeof(a), round & 2);
		a.h[2] &= 7;
		fill_poly1305(data, sizeof(data), round & 4);
		b = a;
		poly1305_blocks(&r, &a, data, blocks, 1);
		done = poly1305_wide(&r, &b, data, blocks, round & 8 ? lanes : 4);
		assert_in_range(done, blocks > 7 * lanes ? blocks - lanes : 0, blocks);
		poly1305_blocks(&r, &b, data + done * POLY1305_BLOCK, blocks - done, 1);
		poly1305_emit(&a, NULL, out_a);
		poly1305_emit(&b, NULL, out_b);
		assert_memory_equal(out_a, out_b, sizeof(out_a));
	}
}

/* Which keys setkey takes (T-01, T-02, T-03), below 127 bytes: from first to last, by steps. */
#define SIZES(n)                                                                                   \
	{                                                                                          \
		n, n, 1                                                                            \
	}
#define SIZES_FROM(a, b)                                                                           \
	{                                                                                          \
		a, b, 1                                                                            \
	}
#define NO_SIZE                                                                                    \
	{                                                                                          \
		1, 0, 1                                                                            \
	}

static const struct {
	enum alg_type type;
	const char *name;
	struct {
		unsigned first, last, step;
	} sizes;
	int otherwise;
} keys[] = {
    {ALG_TYPE_HASH, "blake2b-160", SIZES_FROM(1, 64), -EINVAL},
    {ALG_TYPE_HASH, "blake2b-512", SIZES_FROM(1, 64), -EINVAL},
    {ALG_TYPE_HASH, "blake2s-128", SIZES_FROM(1, 32), -EINVAL},
    {ALG_TYPE_HASH, "blake2s-256", SIZES_FROM(1, 32), -EINVAL},
    {ALG_TYPE_HASH, "crc32", SIZES(4), -EINVAL},
    {ALG_TYPE_HASH, "crc32c", SIZES(4), -EINVAL},
    {ALG_TYPE_HASH, "crct10dif", NO_SIZE, -ENOSYS},
    {ALG_TYPE_HASH, "crc64-rocksoft", NO_SIZE, -ENOSYS},
    {ALG_TYPE_HASH, "xxhash64", SIZES(8), -EINVAL},
    {ALG_TYPE_HASH, "michael_mic", SIZES(8), -EINVAL},
    {ALG_TYPE_HASH, "ghash", SIZES(16), -EINVAL},
    {ALG_TYPE_HASH, "polyval", SIZES(16), -EINVAL},
    {ALG_TYPE_HASH, "poly1305", NO_SIZE, -ENOSYS},
    {ALG_TYPE_HASH, "nhpoly1305", NO_SIZE, -EINVAL}, /* 1088 only */
    {ALG_TYPE_HASH, "digest_null", SIZES_FROM(0, 126), -EINVAL},
    {ALG_TYPE_SKCIPHER, "ecb(cipher_null)", SIZES(0), -EINVAL},
    {ALG_TYPE_SKCIPHER, "chacha20", SIZES(32), -EINVAL},
    {ALG_TYPE_SKCIPHER, "xchacha20", SIZES(32), -EINVAL},
    {ALG_TYPE_SKCIPHER, "xchacha12", SIZES(32), -EINVAL},
    {ALG_TYPE_SKCIPHER, "arc4", SIZES_FROM(1, 126), -EINVAL}, /* to 256 */
    {ALG_TYPE_SKCIPHER, "ecb(arc4)", SIZES_FROM(1, 126), -EINVAL},
    {ALG_TYPE_CIPHER, "anubis", {16, 40, 4}, -EINVAL},
    {ALG_TYPE_CIPHER, "cast6", {16, 32, 4}, -EINVAL},
    {ALG_TYPE_CIPHER, "fcrypt", SIZES(8), -EINVAL},
    {ALG_TYPE_CIPHER, "khazad", SIZES(16), -EINVAL},
    {ALG_TYPE_CIPHER, "serpent-own", SIZES_FROM(0, 32), -EINVAL},
    {ALG_TYPE_CIPHER, "tea", SIZES(16), -EINVAL},
    {ALG_TYPE_CIPHER, "xtea", SIZES(16), -EINVAL},
    {ALG_TYPE_CIPHER, "xeta", SIZES(16), -EINVAL},
    {ALG_TYPE_HASH, "vmac64(aes)", SIZES(16), -EINVAL},
    {ALG_TYPE_AEAD, "aegis128", SIZES(16), -EINVAL},
};

static void keys_of_other_sizes_are_refused(void **state)
{
	(void)state;
	check_random_bytes(data, sizeof(data));
	for (size_t row = 0; row < sizeof(keys) / sizeof(keys[0]); row++) {
		struct tfm *tfm = check_tfm(keys[row].type, keys[row].name, NULL, 0);

		for (unsigned size = 0; size < 127; size++) {
			bool fits = size >= keys[row].sizes.first && size <= keys[row].sizes.last &&
				    (size - keys[row].sizes.first) % keys[row].sizes.step == 0;

			check(tfm_setkey(tfm, data, size) == (fits ? 0 : keys[row].otherwise),
			      "%s: key of %u", keys[row].name, size);
		}
		tfm_free(tfm);
	}
}

static void nhpoly1305_wants_1088_bytes(void **state)
{
	struct tfm *tfm = check_tfm(ALG_TYPE_HASH, "nhpoly1305", NULL, 0);

	(void)state;
	assert_true(alg_needs_key(tfm->alg));
	assert_int_equal(tfm_setkey(tfm, data, 1087), -EINVAL);
	assert_int_equal(tfm_setkey(tfm, data, 1089), -EINVAL);
	assert_int_equal(tfm_setkey(tfm, data, 1088), 0);
	tfm_free(tfm);
}

/* H-23: a message that ends before its key does. */
static void poly1305_refuses_a_message_without_key(void **state)
{
	_Alignas(64) uint8_t hash[ALG_MAX_HASH_STATE];
	struct tfm *tfm = check_tfm(ALG_TYPE_HASH, "poly1305", NULL, 0);
	const struct hash_ops *ops = &tfm->alg->hash;

	(void)state;
	assert_false(alg_needs_key(tfm->alg));
	for (size_t size = 0; size <= 40; size++) {
		uint8_t digest[16];

		ops->init(tfm, hash);
		assert_int_equal(ops->update(tfm, hash, data, size), 0);
		check(ops->final(tfm, hash, digest) == (size < 32 ? -ENOKEY : 0), "%zu bytes",
		      size);
	}
	tfm_free(tfm);
}

/* H-23: a nonce that is too short, or whose first bit is set. */
static void vmac64_refuses_bad_nonces(void **state)
{
	_Alignas(64) uint8_t hash[ALG_MAX_HASH_STATE];
	struct tfm *tfm = check_tfm(ALG_TYPE_HASH, "vmac64(aes)", data, 16);
	const struct hash_ops *ops = &tfm->alg->hash;

	(void)state;
	for (size_t size = 0; size <= 40; size++)
		for (unsigned first = 0; first < 256; first++) {
			uint8_t digest[8];

			data[0] = (uint8_t)first;
			ops->init(tfm, hash);
			assert_int_equal(ops->update(tfm, hash, data, size), 0);
			check(ops->final(tfm, hash, digest) ==
				  (size < 16 || first > 127 ? -EINVAL : 0),
			      "%zu bytes, the first %u", size, first);
		}
	tfm_free(tfm);
}

/* Many blocks at once, in place or not, are what they are one by one, and come back. */
static void ciphers_treat_blocks_alike(void **state)
{
	static const struct {
		const char *name;
		size_t key;
	} ciphers[] = {{"anubis", 20},     {"cast6", 32}, {"fcrypt", 8}, {"khazad", 16},
		       {"serpent-own", 7}, {"tea", 16},   {"xtea", 16},  {"xeta", 16}};
	uint8_t key[32];
	uint8_t many[MAX_DATA];
	uint8_t one[MAX_DATA];

	(void)state;
	for (size_t i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++) {
		struct tfm *tfm;
		const struct cipher_ops *ops;
		size_t block;

		check_random_bytes(key, sizeof(key));
		tfm = check_tfm(ALG_TYPE_CIPHER, ciphers[i].name, key, ciphers[i].key);
		ops = &tfm->alg->cipher;
		block = tfm->alg->blocksize;
		for (size_t blocks = 0; blocks <= 40; blocks++) {
			check_random_bytes(data, sizeof(data));
			ops->encrypt(tfm, many, data, blocks);
			for (size_t n = 0; n < blocks; n++)
				ops->encrypt(tfm, one + n * block, data + n * block, 1);
			check(memcmp(many, one, blocks * block) == 0, "%s: %zu blocks",
			      ciphers[i].name, blocks);
			ops->decrypt(tfm, many, many, blocks);
			check(memcmp(many, data, blocks * block) == 0, "%s: back from %zu",
			      ciphers[i].name, blocks);
		}
		tfm_free(tfm);
	}
}

static void aegis128_tags_are_8_to_16_bytes(void **state)
{
	struct tfm *tfm = check_tfm(ALG_TYPE_AEAD, "aegis128", data, 16);

	(void)state;
	for (unsigned size = 0; size <= 64; size++)
		check(tfm_setauthsize(tfm, size) == (size >= 8 && size <= 16 ? 0 : -EINVAL),
		      "tag of %u", size);
	tfm_free(tfm);
}

/* C-20: these leave their IV, and a request begins anew at the counter it names. */
static void chacha_leaves_its_iv(void **state)
{
	static const char *const names[] = {"chacha20", "xchacha20", "xchacha12"};
	uint8_t iv[ALG_MAX_IV];
	uint8_t before[ALG_MAX_IV];
	uint8_t whole[MAX_DATA];
	uint8_t part[64];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct tfm *tfm = check_tfm(ALG_TYPE_SKCIPHER, names[i], data, 32);
		const struct skcipher_ops *ops = &tfm->alg->skcipher;
		unsigned counter = tfm->alg->ivsize == 16 ? 0 : 24;

		assert_int_equal(tfm->alg->chunksize, 64);
		check_random_bytes(iv, sizeof(iv));
		iv[counter] = 0;
		memcpy(before, iv, sizeof(iv));
		assert_int_equal(ops->encrypt(tfm, iv, whole, data, sizeof(data)), 0);
		assert_memory_equal(iv, before, sizeof(iv));
		/* Each block by itself is what it is in the middle of a message. */
		for (size_t at = 0; at + 64 <= sizeof(data); at += 64, iv[counter]++) {
			assert_int_equal(ops->encrypt(tfm, iv, part, data + at, 64), 0);
			check(memcmp(part, whole + at, 64) == 0, "%s at %zu", names[i], at);
		}
		tfm_free(tfm);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(crc_twins_agree),
	    cmocka_unit_test(gf128_twins_agree),
	    cmocka_unit_test(aegis128_twins_agree),
	    cmocka_unit_test(poly1305_twins_agree),
	    cmocka_unit_test(whirlpool_twins_agree),
	    cmocka_unit_test(keys_of_other_sizes_are_refused),
	    cmocka_unit_test(nhpoly1305_wants_1088_bytes),
	    cmocka_unit_test(poly1305_refuses_a_message_without_key),
	    cmocka_unit_test(vmac64_refuses_bad_nonces),
	    cmocka_unit_test(ciphers_treat_blocks_alike),
	    cmocka_unit_test(aegis128_tags_are_8_to_16_bytes),
	    cmocka_unit_test(chacha_leaves_its_iv),
	};

	return cmocka_run_group_tests_name("own", tests, NULL, NULL);
}
