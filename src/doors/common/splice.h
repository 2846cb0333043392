/* SPDX-License-Identifier: MIT */
/* splice and sendfile with alg sockets: what the doors have in common (rules Z). */
#ifndef UALG_DOORS_COMMON_SPLICE_H
#define UALG_DOORS_COMMON_SPLICE_H

#include <stddef.h>
#include <sys/types.h>

#define DOOR_SPLICE_FLAGS 0xfu     /* all that there are */
#define DOOR_FILE_CHUNK   0x10000u /* bytes of a file at once */

/*
 * The kernel sends page by page, and announces more with all but the last one.  To be seen in a
 * short send only, which leaves the message open behind the first page, but not in it (C-10): so
 * two parts do for any number of pages, the first one announcing more where there is another.
 * Bytes of the first part; all where there is only one.
 */
size_t door_splice_first_part(size_t size);

/*
 * Where sendfile of count bytes begins in a file or a block device: at *offset or, where that is
 * NULL, at its own position, which is the one that moves (Z-05).  -EBADF: not open for reading;
 * -ESPIPE: a pipe or socket, with an offset; -EINVAL.
 */
off_t door_splice_file(int file, const off_t *offset, size_t count);

#endif
