/* SPDX-License-Identifier: MIT */
#include "doors/preload/data.h"

#include <fcntl.h>
#include <string.h>

#include "base/compiler.h"
#include "base/scratch.h"
#include "doors/common/system.h"
#include "doors/preload/fault.h"

/* What stands on the stack of every call with a vector; larger ones take a slower way. */
#define SMALL_IOV     8u
#define SMALL_CONTROL 256u

static ssize_t engine_call(struct sock *sock, struct sock_io *io, enum preload_direction direction)
{
	return direction == PRELOAD_SEND ? sock_send(sock, io) : sock_recv(sock, io);
}

static bool is_nonblocking(int number)
{
	long flags = DOOR_CALL_2(SYS_fcntl, number, F_GETFL);

	return flags >= 0 && flags & O_NONBLOCK;
}

struct sleeper {
	struct sock *sock;
	struct sock_io *io;
};

/* The thread is cancelled in its sleep: the call ends, and with it its reference. */
static void sleeper_cancelled(void *argument)
{
	struct sleeper *sleeper = argument;

	if (!sock_lock(sleeper->sock))
		return;
	(void)sock_interrupt(sleeper->sock, sleeper->io);
	sock_observe(sleeper->sock, -1);
	sock_put_unlock(sleeper->sock);
}

static int sleep_on(struct sock *sock, struct sock_io *io)
{
	struct sleeper sleeper = {.sock = sock, .io = io};
	int type, result;

	pthread_cleanup_push(sleeper_cancelled, &sleeper);
	/* Nothing is held here, so a cancellation may come at any instruction. */
	(void)pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type);
	result = lock_futex_wait(sock_sequence(sock), io->ticket);
	(void)pthread_setcanceltype(type, &type);
	pthread_cleanup_pop(0);
	return result;
}

/* The socket went to the supervisor while the call slept: the rest of it is asked for there. */
static ssize_t given_away(int number, struct sock *sock, struct sock_io *io,
			  enum preload_direction direction)
{
	ssize_t result;

	if (io->done)
		return (ssize_t)io->done;
	sock_unlock(sock);
	result = preload_handover_transfer(number, io, direction == PRELOAD_SEND);
	(void)sock_lock(sock);
	return result;
}

ssize_t preload_sleep(int number, struct sock *sock, struct sock_io *io,
		      enum preload_direction direction)
{
	ssize_t result = SOCK_WAIT;

	if (is_nonblocking(number)) {
		io->flags |= SOCK_MSG_DONTWAIT;
		result = engine_call(sock, io, direction);
		preload_record_data(sock, io, direction == PRELOAD_SEND, result);
		sock_unlock(sock);
		return result;
	}
	sock_get(sock);
	sock_observe(sock, 1);
	while (result == SOCK_WAIT) {
		int woken;

		sock_unlock(sock);
		woken = sleep_on(sock, io);
		(void)sock_lock(sock);
		if (preload_is_supervised() && preload_find(number) != sock) {
			result = given_away(number, sock, io, direction);
			break;
		}
		result = woken < 0 ? sock_interrupt(sock, io) : engine_call(sock, io, direction);
	}
	sock_observe(sock, -1);
	preload_record_data(sock, io, direction == PRELOAD_SEND, result);
	sock_put_unlock(sock);
	return result;
}

/* Copying a call's arguments, all under one guard: range is what is being read. */
struct gather {
	struct door_memory memory;
	struct iovec range;
	const struct msghdr *from;
	enum preload_direction direction;
	struct msghdr header;
	struct iovec *iov;
	size_t iov_room;
	void *control;
	size_t control_room;
	ssize_t size;
	ssize_t control_size;
};

#define GATHER_NEEDS_ROOM 1

CALLERS_POINTERS static inline int gather_copy(struct door_memory *memory, void *to,
					       const void *from, size_t size)
{
	struct gather *gather = (struct gather *)memory;

	if (!door_range_valid(from, size))
		return -EFAULT;
	gather->range.iov_base = (void *)(uintptr_t)from;
	gather->range.iov_len = size;
	atomic_signal_fence(memory_order_seq_cst);
	memcpy(to, from, size);
	atomic_signal_fence(memory_order_seq_cst);
	return 0;
}

