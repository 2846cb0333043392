/* SPDX-License-Identifier: MIT */
/*
 * The rules of generators (abi.md, R and T-04): names, seeding, requests of all sizes, reseeding,
 * and the export and import of their state.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crypto/registry.h"
#include "crypto/rng/drbg.h"
#include "crypto/rng/rng.h"

#define BLOCK_MAX 2048u

static const struct name {
	const char *name;
	const char *driver;
	int priority;
	unsigned seedsize;
} names[] = {
    {"stdrng", "drbg_nopr_hmac_sha512", 221, 0},
    {"stdrng", "drbg_nopr_hmac_sha256", 220, 0},
    {"stdrng", "drbg_nopr_hmac_sha384", 219, 0},
    {"stdrng", "drbg_nopr_hmac_sha1", 218, 0},
    {"stdrng", "drbg_nopr_sha256", 217, 0},
    {"stdrng", "drbg_nopr_sha512", 216, 0},
    {"stdrng", "drbg_nopr_sha384", 215, 0},
    {"stdrng", "drbg_nopr_sha1", 214, 0},
    {"stdrng", "drbg_nopr_ctr_aes256", 213, 0},
    {"stdrng", "drbg_nopr_ctr_aes192", 212, 0},
    {"stdrng", "drbg_nopr_ctr_aes128", 211, 0},
    {"stdrng", "drbg_pr_hmac_sha512", 210, 0},
    {"stdrng", "drbg_pr_hmac_sha256", 209, 0},
    {"stdrng", "drbg_pr_hmac_sha384", 208, 0},
    {"stdrng", "drbg_pr_hmac_sha1", 207, 0},
    {"stdrng", "drbg_pr_sha256", 206, 0},
    {"stdrng", "drbg_pr_sha512", 205, 0},
    {"stdrng", "drbg_pr_sha384", 204, 0},
    {"stdrng", "drbg_pr_sha1", 203, 0},
    {"stdrng", "drbg_pr_ctr_aes256", 202, 0},
    {"stdrng", "drbg_pr_ctr_aes192", 201, 0},
    {"stdrng", "drbg_pr_ctr_aes128", 200, 0},
    {"stdrng", "ansi_cprng", 100, 48},
    {"fips(ansi_cprng)", "fips_ansi_cprng", 300, 48},
    {"jitterentropy_rng", "jitterentropy_rng", 100, 0},
};

#define NAME_COUNT (sizeof(names) / sizeof(names[0]))
#define DRBG_COUNT 22u /* the first of them */

static struct tfm *new_tfm(const char *name)
{
	const struct alg *alg;
	struct tfm *tfm;

	assert_int_equal(registry_find(ALG_TYPE_RNG, name, &alg), 0);
	assert_int_equal(tfm_new(alg, &tfm), 0);
	return tfm;
}

static int seed(struct tfm *tfm, const uint8_t *data, size_t size)
{
	return tfm->alg->rng.seed(tfm, data, size);
}

static int generate(struct tfm *tfm, uint8_t *out, size_t size)
{
	return tfm->alg->rng.generate(tfm, NULL, 0, out, size);
}

/* A generator with known answers. */
static struct tfm *new_fixed(const char *driver)
{
	uint8_t bytes[48];
	struct tfm *tfm = new_tfm(driver);

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	if (tfm->alg->rng.set_entropy)
		assert_int_equal(tfm->alg->rng.set_entropy(tfm, bytes, sizeof(bytes)), 0);
	assert_int_equal(seed(tfm, bytes, sizeof(bytes)), 0);
	return tfm;
}

