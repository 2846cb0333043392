/* SPDX-License-Identifier: MIT */
/* Asynchronous calls on alg sockets: what the doors have in common (rules I). */
#ifndef UALG_DOORS_COMMON_AIO_H
#define UALG_DOORS_COMMON_AIO_H

#include <linux/aio_abi.h>
#include <stdbool.h>
#include <sys/uio.h>

/*
 * What the kernel judges before it begins a read or a write, but for the eventfd: 0, -EINVAL, or
 * -EOPNOTSUPP: flags (I-05).
 */
int door_aio_judge(const struct iocb *control);

/* Whether descriptor is one that an event may be counted in: 0, -EINVAL: it is no eventfd. */
int door_aio_judge_eventfd(int descriptor);

static inline bool door_aio_reads(const struct iocb *control)
{
	return control->aio_lio_opcode == IOCB_CMD_PREAD ||
	       control->aio_lio_opcode == IOCB_CMD_PREADV;
}

static inline bool door_aio_transfers(const struct iocb *control)
{
	return door_aio_reads(control) || control->aio_lio_opcode == IOCB_CMD_PWRITE ||
	       control->aio_lio_opcode == IOCB_CMD_PWRITEV;
}

/* Whether it has one buffer, not a vector of them. */
static inline bool door_aio_is_plain(const struct iocb *control)
{
	return control->aio_lio_opcode == IOCB_CMD_PREAD ||
	       control->aio_lio_opcode == IOCB_CMD_PWRITE;
}

/* The buffer of a plain call, cut at DOOR_SIZE_MAX: 0; -EFAULT: beyond a program's memory. */
int door_aio_buffer(const struct iocb *control, struct iovec *out);

/*
 * Calls that follow each other in a list may be made together (sock_batch), as far as each has one
 * buffer and a socket of its own, and all go in one direction.  So many are looked at at once; from
 * so few on that is worth it.
 */
#define DOOR_AIO_TOGETHER_MOST  32u
#define DOOR_AIO_TOGETHER_LEAST 4u

/* Whether a call may be made together with those of a row that begins with first. */
static inline bool door_aio_joins(const struct iocb *control, const struct iocb *first)
{
	return door_aio_is_plain(control) && control->aio_lio_opcode == first->aio_lio_opcode;
}

/*
 * The shadow of a call: a read that every socket refuses with ESPIPE, for its offset, before it
 * looks at anything else.  It has the call's descriptor, data, eventfd and priority, so the kernel
 * does for it at once all that it does for an event.
 */
void door_aio_shadow(struct iocb *shadow, const struct iocb *control);

#endif
