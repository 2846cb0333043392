/* SPDX-License-Identifier: MIT */
/* Handles of their own need no lock, and calls without handle none at all; nor does fork. */
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test_api.h"

#define THREADS 6
#define ROUNDS  60

static const char *const names[] = {"sha256",    "hmac(sha3-256)", "blake2b-256", "sha512",
				    "cmac(aes)", "hmac(md5)",      "wp512"};

#define NAMES (sizeof(names) / sizeof(names[0]))

static const uint8_t key[16] = "0123456789abcdef";
static uint8_t expected[NAMES][64], expected_ctr[100];

/* What can be done at once: false if anything comes out wrong. */
static bool use(size_t which)
{
	struct ualg_digest *digest = NULL, *clone = NULL;
	uint8_t result[64], text[100] = {0}, random[16];
	bool good = ualg_digest_open(&digest, names[which], UALG_TRANSPORT_DEFAULT) == 0;

	if (good && ualg_alg_key(ualg_digest_alg(digest)) != UALG_KEY_NONE)
		good = ualg_digest_set_key(digest, key, 16) == 0;
	good = good && ualg_digest_update(digest, "half", 4) == 0 &&
	       ualg_digest_clone(digest, &clone) == 0;
	ualg_digest_close(digest);
	good = good && ualg_digest_update(clone, "half", 4) == 0 &&
	       ualg_digest_final(clone, result, sizeof(result)) == 0 &&
	       memcmp(result, expected[which], ualg_digest_size(clone)) == 0;
	ualg_digest_close(clone);
	return good && ualg_aes_ctr(key, 16, key, text, text, 100) == 0 &&
	       memcmp(text, expected_ctr, 100) == 0 && ualg_random(random, 16) == 0;
}

/* Fork takes no lock along that nobody will release. */
static bool use_in_child(size_t which)
{
	int status;
	pid_t child = fork();

	if (child == 0)
		_exit(!use(which));
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static void *work(void *argument)
{
	size_t number = (size_t)(uintptr_t)argument;
	bool good = true;

	for (size_t round = 0; round < ROUNDS && good; round++) {
		good = use((number + round) % NAMES);
		if (good && round % 20 == number)
			good = use_in_child(round % NAMES);
	}
	return good ? argument : NULL;
}

static void test_threads(void **state)
{
	pthread_t threads[THREADS];

	(void)state;
	for (size_t i = 0; i < NAMES; i++) {
		struct ualg_digest *digest = test_digest(names[i], NULL, 0);

		if (ualg_alg_key(ualg_digest_alg(digest)) != UALG_KEY_NONE)
			assert_int_equal(ualg_digest_set_key(digest, key, 16), 0);
		assert_int_equal(ualg_digest_once(digest, "halfhalf", 8, expected[i], 64), 0);
		ualg_digest_close(digest);
	}
	memset(expected_ctr, 0, sizeof(expected_ctr));
	reference_cipher("AES-128-CTR", true, key, key, expected_ctr, expected_ctr, 100);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, work, (void *)(uintptr_t)(i + 1)), 0);
	for (size_t i = 0; i < THREADS; i++) {
		void *result;

		assert_int_equal(pthread_join(threads[i], &result), 0);
		assert_non_null(result);
	}
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(test_threads)};

const struct test_group test_threads_group = TEST_GROUP(tests);
