/* SPDX-License-Identifier: MIT */
/*
 * Every DRBG against OpenSSL's, for random entropy, personalization, additional input and request
 * sizes, with reseeding and prediction resistance.  $UALG_TEST_SEED repeats a run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "crypto/registry.h"

#define ROUNDS      24
#define MAX_STRING  300u
#define MAX_REQUEST 200000u

struct pair {
	const char *suffix; /* of drbg_nopr_ and drbg_pr_ */
	const char *rand;
	const char *digest;
	const char *cipher;
	size_t strength; /* bytes; OpenSSL draws as much from its parent */
};

static const struct pair pairs[] = {
    {"sha1", "HASH-DRBG", "SHA1", NULL, 16},
    {"sha256", "HASH-DRBG", "SHA256", NULL, 32},
    {"sha384", "HASH-DRBG", "SHA384", NULL, 32},
    {"sha512", "HASH-DRBG", "SHA512", NULL, 32},
    {"hmac_sha1", "HMAC-DRBG", "SHA1", NULL, 16},
    {"hmac_sha256", "HMAC-DRBG", "SHA256", NULL, 32},
    {"hmac_sha384", "HMAC-DRBG", "SHA384", NULL, 32},
    {"hmac_sha512", "HMAC-DRBG", "SHA512", NULL, 32},
    {"ctr_aes128", "CTR-DRBG", NULL, "AES-128-CTR", 16},
    {"ctr_aes192", "CTR-DRBG", NULL, "AES-192-CTR", 24},
    {"ctr_aes256", "CTR-DRBG", NULL, "AES-256-CTR", 32},
};

#define PAIR_COUNT (sizeof(pairs) / sizeof(pairs[0]))

static uint64_t random_state;

/* splitmix64 */
static uint64_t next_random(void)
{
	uint64_t z = random_state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static size_t random_below(size_t limit)
{
	return (size_t)(next_random() % limit);
}

static void fill_random(uint8_t *out, size_t size)
{
	for (size_t i = 0; i < size; i++)
		out[i] = (uint8_t)next_random();
}

/* A string of random size, a quarter of them empty. */
static size_t random_string(uint8_t *out)
{
	size_t size = random_below(4) == 0 ? 0 : random_below(MAX_STRING);

	fill_random(out, size);
	return size;
}

/* Our generator and OpenSSL's, which draws its entropy from parent. */
struct both {
	const struct pair *pair;
	bool resistant;
	struct tfm *tfm;
	EVP_RAND_CTX *parent;
	EVP_RAND_CTX *rand;
	uint8_t entropy[48];
};

static EVP_RAND_CTX *new_rand(const char *name, EVP_RAND_CTX *parent)
{
	EVP_RAND *rand = EVP_RAND_fetch(NULL, name, NULL);
	EVP_RAND_CTX *context;

	assert_non_null(rand);
	context = EVP_RAND_CTX_new(rand, parent);
	assert_non_null(context);
	EVP_RAND_free(rand);
	return context;
}

/* New entropy for the next seeding of both; with a nonce behind it for the first. */
static void set_entropy(struct both *both, bool with_nonce)
{
	size_t strength = both->pair->strength;
	size_t size = with_nonce ? strength + strength / 2 : strength;
	OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_octet_string(OSSL_RAND_PARAM_TEST_ENTROPY, both->entropy,
					      strength),
	    OSSL_PARAM_construct_octet_string(OSSL_RAND_PARAM_TEST_NONCE, both->entropy + strength,
					      strength / 2),
	    OSSL_PARAM_construct_end(),
	};

	fill_random(both->entropy, sizeof(both->entropy));
	assert_int_equal(EVP_RAND_CTX_set_params(both->parent, params), 1);
	assert_int_equal(both->tfm->alg->rng.set_entropy(both->tfm, both->entropy, size), 0);
}

