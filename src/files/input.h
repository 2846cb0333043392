/* SPDX-License-Identifier: MIT */
/* Reading a file, or standard input where the name is "-", piece by piece. */
#ifndef UALG_FILES_INPUT_H
#define UALG_FILES_INPUT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* How much is read at once, bytes: large enough for speed, small against any limit of memory. */
#define INPUT_PIECE ((size_t)256 * 1024)

struct files_input {
	int fd;
	const char *name; /* for messages: the path, or "standard input" */
	uint64_t size;    /* bytes of a regular file; 0: not known */
};

/* Opens path, which has to live as long as input.  0; -EISDIR; what open(2) gives. */
int input_open(struct files_input *input, const char *path);

/*
 * Reads until room bytes are there or the input ends: what it read, less than room only at the end;
 * or what read(2) gives.
 */
ssize_t input_read(struct files_input *input, void *out, size_t room);

/*
 * Reads all that is left, most bytes at the most, into memory with room for so many bytes more
 * behind it; *data is the caller's to free, and to wipe where it matters.  0; -EFBIG: there is
 * more; -ENOMEM; what read(2) gives.
 */
int input_read_all(struct files_input *input, size_t most, size_t behind, uint8_t **data,
		   size_t *size);

/* Closes; standard input stays open. */
void input_close(struct files_input *input);

#endif
