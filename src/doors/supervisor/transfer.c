/* SPDX-License-Identifier: MIT */
/* The calls that carry data, and what the generic layer does with their arguments. */
#include <errno.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "doors/common/deadline.h"
#include "doors/common/message.h"
#include "doors/supervisor/calls.h"
#include "doors/supervisor/memory.h"
#include "doors/supervisor/waiting.h"
#include "ualg/if_alg.h"

#define MSG_CMSG_COMPAT_BIT 0x80000000u

/* ---- one buffer ---- */

/* H-17: no name is given, which recvfrom says by a length of 0. */
static long tell_no_address(struct transfer *transfer, long result)
{
	int size;

	if (result < 0)
		return result;
	if (memory_read(&transfer->call, &size, transfer->from_size, sizeof(size)) < 0)
		return -EFAULT;
	if (size < 0)
		return -EINVAL;
	size = 0;
	if (memory_write(&transfer->call, transfer->from_size, &size, sizeof(size)) < 0)
		return -EFAULT;
	return result;
}

static long transfer_buffer(struct supervisor_call *call, struct supervisor_object *object,
			    enum memory_direction direction, int flags, uintptr_t from_size)
{
	uintptr_t base = supervisor_pointer(call, 1);
	size_t size = supervisor_pointer(call, 2);
	struct transfer *transfer;

	if (size > DOOR_SIZE_MAX)
		size = DOOR_SIZE_MAX;
	if (!door_range_valid((const void *)base, size))
		return -EFAULT;
	transfer = transfer_new(call, object, direction);
	if (!transfer)
		return -ENOMEM;
	transfer->program[0].iov_base = (void *)base;
	transfer->program[0].iov_len = size;
	transfer->io.size = size;
	transfer->io.flags = flags;
	transfer->from_size = from_size;
	if (from_size)
		transfer->finish = tell_no_address;
	return transfer_run(transfer, 1);
}

CALLS_HANDLER(serve_read)
{
	struct supervisor_object *object = process_alg_object(call);
	size_t size = supervisor_pointer(call, 2);

	if (!object)
		return SUPERVISOR_PROCEED;
	if (size == 0)
		return 0; /* S-12, K-01, H-09 */
	if (size > SSIZE_MAX)
		return -EFAULT;
	return transfer_buffer(call, object, MEMORY_OUT, 0, 0);
}

CALLS_HANDLER(serve_write)
{
	struct supervisor_object *object = process_alg_object(call);

	if (!object)
		return SUPERVISOR_PROCEED;
	if (supervisor_pointer(call, 2) > SSIZE_MAX)
		return -EFAULT;
	return transfer_buffer(call, object, MEMORY_IN, 0, 0);
}

CALLS_HANDLER(serve_sendto)
{
	struct supervisor_object *object = process_alg_object(call);
	struct memory_of_call of = memory_of(call);
	uintptr_t address = supervisor_pointer(call, 4);
	uint8_t copy[UALG_SOCKADDR_MAX];
	int result = 0;

	if (!object)
		return SUPERVISOR_PROCEED;
	/* H-17: the address is of no use, but must be there and of a sane size. */
	if (address)
		result = door_message_address(&of.memory, (const void *)address,
					      supervisor_int(call, 5), copy);
	if (result < 0)
		return result;
	return transfer_buffer(call, object, MEMORY_IN, supervisor_int(call, 3), 0);
}

CALLS_HANDLER(serve_recvfrom)
{
	struct supervisor_object *object = process_alg_object(call);
	uintptr_t size = supervisor_pointer(call, 4) ? supervisor_pointer(call, 5) : 0;

	if (!object)
		return SUPERVISOR_PROCEED;
	return transfer_buffer(call, object, MEMORY_OUT, supervisor_int(call, 3), size);
}

/* ---- vectors ---- */

static long transfer_vector(struct supervisor_call *call, enum memory_direction direction,
			    int flags)
{
	struct supervisor_object *object = process_alg_object(call);
	uintptr_t vector = supervisor_pointer(call, 1);
	unsigned count = (unsigned)supervisor_int(call, 2);
	struct transfer *transfer;
	ssize_t size;

	if (!object)
		return SUPERVISOR_PROCEED;
	if (supervisor_pointer(call, 2) > DOOR_IOV_MAX)
		return -EINVAL;
	transfer = transfer_new(call, object, direction);
	if (!transfer)
		return -ENOMEM;
	if (!transfer_reserve(transfer, count, 0)) {
		transfer_free(transfer);
		return -ENOMEM;
	}
	size = memory_read_vector(call, vector, count, transfer->program);
	/* The kernel's readv and writev of no bytes do not reach the socket; write does. */
	if (size <= 0) {
		transfer_free(transfer);
		return size;
	}
	transfer->io.size = (size_t)size;
	transfer->io.flags = flags;
	return transfer_run(transfer, count);
}

