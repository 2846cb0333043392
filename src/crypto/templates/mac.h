/* SPDX-License-Identifier: MIT */
/*
 * A hash or MAC over the pieces of one message, for the templates that are a cipher and a MAC.  The
 * first piece that is refused ends it, and mac_end tells: callers look at errors once.
 */
#ifndef UALG_CRYPTO_TEMPLATES_MAC_H
#define UALG_CRYPTO_TEMPLATES_MAC_H

#include <errno.h>

#include "crypto/templates/parts.h"

#define MAC_PADDING 16u /* what mac_pad fills up to, bytes */

struct mac {
	const struct tfm *tfm;
	void *state;
	size_t size; /* bytes so far */
	int result;
};

/* The context of a template with a MAC begins with this; a state of the MAC follows it. */
struct mac_parts {
	_Alignas(64) struct template_parts parts;
};

/* What a tfm with mac_parts and more of its own after them needs for its context, in bytes. */
static inline size_t mac_context_size(const struct alg *hash)
{
	return sizeof(struct mac_parts) + hash->statesize;
}

static inline struct tfm *mac_part(const struct tfm *tfm, size_t index)
{
	const struct mac_parts *context = tfm_context(tfm);

	return context->parts.tfm[index];
}

/* Begins a message with the part of that index.  One that lacks its key: -ENOKEY at the end. */
static inline struct mac mac_begin(const struct tfm *tfm, size_t part, bool keyed)
{
	struct mac_parts *context = tfm_context(tfm);
	struct mac mac = {.tfm = context->parts.tfm[part], .state = context + 1};

	if (!keyed && alg_needs_key(mac.tfm->alg))
		mac.result = -ENOKEY;
	else
		mac.tfm->alg->hash.init(mac.tfm, mac.state);
	return mac;
}

static inline void mac_add(struct mac *mac, const uint8_t *data, size_t size)
{
	if (mac->result == 0 && size > 0)
		mac->result = mac->tfm->alg->hash.update(mac->tfm, mac->state, data, size);
	mac->size += size;
}

/* Zeros up to a multiple of MAC_PADDING bytes, counted from the beginning. */
static inline void mac_pad(struct mac *mac)
{
	static const uint8_t zero[MAC_PADDING];

	mac_add(mac, zero, (MAC_PADDING - mac->size % MAC_PADDING) % MAC_PADDING);
}

/* Writes digestsize bytes.  0, or the errno of the first call that failed. */
static inline int mac_end(struct mac *mac, uint8_t *digest)
{
	if (mac->result < 0)
		return mac->result;
	return mac->tfm->alg->hash.final(mac->tfm, mac->state, digest);
}

#endif
