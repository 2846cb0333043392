/* SPDX-License-Identifier: MIT */
/*
 * Reads a file of the program's without making the supervisor wait: what is in memory at once, and
 * the rest in a thread of its own, since a file system may be slow, or the program itself.
 */
#ifndef UALG_DOORS_SUPERVISOR_READER_H
#define UALG_DOORS_SUPERVISOR_READER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct reader;

/* Takes over the descriptor; NULL: no memory, it is still the caller's.  The lock is held in all.
 */
struct reader *reader_new(int file);

/*
 * Reads size bytes, at most DOOR_FILE_CHUNK, from a position of the file.  Returns how many there
 * are, fewer where it ends; a negative errno of preadv2; or SOCK_WAIT: ask again, with the same
 * arguments, once the watcher looks at sleeping calls.
 */
long reader_read(struct reader *reader, off_t position, size_t size);

/* What was read. */
const uint8_t *reader_bytes(const struct reader *reader);
int reader_file(const struct reader *reader);

/* Wipes the bytes and closes the descriptor, once no thread needs them any more. */
void reader_free(struct reader *reader);

#endif
