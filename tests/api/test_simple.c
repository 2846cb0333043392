/* SPDX-License-Identifier: MIT */
#include "test_api.h"

#define SIZE 1000u

static uint8_t data[SIZE], key[64], iv[16], out[SIZE], back[SIZE], expected[SIZE];

static int set_up(void **state)
{
	(void)state;
	test_fill(data, sizeof(data), 51);
	test_fill(key, sizeof(key), 52);
	test_fill(iv, sizeof(iv), 53);
	return 0;
}

static void test_digests(void **state)
{
	static const struct {
		int (*digest)(const void *data, size_t size, uint8_t *out);
		const char *reference;
		size_t size;
	} digests[] = {
	    {ualg_sha1, "SHA1", 20},         {ualg_sha224, "SHA224", 28},
	    {ualg_sha256, "SHA256", 32},     {ualg_sha384, "SHA384", 48},
	    {ualg_sha512, "SHA512", 64},     {ualg_sha3_256, "SHA3-256", 32},
	    {ualg_sha3_512, "SHA3-512", 64},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(digests) / sizeof(digests[0]); i++) {
		for (size_t size = 0; size <= SIZE; size += 250) {
			memset(out, 0xa5, 65);
			assert_int_equal(digests[i].digest(data, size, out), 0);
			reference_digest(digests[i].reference, data, size, expected);
			assert_memory_equal(out, expected, digests[i].size);
			assert_int_equal(out[digests[i].size], 0xa5);
		}
		assert_int_equal(digests[i].digest(NULL, 1, out), -EINVAL);
		assert_int_equal(digests[i].digest(data, 1, NULL), -EINVAL);
	}
}

static void test_macs(void **state)
{
	static const struct {
		int (*mac)(const void *key, size_t key_size, const void *data, size_t size,
			   uint8_t *out);
		const char *reference;
		size_t size;
	} macs[] = {
	    {ualg_hmac_sha1, "SHA1", 20},
	    {ualg_hmac_sha256, "SHA256", 32},
	    {ualg_hmac_sha384, "SHA384", 48},
	    {ualg_hmac_sha512, "SHA512", 64},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(macs) / sizeof(macs[0]); i++) {
		for (size_t size = 0; size <= 64; size += 32) {
			/* NULL with size 0 is a key: the empty one. */
			assert_int_equal(macs[i].mac(size ? key : NULL, size, data, SIZE, out), 0);
			reference_hmac(macs[i].reference, key, size, data, SIZE, expected);
			assert_memory_equal(out, expected, macs[i].size);
		}
		assert_int_equal(macs[i].mac(NULL, 1, data, SIZE, out), -EINVAL);
	}
}

/* The functions are called by name here as well: a table's entries are bound by the loader. */
static void test_by_name(void **state)
{
	(void)state;
	assert_int_equal(ualg_sha1(data, 1, out) | ualg_sha224(data, 1, out) |
			     ualg_sha256(data, 1, out) | ualg_sha384(data, 1, out) |
			     ualg_sha512(data, 1, out) | ualg_sha3_256(data, 1, out) |
			     ualg_sha3_512(data, 1, out),
			 0);
	assert_int_equal(
	    ualg_hmac_sha1(key, 1, data, 1, out) | ualg_hmac_sha256(key, 1, data, 1, out) |
		ualg_hmac_sha384(key, 1, data, 1, out) | ualg_hmac_sha512(key, 1, data, 1, out),
	    0);
	assert_int_equal(ualg_digest_data("sha256", NULL, 0, data, SIZE, out, 32), 0);
	reference_digest("SHA256", data, SIZE, expected);
	assert_memory_equal(out, expected, 32);
	assert_int_equal(ualg_digest_data("hmac(sha256)", key, 20, data, SIZE, out, 64), 0);
	reference_hmac("SHA256", key, 20, data, SIZE, expected);
	assert_memory_equal(out, expected, 32);
	assert_int_equal(ualg_digest_data("sha256", NULL, 0, data, SIZE, out, 31), -EINVAL);
	assert_int_equal(ualg_digest_data("sha256", key, 1, data, SIZE, out, 32), -ENOSYS);
	assert_int_equal(ualg_digest_data("hmac(sha256)", NULL, 0, data, SIZE, out, 32), -ENOKEY);
	assert_int_equal(ualg_digest_data("nothing", NULL, 0, data, SIZE, out, 32), -ENOENT);
	assert_int_equal(ualg_digest_data(NULL, NULL, 0, data, SIZE, out, 32), -EINVAL);
}

