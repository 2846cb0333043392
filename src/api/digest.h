/* SPDX-License-Identifier: MIT */
/* A handle of a digest, and what a transport does for it. */
#ifndef UALG_API_DIGEST_H
#define UALG_API_DIGEST_H

#include "api/handle.h"

struct api_digest_key;

/* Arguments have been checked; errnos are those of the public calls. */
struct api_digest_ops {
	struct api_life life;
	int (*set_key)(struct ualg_digest *digest, const uint8_t *key, size_t size);
	int (*update)(struct ualg_digest *digest, const uint8_t *data, size_t size);
	int (*final)(struct ualg_digest *digest, uint8_t *out);
	void (*reset)(struct ualg_digest *digest);
	int (*clone)(const struct ualg_digest *digest, struct ualg_digest *clone);
};

extern const struct api_digest_ops api_kernel_digest_ops;

struct ualg_digest {
	struct api_handle handle;
	struct api_digest_key *key; /* direct: in the place of handle.tfm */
	bool open;                  /* a message has begun */
	/* direct: the running state, alg->statesize bytes */
	_Alignas(64) uint8_t state[];
};

#endif
