/* SPDX-License-Identifier: MIT */
#include "api/pieces.h"

#include <string.h>

int api_pieces_size(const struct iovec *pieces, size_t count, size_t *size)
{
	size_t sum = 0;

	if (!api_is_there(pieces, count))
		return -EINVAL;
	for (size_t i = 0; i < count; i++) {
		if (!api_is_there(pieces[i].iov_base, pieces[i].iov_len) ||
		    pieces[i].iov_len > SIZE_MAX - sum)
			return -EINVAL;
		sum += pieces[i].iov_len;
	}
	*size = sum;
	return 0;
}

static bool are_same(const struct iovec *a, size_t a_count, const struct iovec *b, size_t b_count)
{
	if (a_count != b_count)
		return false;
	for (size_t i = 0; i < a_count; i++)
		if (a[i].iov_base != b[i].iov_base || a[i].iov_len != b[i].iov_len)
			return false;
	return true;
}

static bool any_overlap(const struct iovec *in, size_t in_count, const struct iovec *out,
			size_t out_count)
{
	for (size_t i = 0; i < in_count; i++)
		for (size_t j = 0; j < out_count; j++)
			if (!api_are_apart(in[i].iov_base, in[i].iov_len, out[j].iov_base,
					   out[j].iov_len))
				return true;
	return false;
}

int api_pieces_check(const struct iovec *in, size_t in_count, const struct iovec *out,
		     size_t out_count, size_t *size)
{
	size_t out_size;

	if (api_pieces_size(in, in_count, size) < 0 ||
	    api_pieces_size(out, out_count, &out_size) < 0 || *size != out_size)
		return -EINVAL;
	if (!are_same(in, in_count, out, out_count) && any_overlap(in, in_count, out, out_count))
		return -EINVAL;
	return 0;
}

void api_cursor_begin(struct api_cursor *cursor, const struct iovec *pieces, size_t count)
{
	*cursor = (struct api_cursor){pieces, count, 0};
}

/* How much of the current piece is left; moves to the next one where that is nothing. */
static size_t available(struct api_cursor *cursor)
{
	while (cursor->left && cursor->offset == cursor->piece->iov_len) {
		cursor->piece++;
		cursor->left--;
		cursor->offset = 0;
	}
	return cursor->left ? cursor->piece->iov_len - cursor->offset : 0;
}

/* Takes up to size bytes of the current piece: where they are, and how many. */
static uint8_t *take(struct api_cursor *cursor, size_t size, size_t *taken)
{
	size_t there = available(cursor);
	uint8_t *at = (uint8_t *)cursor->piece->iov_base + cursor->offset;

	*taken = size < there ? size : there;
	cursor->offset += *taken;
	return at;
}

uint8_t *api_cursor_in_one(struct api_cursor *cursor, size_t size)
{
	size_t taken;

	return available(cursor) < size ? NULL : take(cursor, size, &taken);
}

void api_cursor_gather(struct api_cursor *cursor, uint8_t *out, size_t size)
{
	size_t taken;

	for (; size > 0; size -= taken, out += taken) {
		const uint8_t *from = take(cursor, size, &taken);

		memcpy(out, from, taken);
	}
}

void api_cursor_scatter(struct api_cursor *cursor, const uint8_t *in, size_t size)
{
	size_t taken;

	for (; size > 0; size -= taken, in += taken) {
		uint8_t *to = take(cursor, size, &taken);

		memcpy(to, in, taken);
	}
}
