/* SPDX-License-Identifier: MIT */
#include "doors/common/message.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>

#include "ualg/if_alg.h"

ssize_t door_message_judge_vector(struct iovec *vector, size_t count)
{
	size_t total = 0;

	for (size_t i = 0; i < count; i++) {
		if (vector[i].iov_len > SSIZE_MAX)
			return -EINVAL;
		if (!door_range_valid(vector[i].iov_base, vector[i].iov_len))
			return -EFAULT;
		if (vector[i].iov_len > DOOR_SIZE_MAX - total)
			vector[i].iov_len = DOOR_SIZE_MAX - total;
		total += vector[i].iov_len;
	}
	return (ssize_t)total;
}

ssize_t door_message_vector(struct door_memory *memory, const struct iovec *vector, size_t count,
			    struct iovec *out)
{
	int result = count ? memory->copy(memory, out, vector, count * sizeof(*vector)) : 0;

	return result < 0 ? result : door_message_judge_vector(out, count);
}

int door_message_judge_header(struct door_memory *memory, struct msghdr *header, bool sending)
{
	uint8_t name[UALG_SOCKADDR_MAX];
	int result;

	if (!header->msg_name)
		header->msg_namelen = 0;
	if ((int)header->msg_namelen < 0)
		return -EINVAL;
	if (header->msg_namelen > sizeof(name))
		header->msg_namelen = sizeof(name);
	/* Nobody wants the name, but the kernel fails where it is not there. */
	if (sending && header->msg_namelen) {
		result = memory->copy(memory, name, header->msg_name, header->msg_namelen);
		if (result < 0)
			return result;
	}
	return header->msg_iovlen > DOOR_IOV_MAX ? -EMSGSIZE : 0;
}

int door_message_header(struct door_memory *memory, const struct msghdr *header, bool sending,
			struct msghdr *out)
{
	int result = memory->copy(memory, out, header, sizeof(*out));

	return result < 0 ? result : door_message_judge_header(memory, out, sending);
}

ssize_t door_message_control(struct door_memory *memory, const struct msghdr *header, void *out)
{
	int result;

	if (header->msg_controllen > DOOR_CONTROL_MAX)
		return -ENOBUFS;
	if (header->msg_controllen == 0)
		return 0;
	result = memory->copy(memory, out, header->msg_control, header->msg_controllen);
	return result < 0 ? result : (ssize_t)header->msg_controllen;
}

int door_message_address(struct door_memory *memory, const void *address, int size, void *out)
{
	if (size < 0 || size > (int)UALG_SOCKADDR_MAX)
		return -EINVAL;
	return size ? memory->copy(memory, out, address, (size_t)size) : 0;
}

int door_message_vector_flags(int flags)
{
	const int harmless = RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_APPEND;

	/* RWF_NOWAIT too is refused (I-05). */
	return flags & ~harmless ? -EOPNOTSUPP : 0;
}
