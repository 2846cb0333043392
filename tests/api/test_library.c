/* SPDX-License-Identifier: MIT */
/* The library as a whole, information about algorithms, memory for secrets. */
#include <ctype.h>

#include "test_api.h"

static void test_version(void **state)
{
	const char *version = ualg_version();

	(void)state;
	assert_true(isdigit((unsigned char)version[0]));
	assert_non_null(strchr(version, '.'));
}

/* Each errno that the header names has a text of its own kind, and others have one, too. */
static void test_error_texts(void **state)
{
	static const int errors[] = {EACCES, EAFNOSUPPORT, EAGAIN,   EBADMSG,    EBUSY,     EINVAL,
				     EIO,    EMFILE,       EMSGSIZE, ENFILE,     ENOBUFS,   ENOENT,
				     ENOKEY, ENOMEM,       ENOSYS,   EOPNOTSUPP, EOVERFLOW, EPERM};
	const char *unknown = ualg_error_text(-4095);

	(void)state;
	assert_non_null(unknown);
	assert_string_not_equal(ualg_error_text(0), unknown);
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		assert_string_not_equal(ualg_error_text(-errors[i]), unknown);
	assert_string_equal(ualg_error_text(EINVAL), unknown); /* errnos are negative here */
}

static void test_transport_names(void **state)
{
	enum ualg_transport transport;

	(void)state;
	for (int i = UALG_TRANSPORT_DEFAULT; i <= UALG_TRANSPORT_AUTO; i++) {
		const char *name = ualg_transport_name((enum ualg_transport)i);

		assert_non_null(name);
		assert_int_equal(ualg_transport_parse(name, &transport), 0);
		assert_int_equal((int)transport, i);
	}
	assert_null(ualg_transport_name((enum ualg_transport)4));
	assert_null(ualg_transport_name((enum ualg_transport) - 1));
	assert_int_equal(ualg_transport_parse("carrier pigeon", &transport), -EINVAL);
	assert_int_equal(ualg_transport_parse("", &transport), -EINVAL);
	assert_int_equal(ualg_transport_parse(NULL, &transport), -EINVAL);
	assert_int_equal(ualg_transport_parse("direct", NULL), -EINVAL);
}

static enum ualg_transport transport_of_open(enum ualg_transport wanted, int expected)
{
	struct ualg_digest *digest;
	enum ualg_transport transport;

	assert_int_equal(ualg_digest_open(&digest, "sha256", wanted), expected);
	transport = ualg_digest_transport(digest);
	ualg_digest_close(digest);
	return transport;
}

static void test_default_transport(void **state)
{
	(void)state;
	assert_int_equal(ualg_transport_set_default((enum ualg_transport)17), -EINVAL);
	assert_int_equal(transport_of_open(UALG_TRANSPORT_DEFAULT, 0), test_transport);
	assert_int_equal(ualg_transport_set_default(UALG_TRANSPORT_DEFAULT), 0);

	unsetenv("UALG_TRANSPORT");
	assert_int_equal(transport_of_open(UALG_TRANSPORT_DEFAULT, 0), UALG_TRANSPORT_DIRECT);
	setenv("UALG_TRANSPORT", "", 1);
	assert_int_equal(transport_of_open(UALG_TRANSPORT_DEFAULT, 0), UALG_TRANSPORT_DIRECT);
	setenv("UALG_TRANSPORT", "auto", 1);
	assert_int_equal(transport_of_open(UALG_TRANSPORT_DEFAULT, 0), UALG_TRANSPORT_DIRECT);
	setenv("UALG_TRANSPORT", ualg_transport_name(test_transport), 1);
	assert_int_equal(transport_of_open(UALG_TRANSPORT_DEFAULT, 0), test_transport);
	setenv("UALG_TRANSPORT", "nonsense", 1);
	transport_of_open(UALG_TRANSPORT_DEFAULT, -EINVAL);
	assert_int_equal(transport_of_open(UALG_TRANSPORT_DIRECT, 0), UALG_TRANSPORT_DIRECT);
	transport_of_open((enum ualg_transport)17, -EINVAL);

	assert_int_equal(ualg_transport_set_default(test_transport), 0);
	assert_int_equal(transport_of_open(UALG_TRANSPORT_DEFAULT, 0), test_transport);
	unsetenv("UALG_TRANSPORT");
	/* A name that nobody has is ENOENT whoever was asked, with or without a kernel. */
	struct ualg_digest *digest;
	assert_int_equal(ualg_digest_open(&digest, "sha257", UALG_TRANSPORT_AUTO), -ENOENT);
	assert_null(digest);
}