static void test_names(void **state)
{
	const struct alg *alg;

	(void)state;
	for (size_t i = 0; i < NAME_COUNT; i++) {
		assert_int_equal(registry_find(ALG_TYPE_RNG, names[i].driver, &alg), 0);
		assert_string_equal(alg->name, names[i].name);
		assert_string_equal(alg->driver, names[i].driver);
		assert_int_equal(alg->priority, names[i].priority);
		assert_int_equal(alg->seedsize, names[i].seedsize);
		assert_true((alg->rng.set_entropy != NULL) == (i < DRBG_COUNT));
	}
	assert_int_equal(registry_find(ALG_TYPE_RNG, "stdrng", &alg), 0);
	assert_string_equal(alg->driver, "drbg_nopr_hmac_sha512");
	assert_int_equal(registry_find(ALG_TYPE_RNG, "fips(ansi_cprng)", &alg), 0);
	assert_string_equal(alg->driver, "fips_ansi_cprng");
	assert_int_equal(registry_find(ALG_TYPE_RNG, "drbg_nopr_md5", &alg), -ENOENT);
	assert_int_equal(registry_find(ALG_TYPE_RNG, "krng", &alg), -ENOENT);
	assert_int_equal(registry_find(ALG_TYPE_HASH, "stdrng", &alg), -ENOENT);
}

/* all but jitterentropy_rng want a seed first. */
static void test_unseeded(void **state)
{
	static const uint8_t untouched[16] = {0};
	uint8_t out[16];

	(void)state;
	for (size_t i = 0; i < NAME_COUNT; i++) {
		struct tfm *tfm = new_tfm(names[i].driver);
		bool works = strcmp(names[i].driver, "jitterentropy_rng") == 0;

		memset(out, 0, sizeof(out));
		assert_int_equal(generate(tfm, out, sizeof(out)), works ? 0 : -EINVAL);
		assert_true((memcmp(out, untouched, sizeof(out)) != 0) == works);
		tfm_free(tfm);
	}
}

/* any length of seed, and equal seeds give nothing equal. */
static void test_seed_lengths(void **state)
{
	static const size_t sizes[] = {0, 1, 16, 48, 128, 1024, 20000};
	static uint8_t data[20000];
	uint8_t out[2][16];

	(void)state;
	for (size_t i = 0; i < DRBG_COUNT; i++) {
		for (size_t j = 0; j < sizeof(sizes) / sizeof(sizes[0]); j++) {
			for (unsigned k = 0; k < 2; k++) {
				struct tfm *tfm = new_tfm(names[i].driver);

				assert_int_equal(seed(tfm, sizes[j] ? data : NULL, sizes[j]), 0);
				assert_int_equal(generate(tfm, out[k], sizeof(out[k])), 0);
				tfm_free(tfm);
			}
			assert_memory_not_equal(out[0], out[1], sizeof(out[0]));
		}
	}
}

/* */
static void test_cprng_seed_lengths(void **state)
{
	static const size_t sizes[] = {0, 16, 31, 32, 40, 47, 48, 64, 100};
	uint8_t data[100];
	uint8_t out[16];

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)i;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct tfm *tfm = new_tfm("ansi_cprng");
		int expected = sizes[i] < 32 ? -EINVAL : 0;

		assert_int_equal(seed(tfm, data, sizes[i]), expected);
		assert_int_equal(generate(tfm, out, sizeof(out)), expected);
		if (expected == 0)
			assert_int_equal(out[0], sizes[i] < 48 ? 0x86 : 0xc2);
		tfm_free(tfm);
	}
}

/* V equal to the key.  The old seed stays, and the plain variant does not mind. */
static void test_cprng_equal_seed(void **state)
{
	struct tfm *fips = new_fixed("fips(ansi_cprng)");
	struct tfm *same = new_fixed("ansi_cprng");
	uint8_t data[48];
	uint8_t out[2][40];

	(void)state;
	memset(data, 7, sizeof(data));
	assert_int_equal(seed(fips, data, sizeof(data)), -EINVAL);
	assert_int_equal(generate(fips, out[0], sizeof(out[0])), 0);
	assert_int_equal(generate(same, out[1], sizeof(out[1])), 0);
	assert_memory_equal(out[0], out[1], sizeof(out[0]));
	assert_int_equal(seed(same, data, sizeof(data)), 0);
	tfm_free(fips);
	tfm_free(same);
}

