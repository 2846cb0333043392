/* SPDX-License-Identifier: MIT */
/*
 * Many requests computed together.
 *
 * A chain of blocks (CBC encryption, a MAC) leaves most of a processor idle, which several chains
 * side by side fill.  Who has independent requests in hand finds a batch descriptor for their
 * algorithm: a struct alg that has setkey and batch functions alone, and computes what the
 * algorithm's own functions would, whichever implementation is bound.
 */
#ifndef UALG_CRYPTO_BATCH_H
#define UALG_CRYPTO_BATCH_H

#include "crypto/alg.h"

struct batch_request {
	const struct tfm *tfm; /* of the batch descriptor, keyed; requests may share one */
	const uint8_t *iv;     /* skcipher: alg->ivsize bytes */
	const uint8_t *in;
	uint8_t *out; /* skcipher: size bytes, equal to in or not overlapping; hash: the digest */
	size_t size;
};

struct batch_ops {
	size_t least_count; /* fewer requests are not computed faster */
	size_t least_size;  /* nor smaller ones */
	size_t most_size;   /* what run takes; of a skcipher whole blocks only */
	/*
	 * What run works in: the caller's until end; NULL: none is free.  Unlike run it may not be
	 * left by a jump.
	 */
	void *(*begin)(void);
	/* count requests, at most BATCH_MOST, of any tfm.  False: not computed, outputs are void.
	 */
	bool (*run)(void *lanes, const struct batch_request *requests, size_t count);
	/* left: run was, by a jump. */
	void (*end)(void *lanes, bool left);
};

#define BATCH_MOST 32u

/*
 * The batch descriptor that computes what an algorithm does, for encryption where it is a cipher;
 * NULL: there is none.  May load a library.  Its setkey refuses keys that it has no code for
 * (-EINVAL), which are then computed one by one.
 */
const struct alg *batch_find(const struct alg *alg);

#endif
