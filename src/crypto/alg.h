/* SPDX-License-Identifier: MIT */
/*
 * What an algorithm is, and what an instance of it with a key ("tfm") can do.
 *
 * A descriptor (struct alg) tells all that /proc/crypto tells and carries the functions of one
 * implementation.  Back ends (one file per library), our own code and templates all fill the same
 * structure; the registry picks among those of one name by priority.
 *
 * Conventions of this room: sizes are bytes; functions return 0 or a negative errno; a function
 * that only computes over checked input returns void.  Nothing here allocates after setkey.  Data
 * may lie in a program's memory that turns out not to be there: update, encrypt and decrypt can be
 * left by a jump out of them at any point, so they hold no lock and own nothing meanwhile; after
 * such a jump a tfm still has its key, and outputs (state, iv, out, tag) are void.
 */
#ifndef UALG_CRYPTO_ALG_H
#define UALG_CRYPTO_ALG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ALG_NAME_MAX 128u /* bytes of a name with its NUL, inside the kernel and here */

/* Upper bounds, so that callers can use arrays; the registry refuses a descriptor beyond them. */
#define ALG_MAX_DIGEST     64u
#define ALG_MAX_BLOCK      144u /* sha3-224's rate */
#define ALG_MAX_IV         32u
#define ALG_MAX_TAG        64u
#define ALG_MAX_HASH_STATE 2048u
#define ALG_MAX_PARTS      3u /* algorithms that an instance of a template keeps */

enum alg_type {
	ALG_TYPE_CIPHER, /* a block cipher, one block at a time: a template's part, never bound */
	ALG_TYPE_HASH,
	ALG_TYPE_SKCIPHER,
	ALG_TYPE_AEAD,
	ALG_TYPE_RNG,
};

/* How a hash stands to keys (rules K-04, K-05).  Ciphers and AEADs need one if max_keysize > 0. */
enum alg_key {
	ALG_KEY_NONE,     /* setkey: -ENOSYS */
	ALG_KEY_OPTIONAL, /* works without */
	ALG_KEY_NEEDED,   /* -ENOKEY until set */
};

struct alg;
struct tfm;
struct batch_ops;

/*
 * A hash.  Its running state is a flat block of alg->statesize bytes, aligned to 64, which the
 * caller owns: copying the bytes clones the state, and they mean the same in any process that has
 * the same implementation.  A tfm of a hash changes only in setkey, so threads may share it.
 */
struct hash_ops {
	void (*init)(const struct tfm *tfm, void *state);
	/* 0, or an errno that refuses the message (H-23). */
	int (*update)(const struct tfm *tfm, void *state, const uint8_t *data, size_t size);
	/* Writes alg->digestsize bytes; the state is void afterwards.  0, or as update. */
	int (*final)(const struct tfm *tfm, void *state, uint8_t *digest);
	/* Whether foreign bytes are a state that update can be trusted with; NULL: all are. */
	bool (*state_valid)(const struct tfm *tfm, const void *state);
};

/*
 * A block cipher: whole blocks, independently.  in and out may be the same, not overlap partly.
 * Threads may share a tfm in encrypt and cbc_mac (hashes are made of them), not in decrypt.
 */
struct cipher_ops {
	void (*encrypt)(struct tfm *tfm, uint8_t *out, const uint8_t *in, size_t blocks);
	void (*decrypt)(struct tfm *tfm, uint8_t *out, const uint8_t *in, size_t blocks);
	/* chain = E(chain ^ block) for each block: one call instead of many.  NULL: not provided.
	 */
	void (*cbc_mac)(struct tfm *tfm, uint8_t *chain, const uint8_t *in, size_t blocks);
};

struct skcipher_ops {
	/*
	 * size bytes from in to out (equal, or not overlapping).  iv: alg->ivsize bytes, replaced
	 * by the IV that continues the message (rule C-08; left as it is where C-20 says so).
	 * -EINVAL: size does not suit the mode; -EBADMSG: key unwrapping failed.
	 */
	int (*encrypt)(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size);
	int (*decrypt)(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size);
};

struct aead_request {
	const uint8_t *iv;  /* alg->ivsize bytes */
	const uint8_t *aad; /* as sent */
	size_t aad_size;
	uint8_t *aad_out; /* where the caller has put a copy of the AAD for its reader, aad itself,
			     or NULL: only modes that change it (E-25) look at it */
	const uint8_t *in;
	uint8_t *out; /* equal to in, or not overlapping it */
	size_t size;  /* of the text, without tag */
	uint8_t *tag; /* tfm->authsize bytes, written by encrypt, read by decrypt */
};

struct aead_ops {
	/* Whether a tag of size bytes is allowed (rule O-11). */
	bool (*authsize_valid)(const struct alg *alg, unsigned size);
	/* -EINVAL: AAD size, text size or IV do not suit (E-15, E-16); -EOVERFLOW (E-15). */
	int (*encrypt)(struct tfm *tfm, const struct aead_request *request);
	/* As encrypt, and -EBADMSG where the tag is wrong; out holds zeros then. */
	int (*decrypt)(struct tfm *tfm, const struct aead_request *request);
};

