/* SPDX-License-Identifier: MIT */
/* A handle of a symmetric cipher, and what a transport does for it. */
#ifndef UALG_API_SKCIPHER_H
#define UALG_API_SKCIPHER_H

#include "api/handle.h"

struct ualg_skcipher {
	struct api_handle handle;
	bool sending; /* kernel: more of the socket's message is announced */
	size_t room;  /* kernel: what goes into the op socket at once; 0: not known yet */
	enum api_stream stream;
	uint64_t text_max; /* what the mode allows */
	bool ready;        /* it can compute: no key is missing */

	/* The open message. */
	bool open;
	bool encrypt;
	uint8_t iv[ALG_MAX_IV]; /* with which its next part begins */
	uint64_t position;      /* how much of it has gone before */
	uint8_t held[ALG_MAX_BLOCK];
	size_t held_size; /* under a chunk */
};

/* Arguments have been checked; errnos are those of the public calls. */
struct api_skcipher_ops {
	struct api_life life;
	int (*set_key)(struct api_handle *handle, const uint8_t *key, size_t size);
	/* A message begins, with cipher->encrypt and iv; what was left of another is gone.  May be
	 * NULL. */
	int (*start)(struct ualg_skcipher *cipher);
	/* Its next part, whole chunks unless it is the last; carries the message on. */
	int (*part)(struct ualg_skcipher *cipher, const uint8_t *in, uint8_t *out, size_t size,
		    bool last);
};

extern const struct api_skcipher_ops api_kernel_skcipher_ops;

static inline const struct api_skcipher_ops *api_skcipher_ops_of(const struct ualg_skcipher *cipher)
{
	return (const struct api_skcipher_ops *)cipher->handle.life;
}

/*
 * Begins a message of any mode, which ops->part goes on with; another one that is open is given up.
 * size: of all of it, or 0 where that is not known.
 * -ENOKEY; -EINVAL: an IV is missing; -EMSGSIZE: too long; what ops->start refused with.
 */
int api_skcipher_begin(struct ualg_skcipher *cipher, bool encrypt, const void *iv, size_t size);

#endif