CALLS_HANDLER(serve_readv)
{
	return transfer_vector(call, MEMORY_OUT, 0);
}

CALLS_HANDLER(serve_writev)
{
	return transfer_vector(call, MEMORY_IN, 0);
}

static long transfer_vector_at(struct supervisor_call *call, enum memory_direction direction)
{
	/* The offset's halves are two arguments, on 64-bit machines the second one unused. */
	bool at_position = call->compat
			       ? supervisor_int(call, 3) == -1 && supervisor_int(call, 4) == -1
			       : (int64_t)call->args[3] == -1;

	/* At an offset the placeholder itself says ESPIPE (S-18); -1 means readv. */
	if (!at_position || !process_alg_object(call))
		return SUPERVISOR_PROCEED;
	if (door_message_vector_flags(supervisor_int(call, 5)) < 0)
		return -EOPNOTSUPP;
	return transfer_vector(call, direction, 0);
}

CALLS_HANDLER(serve_preadv2)
{
	return transfer_vector_at(call, MEMORY_OUT);
}

CALLS_HANDLER(serve_pwritev2)
{
	return transfer_vector_at(call, MEMORY_IN);
}

/* ---- messages ---- */

/* Reads the message at transfer->header: entries of its vector, or a negative errno. */
static long prepare_message(struct transfer *transfer)
{
	const struct supervisor_call *call = &transfer->call;
	bool sending = transfer->direction == MEMORY_IN;
	struct msghdr header;
	ssize_t size = memory_read_header(call, transfer->header, sending, &header);
	size_t control = sending ? header.msg_controllen : 0;

	if (size < 0)
		return size;
	/* A 32-bit program's are of another size in native form. */
	if (control && call->compat)
		control = DOOR_CONTROL_MAX;
	if (!transfer_reserve(transfer, header.msg_iovlen,
			      control <= DOOR_CONTROL_MAX ? control : 0))
		return -ENOMEM;
	size = memory_read_vector(call, (uintptr_t)header.msg_iov, header.msg_iovlen,
				  transfer->program);
	if (size < 0)
		return size;
	transfer->name = header.msg_name != NULL;
	transfer->io = (struct sock_io){.size = (size_t)size, .flags = transfer->flags};
	if (sending) {
		size = memory_read_control(call, &header, transfer->control);
		if (size < 0)
			return size;
		transfer->io.control_size = (size_t)size;
	}
	return (long)header.msg_iovlen;
}

static long tell_message(struct transfer *transfer, long result)
{
	const struct memory_told told = {
	    .name = transfer->name,
	    .flags = transfer->io.out_flags | (transfer->flags & MSG_CMSG_CLOEXEC),
	};

	if (result < 0 || transfer->direction == MEMORY_IN)
		return result;
	if (memory_write_message(&transfer->call, transfer->header, &told) < 0)
		return -EFAULT;
	return result;
}

/* The flag by which the kernel tells itself that a 32-bit program calls: that one may set it. */
static bool judge_flags(const struct supervisor_call *call, int *flags)
{
	bool is_set = (unsigned)*flags & MSG_CMSG_COMPAT_BIT;

	*flags &= (int)~MSG_CMSG_COMPAT_BIT;
	return !is_set || call->compat;
}

static struct transfer *new_message(struct supervisor_call *call, struct supervisor_object *object,
				    enum memory_direction direction, int flags)
{
	struct transfer *transfer = transfer_new(call, object, direction);

	if (!transfer)
		return NULL;
	transfer->header = supervisor_pointer(call, 1);
	transfer->flags = flags;
	transfer->finish = tell_message;
	return transfer;
}

static long transfer_message(struct supervisor_call *call, enum memory_direction direction)
{
	struct supervisor_object *object = process_alg_object(call);
	int flags = supervisor_int(call, 2);
	struct transfer *transfer;
	long count;

	if (!object)
		return SUPERVISOR_PROCEED;
	if (!judge_flags(call, &flags))
		return -EINVAL;
	transfer = new_message(call, object, direction, flags);
	if (!transfer)
		return -ENOMEM;
	count = prepare_message(transfer);
	if (count < 0) {
		transfer_free(transfer);
		return count;
	}
	return transfer_run(transfer, (size_t)count);
}

