/* SPDX-License-Identifier: MIT */
#include "test_api.h"

/* The short form is the long one with 32 bits before the usual fixed data. */
static void test_short_form(void **state)
{
	static const uint8_t fixed[] = "label\0context\0\0\1\230"; /* 51 bytes are 0x198 bits */
	struct ualg_kdf_request request = {
	    .mac = "hmac(sha256)",
	    .key = "key",
	    .key_size = 3,
	    .fixed = fixed,
	    .fixed_size = sizeof(fixed) - 1,
	    .counter_bits = 32,
	};
	uint8_t out[51], expected[51], written[17];

	(void)state;
	assert_int_equal(ualg_kdf_fixed_size(5, 7), sizeof(written));
	assert_int_equal(ualg_kdf_fixed("label", 5, "context", 7, 51, written, 17), 0);
	assert_memory_equal(written, fixed, 17);
	assert_int_equal(ualg_kdf_fixed("label", 5, "context", 7, 51, written, 16), -ENOBUFS);
	assert_int_equal(ualg_kdf_fixed("label", 5, "context", 7, 51, NULL, 17), -EINVAL);
	assert_int_equal(ualg_kdf_fixed(NULL, 5, "context", 7, 51, written, 17), -EINVAL);
	assert_int_equal(ualg_kdf_fixed("label", 5, "context", 7, (size_t)1 << 29, written, 17),
			 -EINVAL);
	assert_int_equal(ualg_kdf_fixed_size(SIZE_MAX, 0), 0);
	assert_int_equal(ualg_kdf_fixed_size(SIZE_MAX - 10, 10), 0);
	for (int mode = UALG_KDF_COUNTER; mode <= UALG_KDF_DOUBLE_PIPELINE; mode++) {
		request.mode = (enum ualg_kdf_mode)mode;
		assert_int_equal(ualg_kdf_derive(&request, expected, 51), 0);
		assert_int_equal(ualg_kdf(request.mode, "hmac(sha256)", "key", 3, "label", 5,
					  "context", 7, out, 51),
				 0);
		assert_memory_equal(out, expected, 51);
	}
	assert_int_equal(ualg_kdf(UALG_KDF_COUNTER, "hmac(sha256)", "key", 3, "label", SIZE_MAX,
				  "context", 7, out, 51),
			 -EINVAL);
}

static void test_kdf_errors(void **state)
{
	const struct ualg_kdf_request good = {
	    .mode = UALG_KDF_FEEDBACK,
	    .mac = "hmac(sha256)",
	    .key = "key",
	    .key_size = 3,
	    .iv = "iv",
	    .iv_size = 2,
	    .fixed = "fixed",
	    .fixed_size = 5,
	    .counter_bits = 8,
	};
	struct ualg_kdf_request bad;
	uint8_t *out = test_allocate(256 * 32);

	(void)state;
	assert_int_equal(ualg_kdf_derive(&good, out, 255 * 32), 0);
	assert_int_equal(ualg_kdf_derive(&good, out, 255 * 32 + 1), -EINVAL);
	assert_int_equal(ualg_kdf_derive(&good, out, 0), -EINVAL);
	assert_int_equal(ualg_kdf_derive(&good, NULL, 32), -EINVAL);
	assert_int_equal(ualg_kdf_derive(NULL, out, 32), -EINVAL);
#define REFUSED(change, expected)                                                                  \
	do {                                                                                       \
		bad = good;                                                                        \
		change;                                                                            \
		assert_int_equal(ualg_kdf_derive(&bad, out, 32), expected);                        \
	} while (0)
	REFUSED(bad.mode = (enum ualg_kdf_mode)0, -EINVAL);
	REFUSED(bad.mode = (enum ualg_kdf_mode)4, -EINVAL);
	REFUSED(bad.mode = UALG_KDF_COUNTER, -EINVAL); /* an iv */
	REFUSED(bad.mode = UALG_KDF_DOUBLE_PIPELINE, -EINVAL);
	REFUSED(bad.counter_bits = 9, -EINVAL);
	REFUSED(bad.counter_bits = 40, -EINVAL);
	REFUSED(bad.counter_offset = 6, -EINVAL);
	REFUSED((bad.counter_bits = 0, bad.counter_offset = 1), -EINVAL);
	REFUSED((bad.counter_bits = 0, bad.counter_before_iteration = true), -EINVAL);
	REFUSED((bad.mode = UALG_KDF_COUNTER, bad.iv_size = 0, bad.counter_bits = 0), -EINVAL);
	REFUSED((bad.mode = UALG_KDF_COUNTER, bad.iv_size = 0, bad.counter_before_iteration = true),
		-EINVAL);
	REFUSED(bad.key = NULL, -EINVAL);
	REFUSED(bad.iv = NULL, -EINVAL);
	REFUSED(bad.fixed = NULL, -EINVAL);
	REFUSED(bad.mac = NULL, -EINVAL);
	REFUSED(bad.mac = "hmac(nothing)", -ENOENT);
	REFUSED(bad.mac = "sha256", -ENOSYS);
	REFUSED(bad.mac = "cmac(aes)", -EINVAL);   /* a key of 3 bytes */
	REFUSED(bad.mac = "digest_null", -EINVAL); /* nothing to derive from */
#undef REFUSED
	free(out);
}

