/* SPDX-License-Identifier: MIT */
/* Control data of messages that somebody else has written: read by offsets that are checked. */
#ifndef UALG_BASE_CMSG_H
#define UALG_BASE_CMSG_H

#include <stddef.h>

/* One message of a block of control data. */
struct cmsg {
	int level;
	int type;
	size_t at;   /* where its data begin in the block */
	size_t size; /* of its data, bytes */
};

/*
 * Takes the message at *offset of a block of size bytes in the layout of struct cmsghdr, and moves
 * *offset, which begins as 0, behind it.  1: there is one; 0: less than a header is left; -EINVAL:
 * its length is less than a header's, or more than what is left.
 */
int cmsg_next(const void *block, size_t size, size_t *offset, struct cmsg *out);

#endif
