/* SPDX-License-Identifier: MIT */
/*
 * The test application of the consumer library: every public call, through libualg.so alone.  One
 * file a group; test_api.c runs them all, over the transport that its argument names.
 */
#ifndef UALG_TESTS_API_H
#define UALG_TESTS_API_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <ualg/ualg.h>

/* What is tested: direct or kernel. */
extern enum ualg_transport test_transport;

/* The folder of the vector files. */
extern const char *test_vectors;

/* A group's tests. */
struct test_group {
	const struct CMUnitTest *tests;
	size_t count;
};

#define TEST_GROUP(array)                                                                          \
	{                                                                                          \
		array, sizeof(array) / sizeof((array)[0])                                          \
	}

extern const struct test_group test_library_group, test_digest_group, test_skcipher_group,
    test_aead_group, test_rng_group, test_kdf_group, test_queue_group, test_simple_group,
    test_threads_group;

/* Handles with their key, over the transport under test; a failure ends the test. */
struct ualg_digest *test_digest(const char *name, const void *key, size_t size);
struct ualg_skcipher *test_skcipher(const char *name, const void *key, size_t size);
struct ualg_aead *test_aead(const char *name, const void *key, size_t size);

/* malloc that ends the test where it fails; for size 0 an address, too. */
void *test_allocate(size_t size);

/* Bytes that look random, the same for one seed. */
void test_fill(void *data, size_t size, uint32_t seed);

/* A path within the folder of the vector files; valid until the next call. */
const char *test_vector_file(const char *name);

/*
 * What libcrypto computes, by its own names ("AES-128-CBC"): references that share no code with the
 * engine's modes.  cipher without padding; out as long as in.
 */
void reference_digest(const char *name, const void *data, size_t size, uint8_t *out);
void reference_hmac(const char *name, const void *key, size_t key_size, const void *data,
		    size_t size, uint8_t *out);
void reference_cipher(const char *name, bool encrypt, const uint8_t *key, const uint8_t *iv,
		      const void *in, void *out, size_t size);
void reference_aead(const char *name, const uint8_t *key, const uint8_t *iv, const void *aad,
		    size_t aad_size, const void *in, void *out, size_t size, uint8_t tag[16]);
void reference_poly1305(const uint8_t key[32], const struct iovec *parts, size_t count,
			uint8_t tag[16]);

#endif
