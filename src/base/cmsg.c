/* SPDX-License-Identifier: MIT */
#include "base/cmsg.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

int cmsg_next(const void *block, size_t size, size_t *offset, struct cmsg *out)
{
	size_t left = size - *offset;
	struct cmsghdr header;
	size_t step;

	if (left < sizeof(header))
		return 0;
	memcpy(&header, (const uint8_t *)block + *offset, sizeof(header));
	if (header.cmsg_len < sizeof(header) || header.cmsg_len > left)
		return -EINVAL;
	*out = (struct cmsg){
	    .level = header.cmsg_level,
	    .type = header.cmsg_type,
	    .at = *offset + CMSG_LEN(0),
	    .size = header.cmsg_len - CMSG_LEN(0),
	};
	step = CMSG_ALIGN(header.cmsg_len);
	*offset += step < left ? step : left;
	return 1;
}
