/* SPDX-License-Identifier: MIT */
#include "doors/preload/netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>

#include "base/scratch.h"
#include "doors/common/message.h"
#include "doors/common/netlink.h"
#include "doors/common/system.h"
#include "doors/preload/fault.h"
#include "doors/preload/process.h"
#include "doors/preload/real.h"

/* What needs no memory of its own. */
#define SMALL_REQUEST 4096u /* bytes of a request */
#define SMALL_COUNT   16u   /* pieces of a message, or messages */

_Atomic bool preload_netlink_active;
_Atomic uint8_t preload_netlink_numbers[PRELOAD_TABLE_SIZE];

/* All marked numbers are below this. */
static _Atomic unsigned top;

static bool mark(int number)
{
	unsigned seen = atomic_load_explicit(&top, memory_order_relaxed);

	if ((unsigned)number >= PRELOAD_TABLE_SIZE)
		return false;
	while (seen <= (unsigned)number &&
	       !atomic_compare_exchange_weak_explicit(&top, &seen, (unsigned)number + 1,
						      memory_order_relaxed, memory_order_relaxed))
		;
	atomic_store_explicit(&preload_netlink_numbers[number], 1, memory_order_relaxed);
	atomic_store_explicit(&preload_netlink_active, true, memory_order_relaxed);
	return true;
}

void preload_netlink_mark(int number, bool marked)
{
	if (!preload_owns())
		return;
	if (marked)
		(void)mark(number);
	else
		atomic_store_explicit(&preload_netlink_numbers[number], 0, memory_order_relaxed);
}

void preload_netlink_forget_range(unsigned first, unsigned last)
{
	unsigned end = atomic_load_explicit(&top, memory_order_relaxed);

	for (unsigned i = first; i < end && i <= last; i++)
		preload_netlink_forget((int)i);
}

bool preload_netlink_check(int number)
{
	if (door_netlink_is(number))
		return true;
	preload_netlink_forget(number);
	return false;
}

/* Errors by which a kernel says that it has no NETLINK_CRYPTO, or not for this program. */
static bool kernel_declines(int error)
{
	return error == EPROTONOSUPPORT || error == EAFNOSUPPORT || error == EPERM ||
	       error == EACCES;
}

int preload_netlink_socket(int type)
{
	int saved = errno;
	int number;

	preload_begin();
	if (!preload_owns() || preload_when() == PRELOAD_MISSING) {
		number = REAL(socket)(AF_NETLINK, type, NETLINK_CRYPTO);
		if (number >= 0 || !preload_owns() || !kernel_declines(errno))
			return number;
	}
	number = REAL(socket)(AF_NETLINK, type, NETLINK_USERSOCK);
	if (number < 0)
		return -1;
	door_netlink_prepare(number);
	if (!mark(number)) {
		(void)DOOR_CALL_1(SYS_close, number);
		errno = EMFILE;
		return -1;
	}
	errno = saved;
	return number;
}

void preload_netlink_bound(int number)
{
	(void)door_netlink_attach(number);
}

static bool is_privileged(void)
{
	return preload_host.capable(SOCK_CAP_NET_ADMIN);
}

static int serve(int number, const void *data, size_t size)
{
	int result, cancel_state;

	preload_enter(&cancel_state);
	result = door_netlink_serve(number, is_privileged(), data, size);
	preload_leave(cancel_state);
	return result;
}

/* Where a message goes: to the kernel, or nowhere. */
static int judge_message(int number, const struct msghdr *header, int flags)
{
	struct sockaddr_nl to;

	if (header->msg_namelen >= sizeof(to) &&
	    preload_copy_in(&to, header->msg_name, sizeof(to)) < 0)
		return -EFAULT;
	return door_netlink_judge(number, is_privileged(), &to, header->msg_namelen, flags);
}

