/* SPDX-License-Identifier: MIT */
#include "test_api.h"

static const uint8_t abc_digest[32] = {
    0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
    0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad,
}; /* FIPS 180-4, example of SHA-256 */

static void test_open_errors(void **state)
{
	struct ualg_digest *digest;

	(void)state;
	assert_int_equal(ualg_digest_open(&digest, "no such digest", test_transport), -ENOENT);
	assert_null(digest);
	assert_int_equal(ualg_digest_open(&digest, "cbc(aes)", test_transport), -ENOENT);
	assert_int_equal(ualg_digest_open(&digest, "hmac(hmac(sha256))", test_transport), -ENOENT);
	assert_int_equal(ualg_digest_open(&digest, "", test_transport), -ENOENT);
	assert_int_equal(ualg_digest_open(&digest, NULL, test_transport), -EINVAL);
	assert_int_equal(ualg_digest_open(NULL, "sha256", test_transport), -EINVAL);
	ualg_digest_close(NULL);
}

static void test_properties(void **state)
{
	struct ualg_digest *digest = test_digest("hmac(sha1)", "k", 1);

	(void)state;
	assert_int_equal(ualg_digest_size(digest), 20);
	assert_int_equal(ualg_digest_transport(digest), test_transport);
	assert_string_equal(ualg_alg_name(ualg_digest_alg(digest)), "hmac(sha1)");
	assert_int_equal(ualg_alg_block_size(ualg_digest_alg(digest)), 64);
	assert_int_equal(ualg_alg_key(ualg_digest_alg(digest)), UALG_KEY_NEEDED);
	if (test_transport == UALG_TRANSPORT_KERNEL)
		assert_string_equal(ualg_alg_backend(ualg_digest_alg(digest)), "kernel");
	ualg_digest_close(digest);
	assert_int_equal(ualg_digest_size(NULL), 0);
	assert_null(ualg_digest_alg(NULL));
	assert_int_equal(ualg_digest_transport(NULL), UALG_TRANSPORT_DEFAULT);
}

static void test_message(void **state)
{
	struct ualg_digest *digest = test_digest("sha256", NULL, 0);
	uint8_t out[40], empty[32];

	(void)state;
	reference_digest("SHA256", "", 0, empty);
	memset(out, 0xa5, sizeof(out));
	assert_int_equal(ualg_digest_update(digest, "a", 1), 0);
	assert_int_equal(ualg_digest_update(digest, NULL, 0), 0);
	assert_int_equal(ualg_digest_update(digest, "bc", 2), 0);
	assert_int_equal(ualg_digest_final(digest, out, sizeof(out)), 0);
	assert_memory_equal(out, abc_digest, 32);
	assert_int_equal(out[32], 0xa5);
	/* The message has ended: the next digest is that of the empty one. */
	assert_int_equal(ualg_digest_final(digest, out, 32), 0);
	assert_memory_equal(out, empty, 32);
	/* once gives up what is open, and leaves nothing open. */
	assert_int_equal(ualg_digest_update(digest, "xyz", 3), 0);
	assert_int_equal(ualg_digest_once(digest, "abc", 3, out, 32), 0);
	assert_memory_equal(out, abc_digest, 32);
	assert_int_equal(ualg_digest_update(digest, "xyz", 3), 0);
	ualg_digest_reset(digest);
	assert_int_equal(ualg_digest_final(digest, out, 32), 0);
	assert_memory_equal(out, empty, 32);
	assert_int_equal(ualg_digest_once(digest, NULL, 0, out, 32), 0);
	assert_memory_equal(out, empty, 32);
	ualg_digest_close(digest);
	ualg_digest_reset(NULL);
}

static void test_errors(void **state)
{
	struct ualg_digest *digest = test_digest("sha256", NULL, 0);
	uint8_t out[32];

	(void)state;
	assert_int_equal(ualg_digest_set_key(digest, "key", 3), -ENOSYS);
	assert_int_equal(ualg_digest_update(digest, "abc", 3), 0);
	/* Too small a buffer leaves the message as it is. */
	assert_int_equal(ualg_digest_final(digest, out, 31), -EINVAL);
	assert_int_equal(ualg_digest_final(digest, NULL, 32), -EINVAL);
	assert_int_equal(ualg_digest_verify(digest, abc_digest, 0), -EINVAL);
	assert_int_equal(ualg_digest_verify(digest, abc_digest, 33), -EINVAL);
	assert_int_equal(ualg_digest_verify(digest, NULL, 32), -EINVAL);
	assert_int_equal(ualg_digest_update(digest, NULL, 1), -EINVAL);
	assert_int_equal(ualg_digest_once(digest, NULL, 1, out, 32), -EINVAL);
	assert_int_equal(ualg_digest_once(digest, "x", 1, out, 31), -EINVAL);
	assert_int_equal(ualg_digest_final(digest, out, 32), 0);
	assert_memory_equal(out, abc_digest, 32);
	assert_int_equal(ualg_digest_set_key(digest, NULL, 1), -EINVAL);
	ualg_digest_close(digest);

	assert_int_equal(ualg_digest_set_key(NULL, "k", 1), -EINVAL);
	assert_int_equal(ualg_digest_update(NULL, "k", 1), -EINVAL);
	assert_int_equal(ualg_digest_final(NULL, out, 32), -EINVAL);
	assert_int_equal(ualg_digest_verify(NULL, out, 32), -EINVAL);
	assert_int_equal(ualg_digest_once(NULL, "k", 1, out, 32), -EINVAL);
}

