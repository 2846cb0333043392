/* SPDX-License-Identifier: MIT */
#include <sys/wait.h>
#include <unistd.h>

#include "support/vector.h"
#include "test_api.h"

static struct ualg_rng *open_rng(const char *name)
{
	struct ualg_rng *rng;

	assert_int_equal(ualg_rng_open(&rng, name, test_transport), 0);
	return rng;
}

static void check_random(struct ualg_rng *rng, size_t size)
{
	uint8_t *first = test_allocate(size), *second = test_allocate(size);
	unsigned ones = 0;

	memset(first, 0, size);
	assert_int_equal(ualg_rng_generate(rng, first, size), 0);
	assert_int_equal(ualg_rng_generate(rng, second, size), 0);
	assert_memory_not_equal(first, second, size);
	for (size_t i = 0; i < 8 * size; i++)
		ones += (unsigned)first[i / 8] >> i % 8 & 1u;
	/* Half of the bits, give or take ten standard deviations: sqrt(8 * size) / 2 each. */
	double off = (double)ones - 4.0 * (double)size;
	assert_true(off * off < 100.0 * 2.0 * (double)size);
	free(first);
	free(second);
}

/* Nobody seeded it: it seeds itself; and no size is too large for it. */
static void test_generate(void **state)
{
	static const size_t sizes[] = {32, 128, 129, 1000, 65536, 65537, 200000};
	struct ualg_rng *rng = open_rng(NULL);

	(void)state;
	assert_string_equal(ualg_alg_name(ualg_rng_alg(rng)), "stdrng");
	assert_int_equal(ualg_rng_transport(rng), test_transport);
	assert_int_equal(ualg_rng_seed_size(rng), 0);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		check_random(rng, sizes[i]);
	assert_int_equal(ualg_rng_generate(rng, NULL, 0), 0);
	ualg_rng_close(rng);
}

static void test_two_handles(void **state)
{
	struct ualg_rng *a = open_rng("drbg_nopr_sha256"), *b = open_rng("drbg_nopr_sha256");
	uint8_t first[32], second[32];

	(void)state;
	/* The seed is no more than a personalization: the same gives other bytes. */
	assert_int_equal(ualg_rng_seed(a, "seed", 4), 0);
	assert_int_equal(ualg_rng_seed(b, "seed", 4), 0);
	assert_int_equal(ualg_rng_generate(a, first, 32), 0);
	assert_int_equal(ualg_rng_generate(b, second, 32), 0);
	assert_memory_not_equal(first, second, 32);
	ualg_rng_close(a);
	ualg_rng_close(b);
}

static void test_errors(void **state)
{
	struct ualg_rng *rng;
	uint8_t bytes[200];

	(void)state;
	test_fill(bytes, sizeof(bytes), 31);
	assert_int_equal(ualg_rng_open(&rng, "no such generator", test_transport), -ENOENT);
	assert_null(rng);
	assert_int_equal(ualg_rng_open(NULL, NULL, test_transport), -EINVAL);
	ualg_rng_close(NULL);
	rng = open_rng("ansi_cprng");
	assert_true(ualg_rng_seed_size(rng) >= 32);
	assert_int_equal(ualg_rng_generate(rng, bytes, 16), -EINVAL);
	assert_int_equal(ualg_rng_seed(rng, bytes, 31), -EINVAL);
	assert_int_equal(ualg_rng_seed(rng, NULL, 32), -EINVAL);
	assert_int_equal(ualg_rng_seed(NULL, bytes, 32), -EINVAL);
	assert_int_equal(ualg_rng_seed(rng, bytes, 32), 0);
	assert_int_equal(ualg_rng_generate(rng, NULL, 16), -EINVAL);
	assert_int_equal(ualg_rng_generate(NULL, bytes, 16), -EINVAL);
	assert_int_equal(ualg_rng_generate_with(rng, NULL, 1, bytes, 16), -EINVAL);
	assert_int_equal(ualg_rng_generate(rng, bytes, 16), 0);
	assert_int_equal(ualg_rng_set_entropy(rng, bytes, 129), -EMSGSIZE);
	assert_int_equal(ualg_rng_set_entropy(rng, NULL, 16), -EINVAL);
	assert_int_equal(ualg_rng_set_entropy(NULL, bytes, 16), -EINVAL);
	if (test_transport == UALG_TRANSPORT_DIRECT)
		assert_int_equal(ualg_rng_set_entropy(rng, bytes, 16), -EOPNOTSUPP);
	ualg_rng_close(rng);
	assert_null(ualg_rng_alg(NULL));
	assert_int_equal(ualg_rng_transport(NULL), UALG_TRANSPORT_DEFAULT);
	assert_int_equal(ualg_rng_seed_size(NULL), 0);
}

