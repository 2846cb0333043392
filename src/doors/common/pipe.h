/* SPDX-License-Identifier: MIT */
/*
 * Pipes as splice sees them: how much waits in one, how much fits, and moving bytes without losing
 * any that the other side will not take.
 *
 * All of this is system calls: no cancellation point, errno unchanged.
 */
#ifndef UALG_DOORS_COMMON_PIPE_H
#define UALG_DOORS_COMMON_PIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Whether a descriptor is a pipe that can be read from (and written to as well), or written to. */
bool door_pipe_is_readable(int descriptor, bool *both_ways);
bool door_pipe_is_writable(int descriptor);

/* Bytes that wait to be read, or a negative errno (-EBADF, -ENOTTY). */
ssize_t door_pipe_waiting(int descriptor);

/*
 * Takes up to size bytes that wait, without sleeping: at least one, -EAGAIN where there are none,
 * or another negative errno of vmsplice, or of splice and pipe2 (-EMFILE) where the descriptor is
 * one for both ways.  Two who take at once share what there is.
 */
ssize_t door_pipe_take(int descriptor, bool both_ways, void *to, size_t size);

/*
 * Bytes that fit in now, in a pipe that is not full: whole pages, since each piece that splice puts
 * in takes one.  An estimate, as if what waits were packed: no call tells the number of pages.
 */
size_t door_pipe_room(int descriptor);

/*
 * Puts bytes of pages (from door_pipe_pages) in, as pages, without copying and without sleeping;
 * where none fit after all the pipe is made larger, if it can be.  Returns how many, at least one;
 * -EAGAIN: none; -EPIPE (with SIGPIPE, as for every writer), or another negative errno of vmsplice.
 */
ssize_t door_pipe_put(int descriptor, const void *pages, size_t size);

/*
 * Puts the first size bytes of pages (from door_pipe_pages) in in this manner, and waits
 * for room where there is none: the bytes are nowhere else.  Returns size; bytes put in before a
 * failure; or a negative errno as above.
 */
ssize_t door_pipe_give(int descriptor, const void *pages, size_t size);

/* Zeroed pages for door_pipe_give: they may not be changed afterwards, only freed.  NULL: none. */
void *door_pipe_pages(size_t size);
void door_pipe_pages_free(void *pages, size_t size);

#endif
