/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "test_api.h"

enum ualg_transport test_transport;
const char *test_vectors;

struct ualg_digest *test_digest(const char *name, const void *key, size_t size)
{
	struct ualg_digest *digest;

	assert_int_equal(ualg_digest_open(&digest, name, test_transport), 0);
	if (key)
		assert_int_equal(ualg_digest_set_key(digest, key, size), 0);
	return digest;
}

struct ualg_skcipher *test_skcipher(const char *name, const void *key, size_t size)
{
	struct ualg_skcipher *cipher;

	assert_int_equal(ualg_skcipher_open(&cipher, name, test_transport), 0);
	if (key)
		assert_int_equal(ualg_skcipher_set_key(cipher, key, size), 0);
	return cipher;
}

struct ualg_aead *test_aead(const char *name, const void *key, size_t size)
{
	struct ualg_aead *aead;

	assert_int_equal(ualg_aead_open(&aead, name, test_transport), 0);
	if (key)
		assert_int_equal(ualg_aead_set_key(aead, key, size), 0);
	return aead;
}

void *test_allocate(size_t size)
{
	void *memory = malloc(size ? size : 1);

	assert_non_null(memory);
	return memory;
}

void test_fill(void *data, size_t size, uint32_t seed)
{
	uint8_t *bytes = data;
	uint32_t state = seed * 2654435761u + 1;

	for (size_t i = 0; i < size; i++) {
		state ^= state << 13;
		state ^= state >> 17;
		state ^= state << 5;
		bytes[i] = (uint8_t)(state >> 11);
	}
}

const char *test_vector_file(const char *name)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/%s", test_vectors, name);
	return path;
}
