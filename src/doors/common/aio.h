/* SPDX-License-Identifier: MIT */
/* Asynchronous calls on alg sockets: what the doors have in common (rules I). */
#ifndef UALG_DOORS_COMMON_AIO_H
#define UALG_DOORS_COMMON_AIO_H

#include <linux/aio_abi.h>
#include <stdbool.h>

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

/*
 * The shadow of a call: a read that every socket refuses with ESPIPE, for its offset, before it
 * looks at anything else.  It has the call's descriptor, data, eventfd and priority, so the kernel
 * does for it at once all that it does for an event.
 */
void door_aio_shadow(struct iocb *shadow, const struct iocb *control);

#endif