/* Seeding anew begins ansi_cprng again, unread bytes and all. */
static void test_cprng_reseed(void **state)
{
	struct tfm *tfm = new_tfm("ansi_cprng");
	uint8_t data[48] = {1};
	uint8_t out[2][21];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(seed(tfm, data, sizeof(data)), 0);
		assert_int_equal(generate(tfm, out[i], sizeof(out[i])), 0);
	}
	assert_memory_equal(out[0], out[1], sizeof(out[0]));
	tfm_free(tfm);
}

/* Requests of every size write just their bytes, which begin alike for one state. */
static void test_request_sizes(void **state)
{
	static const size_t sizes[] = {0,   1,   15,    16,    17,    127,
				       128, 129, 65535, 65536, 65537, 200001};
	static uint8_t longest[200001];
	static uint8_t out[200001 + 1];

	(void)state;
	for (size_t i = 0; i < NAME_COUNT - 1; i++) {
		struct tfm *tfm = new_fixed(names[i].driver);

		assert_int_equal(generate(tfm, longest, sizeof(longest)), 0);
		tfm_free(tfm);
		for (size_t j = 0; j < sizeof(sizes) / sizeof(sizes[0]); j++) {
			tfm = new_fixed(names[i].driver);
			memset(out, 0xa5, sizeof(out));
			assert_int_equal(generate(tfm, out, sizes[j]), 0);
			assert_memory_equal(out, longest, sizes[j]);
			assert_int_equal(out[sizes[j]], 0xa5);
			tfm_free(tfm);
		}
	}
}

/* length 0 does not switch the test mode on; too much is refused and changes nothing. */
static void test_fixed_entropy_sizes(void **state)
{
	static const uint8_t data[DRBG_MAX_FIXED + 1];
	uint8_t out[2][16];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct tfm *tfm = new_tfm("stdrng");

		assert_int_equal(tfm->alg->rng.set_entropy(tfm, data, 0), 0);
		assert_int_equal(tfm->alg->rng.set_entropy(tfm, data, sizeof(data)), -EMSGSIZE);
		assert_int_equal(seed(tfm, NULL, 0), 0);
		assert_int_equal(generate(tfm, out[i], sizeof(out[i])), 0);
		tfm_free(tfm);
	}
	assert_memory_not_equal(out[0], out[1], sizeof(out[0]));
}

/* After 2^20 requests a generator reseeds by itself: as if it had been told to. */
static void test_reseed_interval(void **state)
{
	uint8_t out[2][16];

	(void)state;
	for (size_t i = 0; i < DRBG_COUNT; i++) {
		struct tfm *by_itself = new_fixed(names[i].driver);
		struct tfm *told = new_fixed(names[i].driver);

		if (((const struct drbg_row *)told->alg->data)->prediction_resistance) {
			tfm_free(by_itself);
			tfm_free(told);
			continue;
		}
		((struct drbg *)tfm_context(by_itself))->state.counter = 1u << 20;
		((struct drbg *)tfm_context(told))->state.counter = 1u << 20;
		assert_int_equal(generate(by_itself, out[0], 16), 0);
		assert_int_equal(generate(told, out[1], 16), 0);
		assert_memory_equal(out[0], out[1], 16);
		assert_int_equal(seed(told, NULL, 0), 0);
		assert_int_equal(generate(by_itself, out[0], 16), 0);
		assert_int_equal(generate(told, out[1], 16), 0);
		assert_memory_equal(out[0], out[1], 16);
		tfm_free(by_itself);
		tfm_free(told);
	}
}

static size_t export(const struct tfm *tfm, uint8_t *block)
{
	ssize_t size = rng_export(tfm, NULL, 0);

	assert_in_range(size, 1, BLOCK_MAX);
	memset(block, 0xa5, BLOCK_MAX);
	assert_int_equal(rng_export(tfm, block, (size_t)size - 1), size);
	assert_int_equal(block[0], 0xa5); /* nothing where there is too little room */
	assert_int_equal(rng_export(tfm, block, (size_t)size), size);
	assert_int_equal(block[size], 0xa5);
	return (size_t)size;
}

