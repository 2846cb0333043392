/* SPDX-License-Identifier: MIT */
#include "doors/common/aio.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "doors/common/message.h"
#include "doors/common/system.h"

#define PRIORITY_CLASS_SHIFT 13
#define PRIORITY_CLASSES     4

int door_aio_judge(const struct iocb *control)
{
	if (control->aio_reserved2 || control->aio_nbytes > SSIZE_MAX || control->aio_offset < 0)
		return -EINVAL;
	if (control->aio_flags & IOCB_FLAG_IOPRIO &&
	    (uint16_t)control->aio_reqprio >> PRIORITY_CLASS_SHIFT >= PRIORITY_CLASSES)
		return -EINVAL;
	return door_message_vector_flags(control->aio_rw_flags);
}

int door_aio_judge_eventfd(int descriptor)
{
	static const char wanted[] = "anon_inode:[eventfd]";
	char path[32], target[sizeof(wanted)];
	long size;

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptor);
	size = DOOR_CALL_4(SYS_readlinkat, AT_FDCWD, path, target, sizeof(target));
	/* Without /proc the kernel has the last word, when the call is done. */
	if (size < 0)
		return 0;
	return (size_t)size == strlen(wanted) && memcmp(target, wanted, (size_t)size) == 0
		   ? 0
		   : -EINVAL;
}

int door_aio_buffer(const struct iocb *control, struct iovec *out)
{
	*out = (struct iovec){.iov_base = (void *)(uintptr_t)control->aio_buf,
			      .iov_len = (size_t)control->aio_nbytes};
	if (!door_range_valid(out->iov_base, out->iov_len))
		return -EFAULT;
	if (out->iov_len > DOOR_SIZE_MAX)
		out->iov_len = DOOR_SIZE_MAX;
	return 0;
}

void door_aio_shadow(struct iocb *shadow, const struct iocb *control)
{
	memset(shadow, 0, sizeof(*shadow));
	shadow->aio_lio_opcode = IOCB_CMD_PREAD;
	shadow->aio_offset = 1;
	shadow->aio_data = control->aio_data;
	shadow->aio_fildes = control->aio_fildes;
	shadow->aio_flags = control->aio_flags;
	shadow->aio_resfd = control->aio_resfd;
	shadow->aio_reqprio = control->aio_reqprio;
}
