/* SPDX-License-Identifier: MIT */
#include "files/ahead.h"

#include <errno.h>
#include <stdlib.h>

#include "ualg/ualg.h"

static int fill(struct files_ahead *ahead)
{
	ssize_t got = input_read(ahead->input, ahead->next, ahead->piece);

	ahead->waiting = got > 0 ? (size_t)got : 0;
	return got < 0 ? (int)got : 0;
}

int ahead_open(struct files_ahead *ahead, struct files_input *input, size_t piece, size_t behind)
{
	*ahead = (struct files_ahead){
	    .input = input,
	    .now = malloc(piece + behind),
	    .next = malloc(piece + behind),
	    .piece = piece,
	    .behind = behind,
	};
	return ahead->now && ahead->next ? fill(ahead) : -ENOMEM;
}

ssize_t ahead_next(struct files_ahead *ahead, uint8_t **data, bool *last)
{
	uint8_t *free_one = ahead->now;
	size_t size = ahead->waiting;
	int error = 0;

	ahead->now = ahead->next;
	ahead->next = free_one;
	ahead->waiting = 0;
	if (size == ahead->piece)
		error = fill(ahead);
	*data = ahead->now;
	*last = ahead->waiting == 0;
	return error ? error : (ssize_t)size;
}

void ahead_close(struct files_ahead *ahead)
{
	uint8_t *const blocks[] = {ahead->now, ahead->next};

	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		if (blocks[i])
			ualg_secure_wipe(blocks[i], ahead->piece + ahead->behind);
		free(blocks[i]);
	}
	*ahead = (struct files_ahead){0};
}
