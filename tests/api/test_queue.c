/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <stdatomic.h>

#include "test_api.h"

#define HANDLES  5u
#define REQUESTS 40u
#define SIZE     30000u

static struct ualg_queue *open_queue(unsigned threads)
{
	struct ualg_queue *queue;

	assert_int_equal(ualg_queue_open(&queue, threads), 0);
	return queue;
}

static bool is_readable(const struct ualg_queue *queue)
{
	struct pollfd poll_fd = {.fd = ualg_queue_fd(queue), .events = POLLIN};

	return poll(&poll_fd, 1, 0) == 1;
}

/* Completions come one by one, each once, with what the request was given. */
static void test_wait(void **state)
{
	struct ualg_queue *queue = open_queue(2);
	struct ualg_digest *digests[HANDLES];
	static uint8_t data[SIZE], out[REQUESTS][32], expected[32];
	bool seen[REQUESTS] = {false};
	struct ualg_completion completion;

	(void)state;
	test_fill(data, sizeof(data), 41);
	assert_int_equal(ualg_queue_wait(queue, -1, &completion), -ENOENT);
	assert_false(is_readable(queue));
	for (size_t i = 0; i < HANDLES; i++)
		digests[i] = test_digest("hmac(sha256)", "key", 3);
	for (size_t i = 0; i < REQUESTS; i++)
		assert_int_equal(ualg_queue_digest(queue, digests[i % HANDLES], data, i * 700,
						   out[i], 32, NULL, &seen[i]),
				 0);
	for (size_t i = 0; i < REQUESTS; i++) {
		bool *which;

		assert_int_equal(ualg_queue_wait(queue, -1, &completion), 0);
		assert_int_equal(completion.result, 0);
		which = completion.user;
		assert_in_range((size_t)(which - seen), 0, REQUESTS - 1);
		assert_false(*which);
		*which = true;
	}
	assert_int_equal(ualg_queue_wait(queue, -1, &completion), -ENOENT);
	assert_false(is_readable(queue));
	for (size_t i = 0; i < REQUESTS; i++) {
		reference_hmac("SHA256", "key", 3, data, i * 700, expected);
		assert_memory_equal(out[i], expected, 32);
	}
	ualg_queue_close(queue);
	for (size_t i = 0; i < HANDLES; i++)
		ualg_digest_close(digests[i]);
}

/* What requests on one handle leave behind shows their order: each encrypts what the last one made.
 */
static void test_order(void **state)
{
	struct ualg_queue *queue = open_queue(4);
	static uint8_t chain[9][64], expected[9][64];
	uint8_t key[16], iv[16];
	struct ualg_skcipher *cipher;
	struct ualg_completion completion;

	(void)state;
	test_fill(key, 16, 42);
	test_fill(iv, 16, 43);
	test_fill(chain[0], 64, 44);
	memcpy(expected[0], chain[0], 64);
	cipher = test_skcipher("cbc(aes)", key, 16);
	for (size_t i = 0; i < 8; i++) {
		assert_int_equal(ualg_queue_skcipher(queue, cipher, UALG_ENCRYPT, iv, chain[i],
						     chain[i + 1], 64, NULL, &chain[i]),
				 0);
		reference_cipher("AES-128-CBC", true, key, iv, expected[i], expected[i + 1], 64);
		iv[0]++; /* the queue has its own copy */
	}
	for (size_t i = 0; i < 8; i++) {
		assert_int_equal(ualg_queue_wait(queue, 10000, &completion), 0);
		assert_ptr_equal(completion.user, &chain[i]);
		assert_int_equal(completion.result, 0);
	}
	assert_memory_equal(chain, expected, sizeof(chain));
	assert_int_equal(ualg_queue_skcipher(queue, cipher, UALG_DECRYPT, iv, chain[8], chain[0],
					     64, NULL, NULL),
			 0);
	assert_int_equal(ualg_queue_wait(queue, -1, &completion), 0);
	assert_memory_not_equal(chain[0], expected[7], 64); /* the iv has moved on */
	ualg_queue_close(queue);
	ualg_skcipher_close(cipher);
}

static atomic_uint called;

static void count_call(void *user, int result)
{
	*(int *)user = result;
	atomic_fetch_add(&called, 1);
}