/* A driver that only a kernel has: auto goes there, where there is one. */
static void test_auto(void **state)
{
	struct ualg_digest *digest;
	uint8_t result[64], expected[64];
	int found;

	(void)state;
	assert_int_equal(ualg_digest_open(&digest, "sha512-ssse3", UALG_TRANSPORT_DIRECT), -ENOENT);
	found = ualg_digest_open(&digest, "sha512-ssse3", UALG_TRANSPORT_AUTO);
	if (found == -ENOENT)
		return;
	assert_int_equal(found, 0);
	assert_int_equal(ualg_digest_transport(digest), UALG_TRANSPORT_KERNEL);
	assert_int_equal(ualg_digest_once(digest, "abc", 3, result, sizeof(result)), 0);
	reference_digest("SHA512", "abc", 3, expected);
	assert_memory_equal(result, expected, 64);
	ualg_digest_close(digest);
}

static void test_type_names(void **state)
{
	static const char *const names[] = {"any", "hash", "skcipher", "aead", "rng"};

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_string_equal(ualg_type_name((enum ualg_type)i), names[i]);
	assert_null(ualg_type_name((enum ualg_type)5));
}

static const struct ualg_alg *find(enum ualg_type type, const char *name)
{
	const struct ualg_alg *alg;

	assert_int_equal(ualg_alg_find(type, name, &alg), 0);
	assert_non_null(alg);
	return alg;
}

/* Sizes are those of the contract's tables (abi.md, section 15). */
static void test_find(void **state)
{
	const struct ualg_alg *alg = find(UALG_TYPE_ANY, "hmac(sha256)");

	(void)state;
	assert_int_equal(ualg_alg_type(alg), UALG_TYPE_HASH);
	assert_string_equal(ualg_alg_name(alg), "hmac(sha256)");
	assert_int_equal(ualg_alg_digest_size(alg), 32);
	assert_int_equal(ualg_alg_block_size(alg), 64);
	assert_int_equal(ualg_alg_key(alg), UALG_KEY_NEEDED);
	assert_int_equal(ualg_alg_max_tag_size(alg), 0);
	assert_false(ualg_alg_streams(alg));

	assert_int_equal(ualg_alg_key(find(UALG_TYPE_HASH, "sha256")), UALG_KEY_NONE);
	assert_int_equal(ualg_alg_key(find(UALG_TYPE_HASH, "blake2b-256")), UALG_KEY_OPTIONAL);

	alg = find(UALG_TYPE_SKCIPHER, "cbc(camellia)");
	assert_int_equal(ualg_alg_min_key_size(alg), 16);
	assert_int_equal(ualg_alg_max_key_size(alg), 32);
	assert_int_equal(ualg_alg_iv_size(alg), 16);
	assert_int_equal(ualg_alg_block_size(alg), 16);
	assert_int_equal(ualg_alg_chunk_size(alg), 16);
	assert_int_equal(ualg_alg_key(alg), UALG_KEY_NEEDED);
	assert_int_equal(ualg_alg_digest_size(alg), 0);
	assert_true(ualg_alg_streams(alg));
	assert_false(ualg_alg_streams(find(UALG_TYPE_SKCIPHER, "xts(aes)")));
	assert_true(ualg_alg_streams(find(UALG_TYPE_SKCIPHER, "chacha20")));

	alg = find(UALG_TYPE_ANY, "gcm(aes)");
	assert_int_equal(ualg_alg_type(alg), UALG_TYPE_AEAD);
	assert_int_equal(ualg_alg_max_tag_size(alg), 16);
	assert_int_equal(ualg_alg_iv_size(alg), 12);

	alg = find(UALG_TYPE_ANY, "ansi_cprng");
	assert_int_equal(ualg_alg_type(alg), UALG_TYPE_RNG);
	assert_int_equal(ualg_alg_seed_size(alg), 48);
	/* That was a driver's name: its generic name is another. */
	assert_string_equal(ualg_alg_driver(alg), "ansi_cprng");
	assert_string_equal(ualg_alg_name(alg), "stdrng");
}