/* The vector of the header; of one entry, mostly, whose copy is two instructions. */
static int gather_vector(struct gather *gather)
{
	const struct msghdr *header = &gather->header;
	int result = 0;

	if (header->msg_iovlen == 1)
		result = gather_copy(&gather->memory, gather->iov, header->msg_iov,
				     sizeof(struct iovec));
	else if (header->msg_iovlen > 0)
		result = gather_copy(&gather->memory, gather->iov, header->msg_iov,
				     header->msg_iovlen * sizeof(struct iovec));
	if (result < 0)
		return result;
	gather->size = door_message_judge_vector(gather->iov, header->msg_iovlen);
	return gather->size < 0 ? (int)gather->size : 0;
}

static int gather_work(void *argument)
{
	struct gather *gather = argument;
	struct msghdr *header = &gather->header;
	bool sending = gather->direction == PRELOAD_SEND;
	int result = gather_copy(&gather->memory, header, gather->from, sizeof(*header));

	if (result == 0)
		result = door_message_judge_header(&gather->memory, header, sending);
	if (result < 0)
		return result;
	if (header->msg_iovlen > gather->iov_room)
		return GATHER_NEEDS_ROOM;
	result = gather_vector(gather);
	gather->control_size = 0;
	if (result < 0 || !sending || header->msg_controllen == 0)
		return result;
	if (header->msg_controllen > gather->control_room)
		return header->msg_controllen > DOOR_CONTROL_MAX ? -ENOBUFS : GATHER_NEEDS_ROOM;
	gather->control_size = (ssize_t)header->msg_controllen;
	return gather_copy(&gather->memory, gather->control, header->msg_control,
			   header->msg_controllen);
}

/* What recvmsg tells the caller in its header. */
struct tell {
	struct msghdr *header;
	bool name;
	int flags;
};

static int tell_work(void *argument)
{
	const struct tell *tell = argument;

	if (tell->name)
		tell->header->msg_namelen = 0;
	tell->header->msg_flags = tell->flags;
	tell->header->msg_controllen = 0;
	return 0;
}

static int tell_header(struct msghdr *header, bool name, int flags)
{
	const struct iovec range = {.iov_base = header, .iov_len = sizeof(*header)};
	struct tell tell = {.header = header, .name = name, .flags = flags};

	return preload_guard(&range, 1, tell_work, &tell);
}

static ssize_t transfer_gathered(int number, struct sock *sock, struct gather *gather,
				 struct msghdr *header, int flags)
{
	struct sock_io io = {
	    .iov = gather->iov,
	    .iov_count = gather->header.msg_iovlen,
	    .size = (size_t)gather->size,
	    .flags = flags,
	    .control = gather->control_size ? gather->control : NULL,
	    .control_size = (size_t)gather->control_size,
	};
	ssize_t result = preload_transfer(number, sock, &io, gather->direction);

	if (result < 0 || gather->direction == PRELOAD_SEND)
		return result;
	if (tell_header(header, gather->header.msg_name != NULL,
			io.out_flags | (flags & MSG_CMSG_CLOEXEC)) < 0)
		return -EFAULT;
	return result;
}

static int gather_run(struct gather *gather, const struct msghdr *from,
		      enum preload_direction direction)
{
	gather->memory.copy = gather_copy;
	gather->range.iov_base = NULL;
	gather->range.iov_len = 0;
	gather->from = from;
	gather->direction = direction;
	return preload_guard(&gather->range, 1, gather_work, gather);
}

/* The most that a message may have. */
struct large {
	struct iovec iov[DOOR_IOV_MAX];
	_Alignas(8) uint8_t control[DOOR_CONTROL_MAX];
};

static ssize_t transfer_in(struct large *large, int number, struct sock *sock,
			   struct msghdr *header, int flags, enum preload_direction direction)
{
	struct gather gather;
	int result;

