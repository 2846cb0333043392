/* SPDX-License-Identifier: MIT */
#include "doors/preload/netlink.h"

#include <errno.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#include "catalog/netlink.h"
#include "doors/common/message.h"
#include "doors/common/system.h"
#include "doors/preload/fault.h"
#include "doors/preload/process.h"
#include "doors/preload/real.h"

#define SMALL_REQUEST 4096u /* bytes of a request that needs no memory of its own */
#define SEND_OVERHEAD 32    /* of SO_SNDBUF, not for data: observed, EMSGSIZE */

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

static int own_address(int number, struct sockaddr_nl *address)
{
	socklen_t size = sizeof(*address);

	return (int)DOOR_CALL_3(SYS_getsockname, number, address, &size);
}

bool preload_netlink_check(int number)
{
	struct sockaddr_nl own = {0};

	if (own_address(number, &own) == 0 && own.nl_family == AF_NETLINK)
		return true;
	preload_netlink_forget(number);
	return false;
}

/* Drops what has NLM_F_REQUEST in the first byte of its flags, and what has no flags. */
static void drop_requests(int number)
{
	struct sock_filter code[] = {
	    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_flags)),
	    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, NLM_F_REQUEST, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, 0),
	    BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};
	const struct sock_fprog program = {.len = sizeof(code) / sizeof(code[0]), .filter = code};

	_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the flag is in the first byte");
	(void)DOOR_CALL_5(SYS_setsockopt, number, SOL_SOCKET, SO_ATTACH_FILTER, &program,
			  sizeof(program));
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
	drop_requests(number);
	if (!mark(number)) {
		(void)DOOR_CALL_1(SYS_close, number);
		errno = EMFILE;
		return -1;
	}
	errno = saved;
	return number;
}

static uint32_t own_port(int number)
{
	struct sockaddr_nl address = {0};

	return own_address(number, &address) == 0 ? address.nl_pid : 0;
}

static uint32_t peer_port(int number)
{
	struct sockaddr_nl address = {0};
	socklen_t size = sizeof(address);

	return DOOR_CALL_3(SYS_getpeername, number, &address, &size) == 0 ? address.nl_pid : 0;
}

static int connect_to(int number, uint32_t port)
{
	const struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_pid = port};

	return (int)DOOR_CALL_3(SYS_connect, number, &address, sizeof(address));
}

static void drain(int number)
{
	char byte;

	while (DOOR_CALL_6(SYS_recvfrom, number, &byte, sizeof(byte), MSG_DONTWAIT, 0, 0) >= 0)
		;
}

/* Connects a socket to itself, and gives it a port where it has none. */
static int attach(int number)
{
	uint32_t peer = peer_port(number);
	uint32_t own = own_port(number);
	int result = 0;

	if (own == 0) {
		result = connect_to(number, 0);
		own = own_port(number);
	}
	if (result < 0 || peer == own)
		return result;
	result = connect_to(number, own);
	/* Before that anybody could send. */
	if (peer == 0)
		drain(number);
	return result;
}

void preload_netlink_bound(int number)
{
	(void)attach(number);
}

struct link {
	struct catalog_netlink netlink;
	int number;
};

static int get_option(int number, int level, int option)
{
	int value = 0;
	socklen_t size = sizeof(value);

	(void)DOOR_CALL_5(SYS_getsockopt, number, level, option, &value, &size);
	return value;
}

static void set_receive_buffer(int number, int bytes)
{
	/* The kernel doubles what it is told. */
	const int value = bytes / 2;

	if (DOOR_CALL_5(SYS_setsockopt, number, SOL_SOCKET, SO_RCVBUFFORCE, &value, sizeof(value)))
		(void)DOOR_CALL_5(SYS_setsockopt, number, SOL_SOCKET, SO_RCVBUF, &value,
				  sizeof(value));
}

static int deliver(struct catalog_netlink *netlink, const struct iovec *pieces, unsigned count)
{
	int number = ((struct link *)netlink)->number;
	struct sockaddr_nl to = {.nl_family = AF_NETLINK, .nl_pid = netlink->port};
	const struct msghdr message = {
	    .msg_name = &to,
	    .msg_namelen = sizeof(to),
	    .msg_iov = (struct iovec *)(uintptr_t)pieces,
	    .msg_iovlen = count,
	};
	long result = DOOR_CALL_3(SYS_sendmsg, number, &message, MSG_DONTWAIT);
	int room;

	if (result == -EAGAIN) {
		/* The kernel would go on with a listing as it is read; here it is queued at once.
		 */
		room = get_option(number, SOL_SOCKET, SO_RCVBUF);
		set_receive_buffer(number, INT_MAX);
		result = DOOR_CALL_3(SYS_sendmsg, number, &message, MSG_DONTWAIT);
		set_receive_buffer(number, room);
	}
	if (result == -EAGAIN)
		return -ENOBUFS;
	return result < 0 ? (int)result : 0;
}

/* Whether the program has connected it to another port than the kernel's. */
static bool is_connected_elsewhere(int number)
{
	uint32_t peer = peer_port(number);

	return peer != 0 && peer != own_port(number);
}

