/* SPDX-License-Identifier: MIT */
/*
 * Data calls: from a descriptor's number and the caller's memory to the engine and back.
 *
 * The way to the engine is inline; what sleeps or is large is not.
 */
#ifndef UALG_DOORS_PRELOAD_DATA_H
#define UALG_DOORS_PRELOAD_DATA_H

#include <errno.h>
#include <pthread.h>
#include <sys/socket.h>

#include "doors/common/message.h"
#include "doors/preload/handover.h"
#include "doors/preload/process.h"
#include "doors/preload/recording.h"
#include "doors/preload/table.h"
#include "socket/sock.h"

enum preload_direction { PRELOAD_SEND, PRELOAD_RECV };

/* The result of a call as libc gives it: errno is touched by failures only. */
static inline ssize_t preload_result(ssize_t result)
{
	if (__builtin_expect(result < 0, 0)) {
		errno = (int)-result;
		return -1;
	}
	return result;
}

/*
 * Goes on with a call that has to sleep: the socket is locked, and not any more on return.  A
 * cancellation point.
 */
ssize_t preload_sleep(int number, struct sock *sock, struct sock_io *io,
		      enum preload_direction direction);

/* Makes a data call whose io is filled.  -EBUSY: a signal handler has interrupted another one. */
static inline ssize_t preload_transfer(int number, struct sock *sock, struct sock_io *io,
				       enum preload_direction direction)
{
	ssize_t result;

	io->done = 0;
	io->begun = false;
	io->out_flags = 0;
	io->ticket = 0;
	/* As libc's own calls do: a single thread can be cancelled by nobody. */
	if (!LOCK_ALONE)
		pthread_testcancel();
	preload_check_fork();
	if (__builtin_expect(!sock_lock(sock), 0))
		return -EBUSY;
	if (__builtin_expect(preload_find(number) != sock, 0)) {
		sock_unlock(sock);
		/* Closed by another thread just now, or given away. */
		if (preload_is_supervised())
			return preload_handover_transfer(number, io, direction == PRELOAD_SEND);
		return -EBADF;
	}
	result = direction == PRELOAD_SEND ? sock_send(sock, io) : sock_recv(sock, io);
	if (__builtin_expect(result == SOCK_WAIT, 0))
		return preload_sleep(number, sock, io, direction);
	if (record_is_on())
		preload_record_data(sock, io, direction == PRELOAD_SEND, result);
	sock_unlock(sock);
	return result;
}

/* The same for one buffer without control data; a size beyond DOOR_SIZE_MAX is cut. */
static inline ssize_t preload_transfer_buffer(int number, struct sock *sock, const void *buffer,
					      size_t size, int flags,
					      enum preload_direction direction)
{
	struct iovec iov;
	struct sock_io io;

	if (size > DOOR_SIZE_MAX)
		size = DOOR_SIZE_MAX;
	if (__builtin_expect(!door_range_valid(buffer, size), 0))
		return -EFAULT;
	iov.iov_base = (void *)(uintptr_t)buffer;
	iov.iov_len = size;
	io.iov = &iov;
	io.iov_count = 1;
	io.size = size;
	io.flags = flags;
	io.control = NULL;
	io.control_size = 0;
	io.pull = NULL;
	io.paged = false;
	return preload_transfer(number, sock, &io, direction);
}

/*
 * readv, preadv2, writev, pwritev2: -EINVAL for counts and sizes out of range; -ENOMEM; 0 for no
 * bytes.
 */
ssize_t preload_transfer_vector(int number, struct sock *sock, const struct iovec *vector,
				int count, int flags, enum preload_direction direction);

/*
 * sendmsg and recvmsg.  recvmsg writes *header's name length, control length and flags.
 * Errors of the generic layer: -EFAULT, -EINVAL, -EMSGSIZE, -ENOBUFS, -ENOMEM.
 */
ssize_t preload_transfer_message(int number, struct sock *sock, struct msghdr *header, int flags,
				 enum preload_direction direction);

#endif
