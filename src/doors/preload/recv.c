/* SPDX-License-Identifier: MIT */
/* The calls that receive: each looks in the table, and is the real one for every other descriptor.
 */
#include <limits.h>
#include <sys/uio.h>
#include <time.h>

#include "doors/common/deadline.h"
#include "doors/preload/data.h"
#include "doors/preload/fault.h"
#include "doors/preload/names.h"
#include "doors/preload/netlink.h"
#include "doors/preload/real.h"
#include "doors/preload/rights.h"

#define MSG_CMSG_COMPAT_BIT 0x80000000u

PRELOAD_EXPORT ssize_t recv(int number, void *buffer, size_t size, int flags)
{
	struct sock *sock = preload_find(number);

	if (!sock)
		return REAL(recv)(number, buffer, size, flags);
	return preload_result(
	    preload_transfer_buffer(number, sock, buffer, size, flags, PRELOAD_RECV));
}

PRELOAD_EXPORT ssize_t __recv_chk(int number, void *buffer, size_t size, size_t room, int flags)
{
	/* The real one is for ending the program where the buffer is too small. */
	if (size > room)
		return REAL(__recv_chk)(number, buffer, size, room, flags);
	return recv(number, buffer, size, flags);
}

PRELOAD_EXPORT ssize_t read(int number, void *buffer, size_t size)
{
	struct sock *sock = preload_find(number);

	if (!sock)
		return REAL(read)(number, buffer, size);
	if (__builtin_expect(size - 1 >= SSIZE_MAX, 0))
		return size ? preload_result(-EFAULT) : 0; /* S-12, K-01, H-09 */
	return preload_result(preload_transfer_buffer(number, sock, buffer, size, 0, PRELOAD_RECV));
}

ssize_t __read(int number, void *buffer, size_t size) PRELOAD_ALIAS(read);

PRELOAD_EXPORT ssize_t __read_chk(int number, void *buffer, size_t size, size_t room)
{
	if (size > room)
		return REAL(__read_chk)(number, buffer, size, room);
	return read(number, buffer, size);
}

/* No name is given, which recvfrom says by a length of 0 (H-17). */
struct from_size {
	socklen_t *size;
	int result;
};

static int from_size_work(void *argument)
{
	struct from_size *from = argument;

	from->result = (int)*from->size < 0 ? -EINVAL : 0;
	if (from->result == 0)
		*from->size = 0;
	return 0;
}

static ssize_t tell_no_address(socklen_t *size, ssize_t received)
{
	const struct iovec range = {.iov_base = size, .iov_len = sizeof(*size)};
	struct from_size from = {.size = size};
	int result = preload_guard(&range, 1, from_size_work, &from);

	if (result == 0)
		result = from.result;
	return result < 0 ? result : received;
}

PRELOAD_EXPORT ssize_t recvfrom(int number, void *buffer, size_t size, int flags,
				__SOCKADDR_ARG from, socklen_t *from_size)
{
	struct sock *sock = preload_find(number);
	ssize_t result;

	if (!sock && preload_netlink_has(number))
		return preload_netlink_recvfrom(number, buffer, size, flags, from.__sockaddr__,
						from_size);
	if (!sock)
		return REAL(recvfrom)(number, buffer, size, flags, from.__sockaddr__, from_size);
	result = preload_transfer_buffer(number, sock, buffer, size, flags, PRELOAD_RECV);
	if (result >= 0 && from.__sockaddr__)
		result = tell_no_address(from_size, result);
	return preload_result(result);
}

PRELOAD_EXPORT ssize_t __recvfrom_chk(int number, void *buffer, size_t size, size_t room, int flags,
				      __SOCKADDR_ARG from, socklen_t *from_size)
{
	if (size > room)
		return REAL(__recvfrom_chk)(number, buffer, size, room, flags, from.__sockaddr__,
					    from_size);
	return recvfrom(number, buffer, size, flags, from, from_size);
}

