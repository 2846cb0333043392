/* SPDX-License-Identifier: MIT */
/* The calls that send: each looks in the table, and is the real one for every other descriptor. */
#include <limits.h>
#include <sys/uio.h>

#include "doors/preload/data.h"
#include "doors/preload/fault.h"
#include "doors/preload/names.h"
#include "doors/preload/netlink.h"
#include "doors/preload/real.h"
#include "doors/preload/rights.h"
#include "ualg/if_alg.h"

/* A flag of the kernel's own: callers that set it are refused. */
#define MSG_CMSG_COMPAT_BIT 0x80000000u

PRELOAD_EXPORT ssize_t send(int number, const void *buffer, size_t size, int flags)
{
	struct sock *sock = preload_find(number);

	if (!sock && preload_netlink_has(number))
		return preload_result(preload_netlink_sendto(number, buffer, size, flags, NULL, 0));
	if (!sock)
		return REAL(send)(number, buffer, size, flags);
	return preload_result(
	    preload_transfer_buffer(number, sock, buffer, size, flags, PRELOAD_SEND));
}

ssize_t __send(int number, const void *buffer, size_t size, int flags) PRELOAD_ALIAS(send);

PRELOAD_EXPORT ssize_t write(int number, const void *buffer, size_t size)
{
	struct sock *sock = preload_find(number);

	if (!sock && preload_netlink_has(number))
		return preload_result(preload_netlink_sendto(number, buffer, size, 0, NULL, 0));
	if (!sock)
		return REAL(write)(number, buffer, size);
	if (__builtin_expect(size > SSIZE_MAX, 0))
		return preload_result(-EFAULT); /* no such range */
	return preload_result(preload_transfer_buffer(number, sock, buffer, size, 0, PRELOAD_SEND));
}

ssize_t __write(int number, const void *buffer, size_t size) PRELOAD_ALIAS(write);

/* H-17: the address is of no use, but must be there and of a sane size. */
static int judge_address(const void *address, socklen_t size)
{
	uint8_t copy[UALG_SOCKADDR_MAX];

	return address ? preload_copy_address(copy, address, size) : 0;
}

PRELOAD_EXPORT ssize_t sendto(int number, const void *buffer, size_t size, int flags,
			      __CONST_SOCKADDR_ARG to, socklen_t to_size)
{
	struct sock *sock = preload_find(number);
	int result;

	if (!sock && preload_netlink_has(number))
		return preload_result(
		    preload_netlink_sendto(number, buffer, size, flags, to.__sockaddr__, to_size));
	if (!sock)
		return REAL(sendto)(number, buffer, size, flags, to.__sockaddr__, to_size);
	result = judge_address(to.__sockaddr__, to_size);
	if (result < 0)
		return preload_result(result);
	return preload_result(
	    preload_transfer_buffer(number, sock, buffer, size, flags, PRELOAD_SEND));
}

static ssize_t send_message(int number, struct sock *sock, const struct msghdr *message, int flags)
{
	if ((unsigned)flags & MSG_CMSG_COMPAT_BIT)
		return -EINVAL;
	return preload_transfer_message(number, sock, (struct msghdr *)(uintptr_t)message, flags,
					PRELOAD_SEND);
}

PRELOAD_EXPORT ssize_t sendmsg(int number, const struct msghdr *message, int flags)
{
	struct sock *sock = preload_find(number);

	if (!sock && preload_netlink_has(number))
		return preload_result(preload_netlink_sendmsg(number, message, flags));
	if (!sock) {
		preload_rights_send(message);
		return REAL(sendmsg)(number, message, flags);
	}
	return preload_result(send_message(number, sock, message, flags));
}

PRELOAD_EXPORT int sendmmsg(int number, struct mmsghdr *messages, unsigned count, int flags)
{
	struct sock *sock = preload_find(number);
	ssize_t result = 0;
	unsigned done = 0;

	if (!sock && preload_netlink_has(number))
		return (int)preload_result(
		    preload_netlink_sendmmsg(number, messages, count, flags));
	if (!sock) {
		for (unsigned i = 0; i < count && i < DOOR_IOV_MAX && preload_is_active(); i++)
			preload_rights_send(&messages[i].msg_hdr);
		return REAL(sendmmsg)(number, messages, count, flags);
	}
	if (count > DOOR_IOV_MAX)
		count = DOOR_IOV_MAX;
	for (; done < count; done++) {
		unsigned sent;

		result = send_message(number, sock, &messages[done].msg_hdr, flags);
		if (result < 0)
			break;
		sent = (unsigned)result;
		result = preload_copy_out(&messages[done].msg_len, &sent, sizeof(sent));
		if (result < 0)
			break;
	}
	/* H-18: an error counts only if it is the first message's. */
	return done ? (int)done : (int)preload_result(result);
}

PRELOAD_EXPORT ssize_t writev(int number, const struct iovec *vector, int count)
{
	struct sock *sock = preload_find(number);

	if (!sock && preload_netlink_has(number))
		return preload_result(preload_netlink_writev(number, vector, count));
	if (!sock)
		return REAL(writev)(number, vector, count);
	return preload_result(
	    preload_transfer_vector(number, sock, vector, count, 0, PRELOAD_SEND));
}

PRELOAD_EXPORT ssize_t pwritev2(int number, const struct iovec *vector, int count, off_t offset,
				int flags)
{
	struct sock *sock = preload_find(number);
	int message_flags;

	/* At an offset the placeholder itself says ESPIPE (S-18); -1 means writev. */
	if (!sock && offset == -1 && flags == 0 && preload_netlink_has(number))
		return preload_result(preload_netlink_writev(number, vector, count));
	if (!sock || offset != -1)
		return REAL(pwritev2)(number, vector, count, offset, flags);
	message_flags = door_message_vector_flags(flags);
	if (message_flags < 0)
		return preload_result(message_flags);
	return preload_result(
	    preload_transfer_vector(number, sock, vector, count, message_flags, PRELOAD_SEND));
}

ssize_t pwritev64v2(int number, const struct iovec *vector, int count, off_t offset, int flags)
    PRELOAD_ALIAS(pwritev2);
