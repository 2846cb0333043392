/* SPDX-License-Identifier: MIT */
/*
 * Receiving from sockets of NETLINK_CRYPTO: by the kernel where nobody asks for the sender, here
 * otherwise, since it has to be the kernel and not the socket itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "doors/common/deadline.h"
#include "doors/common/message.h"
#include "doors/supervisor/calls.h"
#include "doors/supervisor/loop.h"
#include "doors/supervisor/memory.h"
#include "doors/supervisor/netlink.h"
#include "doors/supervisor/waiting.h"

#define CONTROL_ROOM 1024u
#define DATAGRAM_MAX 0x40000u /* bytes: none that is queued is larger */

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
		return netlink_write_address(call, from, receiving->from, receiving->from_size);
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
	netlink_hide_port(receiving->descriptor, &from);
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