	gather.iov = large->iov;
	gather.iov_room = DOOR_IOV_MAX;
	gather.control = large->control;
	gather.control_room = sizeof(large->control);
	result = gather_run(&gather, header, direction);
	if (result < 0)
		return result;
	return transfer_gathered(number, sock, &gather, header, flags);
}

__attribute__((noinline)) static ssize_t transfer_large_message(int number, struct sock *sock,
								struct msghdr *header, int flags,
								enum preload_direction direction)
{
	struct scratch scratch;
	ssize_t result;

	if (!scratch_take(&scratch, sizeof(struct large)))
		return -ENOMEM;
	pthread_cleanup_push(scratch_give, &scratch);
	result = transfer_in(scratch.memory, number, sock, header, flags, direction);
	pthread_cleanup_pop(1);
	return result;
}

ssize_t preload_transfer_message(int number, struct sock *sock, struct msghdr *header, int flags,
				 enum preload_direction direction)
{
	struct iovec iov[SMALL_IOV];
	_Alignas(8) uint8_t control[SMALL_CONTROL];
	struct gather gather;
	int result;

	gather.iov = iov;
	gather.iov_room = SMALL_IOV;
	gather.control = control;
	gather.control_room = sizeof(control);
	result = gather_run(&gather, header, direction);
	if (result == GATHER_NEEDS_ROOM)
		return transfer_large_message(number, sock, header, flags, direction);
	if (result < 0)
		return result;
	return transfer_gathered(number, sock, &gather, header, flags);
}

struct vector_gather {
	struct gather gather;
	const struct iovec *from;
	size_t count;
};

static int vector_work(void *argument)
{
	struct vector_gather *vector = argument;

	vector->gather.size = door_message_vector(&vector->gather.memory, vector->from,
						  vector->count, vector->gather.iov);
	return vector->gather.size < 0 ? (int)vector->gather.size : 0;
}

static ssize_t transfer_vector(int number, struct sock *sock, const struct iovec *from,
			       size_t count, struct iovec *iov, int flags,
			       enum preload_direction direction)
{
	struct vector_gather vector;
	struct sock_io io;
	int result;

	vector.gather.memory.copy = gather_copy;
	vector.gather.range.iov_base = NULL;
	vector.gather.range.iov_len = 0;
	vector.gather.iov = iov;
	vector.from = from;
	vector.count = count;
	result = preload_guard(&vector.gather.range, 1, vector_work, &vector);
	/* The kernel's readv and writev of no bytes do not reach the socket; write does. */
	if (result < 0 || vector.gather.size == 0)
		return result;
	io.iov = iov;
	io.iov_count = count;
	io.size = (size_t)vector.gather.size;
	io.flags = flags;
	io.control = NULL;
	io.control_size = 0;
	io.pull = NULL;
	io.paged = false;
	return preload_transfer(number, sock, &io, direction);
}

__attribute__((noinline)) static ssize_t transfer_large_vector(int number, struct sock *sock,
							       const struct iovec *from,
							       size_t count, int flags,
							       enum preload_direction direction)
{
	struct scratch scratch;
	ssize_t result;

	if (!scratch_take(&scratch, count * sizeof(struct iovec)))
		return -ENOMEM;
	pthread_cleanup_push(scratch_give, &scratch);
	result = transfer_vector(number, sock, from, count, scratch.memory, flags, direction);
	pthread_cleanup_pop(1);
	return result;
}

ssize_t preload_transfer_vector(int number, struct sock *sock, const struct iovec *vector,
				int count, int flags, enum preload_direction direction)
{
	struct iovec iov[SMALL_IOV];

	if (count < 0 || (unsigned)count > DOOR_IOV_MAX)
		return -EINVAL;
	if ((unsigned)count > SMALL_IOV)
		return transfer_large_vector(number, sock, vector, (size_t)count, flags, direction);
	return transfer_vector(number, sock, vector, (size_t)count, iov, flags, direction);
}