/* what the seed determines; pieces are one stream. */
static void test_deterministic(void **state)
{
	struct ualg_rng *rng = open_rng("ansi_cprng");
	uint8_t seed[48], whole[200], pieces[200];

	(void)state;
	test_fill(seed, sizeof(seed), 32);
	assert_int_equal(ualg_rng_seed(rng, seed, sizeof(seed)), 0);
	assert_int_equal(ualg_rng_generate(rng, whole, sizeof(whole)), 0);
	assert_int_equal(ualg_rng_seed(rng, seed, sizeof(seed)), 0);
	assert_int_equal(ualg_rng_generate(rng, pieces, 7), 0);
	assert_int_equal(ualg_rng_generate(rng, pieces + 7, 130), 0);
	assert_int_equal(ualg_rng_generate(rng, pieces + 137, 63), 0);
	assert_memory_equal(whole, pieces, 200);
	ualg_rng_close(rng);
}

/* The number'th field of that name, from 0; NULL: there are not so many. */
static const struct vector_field *repeated(const struct vector *vector, const char *name,
					   unsigned number)
{
	for (size_t i = 0; i < vector->fields; i++)
		if (strcmp(vector->field[i].name, name) == 0 && number-- == 0)
			return &vector->field[i];
	return NULL;
}

static void fix_entropy(struct ualg_rng *rng, const struct vector_field *field)
{
	if (field)
		assert_int_equal(ualg_rng_set_entropy(rng, field->data, field->size), 0);
}

static void seed_with(struct ualg_rng *rng, const struct vector_field *field)
{
	assert_int_equal(ualg_rng_seed(rng, field ? field->data : NULL, field ? field->size : 0),
			 0);
}

/* The steps that tests/vectors/rng.txt describes. */
static void run_vector(const struct vector *vector, void *context)
{
	const struct vector_field *expected = vector_field(vector, "out");
	const struct vector_field *reseed = vector_field(vector, "reseed_entropy");
	struct ualg_rng *rng = open_rng(vector_text(vector, "alg"));
	unsigned requests = vector_field(vector, "entropy") ? 2 : 1;
	uint8_t out[1024];

	++*(unsigned *)context;
	assert_in_range(expected->size, 1, sizeof(out));
	fix_entropy(rng, vector_field(vector, "entropy"));
	seed_with(rng, vector_field(vector, "seed"));
	if (reseed) {
		fix_entropy(rng, reseed);
		seed_with(rng, vector_field(vector, "reseed_additional"));
	}
	for (unsigned i = 0; i < requests; i++) {
		const struct vector_field *additional = repeated(vector, "additional", i);

		fix_entropy(rng, repeated(vector, "pr_entropy", i));
		assert_int_equal(ualg_rng_generate_with(rng, additional ? additional->data : NULL,
							additional ? additional->size : 0, out,
							expected->size),
				 0);
	}
	assert_memory_equal(out, expected->data, expected->size);
	ualg_rng_close(rng);
}

/* The kernel fixes entropy only in builds for tests of its own, and once for a socket. */
static void test_known_answers(void **state)
{
	unsigned count = 0;

	(void)state;
	if (test_transport == UALG_TRANSPORT_KERNEL) {
		struct ualg_rng *rng = open_rng("drbg_nopr_sha256");
		int result = ualg_rng_set_entropy(rng, "0123456789abcdef", 16);

		assert_true(result == 0 || result == -EOPNOTSUPP || result == -EACCES);
		ualg_rng_close(rng);
		return;
	}
	vector_each(test_vector_file("rng.txt"), run_vector, &count);
	assert_true(count > 10);
}

/* Whatever the transport says about additional data, it does not give the same bytes twice. */
static void test_additional(void **state)
{
	struct ualg_rng *rng = open_rng("drbg_nopr_hmac_sha256");
	uint8_t first[32], second[32];
	int result = ualg_rng_generate_with(rng, "more", 4, first, 32);

	(void)state;
	if (test_transport == UALG_TRANSPORT_DIRECT)
		assert_int_equal(result, 0);
	else
		assert_true(result == 0 || result == -EOPNOTSUPP);
	if (result == 0) {
		assert_int_equal(ualg_rng_generate_with(rng, "more", 4, second, 32), 0);
		assert_memory_not_equal(first, second, 32);
	}
	ualg_rng_close(rng);
}

/* Parent and child draw from the same handle after fork; what the child got comes by a pipe. */
static void test_fork(void **state)
{
	struct ualg_rng *rng = open_rng(NULL);
	uint8_t here[64], there[64];
	int ends[2], status;
	pid_t child;

	(void)state;
	assert_int_equal(ualg_rng_generate(rng, here, 32), 0);
	assert_int_equal(ualg_random(here, 32), 0);
	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		int bad = ualg_rng_generate(rng, there, 32) | ualg_random(there + 32, 32);

		_exit(bad || write(ends[1], there, 64) != 64);
	}
	assert_int_equal(ualg_rng_generate(rng, here, 32), 0);
	assert_int_equal(ualg_random(here + 32, 32), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(read(ends[0], there, 64), 64);
	assert_memory_not_equal(here, there, 32);
	assert_memory_not_equal(here + 32, there + 32, 32);
	close(ends[0]);
	close(ends[1]);
	ualg_rng_close(rng);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_generate),      cmocka_unit_test(test_two_handles),
    cmocka_unit_test(test_errors),        cmocka_unit_test(test_deterministic),
    cmocka_unit_test(test_known_answers), cmocka_unit_test(test_additional),
    cmocka_unit_test(test_fork),
};

const struct test_group test_rng_group = TEST_GROUP(tests);
