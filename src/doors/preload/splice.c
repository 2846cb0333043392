/* SPDX-License-Identifier: MIT */
/*
 * splice and sendfile into and out of alg sockets (rules Z).  Bytes are copied when they are
 * spliced (Z-02), so no page of a file or a pipe is ever written to, or read later.
 *
 * tee, vmsplice and copy_file_range need no part of ours: they refuse a placeholder as the kernel
 * refuses an alg socket (Z-06).
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "base/secmem.h"
#include "doors/common/pipe.h"
#include "doors/common/placeholder.h"
#include "doors/common/splice.h"
#include "doors/common/system.h"
#include "doors/preload/data.h"
#include "doors/preload/fault.h"
#include "doors/preload/real.h"

/* ---- into a socket ---- */

/* Bytes on their way: in memory, or in a pipe. */
struct source {
	struct sock_io io;
	struct iovec iov;
	int pipe;
	bool both_ways; /* the pipe's descriptor */
};

static ssize_t pull(struct sock_io *io, void *to, size_t size)
{
	const struct source *source = (struct source *)io;

	return door_pipe_take(source->pipe, source->both_ways, to, size);
}

static ssize_t send_pages(int number, struct sock *sock, struct source *source, size_t size,
			  bool more)
{
	source->iov.iov_len = size;
	source->io.size = size;
	source->io.flags = more ? MSG_MORE : 0;
	source->io.paged = true;
	return preload_transfer(number, sock, &source->io, PRELOAD_SEND);
}

static enum sock_kind kind_of(int number)
{
	enum sock_kind kind = SOCK_UNBOUND;
	int error;
	struct sock *sock = preload_lock(number, &error);

	if (sock) {
		kind = sock_kind(sock);
		sock_unlock(sock);
	}
	return kind;
}

/*
 * What the kernel does before it has data for the socket: it judges the arguments and waits.  The
 * placeholder is a socket too, and not connected, so that data stays in the pipe when it comes.
 * 0: now there is some; 1: *result is the answer, and errno.
 *
 * A placeholder with readiness may have a full buffer, on which the real call would sleep: there
 * the wait is ours, and a signal ends it even under SA_RESTART.
 */
static int wait_for_data(int pipe, off64_t *pipe_offset, int number, off64_t *offset, size_t size,
			 unsigned flags, enum sock_kind kind, ssize_t *result)
{
	struct pollfd entry = {.fd = pipe, .events = POLLIN};
	bool ours = door_placeholder_has_readiness(kind) && !(flags & SPLICE_F_NONBLOCK);

	*result = REAL(splice)(pipe, pipe_offset, number, offset, size,
			       ours ? flags | SPLICE_F_NONBLOCK : flags);
	if (*result >= 0)
		return 1;
	if (errno == ENOTCONN || errno == EMSGSIZE)
		return 0;
	if (!ours || errno != EAGAIN || DOOR_CALL_2(SYS_fcntl, pipe, F_GETFL) & O_NONBLOCK)
		return 1;
	*result = REAL(poll)(&entry, 1, -1);
	return *result < 0;
}

static ssize_t splice_to_socket(int pipe, off64_t *pipe_offset, int number, off64_t *offset,
				size_t size, unsigned flags)
{
	struct source source = {.io = {.pull = pull}, .pipe = pipe};
	bool plain = !pipe_offset && !offset && size - 1 < SSIZE_MAX &&
		     !(flags & ~DOOR_SPLICE_FLAGS) &&
		     door_pipe_is_readable(pipe, &source.both_ways);
	int saved = errno;
	struct sock *sock;
	ssize_t result;

	while ((sock = preload_find(number)) != NULL) {
		ssize_t waiting = plain ? door_pipe_waiting(pipe) : 0;

		if (waiting > 0) {
			result = send_pages(number, sock, &source,
					    size < (size_t)waiting ? size : (size_t)waiting,
					    flags & SPLICE_F_MORE);
			/* Another thread may have taken what was there. */
			if (result == -EAGAIN && door_pipe_waiting(pipe) == 0)
				continue;
			errno = saved;
			return preload_result(result);
		}
		if (wait_for_data(pipe, pipe_offset, number, offset, size, flags, kind_of(number),
				  &result)) {
			if (result >= 0)
				errno = saved;
			return result;
		}
	}
	return preload_result(-EBADF);
}

/* A send from a file: what a cancelled thread leaves. */
static void free_chunk(void *chunk)
{
	secmem_wipe(chunk, DOOR_FILE_CHUNK);
	free(chunk);
}

/* Reads and sends chunks until count bytes are sent, the file ends, or a send is short or fails. */
static ssize_t send_chunks(int number, struct sock *sock, int file, off_t position, size_t count,
			   void *chunk)
{
	ssize_t result = 0;
	size_t done = 0;

	while (done < count) {
		size_t wanted = count - done < DOOR_FILE_CHUNK ? count - done : DOOR_FILE_CHUNK;
		struct source source = {.io = {.iov = &source.iov, .iov_count = 1},
					.iov = {.iov_base = chunk}};
		ssize_t got = DOOR_CALL_4(SYS_pread64, file, chunk, wanted, position + (off_t)done);

		result = got;
		if (got <= 0)
			break;
		/* Short of what was asked for, the message stays open (Z-05). */
		result = send_pages(number, sock, &source, (size_t)got, done + (size_t)got < count);
		if (result <= 0)
			break;
		done += (size_t)result;
		if (result < got)
			break;
	}
	return done ? (ssize_t)done : result;
}

