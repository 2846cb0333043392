/* SPDX-License-Identifier: MIT */
/*
 * The header of a sealed file; numbers are big-endian:
 *
 *   8  "UALGSEAL"
 *   1  version, 1
 *   1  1: the key comes from a password; 0: a key was given
 *   1  size of the key that is derived
 *   1  size of the tags
 *   4  size of a piece of text
 *   4  iterations of PBKDF2; 0 where a key was given
 *  32  salt
 *   1  length of the algorithm's name, and the name
 */
#ifndef UALG_CLI_SEALED_H
#define UALG_CLI_SEALED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes. */
#define SEALED_SALT_SIZE 32u
#define SEALED_NAME_MAX  127u
#define SEALED_KEY_MAX   64u
#define SEALED_TAG_MAX   16u
#define SEALED_PIECE_MAX ((uint32_t)1024 * 1024)

/* A file may not make us work for hours. */
#define SEALED_ITERATIONS_MAX 100000000u

/* Up to the name. */
#define SEALED_FIXED_SIZE (8u + 4u + 4u + 4u + SEALED_SALT_SIZE + 1u)

struct sealed_header {
	uint8_t bytes[SEALED_FIXED_SIZE + SEALED_NAME_MAX];
	size_t size; /* of bytes */
	bool password;
	size_t key_size, tag_size;
	uint32_t piece, iterations;
	const uint8_t *salt;
	char name[SEALED_NAME_MAX + 1];
};

/* Writes bytes and size from the rest, which has to be within the limits. */
void sealed_write(struct sealed_header *header);

/*
 * Reads the first SEALED_FIXED_SIZE bytes of bytes; salt points there.  The length of the name,
 * which is to follow in bytes, 1 to SEALED_NAME_MAX; -EINVAL: no header, or one beyond the limits.
 */
int sealed_parse(struct sealed_header *header);

/* Reads the name behind: got bytes of it are there.  0; -EINVAL: it is cut, or has a NUL. */
int sealed_parse_name(struct sealed_header *header, size_t got, size_t size);

#endif
