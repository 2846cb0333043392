/* SPDX-License-Identifier: MIT */
/*
 * Two pieces of a message as one, for templates whose inner AEAD authenticates what lies in two
 * places.  Pieces that follow each other in memory, as an AAD and its text do in a socket's queue,
 * are not copied; short ones are copied without allocating.  A longer copy is kept by the tfm, not
 * by the call, and so survives a jump out of it.
 */
#ifndef UALG_CRYPTO_TEMPLATES_JOIN_H
#define UALG_CRYPTO_TEMPLATES_JOIN_H

#include <stddef.h>
#include <stdint.h>

struct template_join {
	uint8_t near[64];
	uint8_t *far;
	size_t far_size;
};

/*
 * Returns first_size + second_size bytes: the pieces themselves or a copy, good until the next
 * call.  NULL: no memory for a copy.
 */
const uint8_t *template_join(struct template_join *join, const uint8_t *first, size_t first_size,
			     const uint8_t *second, size_t second_size);

/* Wipes and frees what the tfm has kept. */
void template_join_free(struct template_join *join);

#endif
