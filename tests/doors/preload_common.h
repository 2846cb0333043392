/* SPDX-License-Identifier: MIT */
/* What the tests of the preload door share: short ways to a socket that has something to say. */
#ifndef UALG_TESTS_DOORS_PRELOAD_COMMON_H
#define UALG_TESTS_DOORS_PRELOAD_COMMON_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/compiler.h"
#include "support/afalg.h"
#include "ualg/if_alg.h"

#define DIGEST_SIZE 32

/* FIPS 180-2, appendix B.1: sha256("abc"). */
static const uint8_t digest_abc[DIGEST_SIZE] = {
    0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
    0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};

/* A sha256 op socket, or a negative errno. */
static inline int hash_op(void)
{
	int parent = afalg_bind("hash", "sha256");
	int op;

	if (parent < 0)
		return parent;
	op = afalg_accept(parent);
	close(parent);
	return op;
}

/* Whether an op socket hashes: for handlers and children too, so without cmocka's asserts. */
static inline bool hashes_abc(int op)
{
	uint8_t digest[DIGEST_SIZE];

	return send(op, "abc", 3, 0) == 3 && recv(op, digest, sizeof(digest), 0) == DIGEST_SIZE &&
	       memcmp(digest, digest_abc, sizeof(digest)) == 0;
}

/* A cbc(aes) op socket with a key of zeros, or a negative errno. */
static inline int cipher_op(void)
{
	static const uint8_t key[16];
	int parent = afalg_bind("skcipher", "cbc(aes)");
	int op;

	if (parent < 0)
		return parent;
	op = afalg_set_key(parent, key, sizeof(key)) < 0 ? -1 : afalg_accept(parent);
	close(parent);
	return op;
}

/* Runs body in a child; returns its wait status.  The child exits with what body returns. */
static inline int in_child(int (*body)(void))
{
	int status = -1;
	pid_t child = fork();

	if (child == 0)
		_exit(body());
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

#define assert_exits_well(status) assert_int_equal(status, 0)

#endif
