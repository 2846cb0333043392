/* SPDX-License-Identifier: MIT */
/* The published known answers of tests/vectors/rng.txt; its path is the argument. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/registry.h"
#include "support/vector.h"

static const char *vector_file;

/* The number'th field of that name, from 0; NULL: there are not so many. */
static const struct vector_field *repeated_field(const struct vector *vector, const char *name,
						 unsigned number)
{
	for (size_t i = 0; i < vector->fields; i++)
		if (strcmp(vector->field[i].name, name) == 0 && number-- == 0)
			return &vector->field[i];
	return NULL;
}

static void set_entropy(struct tfm *tfm, const struct vector_field *field)
{
	if (field)
		assert_int_equal(tfm->alg->rng.set_entropy(tfm, field->data, field->size), 0);
}

static void seed(struct tfm *tfm, const struct vector_field *field)
{
	const uint8_t *data = field ? field->data : NULL;

	assert_int_equal(tfm->alg->rng.seed(tfm, data, field ? field->size : 0), 0);
}

static void generate(struct tfm *tfm, const struct vector_field *additional, uint8_t *out,
		     size_t size)
{
	const uint8_t *data = additional ? additional->data : NULL;

	memset(out, 0xa5, size);
	assert_int_equal(
	    tfm->alg->rng.generate(tfm, data, additional ? additional->size : 0, out, size), 0);
}

static void run_drbg(struct tfm *tfm, const struct vector *vector, uint8_t *out, size_t size)
{
	const struct vector_field *reseed = vector_field(vector, "reseed_entropy");

	set_entropy(tfm, vector_field(vector, "entropy"));
	seed(tfm, vector_field(vector, "seed"));
	if (reseed) {
		set_entropy(tfm, reseed);
		seed(tfm, vector_field(vector, "reseed_additional"));
	}
	for (unsigned request = 0; request < 2; request++) {
		set_entropy(tfm, repeated_field(vector, "pr_entropy", request));
		generate(tfm, repeated_field(vector, "additional", request), out, size);
	}
}

static void run_vector(const struct vector *vector, void *context)
{
	const struct vector_field *expected = vector_field(vector, "out");
	const struct alg *alg;
	struct tfm *tfm;
	uint8_t out[1024];

	(void)context;
	assert_string_equal(vector_text(vector, "type"), "rng");
	assert_int_equal(registry_find(ALG_TYPE_RNG, vector_text(vector, "alg"), &alg), 0);
	assert_int_equal(tfm_new(alg, &tfm), 0);
	assert_non_null(expected);
	assert_in_range(expected->size, 1, sizeof(out));
	if (alg->rng.set_entropy) {
		run_drbg(tfm, vector, out, expected->size);
	} else {
		seed(tfm, vector_field(vector, "seed"));
		generate(tfm, NULL, out, expected->size);
	}
	if (memcmp(out, expected->data, expected->size) != 0)
		print_error("%s:%u: %s\n", vector->file, vector->line,
			    vector_text(vector, "source"));
	assert_memory_equal(out, expected->data, expected->size);
	tfm_free(tfm);
}

static void test_known_answers(void **state)
{
	(void)state;
	assert_in_range(vector_each(vector_file, run_vector, NULL), 18, 10000);
}

/* Requests of 16, 5, 27 and 128 bytes are one stream: no byte of a block is lost. */
static void check_pieces(const struct vector *vector, void *context)
{
	static const size_t sizes[] = {16, 5, 27, 0, 128};
	const struct vector_field *expected = vector_field(vector, "out");
	const struct alg *alg;
	struct tfm *tfm;
	uint8_t out[16 + 5 + 27 + 128];
	size_t done = 0;
	unsigned *found = context;

	if (strcmp(vector_text(vector, "alg"), "ansi_cprng") != 0 || expected->size < sizeof(out))
		return;
	assert_int_equal(registry_find(ALG_TYPE_RNG, "ansi_cprng", &alg), 0);
	assert_int_equal(tfm_new(alg, &tfm), 0);
	seed(tfm, vector_field(vector, "seed"));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		generate(tfm, NULL, out + done, sizes[i]);
		done += sizes[i];
	}
	assert_memory_equal(out, expected->data, sizeof(out));
	tfm_free(tfm);
	++*found;
}

static void test_cprng_in_pieces(void **state)
{
	unsigned found = 0;

	(void)state;
	vector_each(vector_file, check_pieces, &found);
	assert_int_equal(found, 1);
}

int main(int count, char **arguments)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_known_answers),
	    cmocka_unit_test(test_cprng_in_pieces),
	};

	if (count != 2)
		return 2;
	vector_file = arguments[1];
	return cmocka_run_group_tests_name("rng_vectors", tests, NULL, NULL);
}
