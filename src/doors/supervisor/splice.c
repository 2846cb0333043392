/* SPDX-License-Identifier: MIT */
/*
 * splice and sendfile into and out of alg sockets (rules Z), on descriptors of our own for the
 * program's pipe or file.  Bytes are copied when they are spliced (Z-02).
 *
 * tee, vmsplice and copy_file_range need no part of ours: they refuse a placeholder as the kernel
 * refuses an alg socket (Z-06).
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/secmem.h"
#include "doors/common/pipe.h"
#include "doors/common/splice.h"
#include "doors/supervisor/calls.h"
#include "doors/supervisor/loop.h"
#include "doors/supervisor/memory.h"
#include "doors/supervisor/reader.h"
#include "doors/supervisor/waiting.h"

/* One call: what a transfer's extra is here. */
struct splice {
	int pipe;              /* ours; -1: none */
	struct reader *reader; /* of the file; NULL: none */
	bool sleeps;           /* where the pipe is empty or full */
	size_t wanted;         /* bytes that the call asks for */
	bool more;             /* is announced behind them */

	size_t batch; /* bytes that are sent as one, or were received */
	size_t given; /* of those received */

	off_t position; /* of the file, where the batch begins */
	size_t done;    /* bytes before the batch */
	uintptr_t offset_at;
	size_t offset_size;

	void *pages; /* for the pipe */
	size_t pages_size;
};

static void release(struct transfer *transfer)
{
	struct splice *splice = transfer->extra;

	if (splice->pipe >= 0) {
		loop_let_go(splice->pipe);
		(void)close(splice->pipe);
	}
	if (splice->reader)
		reader_free(splice->reader);
	if (splice->pages)
		door_pipe_pages_free(splice->pages, splice->pages_size);
	free(splice);
}

/* A transfer with its splice; NULL: no memory. */
static struct transfer *splice_new(const struct supervisor_call *call,
				   struct supervisor_object *object, int number,
				   enum memory_direction direction, size_t wanted)
{
	struct transfer *transfer = transfer_new(call, object, direction);
	struct splice *splice;

	if (!transfer)
		return NULL;
	splice = calloc(1, sizeof(*splice));
	if (!splice) {
		transfer_free(transfer);
		return NULL;
	}
	splice->pipe = -1;
	splice->wanted = wanted;
	transfer->number = number;
	transfer->extra = splice;
	transfer->release = release;
	return transfer;
}

/* ---- pipes ---- */

/*
 * A pipe of the caller's, and whether it is one to sleep on.  One that is open for both directions
 * is opened anew: nothing else takes from it without ever sleeping.  -EINVAL: it is no pipe, or not
 * open for this.
 */
static int pipe_of(const struct supervisor_call *call, int number, bool reading, bool *sleeps)
{
	int descriptor = process_descriptor(call, number);
	bool both_ways = false;
	char path[32];
	int again;

	if (descriptor < 0)
		return descriptor;
	if (!(reading ? door_pipe_is_readable(descriptor, &both_ways)
		      : door_pipe_is_writable(descriptor))) {
		(void)close(descriptor);
		return -EINVAL;
	}
	*sleeps = !(fcntl(descriptor, F_GETFL) & O_NONBLOCK);
	if (!both_ways)
		return descriptor;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptor);
	again = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	(void)close(descriptor);
	return again < 0 ? -EINVAL : again;
}

static short ready_for(int descriptor, short events)
{
	struct pollfd entry = {.fd = descriptor, .events = events};

	return poll(&entry, 1, 0) > 0 ? entry.revents : 0;
}

/* The kernel tells who writes to a pipe that nobody reads. */
static long broken_pipe(const struct transfer *transfer)
{
	(void)syscall(SYS_tgkill, transfer->call.process->pid, transfer->call.thread, SIGPIPE);
	return -EPIPE;
}

static long wait_for(const struct splice *splice, uint32_t events)
{
	loop_await(splice->pipe, events);
	return SOCK_WAIT;
}

