/* SPDX-License-Identifier: MIT */
/*
 * Contexts of asynchronous I/O that alg sockets were used with, and the events that are theirs.
 *
 * A call on an alg socket is done at once (I-01), and its event waits here until the program takes
 * it; the kernel knows of neither.  Only where one list has calls for both, what is for an alg
 * socket goes through the kernel as a shadow (doors/common/aio.h) in the program's own control
 * block, so that the kernel says how much of the list it took.
 *
 * The kernel's events are in the context's ring, which is memory of the program's.  They are taken
 * from there as libaio does it without a system call, which it leaves alone once the ring has no
 * magic number any more: then each taking is a system call that the supervisor answers.
 */
#ifndef UALG_DOORS_SUPERVISOR_EVENTS_H
#define UALG_DOORS_SUPERVISOR_EVENTS_H

#include <linux/aio_abi.h>

#include "doors/supervisor/process.h"

struct events_context;

/* The caller's context of a number: NULL: it has no such one, or there is no memory. */
struct events_context *events_find(const struct supervisor_call *call, uint64_t number);

/* The entries of its ring, which is more than the calls that may be under way. */
unsigned events_ring_size(const struct events_context *context);

/* How many more events have room; no more are accepted than the kernel's ring would hold. */
unsigned events_room(const struct events_context *context);

/* Whether events of ours wait in it, or are under way as shadows. */
bool events_any(const struct events_context *context);

/* From now on libaio asks for events. */
void events_begin(const struct supervisor_call *call, const struct events_context *context);

/* Lets an event wait for the program: false: no memory. */
bool events_add(struct events_context *context, const struct io_event *event);

/*
 * Puts a shadow in the place of the control block at user, whose call is done with a result. False:
 * no memory, or none of the program's.
 */
bool events_shadow(const struct supervisor_call *call, struct events_context *context,
		   uintptr_t user, const struct iocb *control, int64_t result);

/*
 * What a control block, of which control is a copy, stands for.  EVENTS_DONE: it is a shadow that
 * the kernel did not take: its call is done, with *result, and control is what it was, as is the
 * block itself.
 * EVENTS_CALL: the call that control describes, now without any shadow.
 */
enum events_meaning { EVENTS_CALL, EVENTS_DONE };
enum events_meaning events_read(const struct supervisor_call *call, struct events_context *context,
				uintptr_t user, struct iocb *control, int64_t *result);

/*
 * Writes the events that there are, at most `most`, to the program's memory at `to` and takes them:
 * how many.  -EFAULT: none are taken, since not all can be written, or the ring is no memory any
 * more.
 */
long events_take(const struct supervisor_call *call, struct events_context *context, uintptr_t to,
		 long most);

/* Counts events in an eventfd, a descriptor of ours, as the kernel does: without ever sleeping. */
void events_signal(int eventfd, unsigned count);

/* The context ends; or all of a process do. */
void events_forget(const struct supervisor_process *process, uint64_t number);
void events_forget_all(const struct supervisor_process *process);

#endif
