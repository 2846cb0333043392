/* SPDX-License-Identifier: MIT */
/* Taking events: those that are held, those of the ring with their looks, those that wait for room.
 */
#include <stdbool.h>

#include "doors/common/system.h"
#include "doors/preload/aio.h"
#include "doors/preload/events.h"
#include "doors/preload/fault.h"

static void resolve(struct io_event *events, long count)
{
	struct io_event event;

	for (long i = 0; i < count; i++)
		if (preload_copy_in(&event, &events[i], sizeof(event)) == 0 &&
		    preload_events_resolve(&event))
			(void)preload_copy_out(&events[i], &event, sizeof(event));
}

/* The arguments of io_pgetevents, and which of the two calls it is. */
struct wait {
	long number;
	aio_context_t context;
	struct timespec *timeout;
	const struct preload_aio_mask *mask;
};

/* The kernel's call, and its events with their looks. */
static long get_from_kernel(const struct wait *wait, long least, long most, struct io_event *events)
{
	long count = DOOR_CALL_6(wait->number, wait->context, least, most, events, wait->timeout,
				 wait->mask);

	if (count > 0 && preload_events_any()) {
		resolve(events, count);
		(void)preload_events_flush(wait->context);
	}
	return count;
}

/* Without a sleep: what the ring has beside those events that were held. */
static long add_from_kernel(const struct wait *wait, long count, long most, struct io_event *events)
{
	struct timespec none = {0, 0};
	struct wait now = {.number = SYS_io_getevents, .context = wait->context, .timeout = &none};
	long more = count < most ? get_from_kernel(&now, 0, most - count, events + count) : 0;

	return more > 0 ? count + more : count;
}

/* Events that were kept back for a full ring: what is taken out of it makes room for them, which a
 * sleep in the kernel would not see. */
static long add_kept_back(const struct wait *wait, long count, long least, long most,
			  struct io_event *events)
{
	while (count < least && !preload_events_flush(wait->context)) {
		long more = add_from_kernel(wait, count, most, events);

		if (more == count)
			break;
		count = more;
	}
	return count;
}

static long getevents(const struct wait *wait, long least, long most, struct io_event *events)
{
	bool plain = least >= 0 && least <= most && !(wait->mask && wait->mask->signals);
	long count = 0, more;

	if (preload_events_any()) {
		(void)preload_events_flush(wait->context);
		if (plain)
			count = preload_events_take(wait->context, most, events);
		if (count < 0)
			return count;
	}
	if (plain && count < least)
		count = add_kept_back(wait, count, least, most, events);
	if (count > 0 && count >= least)
		return add_from_kernel(wait, count, most, events);
	/* Before the first alg call as well: it may come while this sleeps. */
	preload_events_wait(wait->context);
	more = get_from_kernel(wait, least - count, most - count, events + count);
	preload_events_waited();
	return more > 0 ? count + more : count > 0 ? count : more;
}

long preload_aio_getevents(aio_context_t context, long least, long most, struct io_event *events,
			   struct timespec *timeout)
{
	const struct wait wait = {
	    .number = SYS_io_getevents, .context = context, .timeout = timeout};

	return getevents(&wait, least, most, events);
}

long preload_aio_pgetevents(aio_context_t context, long least, long most, struct io_event *events,
			    struct timespec *timeout, const struct preload_aio_mask *mask)
{
	const struct wait wait = {
	    .number = SYS_io_pgetevents, .context = context, .timeout = timeout, .mask = mask};

	return getevents(&wait, least, most, events);
}
