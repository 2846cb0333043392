/* SPDX-License-Identifier: MIT */
/* The text of /proc/crypto: one algorithm of each type, given by hand, against the kernel's form.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "catalog/catalog.h"
#include "crypto/registry.h"

struct text {
	char data[2048];
	size_t size;
	int refuse_after; /* pieces until the sink refuses; negative: never */
};

static int collect(void *context, const char *text, size_t size)
{
	struct text *to = context;

	if (to->refuse_after == 0)
		return -EFBIG;
	if (to->refuse_after > 0)
		to->refuse_after--;
	assert_true(to->size + size < sizeof(to->data));
	memcpy(to->data + to->size, text, size);
	to->size += size;
	to->data[to->size] = '\0';
	return 0;
}

static const struct alg cipher = {
    .name = "sample",
    .driver = "sample-own",
    .backend = "own",
    .priority = 101,
    .type = ALG_TYPE_CIPHER,
    .blocksize = 16,
    .min_keysize = 16,
    .max_keysize = 32,
};

static const struct alg hash = {
    .name = "digest",
    .driver = "digest-gcrypt",
    .backend = "gcrypt",
    .type = ALG_TYPE_HASH,
    .blocksize = 64,
    .digestsize = 32,
};

static const struct alg skcipher = {
    .name = "ctr(sample)",
    .driver = "ctr(sample-own)",
    .backend = "ctr",
    .priority = -3,
    .type = ALG_TYPE_SKCIPHER,
    .internal = true,
    .blocksize = 1,
    .chunksize = 16,
    .min_keysize = 16,
    .max_keysize = 32,
    .ivsize = 12,
};

static const struct alg aead = {
    .name = "gcm(sample)",
    .driver = "gcm-sample",
    .backend = "gcrypt",
    .priority = 200,
    .type = ALG_TYPE_AEAD,
    .blocksize = 1,
    .ivsize = 12,
    .digestsize = 16,
};

static const struct alg rng = {
    .name = "stdrng",
    .driver = "drbg_sample",
    .backend = "own",
    .priority = 221,
    .type = ALG_TYPE_RNG,
    .seedsize = 48,
};

static const struct {
	const struct alg *alg;
	const char *text;
} paragraphs[] = {
    {&cipher, "name         : sample\n"
	      "driver       : sample-own\n"
	      "module       : own\n"
	      "priority     : 101\n"
	      "refcnt       : 1\n"
	      "selftest     : passed\n"
	      "internal     : no\n"
	      "type         : cipher\n"
	      "blocksize    : 16\n"
	      "min keysize  : 16\n"
	      "max keysize  : 32\n"
	      "\n"},
    {&hash, "name         : digest\n"
	    "driver       : digest-gcrypt\n"
	    "module       : gcrypt\n"
	    "priority     : 0\n"
	    "refcnt       : 1\n"
	    "selftest     : passed\n"
	    "internal     : no\n"
	    "type         : shash\n"
	    "blocksize    : 64\n"
	    "digestsize   : 32\n"
	    "\n"},
    {&skcipher, "name         : ctr(sample)\n"
		"driver       : ctr(sample-own)\n"
		"module       : ctr\n"
		"priority     : -3\n"
		"refcnt       : 1\n"
		"selftest     : passed\n"
		"internal     : yes\n"
		"type         : skcipher\n"
		"async        : no\n"
		"blocksize    : 1\n"
		"min keysize  : 16\n"
		"max keysize  : 32\n"
		"ivsize       : 12\n"
		"chunksize    : 16\n"
		"walksize     : 16\n"
		"\n"},
    {&aead, "name         : gcm(sample)\n"
	    "driver       : gcm-sample\n"
	    "module       : gcrypt\n"
	    "priority     : 200\n"
	    "refcnt       : 1\n"
	    "selftest     : passed\n"
	    "internal     : no\n"
	    "type         : aead\n"
	    "async        : no\n"
	    "blocksize    : 1\n"
	    "ivsize       : 12\n"
	    "maxauthsize  : 16\n"
	    "geniv        : <none>\n"
	    "\n"},
    {&rng, "name         : stdrng\n"
	   "driver       : drbg_sample\n"
	   "module       : own\n"
	   "priority     : 221\n"
	   "refcnt       : 1\n"
	   "selftest     : passed\n"
	   "internal     : no\n"
	   "type         : rng\n"
	   "seedsize     : 48\n"
	   "\n"},
};

static void test_paragraphs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(paragraphs) / sizeof(paragraphs[0]); i++) {
		struct text text = {.refuse_after = -1};

		assert_int_equal(catalog_write_one(paragraphs[i].alg, collect, &text), 0);
		assert_string_equal(text.data, paragraphs[i].text);
	}
}

/* A name that fills its field comes out whole. */
static void test_longest_name(void **state)
{
	struct alg alg = hash;
	struct text text = {.refuse_after = -1};
	char line[ALG_NAME_MAX + 32];

	(void)state;
	memset(alg.name, 'n', sizeof(alg.name) - 1);
	assert_int_equal(catalog_write_one(&alg, collect, &text), 0);
	snprintf(line, sizeof(line), "name         : %s\n", alg.name);
	assert_memory_equal(text.data, line, strlen(line));
}

static void test_sink_refuses(void **state)
{
	(void)state;
	for (int pieces = 0; pieces < 11; pieces++) {
		struct text text = {.refuse_after = pieces};

		assert_int_equal(catalog_write_one(&hash, collect, &text), -EFBIG);
	}
}

static int nothing_to_do_init(struct tfm *tfm, const uint8_t *seed, size_t size)
{
	(void)tfm, (void)seed, (void)size;
	return 0;
}

static int nothing_to_give(struct tfm *tfm, const uint8_t *additional, size_t additional_size,
			   uint8_t *out, size_t size)
{
	(void)tfm, (void)additional, (void)additional_size, (void)out, (void)size;
	return -EINVAL;
}

/* What is registered last stands first. */
static void test_newest_first(void **state)
{
	struct alg added = rng;
	struct text text = {.refuse_after = -1};
	char *all;
	size_t before = catalog_text(NULL, 0);
	size_t after;

	(void)state;
	added.rng.seed = nothing_to_do_init;
	added.rng.generate = nothing_to_give;
	assert_int_equal(registry_add_copy(&added), 0);
	assert_int_equal(catalog_write_one(&added, collect, &text), 0);
	after = catalog_text(NULL, 0);
	assert_int_equal(after, before + text.size);
	all = malloc(after);
	assert_non_null(all);
	assert_int_equal(catalog_text(all, after), after);
	assert_memory_equal(all, text.data, text.size);
	free(all);
}

/* A buffer that is too small gets the beginning and not a byte more. */
static void test_short_buffer(void **state)
{
	char buffer[40];
	size_t whole = catalog_text(NULL, 0);

	(void)state;
	assert_true(whole > sizeof(buffer));
	memset(buffer, '#', sizeof(buffer));
	assert_int_equal(catalog_text(buffer, 20), whole);
	assert_memory_equal(buffer, "name         : stdrn", 20);
	for (size_t i = 20; i < sizeof(buffer); i++)
		assert_int_equal(buffer[i], '#');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_paragraphs),   cmocka_unit_test(test_longest_name),
	    cmocka_unit_test(test_sink_refuses), cmocka_unit_test(test_newest_first),
	    cmocka_unit_test(test_short_buffer),
	};

	return cmocka_run_group_tests_name("catalog", tests, NULL, NULL);
}
