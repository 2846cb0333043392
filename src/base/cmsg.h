/* SPDX-License-Identifier: MIT */
/* Control data of messages that somebody else has written: read by offsets that are checked. */
#ifndef UALG_BASE_CMSG_H
#define UALG_BASE_CMSG_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

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
static inline int cmsg_next(const void *block, size_t size, size_t *offset, struct cmsg *out)
{
	size_t left = size - *offset;
	struct cmsghdr header;
	size_t step;

	if (left < sizeof(header))
		return 0;
	memcpy(&header, (const uint8_t *)block + *offset, sizeof(header));
	if (header.cmsg_len < sizeof(header) || header.cmsg_len > left)
		return -EINVAL;
	out->level = header.cmsg_level;
	out->type = header.cmsg_type;
	out->at = *offset + CMSG_LEN(0);
	out->size = header.cmsg_len - CMSG_LEN(0);
	step = CMSG_ALIGN(header.cmsg_len);
	*offset += step < left ? step : left;
	return 1;
}

#endif
