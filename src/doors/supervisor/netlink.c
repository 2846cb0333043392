/* SPDX-License-Identifier: MIT */
/*
 * Sockets of NETLINK_CRYPTO (rules U; doors/common/netlink.h says what they are).  Requests are
 * answered here; netlink_receive.c has what is received.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "doors/common/message.h"
#include "doors/common/netlink.h"
#include "doors/supervisor/calls.h"
#include "doors/supervisor/host.h"
#include "doors/supervisor/memory.h"
#include "doors/supervisor/netlink.h"
#include "doors/supervisor/object.h"
#include "ualg/if_alg.h"

#define TYPE_MASK  0xf
#define PORT_TRIES 16u

CALLS_HANDLER(serve_netlink_socket)
{
	int type = supervisor_int(call, 1);
	struct supervisor_object *object;
	int number;
	long result;

	number = socket(AF_NETLINK, type | SOCK_CLOEXEC, NETLINK_USERSOCK);
	if (number < 0)
		return -errno;
	door_netlink_prepare(number);
	object = object_new(OBJECT_NETLINK, number, NULL);
	result = object ? sockets_give(call, object, number, type) : -ENOMEM;
	(void)close(number);
	if (object && result != SUPERVISOR_ANSWERED)
		object_free(object);
	return result;
}

/* The kernel's list of netlink sockets has those that have a port. */
static bool is_listed(ino_t inode)
{
	char line[256];
	bool found = false;
	FILE *list = fopen("/proc/net/netlink", "re");

	if (!list)
		return false;
	while (!found && fgets(line, sizeof(line), list)) {
		unsigned long last;

		/* Ten columns, the last one of which is the inode. */
		found = sscanf(line, "%*s %*s %*s %*s %*s %*s %*s %*s %*s %lu", &last) == 1 &&
			last == inode;
	}
	(void)fclose(list);
	return found;
}

bool netlink_is_alive(const struct supervisor_object *object)
{
	return is_listed(object->inode) || process_anyone_has(object->inode);
}

/* ---- ports ---- */

static bool is_privileged(void)
{
	return supervisor_host.capable(SOCK_CAP_NET_ADMIN);
}

static int bind_to(int descriptor, uint32_t port)
{
	const struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_pid = port};

	return bind(descriptor, (const struct sockaddr *)&address, sizeof(address)) < 0 ? -errno
											: 0;
}

/* As the kernel does it: the process's id, or where that is taken a number that is no id. */
static int take_port(const struct supervisor_call *call, int descriptor)
{
	int result;

	if (door_netlink_port(descriptor))
		return 0;
	result = bind_to(descriptor, (uint32_t)call->process->pid);
	for (unsigned i = 0; result == -EADDRINUSE && i < PORT_TRIES; i++) {
		uint32_t port;

		if (getrandom(&port, sizeof(port), 0) != (ssize_t)sizeof(port))
			return -EADDRINUSE;
		result = bind_to(descriptor, port | 0x80000000u);
	}
	return result;
}

static int attach(const struct supervisor_call *call, int descriptor)
{
	int result = take_port(call, descriptor);

	return result < 0 ? result : door_netlink_attach(descriptor);
}

/* An address of bind or connect: its size, or a negative errno. */
static int read_address(const struct supervisor_call *call, struct sockaddr_nl *address)
{
	struct memory_of_call of = memory_of(call);
	uint8_t copy[UALG_SOCKADDR_MAX] = {0};
	int size = supervisor_int(call, 2);
	int result =
	    door_message_address(&of.memory, (const void *)supervisor_pointer(call, 1), size, copy);

	memcpy(address, copy, sizeof(*address));
	if (result == 0 && size < (int)sizeof(address->nl_family))
		result = -EINVAL;
	return result < 0 ? result : size;
}

static int bind_as_asked(const struct supervisor_call *call, int descriptor,
			 const struct sockaddr_nl *address)
{
	uint32_t port = door_netlink_port(descriptor);
	int result = 0;

	if (port)
		return address->nl_pid == port ? 0 : -EINVAL;
	if (address->nl_pid)
		result = bind_to(descriptor, address->nl_pid);
	return result < 0 ? result : attach(call, descriptor);
}

