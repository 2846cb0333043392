/* SPDX-License-Identifier: MIT */
/*
 * What gcm and ccm share: a counter mode with 16-byte blocks, whose first block of key stream masks
 * the MAC and whose others run over the text.
 */
#ifndef UALG_CRYPTO_TEMPLATES_COUNTER_AEAD_H
#define UALG_CRYPTO_TEMPLATES_COUNTER_AEAD_H

#include "crypto/templates/mac.h"

/* The parts. */
#define COUNTER_AEAD_CTR 0
#define COUNTER_AEAD_MAC 1

#define COUNTER_AEAD_BLOCK 16u

/* One of them. */
struct counter_aead {
	const char *name;      /* of X alone */
	const char *base_name; /* of a counter mode and a MAC */
	bool of_plaintext;     /* what the MAC is computed of; else of the ciphertext */
	unsigned iv_size;
	/* Writes the block that the counter begins with.  -EINVAL, -EOVERFLOW: the request does not
	 * suit (E-15). */
	int (*begin)(const struct aead_request *request, uint8_t *counter);
	/* Writes a block: the MAC of AAD and text.  An errno of the MAC. */
	int (*compute_mac)(const struct tfm *tfm, const struct aead_request *request,
			   const uint8_t *text, uint8_t *mac);
	int (*setkey)(struct tfm *tfm, const uint8_t *key, size_t size);
	bool (*authsize_valid)(const struct alg *alg, unsigned size);
	/* Whether a MAC suits a counter mode. */
	bool (*suits)(const struct alg *ctr, const struct alg *mac);
};

/* Runs the counter mode, whose IV counts on.  An errno of it. */
int counter_aead_run(const struct tfm *tfm, uint8_t *counter, uint8_t *out, const uint8_t *in,
		     size_t size);

/* Fills the descriptor, out of two algorithms by name.  -ENOENT: they are not there or do not suit.
 */
int counter_aead_create(const struct counter_aead *mode, const char *ctr_name, const char *mac_name,
			struct alg *out);

#endif
