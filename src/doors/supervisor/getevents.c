/* SPDX-License-Identifier: MIT */
/* io_getevents and io_pgetevents: of contexts that alg sockets are, or may be, used with. */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "doors/common/deadline.h"
#include "doors/supervisor/calls.h"
#include "doors/supervisor/events.h"
#include "doors/supervisor/memory.h"
#include "doors/supervisor/proc.h"
#include "doors/supervisor/waiting.h"

struct taking {
	uint64_t context;
	long least, most, got;
	uintptr_t events;
	bool begun; /* it sleeps */
	bool timed;
	struct timespec deadline;
};

static void release_taking(struct transfer *transfer)
{
	free(transfer->extra);
}

static long stop_taking(struct transfer *transfer, long result)
{
	const struct taking *taking = transfer->extra;

	return taking->got ? taking->got : result;
}

static bool is_over(const struct taking *taking)
{
	struct timespec left;

	if (!taking->timed)
		return false;
	left = door_deadline_left(&taking->deadline);
	return left.tv_sec == 0 && left.tv_nsec == 0;
}

/* Whether nobody but the caller itself could bring an event of ours, which would not wake it. */
static bool may_sleep_in_kernel(const struct transfer *transfer,
				const struct events_context *context)
{
	const struct taking *taking = transfer->extra;

	return taking->got == 0 && !events_any(context) &&
	       proc_is_alone(transfer->call.process->pid);
}

static long take(struct transfer *transfer)
{
	const struct supervisor_call *call = &transfer->call;
	struct taking *taking = transfer->extra;
	struct events_context *context = events_find(call, taking->context);
	uintptr_t to = taking->events + (uintptr_t)taking->got * sizeof(struct io_event);
	long result;

	if (!context)
		return stop_taking(transfer, -EINVAL);
	result = events_take(call, context, to, taking->most - taking->got);
	if (result > 0)
		taking->got += result;
	if (result < 0 || taking->got >= taking->least || is_over(taking))
		return stop_taking(transfer, result);
	if (!taking->begun && may_sleep_in_kernel(transfer, context))
		return SUPERVISOR_PROCEED;
	taking->begun = true;
	return SOCK_WAIT;
}

/* The time of a call; sizes of its parts differ. */
static int read_timeout(const struct supervisor_call *call, uintptr_t from, bool small,
			struct taking *taking)
{
	struct timespec time;
	int32_t parts[2];

	if (!from)
		return 0;
	if (!small && memory_read(call, &time, from, sizeof(time)) < 0)
		return -EFAULT;
	if (small) {
		if (memory_read(call, parts, from, sizeof(parts)) < 0)
			return -EFAULT;
		time = (struct timespec){.tv_sec = parts[0], .tv_nsec = parts[1]};
	}
	taking->timed = true;
	/* What is no time that is one is over at once. */
	if (door_deadline_set(&time, &taking->deadline) < 0)
		taking->deadline = (struct timespec){0};
	return 0;
}

static long take_events(struct supervisor_call *call, bool small_time)
{
	uint64_t number = supervisor_pointer(call, 0);
	struct transfer *transfer;
	struct taking *taking;

	/* Also where no alg socket is there yet: who sleeps in the kernel cannot be woken. */
	if (!events_find(call, number))
		return SUPERVISOR_PROCEED;
	taking = calloc(1, sizeof(*taking));
	transfer = taking ? transfer_new(call, NULL, MEMORY_OUT) : NULL;
	if (!transfer) {
		free(taking);
		return -ENOMEM;
	}
	transfer->extra = taking;
	transfer->release = release_taking;
	taking->context = number;
	taking->least = call->compat ? supervisor_int(call, 1) : (long)call->args[1];
	taking->most = call->compat ? supervisor_int(call, 2) : (long)call->args[2];
	taking->events = supervisor_pointer(call, 3);
	if (taking->least < 0 || taking->least > taking->most ||
	    read_timeout(call, supervisor_pointer(call, 4), small_time, taking) < 0) {
		transfer_free(transfer);
		return SUPERVISOR_PROCEED; /* the kernel knows what is wrong with it */
	}
	transfer->done = 1; /* a signal gives EINTR, and does not begin anew */
	transfer->often = true;
	transfer->await = take;
	transfer->finish = stop_taking;
	return transfer_begin(transfer);
}

CALLS_HANDLER(serve_io_getevents)
{
	return take_events(call, call->compat);
}

CALLS_HANDLER(serve_io_pgetevents_time64)
{
	return take_events(call, false);
}