static void test_find_errors(void **state)
{
	const struct ualg_alg *alg;

	(void)state;
	assert_int_equal(ualg_alg_find(UALG_TYPE_ANY, "no such thing", &alg), -ENOENT);
	assert_null(alg);
	assert_int_equal(ualg_alg_find(UALG_TYPE_AEAD, "sha256", &alg), -ENOENT);
	assert_int_equal(ualg_alg_find(UALG_TYPE_ANY, "cbc(aes", &alg), -ENOENT);
	assert_int_equal(ualg_alg_find(UALG_TYPE_ANY, NULL, &alg), -EINVAL);
	assert_int_equal(ualg_alg_find(UALG_TYPE_ANY, "sha256", NULL), -EINVAL);
	assert_int_equal(ualg_alg_find((enum ualg_type)9, "sha256", &alg), -EINVAL);
	assert_null(ualg_alg_name(NULL));
	assert_null(ualg_alg_driver(NULL));
	assert_null(ualg_alg_backend(NULL));
	assert_int_equal(ualg_alg_type(NULL), UALG_TYPE_ANY);
	assert_int_equal(ualg_alg_priority(NULL), 0);
	assert_int_equal(ualg_alg_block_size(NULL) + ualg_alg_chunk_size(NULL) +
			     ualg_alg_min_key_size(NULL) + ualg_alg_max_key_size(NULL) +
			     ualg_alg_iv_size(NULL) + ualg_alg_digest_size(NULL) +
			     ualg_alg_max_tag_size(NULL) + ualg_alg_seed_size(NULL),
			 0);
	assert_int_equal(ualg_alg_key(NULL), UALG_KEY_NONE);
	assert_false(ualg_alg_streams(NULL));
}

static void test_walk(void **state)
{
	size_t types[5] = {0}, sha256 = 0, instances = 0;

	(void)state;
	for (const struct ualg_alg *alg = ualg_alg_next(NULL); alg; alg = ualg_alg_next(alg)) {
		assert_in_range(ualg_alg_type(alg), UALG_TYPE_HASH, UALG_TYPE_RNG);
		types[ualg_alg_type(alg)]++;
		assert_non_null(ualg_alg_backend(alg));
		sha256 += strcmp(ualg_alg_name(alg), "sha256") == 0;
		instances += strcmp(ualg_alg_name(alg), "authenc(hmac(sha256),cbc(aes))") == 0;
		/* Internal ones do not show. */
		assert_int_not_equal(strncmp(ualg_alg_name(alg), "__", 2), 0);
	}
	for (int type = UALG_TYPE_HASH; type <= UALG_TYPE_RNG; type++)
		assert_true(types[type] > 10);
	assert_true(sha256 >= 1);
	assert_true(instances >= 1);
}

