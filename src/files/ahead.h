/* SPDX-License-Identifier: MIT */
/* Reading in pieces, one ahead of the one at work, so that the last is known as such. */
#ifndef UALG_FILES_AHEAD_H
#define UALG_FILES_AHEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "files/input.h"

struct files_ahead {
	struct files_input *input;
	uint8_t *now, *next;
	size_t piece;   /* bytes of all pieces but the last */
	size_t behind;  /* bytes that may be written behind a piece */
	size_t waiting; /* bytes in next */
};

/*
 * Begins, and reads the first piece.  0; -ENOMEM; what read(2) gives.  In either case it is to be
 * given to ahead_close.
 */
int ahead_open(struct files_ahead *ahead, struct files_input *input, size_t piece, size_t behind);

/*
 * Hands over the next piece, which may be changed, and is there until the next call: its size; or
 * what read(2) gives.  *last: no other follows; an empty input is one empty piece.
 */
ssize_t ahead_next(struct files_ahead *ahead, uint8_t **data, bool *last);

/* Wipes and frees; the input stays open. */
void ahead_close(struct files_ahead *ahead);

#endif