static int serve(int number, const void *data, size_t size)
{
	int result = attach(number), cancel_state;
	struct link link = {
	    .netlink = {.port = own_port(number),
			.privileged = preload_host.capable(SOCK_CAP_NET_ADMIN),
			.capped = get_option(number, SOL_NETLINK, NETLINK_CAP_ACK) != 0,
			.send = deliver},
	    .number = number,
	};

	if (result < 0)
		return result;
	preload_enter(&cancel_state);
	result = catalog_netlink_serve(&link.netlink, data, size);
	preload_leave(cancel_state);
	return result;
}

static int copy_in(struct door_memory *memory, void *to, const void *from, size_t size)
{
	(void)memory;
	return preload_copy_in(to, from, size);
}

/* Whether a message may go to a port and groups at all. */
static int judge_destination(const struct sockaddr_nl *to)
{
	if (to->nl_family != AF_NETLINK)
		return -EINVAL;
	if ((to->nl_pid || to->nl_groups) && !preload_host.capable(SOCK_CAP_NET_ADMIN))
		return -EPERM;
	return 0;
}

/* Where a message goes: to the kernel, or nowhere. */
static int judge_message(int number, const struct msghdr *header, int flags)
{
	struct sockaddr_nl to;
	int result;

	if (flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (header->msg_namelen == 0)
		return is_connected_elsewhere(number) ? -ECONNREFUSED : 0;
	if (header->msg_namelen < sizeof(to))
		return -EINVAL;
	result = preload_copy_in(&to, header->msg_name, sizeof(to));
	if (result == 0)
		result = judge_destination(&to);
	if (result < 0)
		return result;
	return to.nl_pid == 0 ? 0 : -ECONNREFUSED;
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

static int serve_large(int number, const struct iovec *iov, size_t count, size_t size)
{
	long memory = DOOR_CALL_6(SYS_mmap, NULL, size, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int result;

	if (memory < 0 && memory > -PRELOAD_PAGE)
		return -ENOBUFS;
	result = serve_gathered(number, iov, count, (uint8_t *)memory, size);
	(void)DOOR_CALL_2(SYS_munmap, memory, size);
	return result;
}

ssize_t preload_netlink_sendmsg(int number, const struct msghdr *message, int flags)
{
	struct door_memory memory = {.copy = copy_in};
	struct iovec iov[DOOR_IOV_MAX];
	uint8_t small[SMALL_REQUEST];
	struct msghdr header;
	ssize_t size;
	int result;

	pthread_testcancel();
	result = door_message_header(&memory, message, true, &header);
	if (result < 0)
		return result;
	size = door_message_vector(&memory, header.msg_iov, header.msg_iovlen, iov);
	if (size < 0)
		return size;
	if (size == 0)
		return -ENODATA;
	result = judge_message(number, &header, flags);
	if (result < 0)
		return result;
	if (size > get_option(number, SOL_SOCKET, SO_SNDBUF) - SEND_OVERHEAD)
		return -EMSGSIZE;
	if (is_connected_elsewhere(number))
		return size; /* the kernel may be asked, but its answer is not let in */
	if ((size_t)size <= sizeof(small))
		result = serve_gathered(number, iov, header.msg_iovlen, small, (size_t)size);
	else
		result = serve_large(number, iov, header.msg_iovlen, (size_t)size);
	return result < 0 ? result : size;
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
	int result;

	if (size < sizeof(to.nl_family))
		return -EINVAL;
	result = preload_copy_in(&to, address, size < sizeof(to) ? size : sizeof(to));
	if (result < 0)
		return result;
	if (to.nl_family == AF_UNSPEC)
		return attach(number);
	if (size < sizeof(to))
		return -EINVAL;
	result = judge_destination(&to);
	if (result < 0)
		return result;
	return to.nl_pid ? connect_to(number, to.nl_pid) : attach(number);
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
		hide_port(from, room, own_port(number));
	return result;
}

ssize_t preload_netlink_recvmsg(int number, struct msghdr *message, int flags)
{
	struct msghdr before;
	bool readable = preload_copy_in(&before, message, sizeof(before)) == 0;
	ssize_t result = REAL(recvmsg)(number, message, flags);

	if (result >= 0 && readable)
		hide_port(before.msg_name, before.msg_namelen, own_port(number));
	return result;
}

int preload_netlink_recvmmsg(int number, struct mmsghdr *messages, unsigned count, int flags,
			     struct timespec *timeout)
{
	struct {
		void *name;
		socklen_t room;
	} names[DOOR_IOV_MAX];
	struct msghdr before;
	unsigned known = 0;
	int result;

	for (; known < count && known < DOOR_IOV_MAX; known++) {
		if (preload_copy_in(&before, &messages[known].msg_hdr, sizeof(before)) < 0)
			break;
		names[known].name = before.msg_name;
		names[known].room = before.msg_namelen;
	}
	result = REAL(recvmmsg)(number, messages, count, flags, timeout);
	for (unsigned i = 0; result > 0 && i < (unsigned)result && i < known; i++)
		hide_port(names[i].name, names[i].room, own_port(number));
	return result;
}

int preload_netlink_getpeername(int number, void *address, socklen_t *size)
{
	socklen_t room = room_at(size);
	int result = REAL(getpeername)(number, address, size);

	if (result == 0)
		hide_port(address, room, own_port(number));
	return result;
}