static void make_both(struct both *both, const struct pair *pair, bool resistant)
{
	unsigned strength = 256;
	unsigned never = 0;
	int use_df = 1;
	OSSL_PARAM parent_params[] = {
	    OSSL_PARAM_construct_uint(OSSL_RAND_PARAM_STRENGTH, &strength),
	    OSSL_PARAM_construct_end(),
	};
	OSSL_PARAM params[] = {
	    pair->cipher ? OSSL_PARAM_construct_utf8_string(OSSL_DRBG_PARAM_CIPHER,
							    (char *)(uintptr_t)pair->cipher, 0)
			 : OSSL_PARAM_construct_utf8_string(OSSL_DRBG_PARAM_DIGEST,
							    (char *)(uintptr_t)pair->digest, 0),
	    pair->cipher
		? OSSL_PARAM_construct_int(OSSL_DRBG_PARAM_USE_DF, &use_df)
		: OSSL_PARAM_construct_utf8_string(OSSL_DRBG_PARAM_MAC, (char[]){"HMAC"}, 0),
	    OSSL_PARAM_construct_uint(OSSL_DRBG_PARAM_RESEED_REQUESTS, &never),
	    OSSL_PARAM_construct_end(),
	};
	const struct alg *alg;
	char name[64];

	*both = (struct both){.pair = pair, .resistant = resistant};
	snprintf(name, sizeof(name), "drbg_%s_%s", resistant ? "pr" : "nopr", pair->suffix);
	assert_int_equal(registry_find(ALG_TYPE_RNG, name, &alg), 0);
	assert_int_equal(tfm_new(alg, &both->tfm), 0);

	both->parent = new_rand("TEST-RAND", NULL);
	assert_int_equal(EVP_RAND_CTX_set_params(both->parent, parent_params), 1);
	assert_int_equal(EVP_RAND_instantiate(both->parent, 0, 0, NULL, 0, NULL), 1);
	both->rand = new_rand(pair->rand, both->parent);
	assert_int_equal(EVP_RAND_CTX_set_params(both->rand, params), 1);
}

static void free_both(struct both *both)
{
	tfm_free(both->tfm);
	EVP_RAND_CTX_free(both->rand);
	EVP_RAND_CTX_free(both->parent);
}

static void instantiate(struct both *both)
{
	uint8_t string[MAX_STRING];
	size_t size = random_string(string);

	set_entropy(both, true);
	assert_int_equal(EVP_RAND_instantiate(both->rand, (unsigned)both->pair->strength * 8,
					      both->resistant, string, size, NULL),
			 1);
	assert_int_equal(both->tfm->alg->rng.seed(both->tfm, string, size), 0);
}

static void reseed(struct both *both)
{
	uint8_t string[MAX_STRING];
	size_t size = random_string(string);

	set_entropy(both, false);
	assert_int_equal(EVP_RAND_reseed(both->rand, 0, NULL, 0, string, size), 1);
	assert_int_equal(both->tfm->alg->rng.seed(both->tfm, string, size), 0);
}

/* Only without prediction resistance: OpenSSL reseeds once for a request that it splits. */
static size_t request_size(const struct both *both)
{
	if (!both->resistant && random_below(20) == 0)
		return 65536 + random_below(MAX_REQUEST - 65536);
	return 1 + random_below(3000);
}

static void compare_request(struct both *both)
{
	static uint8_t ours[MAX_REQUEST];
	static uint8_t theirs[MAX_REQUEST];
	uint8_t string[MAX_STRING];
	size_t string_size = random_string(string);
	size_t size = request_size(both);

	if (both->resistant)
		set_entropy(both, false);
	assert_int_equal(
	    EVP_RAND_generate(both->rand, theirs, size, 0, both->resistant, string, string_size),
	    1);
	assert_int_equal(both->tfm->alg->rng.generate(both->tfm, string, string_size, ours, size),
			 0);
	if (memcmp(ours, theirs, size) != 0)
		print_error("%s differs, %zu bytes, additional input %zu bytes\n",
			    both->tfm->alg->driver, size, string_size);
	assert_memory_equal(ours, theirs, size);
}

static void compare(bool resistant)
{
	for (size_t i = 0; i < PAIR_COUNT; i++) {
		for (unsigned round = 0; round < ROUNDS; round++) {
			struct both both;

			make_both(&both, &pairs[i], resistant);
			instantiate(&both);
			for (unsigned request = 0; request < 4; request++) {
				if (random_below(3) == 0)
					reseed(&both);
				compare_request(&both);
			}
			free_both(&both);
		}
	}
}

static void test_without_prediction_resistance(void **state)
{
	(void)state;
	compare(false);
}

static void test_with_prediction_resistance(void **state)
{
	(void)state;
	compare(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_without_prediction_resistance),
	    cmocka_unit_test(test_with_prediction_resistance),
	};
	const char *seed = getenv("UALG_TEST_SEED");

	random_state = seed ? strtoull(seed, NULL, 0) : (uint64_t)time(NULL);
	printf("# UALG_TEST_SEED=%llu\n", (unsigned long long)random_state);
	return cmocka_run_group_tests_name("rng_openssl", tests, NULL, NULL);
}
