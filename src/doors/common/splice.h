/* SPDX-License-Identifier: MIT */
/* splice and sendfile with alg sockets: what the doors have in common (rules Z). */
#ifndef UALG_DOORS_COMMON_SPLICE_H
#define UALG_DOORS_COMMON_SPLICE_H

#include <stddef.h>
#include <sys/types.h>

#define DOOR_SPLICE_FLAGS 0xfu     /* all that there are */
#define DOOR_FILE_CHUNK   0x10000u /* bytes of a file at once */

/*
 * Where sendfile of count bytes begins in a file or a block device: at *offset or, where that is
 * NULL, at its own position, which is the one that moves (Z-05).  -EBADF: not open for reading;
 * -ESPIPE: a pipe or socket, with an offset; -EINVAL.
 */
off_t door_splice_file(int file, const off_t *offset, size_t count);

#endif