/* A transfer with a pipe, a descriptor of ours that is taken over; NULL: no memory. */
static struct transfer *with_pipe(struct transfer *transfer, int pipe, bool sleeps)
{
	struct splice *splice;

	if (!transfer) {
		(void)close(pipe);
		return NULL;
	}
	splice = transfer->extra;
	splice->pipe = pipe;
	splice->sleeps = sleeps;
	return transfer;
}

/* ---- into a socket ---- */

static struct splice *splice_of(struct sock_io *io)
{
	struct transfer *transfer = (struct transfer *)((char *)io - offsetof(struct transfer, io));

	return transfer->extra;
}

static ssize_t pull_from_pipe(struct sock_io *io, void *to, size_t size)
{
	return door_pipe_take(splice_of(io)->pipe, false, to, size);
}

static ssize_t pull_from_file(struct sock_io *io, void *to, size_t size)
{
	struct splice *splice = splice_of(io);

	memcpy(to, reader_bytes(splice->reader) + io->done, size);
	return (ssize_t)size;
}

static long send_batch(struct transfer *transfer, size_t size, bool more)
{
	struct splice *splice = transfer->extra;

	splice->batch = size;
	transfer->await = NULL;
	transfer->io = (struct sock_io){
	    .pull = splice->reader ? pull_from_file : pull_from_pipe,
	    .paged = true,
	    .size = size,
	    .flags = more ? SOCK_MSG_MORE : 0,
	};
	transfer_lay(transfer, 0);
	return TRANSFER_AGAIN;
}

static long pipe_data(struct transfer *transfer)
{
	const struct splice *splice = transfer->extra;
	ssize_t waiting = door_pipe_waiting(splice->pipe);
	short ready;

	if (waiting < 0)
		return waiting;
	if (waiting > 0)
		return send_batch(
		    transfer, splice->wanted < (size_t)waiting ? splice->wanted : (size_t)waiting,
		    splice->more);
	ready = ready_for(splice->pipe, POLLIN);
	if (ready & POLLHUP && !(ready & POLLIN))
		return 0;
	return splice->sleeps ? wait_for(splice, EPOLLIN) : -EAGAIN;
}

static long pipe_sent(struct transfer *transfer, long result)
{
	const struct splice *splice = transfer->extra;

	/* Another thread may have taken what was there. */
	if (result != -EAGAIN || door_pipe_waiting(splice->pipe) != 0)
		return result;
	transfer->await = pipe_data;
	return TRANSFER_AGAIN;
}

static long splice_in(struct supervisor_call *call, struct supervisor_object *object)
{
	bool sleeps;
	int pipe = pipe_of(call, supervisor_int(call, 0), true, &sleeps);
	unsigned flags = (unsigned)supervisor_int(call, 5);
	struct transfer *transfer;
	struct splice *splice;

	/* What is wrong with it is wrong with the placeholder, too. */
	if (pipe < 0)
		return SUPERVISOR_PROCEED;
	transfer = with_pipe(splice_new(call, object, supervisor_int(call, 2), MEMORY_IN,
					supervisor_pointer(call, 4)),
			     pipe, sleeps && !(flags & SPLICE_F_NONBLOCK));
	if (!transfer)
		return -ENOMEM;
	splice = transfer->extra;
	splice->more = flags & SPLICE_F_MORE;
	transfer->await = pipe_data;
	transfer->finish = pipe_sent;
	return transfer_begin(transfer);
}

/* ---- a file into a socket ---- */

static long file_end(struct transfer *transfer, long result)
{
	const struct splice *splice = transfer->extra;

	if (splice->done == 0)
		return result;
	if (!splice->offset_at)
		(void)lseek(reader_file(splice->reader), splice->position, SEEK_SET);
	else if (memory_write(&transfer->call, splice->offset_at, &splice->position,
			      splice->offset_size) < 0)
		return -EFAULT;
	return (long)splice->done;
}

