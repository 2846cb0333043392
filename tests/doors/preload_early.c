/* SPDX-License-Identifier: MIT */
/* Linked with a library that uses alg sockets in its constructor (early.c). */
#include "early.h"
#include "preload_common.h"

static void before_constructors(void **state)
{
	(void)state;
	assert_string_equal(early_result, "good");
}

static void after_constructors(void **state)
{
	int op = hash_op();

	(void)state;
	assert_true(hashes_abc(op));
	close(op);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(before_constructors),
	    cmocka_unit_test(after_constructors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