/* Functions are called, and closing waits for all of them. */
static void test_functions(void **state)
{
	struct ualg_queue *queue = open_queue(0);
	struct ualg_aead *aead;
	static uint8_t text[64], sealed[REQUESTS][64], tag[REQUESTS][16];
	uint8_t key[16], iv[12], aad[5] = {1, 2, 3, 4, 5};
	int results[REQUESTS];
	struct ualg_completion completion;

	(void)state;
	atomic_store(&called, 0);
	test_fill(key, 16, 45);
	test_fill(iv, 12, 46);
	test_fill(text, 64, 47);
	aead = test_aead("gcm(aes)", key, 16);
	for (size_t i = 0; i < REQUESTS; i++) {
		results[i] = 1;
		assert_int_equal(ualg_queue_aead(queue, aead, UALG_ENCRYPT, iv, aad, i % 6, text,
						 sealed[i], i, tag[i], count_call, &results[i]),
				 0);
	}
	/* Nothing to wait for: functions tell of these. */
	assert_int_equal(ualg_queue_wait(queue, -1, &completion), -ENOENT);
	ualg_queue_close(queue);
	assert_int_equal(atomic_load(&called), REQUESTS);
	for (size_t i = 0; i < REQUESTS; i++) {
		uint8_t expected[64], expected_tag[16];

		assert_int_equal(results[i], 0);
		reference_aead("AES-128-GCM", key, iv, aad, i % 6, text, expected, i, expected_tag);
		assert_memory_equal(sealed[i], expected, i);
		assert_memory_equal(tag[i], expected_tag, 16);
	}
	ualg_aead_close(aead);
}

/* What the calls would return comes as result. */
static void test_results(void **state)
{
	struct ualg_queue *queue = open_queue(1);
	struct ualg_digest *digest = test_digest("hmac(sha256)", NULL, 0);
	struct ualg_aead *aead = test_aead("gcm(aes)", "0123456789abcdef", 16);
	struct ualg_completion completion;
	uint8_t out[32], tag[16] = {0}, iv[12] = {0};

	(void)state;
	assert_int_equal(ualg_queue_digest(queue, digest, "x", 1, out, 32, NULL, "a"), 0);
	assert_int_equal(ualg_queue_digest(queue, digest, "x", 1, out, 31, NULL, "b"), 0);
	assert_int_equal(
	    ualg_queue_aead(queue, aead, UALG_DECRYPT, iv, NULL, 0, "text", out, 4, tag, NULL, "c"),
	    0);
	assert_int_equal(ualg_queue_wait(queue, -1, &completion), 0);
	assert_int_equal(completion.result, -ENOKEY);
	assert_int_equal(ualg_queue_wait(queue, -1, &completion), 0);
	assert_int_equal(completion.result, -EINVAL);
	assert_int_equal(ualg_queue_wait(queue, -1, &completion), 0);
	assert_int_equal(completion.result, -EBADMSG);
	assert_string_equal(completion.user, "c");
	ualg_queue_close(queue);
	ualg_digest_close(digest);
	ualg_aead_close(aead);
}

static atomic_bool go;

static void hold(void *user, int result)
{
	(void)user;
	(void)result;
	while (!atomic_load(&go))
		;
}

/* A time that passes, a descriptor that tells, and completions that nobody fetches. */
static void test_timeout(void **state)
{
	struct ualg_queue *queue = open_queue(1);
	struct ualg_digest *first = test_digest("sha256", NULL, 0);
	struct ualg_digest *second = test_digest("sha256", NULL, 0);
	struct ualg_completion completion;
	uint8_t out[2][32];

	(void)state;
	atomic_store(&go, false);
	assert_int_equal(ualg_queue_digest(queue, first, "x", 1, out[0], 32, hold, NULL), 0);
	assert_int_equal(ualg_queue_digest(queue, second, "x", 1, out[1], 32, NULL, &second), 0);
	/* The one thread is in hold. */
	assert_int_equal(ualg_queue_wait(queue, 0, &completion), -EAGAIN);
	assert_int_equal(ualg_queue_wait(queue, 20, &completion), -EAGAIN);
	assert_false(is_readable(queue));
	atomic_store(&go, true);
	struct pollfd poll_fd = {.fd = ualg_queue_fd(queue), .events = POLLIN};
	assert_int_equal(poll(&poll_fd, 1, 10000), 1);
	assert_int_equal(ualg_queue_wait(queue, 0, &completion), 0);
	assert_ptr_equal(completion.user, &second);
	assert_false(is_readable(queue));
	assert_int_equal(ualg_queue_digest(queue, second, "x", 1, out[1], 32, NULL, NULL), 0);
	ualg_queue_close(queue);
	assert_memory_equal(out[0], out[1], 32);
	ualg_digest_close(first);
	ualg_digest_close(second);
}

