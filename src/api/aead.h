/* SPDX-License-Identifier: MIT */
/* A handle of an AEAD, and what a transport does for it. */
#ifndef UALG_API_AEAD_H
#define UALG_API_AEAD_H

#include "api/handle.h"

struct ualg_aead {
	struct api_handle handle;
	size_t tag_size;
	uint64_t text_max; /* what the mode allows */
};

/* Arguments have been checked; errnos are those of the public calls. */
struct api_aead_ops {
	struct api_life life;
	int (*set_key)(struct api_handle *handle, const uint8_t *key, size_t size);
	int (*set_tag_size)(struct ualg_aead *aead, size_t size);
	/* out is cleared by the caller where this refuses a message as not authentic. */
	int (*crypt)(struct ualg_aead *aead, bool encrypt, const struct aead_request *request);
};

extern const struct api_aead_ops api_kernel_aead_ops;

#endif