/* The implementation of highest priority is what a name means. */
static void test_priority(void **state)
{
	const struct ualg_alg *best = find(UALG_TYPE_SKCIPHER, "cbc(aes)");

	(void)state;
	for (const struct ualg_alg *alg = ualg_alg_next(NULL); alg; alg = ualg_alg_next(alg))
		if (strcmp(ualg_alg_name(alg), "cbc(aes)") == 0)
			assert_true(ualg_alg_priority(alg) <= ualg_alg_priority(best));
}

/* Each implementation is found by its own name, and that leaves the generic names as they were. */
static void test_drivers(void **state)
{
	(void)state;
	for (const struct ualg_alg *alg = ualg_alg_next(NULL); alg; alg = ualg_alg_next(alg)) {
		const struct ualg_alg *best, *found, *again;

		assert_int_equal(ualg_alg_find(ualg_alg_type(alg), ualg_alg_name(alg), &best), 0);
		assert_int_equal(ualg_alg_find(ualg_alg_type(alg), ualg_alg_driver(alg), &found),
				 0);
		assert_string_equal(ualg_alg_driver(found), ualg_alg_driver(alg));
		assert_int_equal(ualg_alg_find(ualg_alg_type(alg), ualg_alg_name(alg), &again), 0);
		assert_ptr_equal(again, best);
	}
}

static void test_secure_memory(void **state)
{
	static const size_t sizes[] = {0, 1, 63, 64, 65, 4000, 5000, 1 << 20};
	uint8_t *blocks[8];

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		blocks[i] = ualg_secure_alloc(sizes[i]);
		assert_non_null(blocks[i]);
		assert_int_equal((uintptr_t)blocks[i] % 64, 0);
		for (size_t at = 0; at < sizes[i]; at++)
			assert_int_equal(blocks[i][at], 0);
		memset(blocks[i], (int)i + 1, sizes[i]);
	}
	for (size_t i = 0; i < 8; i++)
		for (size_t at = 0; at < sizes[i]; at++)
			assert_int_equal(blocks[i][at], i + 1);
	ualg_secure_wipe(blocks[5], sizes[5] / 2);
	assert_int_equal(blocks[5][sizes[5] / 2 - 1], 0);
	assert_int_equal(blocks[5][sizes[5] / 2], 6);
	for (size_t i = 0; i < 8; i++)
		ualg_secure_free(blocks[i]);
	ualg_secure_free(NULL);
	ualg_secure_wipe(NULL, 0);
	assert_null(ualg_secure_alloc(SIZE_MAX));
#ifndef __SANITIZE_ADDRESS__ /* which ends the program where it cannot give so much */
	assert_null(ualg_secure_alloc(SIZE_MAX - 64));
#endif
}

static void test_secure_equal(void **state)
{
	uint8_t a[33], b[33];

	(void)state;
	test_fill(a, sizeof(a), 1);
	memcpy(b, a, sizeof(b));
	assert_true(ualg_secure_equal(a, b, sizeof(a)));
	for (size_t i = 0; i < sizeof(a); i++) {
		b[i] ^= (uint8_t)(1u << i % 8);
		assert_false(ualg_secure_equal(a, b, sizeof(a)));
		assert_true(ualg_secure_equal(a, b, i));
		b[i] = a[i];
	}
	assert_true(ualg_secure_equal(NULL, NULL, 0));
	assert_false(ualg_secure_equal(a, NULL, 1));
	assert_false(ualg_secure_equal(NULL, a, 1));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_version),
    cmocka_unit_test(test_error_texts),
    cmocka_unit_test(test_transport_names),
    cmocka_unit_test(test_default_transport),
    cmocka_unit_test(test_type_names),
    cmocka_unit_test(test_find),
    cmocka_unit_test(test_find_errors),
    cmocka_unit_test(test_walk),
    cmocka_unit_test(test_priority),
    cmocka_unit_test(test_secure_memory),
    cmocka_unit_test(test_secure_equal),
    cmocka_unit_test(test_drivers),
    cmocka_unit_test(test_auto),
};

const struct test_group test_library_group = TEST_GROUP(tests);
