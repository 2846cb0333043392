/* SPDX-License-Identifier: MIT */
/* Data in pieces: lists of struct iovec. */
#ifndef UALG_API_PIECES_H
#define UALG_API_PIECES_H

#include "api/api.h"

/* A place within a list. */
struct api_cursor {
	const struct iovec *piece;
	size_t left;   /* pieces, this one included */
	size_t offset; /* within it */
};

/* The sum of the sizes.  -EINVAL: NULL where there is data, or a sum beyond SIZE_MAX. */
int api_pieces_size(const struct iovec *pieces, size_t count, size_t *size);

/*
 * Checks what goes from in to out, and tells its size.  -EINVAL: as api_pieces_size; sizes differ;
 * pieces of one overlap pieces of the other, but for lists that are the same.
 */
int api_pieces_check(const struct iovec *in, size_t in_count, const struct iovec *out,
		     size_t out_count, size_t *size);

void api_cursor_begin(struct api_cursor *cursor, const struct iovec *pieces, size_t count);

/*
 * size bytes at the cursor, which there have to be, in one piece: their address, and the cursor
 * moves on; NULL where a border lies between, and it stays.
 */
uint8_t *api_cursor_in_one(struct api_cursor *cursor, size_t size);

/* Copies size bytes, which there have to be, out of or into the pieces, and moves on. */
void api_cursor_gather(struct api_cursor *cursor, uint8_t *out, size_t size);
void api_cursor_scatter(struct api_cursor *cursor, const uint8_t *in, size_t size);

#endif