static void test_verify(void **state)
{
	struct ualg_digest *digest = test_digest("sha256", NULL, 0);
	uint8_t bad[32];

	(void)state;
	for (size_t i = 0; i < 32; i++) {
		memcpy(bad, abc_digest, 32);
		bad[i] ^= 1;
		assert_int_equal(ualg_digest_update(digest, "abc", 3), 0);
		assert_int_equal(ualg_digest_verify(digest, bad, 32), -EBADMSG);
		assert_int_equal(ualg_digest_update(digest, "abc", 3), 0);
		assert_int_equal(ualg_digest_verify(digest, abc_digest, i + 1), 0);
	}
	ualg_digest_close(digest);
}

static void test_keys(void **state)
{
	struct ualg_digest *digest = test_digest("hmac(sha256)", NULL, 0);
	uint8_t key[200], out[32], expected[32];

	(void)state;
	test_fill(key, sizeof(key), 2);
	assert_int_equal(ualg_digest_update(digest, "x", 1), -ENOKEY);
	assert_int_equal(ualg_digest_final(digest, out, 32), -ENOKEY);
	assert_int_equal(ualg_digest_once(digest, "x", 1, out, 32), -ENOKEY);
	for (size_t size = 0; size <= sizeof(key); size += 40) {
		reference_hmac("SHA256", key, size, "message", 7, expected);
		/* A new key gives up the open message. */
		if (size)
			assert_int_equal(ualg_digest_update(digest, "x", 1), 0);
		assert_int_equal(ualg_digest_set_key(digest, key, size), 0);
		assert_int_equal(ualg_digest_update(digest, "message", 7), 0);
		assert_int_equal(ualg_digest_final(digest, out, 32), 0);
		assert_memory_equal(out, expected, 32);
	}
	ualg_digest_close(digest);
}

/* What is not a key leaves a digest without one: unusable where it is needed, plain elsewhere. */
static void test_bad_keys(void **state)
{
	struct ualg_digest *digest = test_digest("cmac(aes)", "0123456789abcdef", 16);
	uint8_t out[64], plain[65] = {0};

	(void)state;
	assert_int_equal(ualg_digest_once(digest, "x", 1, out, 16), 0);
	assert_int_equal(ualg_digest_set_key(digest, "12345", 5), -EINVAL);
	assert_int_equal(ualg_digest_once(digest, "x", 1, out, 16), -ENOKEY);
	assert_int_equal(ualg_digest_set_key(digest, "0123456789abcdef", 16), 0);
	assert_int_equal(ualg_digest_once(digest, "x", 1, out, 16), 0);
	ualg_digest_close(digest);

	digest = test_digest("blake2b-256", NULL, 0);
	assert_int_equal(ualg_digest_once(digest, "x", 1, plain, 32), 0);
	assert_int_equal(ualg_digest_set_key(digest, plain, 65), -EINVAL);
	assert_int_equal(ualg_digest_once(digest, "x", 1, out, 32), 0);
	assert_memory_equal(out, plain, 32);
	assert_int_equal(ualg_digest_set_key(digest, "key", 3), 0);
	assert_int_equal(ualg_digest_once(digest, "x", 1, out, 32), 0);
	assert_memory_not_equal(out, plain, 32);
	ualg_digest_close(digest);
}

/* H-23: a message that has to begin with a key of its own. */
static void test_refused_message(void **state)
{
	struct ualg_digest *digest = test_digest("poly1305", NULL, 0);
	uint8_t out[16], data[64];

	(void)state;
	test_fill(data, sizeof(data), 3);
	assert_int_equal(ualg_digest_update(digest, data, 31), 0);
	assert_int_equal(ualg_digest_final(digest, out, 16), -ENOKEY);
	assert_int_equal(ualg_digest_once(digest, data, 64, out, 16), 0);
	ualg_digest_close(digest);
}

