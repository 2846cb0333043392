/* SPDX-License-Identifier: MIT */
/*
 * A hash of libcrypto's low-level functions as a descriptor.  The including file has its functions
 * in a structure named library (crypto/backends/library.h).
 */
#ifndef UALG_CRYPTO_BACKENDS_OPENSSL_HASH_H
#define UALG_CRYPTO_BACKENDS_OPENSSL_HASH_H

#include "crypto/alg.h"

/*
 * The functions of struct hash_ops around one hash of the library.  Its functions only fail on
 * conditions that cannot arise here (they return 1 always).  hash##_valid, which the including file
 * has, tells whether a context is one that the library can be trusted with.
 */
#define WRAP(hash, HASH, CONTEXT)                                                                  \
	static void hash##_init(const struct tfm *tfm, void *state)                                \
	{                                                                                          \
		(void)tfm;                                                                         \
		(void)library.HASH##_Init((CONTEXT *)state);                                       \
	}                                                                                          \
	static int hash##_update(const struct tfm *tfm, void *state, const uint8_t *data,          \
				 size_t size)                                                      \
	{                                                                                          \
		(void)tfm;                                                                         \
		(void)library.HASH##_Update((CONTEXT *)state, data, size);                         \
		return 0;                                                                          \
	}                                                                                          \
	static int hash##_final(const struct tfm *tfm, void *state, uint8_t *digest)               \
	{                                                                                          \
		(void)tfm;                                                                         \
		(void)library.HASH##_Final(digest, (CONTEXT *)state);                              \
		return 0;                                                                          \
	}                                                                                          \
	static bool hash##_state_valid(const struct tfm *tfm, const void *state)                   \
	{                                                                                          \
		(void)tfm;                                                                         \
		return hash##_valid((const CONTEXT *)state);                                       \
	}

#define ROW(function, block, digest, CONTEXT)                                                      \
	{                                                                                          \
		.name = #function, .driver = #function "-openssl", .backend = "openssl",           \
		.priority = 300, .type = ALG_TYPE_HASH, .key = ALG_KEY_NONE, .blocksize = block,   \
		.digestsize = digest, .statesize = sizeof(CONTEXT),                                \
		.hash = {function##_init, function##_update, function##_final,                     \
			 function##_state_valid},                                                  \
	}

#endif
