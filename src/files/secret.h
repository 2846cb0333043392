/* SPDX-License-Identifier: MIT */
/*
 * Keys and passwords: from a file, a descriptor or a person, never from the command line, where
 * every user of the machine could read them.  They lie in secret memory.
 */
#ifndef UALG_FILES_SECRET_H
#define UALG_FILES_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest that is read, bytes. */
#define SECRET_MAX ((size_t)64 * 1024)

struct files_secret {
	uint8_t *data; /* never NULL once it was read */
	size_t size;
};

/*
 * Reads a descriptor to its end and leaves it open.  0; -EFBIG: more than SECRET_MAX; -ENOMEM; what
 * read(2) gives.  The caller gives it to secret_free.
 */
int secret_read_fd(struct files_secret *secret, int fd);

/* The same of a file; "-" is standard input.  Also what open(2) gives. */
int secret_read_file(struct files_secret *secret, const char *path);

/*
 * Asks on the terminal, without echo; again: twice, until both are the same or three times.  0;
 * -ENXIO and the like: no terminal; -EINVAL: not the same; -EFBIG: longer than 1023 bytes;
 * -ENODATA: the terminal was closed.
 */
int secret_ask(struct files_secret *secret, const char *what, bool again);

/* Cuts a secret behind its first line: what a password file means. */
void secret_cut_line(struct files_secret *secret);

/* Puts the bytes that a secret's hexadecimal digits say in its place; white space is skipped.
 * -EINVAL: they are not. */
int secret_from_hex(struct files_secret *secret);

/* A secret of size bytes, zeros.  0 or -ENOMEM. */
int secret_new(struct files_secret *secret, size_t size);

/* Wipes and frees. */
void secret_free(struct files_secret *secret);

#endif