/* Known answers go on where they were, in the middle of ansi_cprng's block too. */
static void test_copy_goes_on(void **state)
{
	uint8_t block[BLOCK_MAX];
	uint8_t out[2][100];

	(void)state;
	for (size_t i = 0; i < NAME_COUNT - 1; i++) {
		struct tfm *original = new_fixed(names[i].driver);
		struct tfm *copy = new_tfm(names[i].driver);
		size_t size;

		assert_int_equal(generate(original, out[0], 21), 0);
		size = export(original, block);
		assert_int_equal(rng_import(copy, block, size), 0);
		assert_int_equal(generate(original, out[0], sizeof(out[0])), 0);
		assert_int_equal(generate(copy, out[1], sizeof(out[1])), 0);
		assert_memory_equal(out[0], out[1], sizeof(out[0]));
		tfm_free(original);
		tfm_free(copy);
	}
}

/* Copies of a generator with entropy of its own part at once, and from each other. */
static void test_copies_part(void **state)
{
	uint8_t block[BLOCK_MAX];
	uint8_t out[3][32];

	(void)state;
	for (size_t i = 0; i < DRBG_COUNT; i++) {
		struct tfm *original = new_tfm(names[i].driver);
		struct tfm *copy[2] = {new_tfm(names[i].driver), new_tfm(names[i].driver)};
		size_t size;

		assert_int_equal(seed(original, NULL, 0), 0);
		size = export(original, block);
		for (unsigned k = 0; k < 2; k++) {
			/* What it was before, seeded in this process, must not excuse it. */
			assert_int_equal(seed(copy[k], NULL, 0), 0);
			assert_int_equal(rng_import(copy[k], block, size), 0);
			assert_int_equal(generate(copy[k], out[k], sizeof(out[k])), 0);
			tfm_free(copy[k]);
		}
		assert_int_equal(generate(original, out[2], sizeof(out[2])), 0);
		assert_memory_not_equal(out[0], out[1], sizeof(out[0]));
		assert_memory_not_equal(out[0], out[2], sizeof(out[0]));
		assert_memory_not_equal(out[1], out[2], sizeof(out[0]));
		tfm_free(original);
	}
}

static void test_unseeded_copy(void **state)
{
	uint8_t block[BLOCK_MAX];
	uint8_t out[16];

	(void)state;
	for (size_t i = 0; i < NAME_COUNT - 1; i++) {
		struct tfm *tfm = new_tfm(names[i].driver);
		struct tfm *seeded = new_fixed(names[i].driver);
		size_t size = export(tfm, block);

		assert_int_equal(rng_import(seeded, block, size), 0);
		assert_int_equal(generate(seeded, out, sizeof(out)), -EINVAL);
		tfm_free(tfm);
		tfm_free(seeded);
	}
}

/* Every wrong length and every other driver; the tfm stays as it was. */
static void test_wrong_blocks(void **state)
{
	static uint8_t block[BLOCK_MAX + 64];
	uint8_t out[2][32];

	(void)state;
	for (size_t i = 0; i < NAME_COUNT - 1; i++) {
		struct tfm *original = new_fixed(names[i].driver);
		struct tfm *tfm = new_fixed(names[i].driver);
		size_t size = export(original, block);

		for (size_t wrong = 0; wrong < size + 64; wrong++)
			if (wrong != size)
				assert_int_equal(rng_import(tfm, block, wrong), -EINVAL);
		for (size_t j = 0; j < NAME_COUNT; j++) {
			struct tfm *other = new_tfm(names[j].driver);

			assert_int_equal(rng_import(other, block, size), i == j ? 0 : -EINVAL);
			tfm_free(other);
		}
		assert_int_equal(generate(original, out[0], sizeof(out[0])), 0);
		assert_int_equal(generate(tfm, out[1], sizeof(out[1])), 0);
		assert_memory_equal(out[0], out[1], sizeof(out[0]));
		tfm_free(original);
		tfm_free(tfm);
	}
}