static void test_ciphers(void **state)
{
	static const char *const cbc[] = {"AES-128-CBC", "AES-192-CBC", "AES-256-CBC"};
	static const char *const ctr[] = {"AES-128-CTR", "AES-192-CTR", "AES-256-CTR"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		size_t key_size = 16 + 8 * i;

		assert_int_equal(ualg_aes_cbc_encrypt(key, key_size, iv, data, out, 992), 0);
		reference_cipher(cbc[i], true, key, iv, data, expected, 992);
		assert_memory_equal(out, expected, 992);
		assert_int_equal(ualg_aes_cbc_decrypt(key, key_size, iv, out, back, 992), 0);
		assert_memory_equal(back, data, 992);
		assert_int_equal(ualg_aes_ctr(key, key_size, iv, data, out, SIZE), 0);
		reference_cipher(ctr[i], true, key, iv, data, expected, SIZE);
		assert_memory_equal(out, expected, SIZE);
	}
	assert_int_equal(ualg_aes_xts_encrypt(key, 64, iv, data, out, SIZE), 0);
	reference_cipher("AES-256-XTS", true, key, iv, data, expected, SIZE);
	assert_memory_equal(out, expected, SIZE);
	assert_int_equal(ualg_aes_xts_decrypt(key, 64, iv, out, out, SIZE), 0);
	assert_memory_equal(out, data, SIZE);
	assert_int_equal(ualg_aes_cbc_encrypt(key, 16, iv, data, out, 15), -EINVAL);
	assert_int_equal(ualg_aes_cbc_decrypt(key, 15, iv, data, out, 16), -EINVAL);
	assert_int_equal(ualg_aes_ctr(key, 33, iv, data, out, 16), -EINVAL);
	assert_int_equal(ualg_aes_xts_encrypt(key, 64, iv, data, out, 15), -EINVAL);
	assert_int_equal(ualg_aes_xts_decrypt(key, 16, iv, data, out, 16), -EINVAL);
}

static void test_aeads(void **state)
{
	uint8_t tag[16], expected_tag[16];

	(void)state;
	assert_int_equal(ualg_aes_gcm_encrypt(key, 32, iv, key, 40, data, out, SIZE, tag), 0);
	reference_aead("AES-256-GCM", key, iv, key, 40, data, expected, SIZE, expected_tag);
	assert_memory_equal(out, expected, SIZE);
	assert_memory_equal(tag, expected_tag, 16);
	assert_int_equal(ualg_aes_gcm_decrypt(key, 32, iv, key, 40, out, back, SIZE, tag), 0);
	assert_memory_equal(back, data, SIZE);
	tag[15] ^= 1;
	assert_int_equal(ualg_aes_gcm_decrypt(key, 32, iv, key, 40, out, back, SIZE, tag),
			 -EBADMSG);
	assert_int_equal(ualg_aes_gcm_encrypt(key, 31, iv, key, 40, data, out, SIZE, tag), -EINVAL);

	assert_int_equal(ualg_chacha20_poly1305_encrypt(key, iv, key, 40, data, out, SIZE, tag), 0);
	reference_aead("ChaCha20-Poly1305", key, iv, key, 40, data, expected, SIZE, expected_tag);
	assert_memory_equal(out, expected, SIZE);
	assert_memory_equal(tag, expected_tag, 16);
	assert_int_equal(ualg_chacha20_poly1305_decrypt(key, iv, key, 40, out, back, SIZE, tag), 0);
	assert_memory_equal(back, data, SIZE);
	out[0] ^= 1;
	assert_int_equal(ualg_chacha20_poly1305_decrypt(key, iv, key, 40, out, back, SIZE, tag),
			 -EBADMSG);
}

static void test_random(void **state)
{
	(void)state;
	assert_int_equal(ualg_random(out, 64), 0);
	assert_int_equal(ualg_random(back, 64), 0);
	assert_memory_not_equal(out, back, 64);
	assert_int_equal(ualg_random(NULL, 0), 0);
	assert_int_equal(ualg_random(NULL, 1), -EINVAL);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup(test_digests, set_up), cmocka_unit_test_setup(test_macs, set_up),
    cmocka_unit_test_setup(test_by_name, set_up), cmocka_unit_test_setup(test_ciphers, set_up),
    cmocka_unit_test_setup(test_aeads, set_up),   cmocka_unit_test_setup(test_random, set_up),
};

const struct test_group test_simple_group = TEST_GROUP(tests);
