/* SPDX-License-Identifier: MIT */
/*
 * Providers: algorithms for ualg in shared objects of their own (a new library, a device).
 *
 * A provider is a shared object that exports one function, ualg_provider_init.  ualg loads the ones
 * that $UALG_PROVIDERS names (paths with ':' between them), then those of the directory that was
 * given when ualg was built (provider_dir), and registers what their tables hold: by priority an
 * algorithm of a provider takes the place of ualg's own, and templates are built around it.
 * `ualg doctor` lists each provider, or says why it was refused.  A process that runs with more
 * privilege than its caller (setuid) loads none.
 *
 * The tables are read once, when the first AF_ALG name is looked up; they and the code have to stay
 * as they are for the life of the process.  Sizes are bytes.  Functions return 0 or a negative
 * errno.
 *
 * What ualg asks of the functions:
 * - context is zeroed, secret, wiped memory of context_size bytes, aligned to 64; one thread at a
 *   time uses it, but for hashes and for cipher.encrypt, which several may use at once.
 * - Data may lie in a program's memory that turns out not to be there, and a function that touches
 *   it is then left by a jump: update, encrypt and decrypt hold no lock and own nothing meanwhile.
 *   After such a jump a context still has its key; the other results are void.
 * - Nothing is allocated after setkey, no descriptor kept, no signal or handler changed.
 * - Keys and texts are in no log.
 */
#ifndef UALG_PROVIDER_H
#define UALG_PROVIDER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Of this header.  A provider made for another one is refused. */
#define UALG_PROVIDER_VERSION 1u

enum ualg_provider_type {
	UALG_PROVIDER_CIPHER = 1, /* a block cipher, for templates: cbc(NAME) */
	UALG_PROVIDER_HASH = 2,
	UALG_PROVIDER_SKCIPHER = 3,
	UALG_PROVIDER_AEAD = 4,
};

/* How a hash stands to keys. */
enum ualg_provider_key {
	UALG_PROVIDER_KEY_NONE = 0, /* setkey is NULL */
	UALG_PROVIDER_KEY_OPTIONAL = 1,
	UALG_PROVIDER_KEY_NEEDED = 2,
};

/* Whole blocks, each by itself; out and in may be the same. */
struct ualg_provider_cipher {
	void (*encrypt)(void *context, uint8_t *out, const uint8_t *in, size_t blocks);
	void (*decrypt)(void *context, uint8_t *out, const uint8_t *in, size_t blocks);
};

/*
 * The running state is a flat block of state_size bytes, aligned to 64: a copy of the bytes is a
 * copy of the state.
 */
struct ualg_provider_hash {
	void (*init)(const void *context, void *state);
	int (*update)(const void *context, void *state, const uint8_t *data, size_t size);
	/* Writes digest_size bytes; the state is void afterwards. */
	int (*final)(const void *context, void *state, uint8_t *digest);
	/* 1 where foreign bytes are a state that update can be trusted with; NULL: none is. */
	int (*state_valid)(const void *context, const void *state);
};

/*
 * size bytes from in to out, which may be the same; iv is replaced by that which continues the
 * message.  -EINVAL: size does not suit.
 */
struct ualg_provider_skcipher {
	int (*encrypt)(void *context, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size);
	int (*decrypt)(void *context, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size);
};

struct ualg_provider_request {
	const uint8_t *iv; /* iv_size bytes */
	const uint8_t *aad;
	size_t aad_size;
	const uint8_t *in;
	uint8_t *out; /* equal to in, or not overlapping it */
	size_t size;  /* of the text, without tag */
	uint8_t *tag; /* written by encrypt, read by decrypt */
	size_t tag_size;
};

/*
 * -EINVAL: AAD, text or IV do not suit; -EBADMSG: the tag is wrong (ualg wipes out then).  Compare
 * tags in constant time.
 */
struct ualg_provider_aead {
	/* 1 where tags may have that size. */
	int (*tag_size_valid)(size_t size);
	int (*encrypt)(void *context, const struct ualg_provider_request *request);
	int (*decrypt)(void *context, const struct ualg_provider_request *request);
};

/* An algorithm.  What has no meaning for its type is 0. */
struct ualg_provider_alg {
	uint32_t type;       /* enum ualg_provider_type */
	const char *name;    /* generic name, up to 127 characters: letters, digits, -_(), */
	const char *driver;  /* its own name, which no other driver of that type may have */
	uint32_t priority;   /* the highest of one name serves it; ualg's own are 100 to 300 */
	uint32_t key;        /* hash: enum ualg_provider_key */
	uint32_t block_size; /* 1 for stream modes; cipher: up to 32; hash: up to 144 */
	uint32_t chunk_size; /* skcipher: what a partial read comes in; 0: the block */
	uint32_t min_key_size;
	uint32_t max_key_size;
	uint32_t iv_size;     /* skcipher, aead: up to 32 */
	uint32_t digest_size; /* hash: up to 64; aead: the largest tag, up to 64 */
	uint32_t state_size;  /* hash: up to 2048 */
	size_t context_size;  /* up to 1 MiB */
	/* For a new context and before its end.  Either may be NULL. */
	int (*init)(void *context);
	void (*exit)(void *context);
	/* -EINVAL: no valid key, and none is set then. */
	int (*setkey)(void *context, const uint8_t *key, size_t size);
	union {
		struct ualg_provider_cipher cipher;
		struct ualg_provider_hash hash;
		struct ualg_provider_skcipher skcipher;
		struct ualg_provider_aead aead;
	};
};

struct ualg_provider {
	uint32_t version;  /* UALG_PROVIDER_VERSION of the header it was made with */
	uint32_t alg_size; /* sizeof(struct ualg_provider_alg) */
	const char *name;  /* of the provider: for `ualg list` and /proc/crypto */
	const char *release;
	const struct ualg_provider_alg *algs;
	size_t alg_count; /* up to 1000 */
};

/*
 * What a provider exports.  version: UALG_PROVIDER_VERSION of ualg.  Returns the provider's table,
 * or NULL where it does not work here (no such device).
 */
__attribute__((visibility("default"))) const struct ualg_provider *
ualg_provider_init(uint32_t version);

#ifdef __cplusplus
}
#endif

#endif
