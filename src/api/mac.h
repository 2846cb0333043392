/* SPDX-License-Identifier: MIT */
/* The keyed digest that a key derivation is made of. */
#ifndef UALG_API_MAC_H
#define UALG_API_MAC_H

#include "api/api.h"

struct api_mac {
	struct ualg_digest *digest;
	size_t size; /* of what it computes, at least 1 */
};

/* Bytes to be taken as if concatenated with others. */
struct api_bytes {
	const void *data;
	size_t size;
};

/*
 * Opens a MAC by the default transport and sets its key.  [kdf] of ualg.h.  The caller gives it to
 * api_mac_close, after a failure as well.
 */
int api_mac_open(struct api_mac *mac, const char *name, const void *key, size_t size);
void api_mac_close(struct api_mac *mac);

/* Another key for the same MAC. */
int api_mac_set_key(struct api_mac *mac, const void *key, size_t size);

/* The MAC of all parts together, mac->size bytes. */
int api_mac_compute(struct api_mac *mac, const struct api_bytes *parts, size_t count, uint8_t *out);

/* How much of a block goes to an output of which so much is left. */
static inline size_t api_mac_share(const struct api_mac *mac, size_t left)
{
	return left < mac->size ? left : mac->size;
}

#endif