static long file_data(struct transfer *transfer)
{
	struct splice *splice = transfer->extra;
	size_t left = splice->wanted - splice->done;
	long got;

	if (left == 0)
		return file_end(transfer, 0);
	got = reader_read(splice->reader, splice->position,
			  left < DOOR_FILE_CHUNK ? left : DOOR_FILE_CHUNK);
	if (got == SOCK_WAIT)
		return SOCK_WAIT;
	if (got <= 0)
		return file_end(transfer, got);
	/* Short of what was asked for, the message stays open (Z-05). */
	return send_batch(transfer, (size_t)got, (size_t)got < left);
}

static long file_sent(struct transfer *transfer, long result)
{
	struct splice *splice = transfer->extra;

	if (result <= 0)
		return file_end(transfer, result);
	splice->done += (size_t)result;
	splice->position += result;
	transfer->done = 1;
	if ((size_t)result < splice->batch)
		return file_end(transfer, 0);
	transfer->await = file_data;
	return TRANSFER_AGAIN;
}

/* sendfile's position, from a 32-bit program maybe of 4 bytes. */
static int read_offset(const struct supervisor_call *call, uintptr_t from, size_t size,
		       off_t *offset)
{
	int32_t small;

	if (size == sizeof(*offset))
		return memory_read(call, offset, from, size);
	if (memory_read(call, &small, from, sizeof(small)) < 0)
		return -EFAULT;
	*offset = small;
	return 0;
}

/* The bytes of a call that a position of this size can count: 0 or -EOVERFLOW. */
static int limit_count(off_t position, size_t offset_size, size_t *count)
{
	if (*count > DOOR_SIZE_MAX)
		*count = DOOR_SIZE_MAX;
	if (offset_size == sizeof(off_t) || position + (off_t)*count <= INT32_MAX)
		return 0;
	if (position >= INT32_MAX)
		return -EOVERFLOW;
	*count = (size_t)(INT32_MAX - position);
	return 0;
}

/* Makes the call; takes over the descriptor of the file. */
static long send_file_from(struct supervisor_call *call, struct supervisor_object *object, int file,
			   off_t position, size_t count, size_t offset_size)
{
	struct transfer *transfer =
	    splice_new(call, object, supervisor_int(call, 0), MEMORY_IN, count);
	struct reader *reader = transfer ? reader_new(file) : NULL;
	struct splice *splice;

	if (!reader) {
		(void)close(file);
		if (transfer)
			transfer_free(transfer);
		return -ENOMEM;
	}
	splice = transfer->extra;
	splice->reader = reader;
	splice->position = position;
	splice->offset_at = supervisor_pointer(call, 2);
	splice->offset_size = offset_size;
	transfer->await = file_data;
	transfer->finish = file_sent;
	return transfer_begin(transfer);
}

static long send_file(struct supervisor_call *call, struct supervisor_object *object,
		      size_t offset_size)
{
	uintptr_t offset_at = supervisor_pointer(call, 2);
	size_t count = supervisor_pointer(call, 3);
	off_t position = 0;
	int file, result = 0;

	if (offset_at && read_offset(call, offset_at, offset_size, &position) < 0)
		return -EFAULT;
	file = process_descriptor(call, supervisor_int(call, 1));
	if (file < 0)
		return file;
	position = door_splice_file(file, offset_at ? &position : NULL, count);
	if (position < 0)
		result = (int)position;
	else
		result = limit_count(position, offset_size, &count);
	if (result < 0) {
		(void)close(file);
		return result;
	}
	return send_file_from(call, object, file, position, count, offset_size);
}

/* ---- out of a socket ---- */