struct chain {
	struct ualg_queue *queue;
	struct ualg_digest *digest;
	uint8_t value[32];
	unsigned left;
};

/* Submits the next link from within the function; what closing finds is carried out all the same.
 */
static void next_link(void *user, int result)
{
	struct chain *chain = user;

	if (result == 0 && --chain->left > 0)
		(void)ualg_queue_digest(chain->queue, chain->digest, chain->value, 32, chain->value,
					32, next_link, chain);
}

static void test_submit_from_function(void **state)
{
	struct chain chain = {.left = 100};
	uint8_t expected[32] = {0};

	(void)state;
	chain.queue = open_queue(3);
	chain.digest = test_digest("sha256", NULL, 0);
	assert_int_equal(ualg_queue_digest(chain.queue, chain.digest, chain.value, 32, chain.value,
					   32, next_link, &chain),
			 0);
	ualg_queue_close(chain.queue);
	assert_int_equal(chain.left, 0);
	for (unsigned i = 0; i < 100; i++)
		reference_digest("SHA256", expected, 32, expected);
	assert_memory_equal(chain.value, expected, 32);
	ualg_digest_close(chain.digest);
}

static void test_errors(void **state)
{
	struct ualg_queue *queue = open_queue(1);
	struct ualg_skcipher *cipher = test_skcipher("cbc(aes)", "0123456789abcdef", 16);
	struct ualg_aead *aead = test_aead("gcm(aes)", "0123456789abcdef", 16);
	struct ualg_digest *digest = test_digest("sha256", NULL, 0);
	struct ualg_completion completion;
	uint8_t buffer[64];

	(void)state;
	assert_int_equal(ualg_queue_open(NULL, 1), -EINVAL);
	assert_int_equal(ualg_queue_digest(NULL, digest, "x", 1, buffer, 32, NULL, NULL), -EINVAL);
	assert_int_equal(ualg_queue_digest(queue, NULL, "x", 1, buffer, 32, NULL, NULL), -EINVAL);
	assert_int_equal(
	    ualg_queue_skcipher(queue, NULL, UALG_ENCRYPT, buffer, buffer, buffer, 16, NULL, NULL),
	    -EINVAL);
	assert_int_equal(
	    ualg_queue_skcipher(queue, cipher, UALG_ENCRYPT, NULL, buffer, buffer, 16, NULL, NULL),
	    -EINVAL);
	assert_int_equal(ualg_queue_aead(queue, NULL, UALG_ENCRYPT, buffer, NULL, 0, buffer, buffer,
					 16, buffer + 32, NULL, NULL),
			 -EINVAL);
	assert_int_equal(ualg_queue_aead(queue, aead, UALG_ENCRYPT, NULL, NULL, 0, buffer, buffer,
					 16, buffer + 32, NULL, NULL),
			 -EINVAL);
	assert_int_equal(ualg_queue_wait(NULL, 0, &completion), -EINVAL);
	assert_int_equal(ualg_queue_wait(queue, 0, NULL), -EINVAL);
	assert_int_equal(ualg_queue_wait(queue, 0, &completion), -ENOENT);
	assert_int_equal(ualg_queue_fd(NULL), -EINVAL);
	ualg_queue_close(queue);
	ualg_queue_close(NULL);
	assert_int_equal(ualg_queue_open(&queue, 1025), -EINVAL);
	assert_null(queue);
	ualg_skcipher_close(cipher);
	ualg_aead_close(aead);
	ualg_digest_close(digest);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_wait),      cmocka_unit_test(test_order),
    cmocka_unit_test(test_functions), cmocka_unit_test(test_results),
    cmocka_unit_test(test_timeout),   cmocka_unit_test(test_submit_from_function),
    cmocka_unit_test(test_errors),
};

const struct test_group test_queue_group = TEST_GROUP(tests);