CALLS_HANDLER(netlink_bind)
{
	struct sockaddr_nl address;
	int size = read_address(call, &address);
	int descriptor, result;

	if (size < 0)
		return size;
	if (size < (int)sizeof(address) || address.nl_family != AF_NETLINK)
		return -EINVAL;
	if (address.nl_groups && !is_privileged())
		return -EPERM;
	descriptor = process_descriptor(call, supervisor_int(call, 0));
	if (descriptor < 0)
		return descriptor;
	result = bind_as_asked(call, descriptor, &address);
	(void)close(descriptor);
	return result;
}

CALLS_HANDLER(netlink_connect)
{
	struct sockaddr_nl address;
	int size = read_address(call, &address);
	int descriptor, result;

	if (size < 0)
		return size;
	descriptor = process_descriptor(call, supervisor_int(call, 0));
	if (descriptor < 0)
		return descriptor;
	result = take_port(call, descriptor);
	if (result == 0)
		result = door_netlink_connect(descriptor, is_privileged(), &address, (size_t)size);
	(void)close(descriptor);
	return result;
}

int netlink_write_address(const struct supervisor_call *call, const struct sockaddr_nl *address,
			  uintptr_t to, uintptr_t size_at)
{
	const uint32_t whole = sizeof(*address);
	int32_t room;

	if (memory_read(call, &room, size_at, sizeof(room)) < 0)
		return -EFAULT;
	if (room < 0)
		return -EINVAL;
	if (memory_write(call, to, address, (uint32_t)room < whole ? (uint32_t)room : whole) < 0)
		return -EFAULT;
	return memory_write(call, size_at, &whole, sizeof(whole));
}

void netlink_hide_port(int descriptor, struct sockaddr_nl *address)
{
	if (address->nl_pid == door_netlink_port(descriptor))
		address->nl_pid = 0;
}

CALLS_HANDLER(netlink_getpeername)
{
	struct sockaddr_nl address = {0};
	socklen_t size = sizeof(address);
	int descriptor = process_descriptor(call, supervisor_int(call, 0));
	int result;

	if (descriptor < 0)
		return descriptor;
	result = getpeername(descriptor, (struct sockaddr *)&address, &size) < 0 ? -errno : 0;
	netlink_hide_port(descriptor, &address);
	(void)close(descriptor);
	if (result < 0)
		return result;
	return netlink_write_address(call, &address, supervisor_pointer(call, 1),
				     supervisor_pointer(call, 2));
}

/* ---- requests ---- */

struct request {
	const struct iovec *iov;
	size_t count;
	size_t size;
	struct sockaddr_nl to;
	size_t to_size; /* 0: no address */
	int flags;
};

static int gather(const struct supervisor_call *call, const struct request *request, uint8_t *out)
{
	for (size_t i = 0; i < request->count; i++) {
		if (memory_read(call, out, (uintptr_t)request->iov[i].iov_base,
				request->iov[i].iov_len) < 0)
			return -EFAULT;
		out += request->iov[i].iov_len;
	}
	return 0;
}

static long serve(const struct supervisor_call *call, const struct request *request, int descriptor)
{
	uint8_t *data = malloc(request->size);
	int result = data ? gather(call, request, data) : -ENOBUFS;

	if (result == 0)
		result = attach(call, descriptor);
	if (result == 0)
		result = door_netlink_serve(descriptor, is_privileged(), data, request->size);
	free(data);
	return result < 0 ? result : (long)request->size;
}

static long send_to(const struct supervisor_call *call, const struct request *request,
		    int descriptor)
{
	int result = door_netlink_judge(descriptor, is_privileged(), &request->to, request->to_size,
					request->flags);

	if (result < 0)
		return result;
	if ((long)request->size > door_netlink_most(descriptor))
		return -EMSGSIZE;
	/* The kernel may be asked, but its answer is not let in. */
	if (door_netlink_is_connected_elsewhere(descriptor))
		return (long)request->size;
	return serve(call, request, descriptor);
}