static int gather(const struct iovec *iov, size_t count, uint8_t *out)
{
	for (size_t i = 0; i < count; i++) {
		int result = preload_copy_in(out, iov[i].iov_base, iov[i].iov_len);

		if (result < 0)
			return result;
		out += iov[i].iov_len;
	}
	return 0;
}

static int serve_gathered(int number, const struct iovec *iov, size_t count, uint8_t *buffer,
			  size_t size)
{
	int result = gather(iov, count, buffer);

	return result < 0 ? result : serve(number, buffer, size);
}

static int serve_small(int number, const struct iovec *iov, size_t count, size_t size)
{
	uint8_t buffer[SMALL_REQUEST];

	return serve_gathered(number, iov, count, buffer, size);
}

static int serve_large(int number, const struct iovec *iov, size_t count, size_t size)
{
	struct scratch scratch;
	int result;

	if (!scratch_take(&scratch, size))
		return -ENOBUFS;
	result = serve_gathered(number, iov, count, scratch.memory, size);
	scratch_give(&scratch);
	return result;
}

static ssize_t send_vector(int number, const struct msghdr *header, struct iovec *iov, int flags)
{
	struct door_memory memory = {.copy = preload_copy_memory};
	ssize_t size = door_message_vector(&memory, header->msg_iov, header->msg_iovlen, iov);
	int result;

	if (size < 0)
		return size;
	if (size == 0)
		return -ENODATA;
	result = judge_message(number, header, flags);
	if (result < 0)
		return result;
	if (size > door_netlink_most(number))
		return -EMSGSIZE;
	if (door_netlink_is_connected_elsewhere(number))
		return size; /* the kernel may be asked, but its answer is not let in */
	if ((size_t)size <= SMALL_REQUEST)
		result = serve_small(number, iov, header->msg_iovlen, (size_t)size);
	else
		result = serve_large(number, iov, header->msg_iovlen, (size_t)size);
	return result < 0 ? result : size;
}

ssize_t preload_netlink_sendmsg(int number, const struct msghdr *message, int flags)
{
	struct door_memory memory = {.copy = preload_copy_memory};
	struct iovec small[SMALL_COUNT];
	struct scratch scratch;
	struct msghdr header;
	ssize_t result;

	pthread_testcancel();
	result = door_message_header(&memory, message, true, &header);
	if (result < 0)
		return result;
	if (header.msg_iovlen <= SMALL_COUNT)
		return send_vector(number, &header, small, flags);
	if (!scratch_take(&scratch, header.msg_iovlen * sizeof(struct iovec)))
		return -ENOMEM;
	result = send_vector(number, &header, scratch.memory, flags);
	scratch_give(&scratch);
	return result;
}

ssize_t preload_netlink_sendto(int number, const void *buffer, size_t size, int flags,
			       const void *to, socklen_t to_size)
{
	struct iovec iov = {.iov_base = (void *)(uintptr_t)buffer, .iov_len = size};
	const struct msghdr message = {
	    .msg_name = (void *)(uintptr_t)to,
	    .msg_namelen = to_size,
	    .msg_iov = &iov,
	    .msg_iovlen = 1,
	};

	return preload_netlink_sendmsg(number, &message, flags);
}

ssize_t preload_netlink_writev(int number, const struct iovec *vector, int count)
{
	const struct msghdr message = {
	    .msg_iov = (struct iovec *)(uintptr_t)vector,
	    .msg_iovlen = (size_t)count,
	};
	ssize_t result;

	if (count < 0 || (unsigned)count > DOOR_IOV_MAX)
		return -EINVAL;
	result = preload_netlink_sendmsg(number, &message, 0);
	return result == -ENODATA ? 0 : result; /* no bytes do not reach the socket */
}

int preload_netlink_sendmmsg(int number, struct mmsghdr *messages, unsigned count, int flags)
{
	ssize_t result = 0;
	unsigned done = 0;

	for (; done < count && done < DOOR_IOV_MAX; done++) {
		unsigned sent;

		result = preload_netlink_sendmsg(number, &messages[done].msg_hdr, flags);
		if (result < 0)
			break;
		sent = (unsigned)result;
		result = preload_copy_out(&messages[done].msg_len, &sent, sizeof(sent));
		if (result < 0)
			break;
	}
	return done ? (int)done : (int)result;
}

