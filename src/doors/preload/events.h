/* SPDX-License-Identifier: MIT */
/*
 * Results of asynchronous calls on alg sockets, on their way through the kernel's own contexts.
 *
 * A call is done at once (I-01).  Its event then goes through the program's real context, in the
 * shape of a shadow: a control block of ours that the kernel completes at once, which takes a place
 * in the ring, wakes who waits in io_getevents and counts in the program's eventfd as any other.
 * When its event comes out it is given the looks of the program's call.
 *
 * So everything about contexts stays the kernel's: their size, their life, order and timeouts, and
 * that a fork's child has none.
 *
 * One thing is shorter, since a shadow costs as much as a small request: while nobody sleeps in
 * io_getevents and no eventfd counts, a few events are held here, and the next io_getevents takes
 * them first.  Before anybody sleeps, those that are held have been taken, or go the long way.
 */
#ifndef UALG_DOORS_PRELOAD_EVENTS_H
#define UALG_DOORS_PRELOAD_EVENTS_H

#include <linux/aio_abi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether any event of ours may be under way. */
bool preload_events_any(void);

/*
 * Makes room for one event of a call that the program described by control at user.  NULL: there
 * are PRELOAD_EVENTS_MAX under way, or a signal handler interrupted this very function.
 */
#define PRELOAD_EVENTS_MAX 65536u
struct preload_event *preload_events_new(aio_context_t context, const struct iocb *control,
					 const struct iocb *user);

/* Lets an event come out with a result.  Never fails: where the ring is full it is kept back. */
void preload_events_complete(struct preload_event *event, int64_t result);

/* The same for count events of one context, in this order, at most PRELOAD_EVENTS_TOGETHER. */
#define PRELOAD_EVENTS_TOGETHER 32u
void preload_events_complete_all(struct preload_event *const *events, const int64_t *results,
				 size_t count);

/*
 * Hands events that were kept back to a context whose ring has room again.  True: none is left.
 */
bool preload_events_flush(aio_context_t context);

/*
 * Writes events of a context that are held to the program's out[0..most), and returns how many;
 * -EFAULT: not all can be written, and all of them are held still.
 */
long preload_events_take(aio_context_t context, long most, struct io_event *out);

/*
 * Around a call that may sleep until there are events: from preload_events_wait on none is held any
 * more, and those of the context that were are on their way through the kernel.
 */
void preload_events_wait(aio_context_t context);
void preload_events_waited(void);

/* Gives an event that came out of the kernel its looks.  False: it is none of ours. */
bool preload_events_resolve(struct io_event *event);

/* The context is gone, and with it all its events. */
void preload_events_forget(aio_context_t context);

#endif
