/* SPDX-License-Identifier: MIT */
/*
 * Test vectors as data: files of stanzas of `key = value` lines, an empty line between stanzas.
 *
 *     # a comment
 *     source = NIST SP 800-38A, F.2.1
 *     type = skcipher
 *     alg = cbc(aes)
 *     key = 2b7e151628aed2a6abf7158809cf4f3c
 *     iv = 000102030405060708090a0b0c0d0e0f
 *     plain = 6bc1bee22e409f96e93d7e117393172a
 *     cipher = 7649abac8119b246cee98e9b12e9197d
 *
 * What the interface has in native byte order (the header of a key blob, K-10; crct10dif's digest)
 * is little-endian here, and turned round where that is not native.
 *
 * source names the document and the case that the values are printed in; a stanza whose values are
 * printed nowhere has derived instead: what it was made of, and by which programs.
 *
 * source, derived, type and alg are words.  All other values are bytes: hexadecimal, "text" in
 * quotes, or N*VALUE for a repetition: 1000000*"a"; nothing at all is 0 bytes.  A long value goes
 * on in lines that begin with a blank.  Fields by type: hash: key, in, digest.  skcipher: key, iv,
 * plain, cipher.  aead: key, iv, aad, plain, cipher, tag.  rng: entropy (and nonce behind it), seed
 * (the personalization), additional (repeated: one for each request before the last), out.
 */
#ifndef UALG_TESTS_VECTOR_H
#define UALG_TESTS_VECTOR_H

#include <stddef.h>
#include <stdint.h>

#define VECTOR_MAX_FIELDS 24

struct vector_field {
	char *name;
	char *text;    /* the value as written */
	uint8_t *data; /* the value as bytes (NULL where it is none) */
	size_t size;
};

struct vector {
	const char *file;
	unsigned line; /* where the stanza begins */
	struct vector_field field[VECTOR_MAX_FIELDS];
	size_t fields;
};

/* The field of that name, or NULL. */
const struct vector_field *vector_field(const struct vector *vector, const char *name);

/* Its text, or "" where there is none. */
const char *vector_text(const struct vector *vector, const char *name);

/*
 * Reads a file and calls run(vector, context) for each stanza.  Returns how many there were; ends
 * the program with a message where the file cannot be read or a line is malformed.
 */
size_t vector_each(const char *file, void (*run)(const struct vector *vector, void *context),
		   void *context);

#endif
