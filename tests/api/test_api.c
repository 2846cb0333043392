/* SPDX-License-Identifier: MIT */
/*
 *     test_api direct|kernel VECTORS
 *
 * VECTORS is the folder of the vector files.
 */
#include "test_api.h"

#include <stdio.h>

int main(int argc, char **argv)
{
	static const struct test_group *const groups[] = {
	    &test_library_group, &test_digest_group, &test_skcipher_group,
	    &test_aead_group,    &test_rng_group,    &test_kdf_group,
	    &test_queue_group,   &test_simple_group, &test_threads_group,
	};
	static struct CMUnitTest all[256];
	size_t count = 0;

	if (argc != 3 || ualg_transport_parse(argv[1], &test_transport) < 0) {
		fprintf(stderr, "usage: test_api direct|kernel VECTORS\n");
		return 2;
	}
	test_vectors = argv[2];
	if (ualg_transport_set_default(test_transport) < 0)
		return 2;
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		memcpy(all + count, groups[i]->tests, groups[i]->count * sizeof(all[0]));
		count += groups[i]->count;
	}
	return _cmocka_run_group_tests("libualg", all, count, NULL, NULL);
}
