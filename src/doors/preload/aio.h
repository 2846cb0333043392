/* SPDX-License-Identifier: MIT */
/*
 * Asynchronous I/O (rules I): the system calls of their names, for calls on alg sockets and all
 * others together.  Returned is what the system call returns, or a negative errno, as libaio's
 * functions do.
 *
 * io_setup and io_cancel need no part of ours: contexts are real, and a call on an alg socket is
 * done before it could be cancelled (-EINVAL).
 */
#ifndef UALG_DOORS_PRELOAD_AIO_H
#define UALG_DOORS_PRELOAD_AIO_H

#include <linux/aio_abi.h>
#include <time.h>

/*
 * Calls on alg sockets are done in it, one after the other, and may sleep in it as read and write
 * would (I-01, I-02); those on different sockets that follow each other in the list may be computed
 * side by side (sock_batch), which no result tells; their errors are in the events (I-04). -EINVAL,
 * -EBADF, -EFAULT, -EAGAIN, -EOPNOTSUPP for what the kernel refuses to begin.
 */
long preload_aio_submit(aio_context_t context, long count, struct iocb **list);

/* The last argument of the system call io_pgetevents. */
struct preload_aio_mask {
	const void *signals;
	unsigned long size; /* bytes */
};
long preload_aio_getevents(aio_context_t context, long least, long most, struct io_event *events,
			   struct timespec *timeout);
long preload_aio_pgetevents(aio_context_t context, long least, long most, struct io_event *events,
			    struct timespec *timeout, const struct preload_aio_mask *mask);

long preload_aio_destroy(aio_context_t context);

#endif