struct rng_ops {
	/*
	 * Seeds or seeds anew.  size 0 is allowed.  For a DRBG seed is a personalization string and
	 * entropy is added; -EINVAL: too short for a generator that wants one;
	 * -EIO: the kernel gives no entropy.
	 */
	int (*seed)(struct tfm *tfm, const uint8_t *seed, size_t size);
	/*
	 * Any size.  -EINVAL: never seeded; -EIO: no entropy for a reseeding that is due,
	 * and out holds zeros.  out and additional are the caller's own memory, not a program's.
	 */
	int (*generate)(struct tfm *tfm, const uint8_t *additional, size_t additional_size,
			uint8_t *out, size_t size);
	/* Fixes the entropy input (and nonce) of every later seeding, for tests with known answers
	 * .  Size 0 changes nothing; -EMSGSIZE: too much (the contract's 128 fit).  NULL: not
	 * a DRBG. */
	int (*set_entropy)(struct tfm *tfm, const uint8_t *entropy, size_t size);
};

struct alg {
	char name[ALG_NAME_MAX];   /* generic name: cbc(aes) */
	char driver[ALG_NAME_MAX]; /* name of this implementation: cbc-aes-gcrypt */
	const char *backend;       /* which library, or "own", or the template's name: for people */
	int priority;              /* the highest of one name wins */
	enum alg_type type;
	enum alg_key key;   /* hashes only */
	unsigned blocksize; /* as /proc/crypto has it: 1 for stream modes */
	unsigned chunksize; /* skcipher: what a partial read comes in (section 10 of abi.md) */
	unsigned min_keysize;
	unsigned max_keysize;
	unsigned ivsize;
	unsigned digestsize; /* hash; for an AEAD the largest tag */
	/*
	 * hash: see hash_ops.  skcipher: how many of a context's first bytes an open message goes
	 * on from, beside key and IV (arc4); they may be carried to another tfm with the same key,
	 * and any bytes are safe there.
	 */
	unsigned statesize;
	unsigned seedsize;   /* rng */
	size_t context_size; /* what a tfm of it keeps: see tfm_context */
	bool internal;       /* never found by name from outside (N-09) */
	/* AEAD: requests that are in hand together are for several threads (parallel.h), each with
	 * a tfm of its own. */
	bool parallel;
	/*
	 * skcipher.  The mode goes block by block: a size that does not suit is refused only behind
	 * its whole blocks, and the IV is then as they leave it (C-04).  It is the caller who has
	 * them processed.
	 */
	bool refuses_late;

	/*
	 * Called for a new tfm and before its end.  Either may be NULL.
	 * init: -ENOMEM, or what a library refused with.
	 */
	int (*init)(struct tfm *tfm);
	void (*exit)(struct tfm *tfm);
	/*
	 * -EINVAL: no valid key.  The caller has checked size against min_keysize and max_keysize
	 * for ciphers.  After a failure the tfm has no usable key.  NULL for hashes without key.
	 */
	int (*setkey)(struct tfm *tfm, const uint8_t *key, size_t size);
	/*
	 * skcipher.  Where encrypt and decrypt leave iv alone because what the kernel leaves there
	 * costs and hardly a program wants it (C-20): makes the IV after a request of size bytes
	 * from the one it began with.  NULL: iv is as encrypt and decrypt leave it.
	 */
	void (*next_iv)(struct tfm *tfm, uint8_t *iv, size_t size);
	const struct batch_ops *batch; /* batch.h's descriptors only: their way to compute */
	union {
		struct cipher_ops cipher;
		struct hash_ops hash;
		struct skcipher_ops skcipher;
		struct aead_ops aead;
		struct rng_ops rng;
	};

	/* For the implementation: a row of its table; the parts of a template's instance. */
	const void *data;
	const struct alg *part[ALG_MAX_PARTS];
	const struct alg *next; /* the registry's list */
};

/* An instance.  Its context is secret memory, and freed with it. */
struct tfm {
	const struct alg *alg;
	unsigned authsize; /* AEAD: current tag size; digestsize at first (E-12) */
	/*
	 * skcipher: how many bytes of its message went before this request.  Ciphers without IV
	 * whose stream goes on all the same (arc4: V-07) look at it.  Who does not know of it
	 * leaves 0: each request by itself.
	 */
	uint64_t position;
};

/* The context of a tfm: alg->context_size zeroed bytes, aligned to 64. */
static inline void *tfm_context(const struct tfm *tfm)
{
	return (uint8_t *)(uintptr_t)tfm + 64;
}

/*
 * Makes an instance without key.  0, -ENOMEM, or the errno of alg->init.
 * The caller frees it with tfm_free.
 */
int tfm_new(const struct alg *alg, struct tfm **out);

/* Wipes and frees; NULL is fine. */
void tfm_free(struct tfm *tfm);

/*
 * Sets a key.  -EINVAL: size outside [min_keysize, max_keysize] or not valid; -ENOSYS: a hash that
 * takes none (O-09).
 */
int tfm_setkey(struct tfm *tfm, const uint8_t *key, size_t size);

/* Sets the tag size of an AEAD.  -EINVAL: not one of its sizes (O-11); the old one stays. */
int tfm_setauthsize(struct tfm *tfm, unsigned size);

/* Whether data is refused until a key is set (K-05, K-06). */
bool alg_needs_key(const struct alg *alg);

/* "hash", "skcipher", ... as in sockaddr_alg and messages; "cipher" for parts. */
const char *alg_type_name(enum alg_type type);

#endif