static long give(struct transfer *transfer)
{
	struct splice *splice = transfer->extra;

	while (splice->given < splice->batch) {
		ssize_t result =
		    door_pipe_put(splice->pipe, (const uint8_t *)splice->pages + splice->given,
				  splice->batch - splice->given);

		if (result == -EAGAIN)
			return wait_for(splice, EPOLLOUT);
		if (result == -EPIPE)
			result = broken_pipe(transfer);
		if (result < 0)
			return splice->given ? (long)splice->given : result;
		splice->given += (size_t)result;
	}
	return (long)splice->given;
}

static long received(struct transfer *transfer, long result)
{
	struct splice *splice = transfer->extra;

	if (result <= 0) {
		secmem_wipe(splice->pages, splice->pages_size);
		return result;
	}
	splice->batch = (size_t)result;
	transfer->certain = true; /* the bytes are nowhere else */
	transfer->await = give;
	return TRANSFER_AGAIN;
}

/* Z-04: a recv of as much as the pipe has room for. */
static long pipe_room(struct transfer *transfer)
{
	struct splice *splice = transfer->extra;
	short ready = ready_for(splice->pipe, POLLOUT);
	size_t room;

	if (ready & POLLERR)
		return broken_pipe(transfer);
	if (!(ready & POLLOUT))
		return splice->sleeps ? wait_for(splice, EPOLLOUT) : -EAGAIN;
	room = door_pipe_room(splice->pipe);
	splice->pages_size = splice->wanted < room ? splice->wanted : room;
	splice->pages = door_pipe_pages(splice->pages_size);
	if (!splice->pages)
		return -ENOMEM;
	transfer->await = NULL;
	transfer->own = true;
	transfer->program[0] = (struct iovec){splice->pages, splice->pages_size};
	transfer->io = (struct sock_io){.size = splice->pages_size};
	transfer_lay(transfer, 1);
	return TRANSFER_AGAIN;
}

static long splice_out(struct supervisor_call *call, struct supervisor_object *object, int from,
		       int to, size_t size, unsigned flags)
{
	bool sleeps;
	int pipe = pipe_of(call, to, false, &sleeps);
	struct transfer *transfer;

	if (pipe < 0)
		return SUPERVISOR_PROCEED;
	transfer = with_pipe(splice_new(call, object, from, MEMORY_OUT, size), pipe,
			     sleeps && !(flags & SPLICE_F_NONBLOCK));
	if (!transfer)
		return -ENOMEM;
	transfer->await = pipe_room;
	transfer->finish = received;
	return transfer_begin(transfer);
}

/* ---- the calls ---- */

CALLS_HANDLER(serve_splice)
{
	size_t size = supervisor_pointer(call, 4);
	unsigned flags = (unsigned)supervisor_int(call, 5);
	int in = supervisor_int(call, 0), out = supervisor_int(call, 2);
	struct supervisor_object *object;

	if (supervisor_pointer(call, 1) || supervisor_pointer(call, 3) || size - 1 >= SSIZE_MAX ||
	    flags & ~DOOR_SPLICE_FLAGS)
		return SUPERVISOR_PROCEED;
	object = process_alg_number(call, out);
	if (object)
		return splice_in(call, object);
	object = process_alg_number(call, in);
	return object ? splice_out(call, object, in, out, size, flags) : SUPERVISOR_PROCEED;
}

static long send_or_receive(struct supervisor_call *call, size_t offset_size)
{
	struct supervisor_object *object = process_alg_object(call);
	size_t size = supervisor_pointer(call, 3);
	int in = supervisor_int(call, 1);

	if (object)
		return send_file(call, object, offset_size);
	object = process_alg_number(call, in);
	if (!object || supervisor_pointer(call, 2) || size - 1 >= SSIZE_MAX)
		return SUPERVISOR_PROCEED;
	return splice_out(call, object, in, supervisor_int(call, 0), size, 0);
}

CALLS_HANDLER(serve_sendfile)
{
	return send_or_receive(call, call->compat ? sizeof(int32_t) : sizeof(off_t));
}

CALLS_HANDLER(serve_sendfile64)
{
	return send_or_receive(call, sizeof(off_t));
}
