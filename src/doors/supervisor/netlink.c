/* SPDX-License-Identifier: MIT */
/*
 * Sockets of NETLINK_CRYPTO (rules U; doors/common/netlink.h says what they are).  Requests are
 * answered here.  What is received comes by the kernel where nobody asks for its sender; otherwise
 * here, since the sender has to be the kernel and not the socket itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/time.h>
#include <unistd.h>

#include "doors/common/deadline.h"
#include "doors/common/message.h"
#include "doors/common/netlink.h"
#include "doors/supervisor/calls.h"
#include "doors/supervisor/host.h"
#include "doors/supervisor/loop.h"
#include "doors/supervisor/memory.h"
#include "doors/supervisor/object.h"
#include "doors/supervisor/waiting.h"
#include "ualg/if_alg.h"

#define TYPE_MASK    0xf
#define CONTROL_ROOM 1024u
#define DATAGRAM_MAX 0x40000u /* bytes: none that is queued is larger */
#define PORT_TRIES   16u

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

/* Writes an address where a call wants it, cut to the room for it, and its whole size. */
static int write_address(const struct supervisor_call *call, const struct sockaddr_nl *address,
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

/* Our own port means the kernel. */
static void hide_port(int descriptor, struct sockaddr_nl *address)
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
	hide_port(descriptor, &address);
	(void)close(descriptor);
	if (result < 0)
		return result;
	return write_address(call, &address, supervisor_pointer(call, 1),
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

/* ---- answers ---- */

/* A call that receives, and asks from where: what a transfer's extra is here. */
struct receiving {
	int descriptor; /* ours */
	bool sleeps;
	bool timed;
	struct timespec deadline;
	uintptr_t from, from_size; /* recvfrom's address */
	uintptr_t message;         /* struct msghdr; 0: none */
	size_t iov_count;
	struct msghdr header;
	unsigned count, done; /* recvmmsg; count 0: it is none */
	uint8_t *buffer;
	size_t size;
};

static void release(struct transfer *transfer)
{
	struct receiving *receiving = transfer->extra;

	loop_let_go(receiving->descriptor);
	(void)close(receiving->descriptor);
	free(receiving->buffer);
	free(receiving);
}

static int scatter(const struct transfer *transfer, const struct receiving *receiving, size_t size)
{
	const uint8_t *from = receiving->buffer;

	for (size_t i = 0; i < receiving->iov_count && size; i++) {
		const struct iovec *iov = &transfer->program[i];
		size_t piece = iov->iov_len < size ? iov->iov_len : size;

		if (memory_write(&transfer->call, (uintptr_t)iov->iov_base, from, piece) < 0)
			return -EFAULT;
		from += piece;
		size -= piece;
	}
	return 0;
}

/* What the call tells beside the data. */
static int tell(const struct transfer *transfer, const struct receiving *receiving,
		const struct msghdr *got, const struct sockaddr_nl *from)
{
	const struct supervisor_call *call = &transfer->call;
	const struct msghdr *header = &receiving->header;
	const struct memory_told told = {
	    .name = header->msg_name != NULL,
	    .name_size = sizeof(*from),
	    .control_size = got->msg_controllen,
	    .flags = got->msg_flags | (transfer->flags & MSG_CMSG_CLOEXEC),
	};
	size_t room = header->msg_namelen < sizeof(*from) ? header->msg_namelen : sizeof(*from);

	if (!receiving->message)
		return write_address(call, from, receiving->from, receiving->from_size);
	if (header->msg_name && memory_write(call, (uintptr_t)header->msg_name, from, room) < 0)
		return -EFAULT;
	if (memory_write(call, (uintptr_t)header->msg_control, got->msg_control,
			 got->msg_controllen) < 0)
		return -EFAULT;
	return memory_write_message(call, receiving->message, &told);
}

/* One datagram without a sleep: its size or a negative errno. */
static long receive_now(struct transfer *transfer)
{
	struct receiving *receiving = transfer->extra;
	_Alignas(struct cmsghdr) uint8_t control[CONTROL_ROOM];
	struct sockaddr_nl from = {0};
	struct iovec iov = {receiving->buffer, receiving->size};
	struct msghdr got = {
	    .msg_name = &from,
	    .msg_namelen = sizeof(from),
	    .msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = control,
	    .msg_controllen = receiving->header.msg_controllen,
	};
	ssize_t size;

	/* Of a 32-bit program's other layout nothing is asked on such sockets. */
	if (transfer->call.compat)
		got.msg_controllen = 0;
	if (got.msg_controllen > sizeof(control))
		got.msg_controllen = sizeof(control);
	size = recvmsg(receiving->descriptor, &got,
		       (transfer->flags & ~MSG_WAITFORONE) | MSG_DONTWAIT);
	if (size < 0)
		return -errno;
	hide_port(receiving->descriptor, &from);
	if (scatter(transfer, receiving,
		    (size_t)size < receiving->size ? (size_t)size : receiving->size) < 0 ||
	    tell(transfer, receiving, &got, &from) < 0)
		return -EFAULT;
	return size;
}

/* Reads the header and the vector at receiving->message: 0 or a negative errno. */
static int read_message(struct transfer *transfer)
{
	struct receiving *receiving = transfer->extra;
	struct msghdr *header = &receiving->header;
	ssize_t size = memory_read_header(&transfer->call, receiving->message, false, header);
	uint8_t *buffer;

	if (size < 0)
		return (int)size;
	if (!transfer_reserve(transfer, header->msg_iovlen, 0))
		return -ENOMEM;
	size = memory_read_vector(&transfer->call, (uintptr_t)header->msg_iov, header->msg_iovlen,
				  transfer->program);
	if (size < 0)
		return (int)size;
	receiving->iov_count = header->msg_iovlen;
	receiving->size = (size_t)size < DATAGRAM_MAX ? (size_t)size : DATAGRAM_MAX;
	buffer = realloc(receiving->buffer, receiving->size + 1);
	if (!buffer)
		return -ENOMEM;
	receiving->buffer = buffer;
	return 0;
}

static bool is_over(const struct receiving *receiving)
{
	struct timespec left;

	if (!receiving->timed)
		return false;
	left = door_deadline_left(&receiving->deadline);
	return left.tv_sec == 0 && left.tv_nsec == 0;
}

/* One of recvmmsg's is there: the next one, without a sleep. */
static long next_message(struct transfer *transfer, long size)
{
	struct receiving *receiving = transfer->extra;
	const uint32_t length = (uint32_t)size;
	int result = memory_write(&transfer->call,
				  receiving->message + memory_message_length_at(&transfer->call),
				  &length, sizeof(length));

	if (result == 0) {
		receiving->done++;
		receiving->sleeps = false;
		receiving->message += memory_message_stride(&transfer->call);
		if (receiving->done < receiving->count)
			result = read_message(transfer);
	}
	if (result == 0 && receiving->done < receiving->count)
		return TRANSFER_AGAIN;
	return receiving->done ? (long)receiving->done : result;
}

static long receive(struct transfer *transfer)
{
	struct receiving *receiving = transfer->extra;
	long result = receive_now(transfer);

	if (result == -EAGAIN && receiving->sleeps && !is_over(receiving)) {
		loop_await(receiving->descriptor, EPOLLIN);
		return SOCK_WAIT;
	}
	if (receiving->count == 0)
		return result;
	if (result >= 0)
		return next_message(transfer, result);
	return receiving->done ? (long)receiving->done : result;
}

/* SO_RCVTIMEO: a signal ends such a wait for good. */
static long interrupted(struct transfer *transfer, long result)
{
	(void)transfer;
	return result;
}

static void set_timeout(struct transfer *transfer, struct receiving *receiving)
{
	struct timeval time = {0};
	struct timespec wanted;
	socklen_t size = sizeof(time);

	if (getsockopt(receiving->descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, &size) < 0 ||
	    (time.tv_sec == 0 && time.tv_usec == 0))
		return;
	wanted = (struct timespec){.tv_sec = time.tv_sec, .tv_nsec = time.tv_usec * 1000};
	receiving->timed = door_deadline_set(&wanted, &receiving->deadline) == 0;
	transfer->often = true;
	transfer->done = 1;
	transfer->finish = interrupted;
}

static struct transfer *receiving_new(struct supervisor_call *call, int descriptor, int flags)
{
	struct transfer *transfer = transfer_new(call, NULL, MEMORY_OUT);
	struct receiving *receiving = transfer ? calloc(1, sizeof(*receiving)) : NULL;

	if (!receiving) {
		if (transfer)
			transfer_free(transfer);
		return NULL;
	}
	receiving->descriptor = descriptor;
	receiving->sleeps = !(flags & MSG_DONTWAIT) && !(fcntl(descriptor, F_GETFL) & O_NONBLOCK);
	transfer->flags = flags;
	transfer->extra = receiving;
	transfer->release = release;
	transfer->await = receive;
	set_timeout(transfer, receiving);
	return transfer;
}

static long receive_messages(struct supervisor_call *call, int flags, unsigned count)
{
	int descriptor = process_descriptor(call, supervisor_int(call, 0));
	struct transfer *transfer;
	struct receiving *receiving;
	int result;

	if (descriptor < 0)
		return descriptor;
	transfer = receiving_new(call, descriptor, flags);
	if (!transfer) {
		(void)close(descriptor);
		return -ENOMEM;
	}
	receiving = transfer->extra;
	receiving->message = supervisor_pointer(call, 1);
	receiving->count = count;
	result = read_message(transfer);
	if (result < 0) {
		transfer_free(transfer);
		return result;
	}
	return transfer_begin(transfer);
}

CALLS_HANDLER(netlink_recvmsg)
{
	return receive_messages(call, supervisor_int(call, 2), 0);
}

CALLS_HANDLER(netlink_recvmmsg)
{
	unsigned count = (unsigned)supervisor_int(call, 2);

	if (count == 0)
		return SUPERVISOR_PROCEED;
	return receive_messages(call, supervisor_int(call, 3),
				count < DOOR_IOV_MAX ? count : DOOR_IOV_MAX);
}

CALLS_HANDLER(netlink_recvfrom)
{
	const struct iovec iov = {(void *)supervisor_pointer(call, 1), supervisor_pointer(call, 2)};
	uintptr_t from = supervisor_pointer(call, 4);
	struct transfer *transfer;
	struct receiving *receiving;
	int descriptor;

	if (!from || !door_range_valid(iov.iov_base, iov.iov_len))
		return SUPERVISOR_PROCEED;
	descriptor = process_descriptor(call, supervisor_int(call, 0));
	if (descriptor < 0)
		return descriptor;
	transfer = receiving_new(call, descriptor, supervisor_int(call, 3));
	if (!transfer) {
		(void)close(descriptor);
		return -ENOMEM;
	}
	receiving = transfer->extra;
	receiving->from = from;
	receiving->from_size = supervisor_pointer(call, 5);
	transfer->program[0] = iov;
	receiving->iov_count = 1;
	receiving->size = iov.iov_len < DATAGRAM_MAX ? iov.iov_len : DATAGRAM_MAX;
	receiving->buffer = malloc(receiving->size + 1);
	if (!receiving->buffer) {
		transfer_free(transfer);
		return -ENOMEM;
	}
	return transfer_begin(transfer);
}