static long send_request(const struct supervisor_call *call, const struct request *request)
{
	int descriptor;
	long result;

	if (request->size == 0)
		return -ENODATA;
	descriptor = process_descriptor(call, supervisor_int(call, 0));
	if (descriptor < 0)
		return descriptor;
	result = send_to(call, request, descriptor);
	(void)close(descriptor);
	return result;
}

/* The address at a place of the program's, as far as it is one. */
static int read_destination(const struct supervisor_call *call, uintptr_t from, int size,
			    struct request *request)
{
	struct memory_of_call of = memory_of(call);
	uint8_t copy[UALG_SOCKADDR_MAX] = {0};
	int result = door_message_address(&of.memory, (const void *)from, size, copy);

	memcpy(&request->to, copy, sizeof(request->to));
	request->to_size = result < 0 ? 0 : (size_t)size;
	return result;
}

static long send_buffer(const struct supervisor_call *call, int flags, uintptr_t to, int to_size)
{
	const struct iovec iov = {(void *)supervisor_pointer(call, 1), supervisor_pointer(call, 2)};
	struct request request = {.iov = &iov, .count = 1, .size = iov.iov_len, .flags = flags};
	int result = 0;

	if (!door_range_valid(iov.iov_base, iov.iov_len))
		return -EFAULT;
	if (to)
		result = read_destination(call, to, to_size, &request);
	return result < 0 ? result : send_request(call, &request);
}

CALLS_HANDLER(netlink_write)
{
	return send_buffer(call, 0, 0, 0);
}

CALLS_HANDLER(netlink_sendto)
{
	return send_buffer(call, supervisor_int(call, 3), supervisor_pointer(call, 4),
			   supervisor_int(call, 5));
}

CALLS_HANDLER(netlink_writev)
{
	struct iovec iov[DOOR_IOV_MAX];
	struct request request = {.iov = iov, .count = supervisor_pointer(call, 2)};
	ssize_t size;

	if (request.count > DOOR_IOV_MAX)
		return -EINVAL;
	size = memory_read_vector(call, supervisor_pointer(call, 1), request.count, iov);
	/* No bytes do not reach the socket. */
	if (size <= 0)
		return size;
	request.size = (size_t)size;
	return send_request(call, &request);
}

CALLS_HANDLER(netlink_pwritev2)
{
	bool at_position = call->compat
			       ? supervisor_int(call, 3) == -1 && supervisor_int(call, 4) == -1
			       : (int64_t)call->args[3] == -1;

	if (!at_position)
		return SUPERVISOR_PROCEED;
	if (door_message_vector_flags(supervisor_int(call, 5)) < 0)
		return -EOPNOTSUPP;
	return netlink_writev(call);
}

static long send_message(const struct supervisor_call *call, uintptr_t at, int flags)
{
	struct iovec iov[DOOR_IOV_MAX];
	struct request request = {.iov = iov, .flags = flags};
	struct msghdr header;
	ssize_t size = memory_read_header(call, at, true, &header);
	int result = 0;

	if (size < 0)
		return size;
	request.count = header.msg_iovlen;
	size = memory_read_vector(call, (uintptr_t)header.msg_iov, header.msg_iovlen, iov);
	if (size < 0)
		return size;
	request.size = (size_t)size;
	if (header.msg_namelen)
		result = read_destination(call, (uintptr_t)header.msg_name, (int)header.msg_namelen,
					  &request);
	return result < 0 ? result : send_request(call, &request);
}

CALLS_HANDLER(netlink_sendmsg)
{
	return send_message(call, supervisor_pointer(call, 1), supervisor_int(call, 2));
}

CALLS_HANDLER(netlink_sendmmsg)
{
	unsigned count = (unsigned)supervisor_int(call, 2), done = 0;
	uintptr_t at = supervisor_pointer(call, 1);
	long result = 0;

	for (; done < count && done < DOOR_IOV_MAX; done++) {
		uint32_t sent;

		result = send_message(call, at, supervisor_int(call, 3));
		if (result < 0)
			break;
		sent = (uint32_t)result;
		result =
		    memory_write(call, at + memory_message_length_at(call), &sent, sizeof(sent));
		if (result < 0)
			break;
		at += memory_message_stride(call);
	}
	return done ? (long)done : result;
}