static void test_hkdf_errors(void **state)
{
	static const char mac[] = "hmac(sha1)";
	uint8_t out[255 * 20 + 1];

	(void)state;
	assert_int_equal(ualg_hkdf(mac, "k", 1, "s", 1, "i", 1, out, 255 * 20), 0);
	assert_int_equal(ualg_hkdf(mac, "k", 1, "s", 1, "i", 1, out, sizeof(out)), -EINVAL);
	assert_int_equal(ualg_hkdf_expand(mac, "k", 1, "i", 1, out, sizeof(out)), -EINVAL);
	assert_int_equal(ualg_hkdf(mac, "k", 1, "s", 1, "i", 1, out, 0), -EINVAL);
	assert_int_equal(ualg_hkdf(mac, "k", 1, "s", 1, "i", 1, NULL, 20), -EINVAL);
	assert_int_equal(ualg_hkdf(mac, NULL, 1, "s", 1, "i", 1, out, 20), -EINVAL);
	assert_int_equal(ualg_hkdf(mac, "k", 1, NULL, 1, "i", 1, out, 20), -EINVAL);
	assert_int_equal(ualg_hkdf(mac, "k", 1, "s", 1, NULL, 1, out, 20), -EINVAL);
	assert_int_equal(ualg_hkdf(NULL, "k", 1, "s", 1, "i", 1, out, 20), -EINVAL);
	assert_int_equal(ualg_hkdf(NULL, "k", 1, NULL, 0, "i", 1, out, 20), -EINVAL);
	assert_int_equal(ualg_hkdf("sha1", "k", 1, "s", 1, "i", 1, out, 20), -ENOSYS);
	assert_int_equal(ualg_hkdf("no", "k", 1, NULL, 0, "i", 1, out, 20), -ENOENT);
	assert_int_equal(ualg_hkdf_extract(mac, NULL, 1, "s", 1, out, 20), -EINVAL);
	assert_int_equal(ualg_hkdf_extract(mac, "k", 1, NULL, 1, out, 20), -EINVAL);
	assert_int_equal(ualg_hkdf_extract(mac, "k", 1, "s", 1, NULL, 20), -EINVAL);
	assert_int_equal(ualg_hkdf_expand(mac, NULL, 1, "i", 1, out, 20), -EINVAL);
	assert_int_equal(ualg_hkdf_expand(mac, "k", 1, NULL, 1, out, 20), -EINVAL);
	assert_int_equal(ualg_hkdf_expand(mac, "k", 1, "i", 1, NULL, 20), -EINVAL);
	assert_int_equal(ualg_hkdf_expand(mac, "k", 1, "i", 1, out, 0), -EINVAL);
}

static void test_pbkdf2_errors(void **state)
{
	static const char mac[] = "hmac(sha1)";
	uint8_t out[20];

	(void)state;
	assert_int_equal(ualg_pbkdf2(mac, "p", 1, "s", 1, 0, out, 20), -EINVAL);
	assert_int_equal(ualg_pbkdf2(mac, "p", 1, "s", 1, 1, out, 0), -EINVAL);
	assert_int_equal(ualg_pbkdf2(mac, "p", 1, "s", 1, 1, NULL, 20), -EINVAL);
	assert_int_equal(ualg_pbkdf2(mac, NULL, 1, "s", 1, 1, out, 20), -EINVAL);
	assert_int_equal(ualg_pbkdf2(mac, "p", 1, NULL, 1, 1, out, 20), -EINVAL);
	assert_int_equal(ualg_pbkdf2(NULL, "p", 1, "s", 1, 1, out, 20), -EINVAL);
	assert_int_equal(ualg_pbkdf2("sha1", "p", 1, "s", 1, 1, out, 20), -ENOSYS);
	assert_int_equal(ualg_pbkdf2("hmac(no)", "p", 1, "s", 1, 1, out, 20), -ENOENT);
#if SIZE_MAX > UINT32_MAX
	assert_int_equal(ualg_pbkdf2(mac, "p", 1, "s", 1, 1, out, (size_t)UINT32_MAX * 20 + 1),
			 -EINVAL);
#endif
	/* Another PRF than HMAC, as the RFC allows. */
	assert_int_equal(ualg_pbkdf2("cmac(aes)", "sixteen bytes...", 16, "s", 1, 2, out, 20), 0);
}

/* Twice the time, twice the iterations; twice the blocks, half: within what a busy machine does. */
static void test_iterations(void **state)
{
	uint64_t one, four, wide;

	(void)state;
	assert_int_equal(ualg_pbkdf2_iterations("hmac(sha256)", 32, 10, &one), 0);
	assert_int_equal(ualg_pbkdf2_iterations("hmac(sha256)", 32, 40, &four), 0);
	assert_int_equal(ualg_pbkdf2_iterations("hmac(sha256)", 128, 40, &wide), 0);
	assert_true(one >= 1000);
	if (test_transport == UALG_TRANSPORT_DIRECT) {
		assert_true(four > one * 3 / 2);
		assert_true(wide < four * 2 / 3);
	}
	/* Never fewer than RFC 8018 recommends, however short the time. */
	assert_int_equal(ualg_pbkdf2_iterations("hmac(sha512)", 1 << 20, 1, &one), 0);
	assert_int_equal(one, 1000);
	assert_int_equal(ualg_pbkdf2_iterations("hmac(sha256)", 32, 0, &one), -EINVAL);
	assert_int_equal(ualg_pbkdf2_iterations("hmac(sha256)", 0, 10, &one), -EINVAL);
	assert_int_equal(ualg_pbkdf2_iterations("hmac(sha256)", 32, 10, NULL), -EINVAL);
	assert_int_equal(ualg_pbkdf2_iterations(NULL, 32, 10, &one), -EINVAL);
	assert_int_equal(ualg_pbkdf2_iterations("no", 32, 10, &one), -ENOENT);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_short_form),  cmocka_unit_test(test_kdf_errors),
    cmocka_unit_test(test_hkdf_errors), cmocka_unit_test(test_pbkdf2_errors),
    cmocka_unit_test(test_iterations),
};

const struct test_group test_kdf_group = TEST_GROUP(tests);
