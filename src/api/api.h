/* SPDX-License-Identifier: MIT */
/*
 * The consumer library (ualg/ualg.h): what its files share.
 *
 * A handle has a source: the engine's descriptor, or a bound socket of the kernel.  Each group has
 * a table of functions for either, which is chosen when a handle is opened; what is the same for
 * both, such as the checks of arguments, is in the group's own file.
 */
#ifndef UALG_API_API_H
#define UALG_API_API_H

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/alg.h"
#include "ualg/ualg.h"

struct api_kernel;

/* Where an algorithm comes from. */
struct api_source {
	const struct alg *alg;     /* the engine's, or the kernel's */
	struct api_kernel *kernel; /* NULL: the engine */
};

/*
 * Finds who serves a name by a transport.  [open] of ualg.h.  The caller gives it to
 * api_source_release.
 */
int api_source_find(enum alg_type type, const char *name, enum ualg_transport transport,
		    struct api_source *out);
void api_source_release(struct api_source *source);

/* The same address under the public name. */
static inline const struct ualg_alg *api_public_alg(const struct alg *alg)
{
	return (const struct ualg_alg *)alg;
}

/* A buffer's address for functions that want one even of 0 bytes; nothing is read or written. */
static inline const void *api_in(const void *data)
{
	static const uint64_t nothing;

	return data ? data : &nothing;
}

/* Whether data of that size is there. */
static inline bool api_is_there(const void *data, size_t size)
{
	return data || size == 0;
}

/* Whether out is in, or lies apart from it. */
static inline bool api_may_replace(const void *out, const void *in, size_t size)
{
	uintptr_t to = (uintptr_t)out, from = (uintptr_t)in;

	return to == from || (to < from ? from - to >= size : to - from >= size);
}

/* Whether two ranges have no byte in common. */
static inline bool api_are_apart(const void *a, size_t a_size, const void *b, size_t b_size)
{
	uintptr_t left = (uintptr_t)a, right = (uintptr_t)b;

	if (a_size == 0 || b_size == 0)
		return true;
	return left < right ? right - left >= a_size : left - right >= b_size;
}

/* How the rest of a skcipher's message goes on from its beginning (stream.c). */
enum api_stream {
	API_STREAM_WHOLE,   /* not at all: the message is processed in one piece */
	API_STREAM_CHAIN,   /* with the IV, or the state, that the last piece left (C-08) */
	API_STREAM_COUNTER, /* with a block counter in the IV, which stays as it is (C-20) */
};

enum api_stream api_stream_of(const struct alg *alg);

/* Moves the counter in an IV on by size bytes, a multiple of the chunk. */
void api_stream_advance(const struct alg *alg, uint8_t *iv, size_t size);

/* How long a text the standard of a mode allows, bytes; UINT64_MAX where it does not say. */
uint64_t api_text_max(const struct alg *alg);

#endif
