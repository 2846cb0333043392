/* SPDX-License-Identifier: MIT */
#include "doors/common/netlink.h"

#include <errno.h>
#include <linux/filter.h>
#include <stddef.h>

#include "catalog/netlink.h"
#include "doors/common/system.h"

#define SEND_OVERHEAD 32 /* of SO_SNDBUF, not for data: observed, EMSGSIZE */

/*
 * What a queue may hold beyond the program's own SO_RCVBUF, bytes: a listing of thousands of
 * algorithms.  A supervisor could keep any amount for a program that asks and never reads.
 */
#define LISTING_MOST (4 << 20)

/* Drops what has NLM_F_REQUEST in the first byte of its flags, and what has no flags. */
void door_netlink_prepare(int number)
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

static int own_address(int number, struct sockaddr_nl *address)
{
	socklen_t size = sizeof(*address);

	return (int)DOOR_CALL_3(SYS_getsockname, number, address, &size);
}

bool door_netlink_is(int number)
{
	struct sockaddr_nl own = {0};

	return own_address(number, &own) == 0 && own.nl_family == AF_NETLINK;
}

uint32_t door_netlink_port(int number)
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

int door_netlink_attach(int number)
{
	uint32_t peer = peer_port(number);
	uint32_t own = door_netlink_port(number);
	int result = 0;

	if (own == 0) {
		result = connect_to(number, 0);
		own = door_netlink_port(number);
	}
	if (result < 0 || peer == own)
		return result;
	result = connect_to(number, own);
	/* Before that anybody could send. */
	if (peer == 0)
		drain(number);
	return result;
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
		set_receive_buffer(number, room > LISTING_MOST ? room : LISTING_MOST);
		result = DOOR_CALL_3(SYS_sendmsg, number, &message, MSG_DONTWAIT);
		set_receive_buffer(number, room);
	}
	if (result == -EAGAIN)
		return -ENOBUFS;
	return result < 0 ? (int)result : 0;
}

bool door_netlink_is_connected_elsewhere(int number)
{
	uint32_t peer = peer_port(number);

	return peer != 0 && peer != door_netlink_port(number);
}

int door_netlink_serve(int number, bool privileged, const void *data, size_t size)
{
	int result = door_netlink_attach(number);
	struct link link = {
	    .netlink = {.port = door_netlink_port(number),
			.privileged = privileged,
			.capped = get_option(number, SOL_NETLINK, NETLINK_CAP_ACK) != 0,
			.send = deliver},
	    .number = number,
	};

	return result < 0 ? result : catalog_netlink_serve(&link.netlink, data, size);
}

long door_netlink_most(int number)
{
	return get_option(number, SOL_SOCKET, SO_SNDBUF) - SEND_OVERHEAD;
}

/* Whether a message may go to a port and groups at all. */
static int judge_destination(const struct sockaddr_nl *to, bool privileged)
{
	if (to->nl_family != AF_NETLINK)
		return -EINVAL;
	return (to->nl_pid || to->nl_groups) && !privileged ? -EPERM : 0;
}

int door_netlink_judge(int number, bool privileged, const struct sockaddr_nl *to, size_t to_size,
		       int flags)
{
	int result;

	if (flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (to_size == 0)
		return door_netlink_is_connected_elsewhere(number) ? -ECONNREFUSED : 0;
	if (to_size < sizeof(*to))
		return -EINVAL;
	result = judge_destination(to, privileged);
	if (result < 0)
		return result;
	return to->nl_pid == 0 ? 0 : -ECONNREFUSED;
}

int door_netlink_connect(int number, bool privileged, const struct sockaddr_nl *to, size_t size)
{
	int result;

	if (to->nl_family == AF_UNSPEC)
		return door_netlink_attach(number);
	if (size < sizeof(*to))
		return -EINVAL;
	result = judge_destination(to, privileged);
	if (result < 0)
		return result;
	return to->nl_pid ? connect_to(number, to->nl_pid) : door_netlink_attach(number);
}