int preload_netlink_connect(int number, const void *address, socklen_t size)
{
	struct sockaddr_nl to = {0};

	if (size < sizeof(to.nl_family))
		return -EINVAL;
	if (preload_copy_in(&to, address, size < sizeof(to) ? size : sizeof(to)) < 0)
		return -EFAULT;
	return door_netlink_connect(number, is_privileged(), &to, size);
}

/* In an address that the kernel has written: our own port means the kernel. */
static void hide_port(void *address, socklen_t room, uint32_t own)
{
	struct sockaddr_nl copy;
	const size_t size = offsetof(struct sockaddr_nl, nl_groups);

	if (!address || room < size || preload_copy_in(&copy, address, size) < 0)
		return;
	if (copy.nl_family != AF_NETLINK || copy.nl_pid != own)
		return;
	copy.nl_pid = 0;
	(void)preload_copy_out(address, &copy, size);
}

/* The room that a caller has for an address; 0 where it cannot be told. */
static socklen_t room_at(const socklen_t *size)
{
	socklen_t room;

	return size && preload_copy_in(&room, size, sizeof(room)) == 0 ? room : 0;
}

ssize_t preload_netlink_recvfrom(int number, void *buffer, size_t size, int flags, void *from,
				 socklen_t *from_size)
{
	socklen_t room = from ? room_at(from_size) : 0;
	ssize_t result = REAL(recvfrom)(number, buffer, size, flags, from, from_size);

	if (result >= 0)
		hide_port(from, room, door_netlink_port(number));
	return result;
}

ssize_t preload_netlink_recvmsg(int number, struct msghdr *message, int flags)
{
	struct msghdr before;
	bool readable = preload_copy_in(&before, message, sizeof(before)) == 0;
	ssize_t result = REAL(recvmsg)(number, message, flags);

	if (result >= 0 && readable)
		hide_port(before.msg_name, before.msg_namelen, door_netlink_port(number));
	return result;
}

struct name {
	void *address;
	socklen_t room;
};

static int receive_many(int number, struct mmsghdr *messages, unsigned count, int flags,
			struct timespec *timeout, struct name *names)
{
	struct msghdr before;
	unsigned known = 0;
	int result;

	for (; known < count && known < DOOR_IOV_MAX; known++) {
		if (preload_copy_in(&before, &messages[known].msg_hdr, sizeof(before)) < 0)
			break;
		names[known].address = before.msg_name;
		names[known].room = before.msg_namelen;
	}
	result = REAL(recvmmsg)(number, messages, count, flags, timeout);
	for (unsigned i = 0; result > 0 && i < (unsigned)result && i < known; i++)
		hide_port(names[i].address, names[i].room, door_netlink_port(number));
	return result;
}

int preload_netlink_recvmmsg(int number, struct mmsghdr *messages, unsigned count, int flags,
			     struct timespec *timeout)
{
	struct name small[SMALL_COUNT];
	struct scratch scratch;
	int result;

	if (count <= SMALL_COUNT)
		return receive_many(number, messages, count, flags, timeout, small);
	if (!scratch_take(&scratch, DOOR_IOV_MAX * sizeof(struct name))) {
		errno = ENOMEM;
		return -1;
	}
	pthread_cleanup_push(scratch_give, &scratch);
	result = receive_many(number, messages, count, flags, timeout, scratch.memory);
	pthread_cleanup_pop(1);
	return result;
}

int preload_netlink_getpeername(int number, void *address, socklen_t *size)
{
	socklen_t room = room_at(size);
	int result = REAL(getpeername)(number, address, size);

	if (result == 0)
		hide_port(address, room, door_netlink_port(number));
	return result;
}