/* Fields with values that no generator has. */
static void test_invalid_state(void **state)
{
	static const struct {
		uint64_t counter;
		uint32_t fixed_size;
		uint32_t seeded;
		int result;
	} cases[] = {
	    {1, 0, 1, 0},
	    {(1u << 20) + 1, DRBG_MAX_FIXED, 1, 0},
	    {0, 0, 0, 0},
	    {0, 0, 1, -EINVAL},
	    {1, 0, 0, -EINVAL},
	    {1, DRBG_MAX_FIXED + 1, 1, -EINVAL},
	    {1, 0, 2, -EINVAL},
	    {(1u << 20) + 2, 0, 1, -EINVAL},
	    {UINT64_MAX, 0, 1, -EINVAL},
	    {1, UINT32_MAX, 1, -EINVAL},
	};
	uint8_t block[BLOCK_MAX];
	struct tfm *tfm = new_fixed("stdrng");
	size_t size = export(tfm, block);
	uint8_t *saved = block + size - sizeof(struct drbg_state);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct drbg_state changed;

		memcpy(&changed, saved, sizeof(changed));
		changed.counter = cases[i].counter;
		changed.fixed_size = cases[i].fixed_size;
		changed.seeded = cases[i].seeded;
		memcpy(saved, &changed, sizeof(changed));
		assert_int_equal(rng_import(tfm, block, size), cases[i].result);
	}
	tfm_free(tfm);
}

/* Random damage is refused or harmless. */
static void test_damaged_blocks(void **state)
{
	static uint8_t out[5000];
	uint8_t block[BLOCK_MAX];
	unsigned refused = 0;

	(void)state;
	for (size_t i = 0; i < NAME_COUNT - 1; i++) {
		struct tfm *original = new_fixed(names[i].driver);
		struct tfm *tfm = new_tfm(names[i].driver);

		for (unsigned round = 0; round < 300; round++) {
			size_t size = export(original, block);
			int result;

			for (long flips = 1 + random() % 4; flips > 0; flips--)
				block[(size_t)random() % size] ^= (uint8_t)(1 + random() % 255);
			result = rng_import(tfm, block, size);
			assert_true(result == 0 || result == -EINVAL);
			refused += result != 0;
			result = generate(tfm, out, (size_t)random() % sizeof(out));
			assert_true(result == 0 || result == -EINVAL);
		}
		tfm_free(original);
		tfm_free(tfm);
	}
	assert_in_range(refused, 1, 300 * NAME_COUNT);
}

/* Only this room's generators. */
static void test_foreign_tfm(void **state)
{
	const struct alg *alg;
	struct tfm *tfm;
	uint8_t block[BLOCK_MAX];

	(void)state;
	assert_int_equal(registry_find(ALG_TYPE_HASH, "sha256", &alg), 0);
	assert_int_equal(tfm_new(alg, &tfm), 0);
	assert_int_equal(rng_export(tfm, block, sizeof(block)), -EOPNOTSUPP);
	assert_int_equal(rng_import(tfm, block, sizeof(block)), -EOPNOTSUPP);
	tfm_free(tfm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_unseeded),
	    cmocka_unit_test(test_seed_lengths),
	    cmocka_unit_test(test_cprng_seed_lengths),
	    cmocka_unit_test(test_cprng_equal_seed),
	    cmocka_unit_test(test_cprng_reseed),
	    cmocka_unit_test(test_request_sizes),
	    cmocka_unit_test(test_fixed_entropy_sizes),
	    cmocka_unit_test(test_reseed_interval),
	    cmocka_unit_test(test_copy_goes_on),
	    cmocka_unit_test(test_copies_part),
	    cmocka_unit_test(test_unseeded_copy),
	    cmocka_unit_test(test_wrong_blocks),
	    cmocka_unit_test(test_invalid_state),
	    cmocka_unit_test(test_damaged_blocks),
	    cmocka_unit_test(test_foreign_tfm),
	};
	const char *seed_text = getenv("UALG_TEST_SEED");
	unsigned seed_number =
	    seed_text ? (unsigned)strtoul(seed_text, NULL, 0) : (unsigned)time(NULL);

	printf("# UALG_TEST_SEED=%u\n", seed_number);
	srandom(seed_number);
	return cmocka_run_group_tests_name("rng_state", tests, NULL, NULL);
}