static void test_clone(void **state)
{
	struct ualg_digest *digest = test_digest("hmac(sha256)", "key", 3), *clone, *second;
	uint8_t out[32], expected[32];

	(void)state;
	assert_int_equal(ualg_digest_update(digest, "begin", 5), 0);
	assert_int_equal(ualg_digest_clone(digest, &clone), 0);
	assert_int_equal(ualg_digest_clone(clone, &second), 0);
	assert_int_equal(ualg_digest_update(digest, "A", 1), 0);
	assert_int_equal(ualg_digest_update(clone, "B", 1), 0);
	reference_hmac("SHA256", "key", 3, "beginA", 6, expected);
	assert_int_equal(ualg_digest_final(digest, out, 32), 0);
	assert_memory_equal(out, expected, 32);
	/* The clone outlives its origin. */
	ualg_digest_close(digest);
	reference_hmac("SHA256", "key", 3, "beginB", 6, expected);
	assert_int_equal(ualg_digest_final(clone, out, 32), 0);
	assert_memory_equal(out, expected, 32);
	ualg_digest_close(clone);
	reference_hmac("SHA256", "key", 3, "begin", 5, expected);
	assert_int_equal(ualg_digest_verify(second, expected, 32), 0);
	/* Without an open message it is a handle with the same key. */
	assert_int_equal(ualg_digest_clone(second, &clone), 0);
	reference_hmac("SHA256", "key", 3, "new", 3, expected);
	assert_int_equal(ualg_digest_once(clone, "new", 3, out, 32), 0);
	assert_memory_equal(out, expected, 32);
	ualg_digest_close(clone);
	ualg_digest_close(second);
	assert_int_equal(ualg_digest_clone(NULL, &clone), -EINVAL);
}

/* A key for a clone: its own in this process; of the kernel's sockets they share one. */
static void test_clone_key(void **state)
{
	bool shared = test_transport == UALG_TRANSPORT_KERNEL;
	struct ualg_digest *digest = test_digest("hmac(sha256)", "key", 3), *clone;
	uint8_t out[32], expected[32];

	(void)state;
	assert_int_equal(ualg_digest_clone(digest, &clone), 0);
	assert_int_equal(ualg_digest_clone(digest, NULL), -EINVAL);
	assert_int_equal(ualg_digest_set_key(clone, "other", 5), shared ? -EBUSY : 0);
	assert_int_equal(ualg_digest_once(digest, "m", 1, out, 32), 0);
	reference_hmac("SHA256", "key", 3, "m", 1, expected);
	assert_memory_equal(out, expected, 32);
	reference_hmac("SHA256", shared ? "key" : "other", shared ? 3 : 5, "m", 1, expected);
	assert_int_equal(ualg_digest_once(clone, "m", 1, out, 32), 0);
	assert_memory_equal(out, expected, 32);
	ualg_digest_close(digest);
	assert_int_equal(ualg_digest_set_key(clone, "third", 5), 0);
	reference_hmac("SHA256", "third", 5, "m", 1, expected);
	assert_int_equal(ualg_digest_once(clone, "m", 1, out, 32), 0);
	assert_memory_equal(out, expected, 32);
	ualg_digest_close(clone);
}

/* Whole, in halves and in odd pieces, around every boundary that something has. */
static void test_lengths(void **state)
{
	static const size_t sizes[] = {1,      55,     56,     63,     64,     65,      4095,
				       4096,   4097,   65535,  65536,  65537,  131073,  212991,
				       212992, 212993, 425983, 425984, 425985, 1000003, 4194305};
	uint8_t *data = test_allocate(4194305), out[64], expected[64];
	struct ualg_digest *sha = test_digest("sha512", NULL, 0);

	(void)state;
	test_fill(data, 4194305, 4);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t size = sizes[i];

		reference_digest("SHA512", data, size, expected);
		assert_int_equal(ualg_digest_once(sha, data, size, out, 64), 0);
		assert_memory_equal(out, expected, 64);
		for (size_t at = 0, next; at < size; at = next) {
			next = at + size / 7 + 1 < size ? at + size / 7 + 1 : size;
			assert_int_equal(ualg_digest_update(sha, data + at, next - at), 0);
		}
		assert_int_equal(ualg_digest_final(sha, out, 64), 0);
		assert_memory_equal(out, expected, 64);
	}
	ualg_digest_close(sha);
	free(data);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_open_errors), cmocka_unit_test(test_properties),
    cmocka_unit_test(test_message),     cmocka_unit_test(test_errors),
    cmocka_unit_test(test_verify),      cmocka_unit_test(test_keys),
    cmocka_unit_test(test_bad_keys),    cmocka_unit_test(test_refused_message),
    cmocka_unit_test(test_clone),       cmocka_unit_test(test_clone_key),
    cmocka_unit_test(test_lengths),
};

const struct test_group test_digest_group = TEST_GROUP(tests);