static ssize_t receive_message(int number, struct sock *sock, struct msghdr *message, int flags)
{
	if ((unsigned)flags & MSG_CMSG_COMPAT_BIT)
		return -EINVAL;
	return preload_transfer_message(number, sock, message, flags, PRELOAD_RECV);
}

PRELOAD_EXPORT ssize_t recvmsg(int number, struct msghdr *message, int flags)
{
	struct sock *sock = preload_find(number);
	ssize_t result;

	if (!sock && preload_netlink_has(number))
		return preload_netlink_recvmsg(number, message, flags);
	if (!sock) {
		result = REAL(recvmsg)(number, message, flags);
		if (result >= 0)
			preload_rights_received(message);
		return result;
	}
	return preload_result(receive_message(number, sock, message, flags));
}

static int deadline_of(const struct timespec *timeout, struct timespec *deadline)
{
	struct timespec time;
	int result = preload_copy_in(&time, timeout, sizeof(time));

	return result < 0 ? result : door_deadline_set(&time, deadline);
}

static int receive_messages(int number, struct sock *sock, struct mmsghdr *messages, unsigned count,
			    int flags, struct timespec *timeout)
{
	struct timespec deadline, left;
	ssize_t result = timeout ? deadline_of(timeout, &deadline) : 0;
	int each = flags & ~MSG_WAITFORONE;
	unsigned done = 0;

	if (result < 0)
		return (int)result;
	while (done < count) {
		unsigned got;

		result = receive_message(number, sock, &messages[done].msg_hdr, each);
		if (result < 0)
			break;
		got = (unsigned)result;
		result = preload_copy_out(&messages[done].msg_len, &got, sizeof(got));
		if (result < 0)
			break;
		done++;
		if (flags & MSG_WAITFORONE)
			each |= MSG_DONTWAIT;
		if (!timeout)
			continue;
		left = door_deadline_left(&deadline);
		if (left.tv_sec == 0 && left.tv_nsec == 0)
			break;
	}
	if (timeout && done) {
		left = door_deadline_left(&deadline);
		if (preload_copy_out(timeout, &left, sizeof(left)) < 0)
			return -EFAULT;
	}
	return done ? (int)done : (int)result;
}

PRELOAD_EXPORT int recvmmsg(int number, struct mmsghdr *messages, unsigned count, int flags,
			    struct timespec *timeout)
{
	struct sock *sock = preload_find(number);

	if (!sock && preload_netlink_has(number))
		return preload_netlink_recvmmsg(number, messages, count, flags, timeout);
	if (!sock) {
		int got = REAL(recvmmsg)(number, messages, count, flags, timeout);

		for (int i = 0; i < got && preload_is_active(); i++)
			preload_rights_received(&messages[i].msg_hdr);
		return got;
	}
	if (count > DOOR_IOV_MAX)
		count = DOOR_IOV_MAX;
	return (int)preload_result(receive_messages(number, sock, messages, count, flags, timeout));
}

PRELOAD_EXPORT ssize_t readv(int number, const struct iovec *vector, int count)
{
	struct sock *sock = preload_find(number);

	if (!sock)
		return REAL(readv)(number, vector, count);
	return preload_result(
	    preload_transfer_vector(number, sock, vector, count, 0, PRELOAD_RECV));
}

PRELOAD_EXPORT ssize_t preadv2(int number, const struct iovec *vector, int count, off_t offset,
			       int flags)
{
	struct sock *sock = preload_find(number);
	int message_flags;

	/* At an offset the placeholder itself says ESPIPE (S-18); -1 means readv. */
	if (!sock || offset != -1)
		return REAL(preadv2)(number, vector, count, offset, flags);
	message_flags = door_message_vector_flags(flags);
	if (message_flags < 0)
		return preload_result(message_flags);
	return preload_result(
	    preload_transfer_vector(number, sock, vector, count, message_flags, PRELOAD_RECV));
}

ssize_t preadv64v2(int number, const struct iovec *vector, int count, off_t offset, int flags)
    PRELOAD_ALIAS(preadv2);
