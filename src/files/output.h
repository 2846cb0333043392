/* SPDX-License-Identifier: MIT */
/*
 * Writing a file so that it is there whole or not at all: it gets its name, and takes the place of
 * one that had it, when it is complete and on disk.  A file without a name (O_TMPFILE) is written
 * where the file system has that, so that even SIGKILL leaves nothing behind; elsewhere one with a
 * name that a signal removes (files/cleanup.h).
 *
 * "-" is standard output; what is no regular file (a terminal, a pipe, /dev/null) is written to as
 * it is.
 */
#ifndef UALG_FILES_OUTPUT_H
#define UALG_FILES_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct files_output {
	int fd;
	const char *name; /* for messages: the path as given, or "standard output" */
	char *target;     /* the file that is to be; NULL: fd is written to directly */
	char *temporary;  /* the name that fd has till then; NULL: none */
	mode_t mode;
};

/*
 * Begins.  path has to live as long as output.  private: a new file is for its owner only.
 * 0; -EISDIR; -ENOMEM; what open(2) gives.
 */
int output_open(struct files_output *output, const char *path, bool private);

/* Writes all of it.  0, or what write(2) gives; then output_abandon is to follow. */
int output_write(struct files_output *output, const void *data, size_t size);

/* Ends: the file has its name.  0; what fsync(2), linkat(2), rename(2) give, and there is no file.
 */
int output_commit(struct files_output *output);

/* Ends without a file; after output_commit or a failed output_open it does nothing. */
void output_abandon(struct files_output *output);

/* All of it to a descriptor: 0, or what write(2) gives. */
int output_write_fd(int fd, const void *data, size_t size);

#endif