static ssize_t send_file_at(int number, struct sock *sock, int file, off_t position, size_t count)
{
	void *chunk = malloc(DOOR_FILE_CHUNK);
	ssize_t result;

	if (!chunk)
		return -ENOMEM;
	pthread_cleanup_push(free_chunk, chunk);
	result = send_chunks(number, sock, file, position, count, chunk);
	pthread_cleanup_pop(1);
	return result;
}

static ssize_t send_file(int number, struct sock *sock, int file, off_t *offset, size_t count)
{
	off_t position = 0;
	ssize_t result;

	if (offset && preload_copy_in(&position, offset, sizeof(position)) < 0)
		return -EFAULT;
	position = door_splice_file(file, offset ? &position : NULL, count);
	if (position < 0)
		return position;
	result = send_file_at(number, sock, file, position,
			      count < DOOR_SIZE_MAX ? count : DOOR_SIZE_MAX);
	if (result <= 0)
		return result;
	position += result;
	if (offset && preload_copy_out(offset, &position, sizeof(position)) < 0)
		return -EFAULT;
	if (!offset)
		(void)DOOR_CALL_3(SYS_lseek, file, position, SEEK_SET);
	return result;
}

/* ---- out of a socket ---- */

/* Waits until a page fits: 0, -EAGAIN, -EPIPE, -EINTR. */
static int wait_for_room(int pipe, bool sleep)
{
	struct pollfd entry = {.fd = pipe, .events = POLLOUT};
	int count = REAL(poll)(&entry, 1, sleep ? -1 : 0);

	if (count < 0)
		return -errno;
	if (entry.revents & POLLERR) {
		(void)raise(SIGPIPE);
		return -EPIPE;
	}
	return entry.revents & POLLOUT ? 0 : -EAGAIN;
}

struct outgoing {
	void *pages;
	size_t size;
};

static void free_outgoing(void *argument)
{
	struct outgoing *outgoing = argument;

	door_pipe_pages_free(outgoing->pages, outgoing->size);
}

static ssize_t receive_to_pipe(int number, struct sock *sock, int pipe, struct outgoing *outgoing)
{
	ssize_t result =
	    preload_transfer_buffer(number, sock, outgoing->pages, outgoing->size, 0, PRELOAD_RECV);

	if (result > 0)
		return door_pipe_give(pipe, outgoing->pages, (size_t)result);
	secmem_wipe(outgoing->pages, outgoing->size);
	return result;
}

/* Z-04: a recv of as much as the pipe has room for. */
static ssize_t splice_out(int number, struct sock *sock, int pipe, size_t size, unsigned flags)
{
	bool sleep =
	    !(flags & SPLICE_F_NONBLOCK) && !(DOOR_CALL_2(SYS_fcntl, pipe, F_GETFL) & O_NONBLOCK);
	ssize_t result = wait_for_room(pipe, sleep);
	struct outgoing outgoing;
	size_t room;

	if (result < 0)
		return result;
	room = door_pipe_room(pipe);
	outgoing.size = size < room ? size : room;
	outgoing.pages = door_pipe_pages(outgoing.size);
	if (!outgoing.pages)
		return -ENOMEM;
	pthread_cleanup_push(free_outgoing, &outgoing);
	result = receive_to_pipe(number, sock, pipe, &outgoing);
	pthread_cleanup_pop(1);
	return result;
}

/* ---- the calls ---- */

PRELOAD_EXPORT ssize_t splice(int in, off64_t *in_offset, int out, off64_t *out_offset, size_t size,
			      unsigned flags)
{
	struct sock *sock;
	int saved = errno;
	ssize_t result;

	if (preload_find(out))
		return splice_to_socket(in, in_offset, out, out_offset, size, flags);
	sock = preload_find(in);
	/* What is wrong in another way is wrong with the placeholder, too. */
	if (!sock || in_offset || out_offset || size - 1 >= SSIZE_MAX ||
	    flags & ~DOOR_SPLICE_FLAGS || !door_pipe_is_writable(out))
		return REAL(splice)(in, in_offset, out, out_offset, size, flags);
	result = splice_out(in, sock, out, size, flags);
	errno = saved;
	return preload_result(result);
}

PRELOAD_EXPORT ssize_t sendfile(int out, int in, off_t *offset, size_t count)
{
	struct sock *sock = preload_find(out);
	int saved = errno;
	ssize_t result;

	if (sock) {
		result = send_file(out, sock, in, offset, count);
	} else {
		sock = preload_find(in);
		if (!sock || offset || count - 1 >= SSIZE_MAX || !door_pipe_is_writable(out))
			return REAL(sendfile)(out, in, offset, count);
		result = splice_out(in, sock, out, count, 0);
	}
	errno = saved;
	return preload_result(result);
}