CALLS_HANDLER(serve_sendmsg)
{
	return transfer_message(call, MEMORY_IN);
}

CALLS_HANDLER(serve_recvmsg)
{
	return transfer_message(call, MEMORY_OUT);
}

/* ---- many messages ---- */

/* recvmmsg's time: 32-bit programs have a smaller one. */
static int read_time(const struct supervisor_call *call, uintptr_t from, bool is_small,
		     struct timespec *time)
{
	int32_t small[2];

	if (!is_small)
		return memory_read(call, time, from, sizeof(*time));
	if (memory_read(call, small, from, sizeof(small)) < 0)
		return -EFAULT;
	time->tv_sec = small[0];
	time->tv_nsec = small[1];
	return 0;
}

static int write_time(const struct supervisor_call *call, uintptr_t to, bool is_small,
		      const struct timespec *time)
{
	int32_t small[2] = {(int32_t)time->tv_sec, (int32_t)time->tv_nsec};

	return is_small ? memory_write(call, to, small, sizeof(small))
			: memory_write(call, to, time, sizeof(*time));
}

/* Ends sendmmsg or recvmmsg: an error counts only if it is the first message's (H-18). */
static long end_messages(struct transfer *transfer, long result)
{
	struct timespec left;

	if (transfer->done && transfer->timeout) {
		left = door_deadline_left(&transfer->deadline);
		if (write_time(&transfer->call, transfer->timeout, transfer->small_time, &left) < 0)
			return -EFAULT;
	}
	return transfer->done ? (long)transfer->done : result;
}

/* A message of many is done: the next one, or the end. */
static long next_message(struct transfer *transfer, long result)
{
	const struct supervisor_call *call = &transfer->call;
	struct timespec left;
	unsigned length;

	result = tell_message(transfer, result);
	if (result < 0)
		return end_messages(transfer, result);
	length = (unsigned)result;
	result = memory_write(call, transfer->header + memory_message_length_at(call), &length,
			      sizeof(length));
	if (result < 0)
		return end_messages(transfer, result);
	transfer->done++;
	if (transfer->flags & MSG_WAITFORONE)
		transfer->flags |= MSG_DONTWAIT;
	left = door_deadline_left(&transfer->deadline);
	if (transfer->done == transfer->count ||
	    (transfer->timeout && left.tv_sec == 0 && left.tv_nsec == 0))
		return end_messages(transfer, 0);
	transfer->header += memory_message_stride(call);
	result = prepare_message(transfer);
	if (result < 0)
		return end_messages(transfer, result);
	transfer_lay(transfer, (size_t)result);
	return TRANSFER_AGAIN;
}

static long transfer_messages(struct supervisor_call *call, enum memory_direction direction,
			      uintptr_t timeout, bool small_time)
{
	struct supervisor_object *object = process_alg_object(call);
	unsigned count = (unsigned)supervisor_int(call, 2);
	int flags = supervisor_int(call, 3);
	struct timespec time = {0, 0};
	struct transfer *transfer;
	long result = 0;

	if (!object)
		return SUPERVISOR_PROCEED;
	if (!judge_flags(call, &flags))
		return -EINVAL;
	transfer = new_message(call, object, direction, flags);
	if (!transfer)
		return -ENOMEM;
	transfer->count = count < DOOR_IOV_MAX ? count : DOOR_IOV_MAX;
	transfer->timeout = timeout;
	transfer->small_time = small_time;
	transfer->finish = next_message;
	if (timeout)
		result = read_time(call, timeout, small_time, &time);
	if (result == 0)
		result = door_deadline_set(&time, &transfer->deadline);
	if (result == 0 && count > 0)
		result = prepare_message(transfer);
	if (result < 0 || count == 0) {
		transfer_free(transfer);
		return result;
	}
	return transfer_run(transfer, (size_t)result);
}

CALLS_HANDLER(serve_sendmmsg)
{
	return transfer_messages(call, MEMORY_IN, 0, false);
}

CALLS_HANDLER(serve_recvmmsg)
{
	return transfer_messages(call, MEMORY_OUT, supervisor_pointer(call, 4), call->compat);
}

CALLS_HANDLER(serve_recvmmsg_time64)
{
	return transfer_messages(call, MEMORY_OUT, supervisor_pointer(call, 4), false);
}
