/* SPDX-License-Identifier: MIT */
/*
 * What becomes of descriptor numbers.  The kernel does it all, to the placeholders; the supervisor
 * forgets what it knew of a number, and asks when it is used next.  Only a copy that the kernel
 * would put outside of the window is made here.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <unistd.h>

#include "doors/supervisor/calls.h"
#include "doors/supervisor/filter.h"
#include "doors/supervisor/loop.h"

CALLS_HANDLER(serve_close)
{
	process_forget(call->process, supervisor_int(call, 0));
	loop_hurry();
	return SUPERVISOR_PROCEED;
}

CALLS_HANDLER(serve_close_range)
{
	unsigned first = (unsigned)supervisor_int(call, 0),
		 last = (unsigned)supervisor_int(call, 1);

	if (!((unsigned)supervisor_int(call, 2) & CLOSE_RANGE_CLOEXEC) && first <= last)
		process_forget_range(call->process, first, last);
	loop_hurry();
	return SUPERVISOR_PROCEED;
}

CALLS_HANDLER(serve_exec)
{
	process_forget_all(call->process);
	call->process->preloaded = false;
	loop_hurry();
	return SUPERVISOR_PROCEED;
}

/* dup2 and dup3. */
CALLS_HANDLER(serve_dup_to)
{
	process_forget(call->process, supervisor_int(call, 1));
	loop_hurry();
	return SUPERVISOR_PROCEED;
}

/* A copy within the window, from a number on. */
static long copy_in_window(struct supervisor_call *call, int from, bool cloexec)
{
	struct supervisor_object *object = process_object(call, supervisor_int(call, 0));
	int number, descriptor, result;

	if (!object || supervisor_options->trap == SUPERVISOR_TRAP_ALL)
		return SUPERVISOR_PROCEED;
	number = process_free_number(call, from);
	if (number < 0)
		return number;
	descriptor = process_descriptor(call, supervisor_int(call, 0));
	if (descriptor < 0)
		return descriptor;
	result = call->way->inject(call, descriptor, number, cloexec);
	(void)close(descriptor);
	if (result < 0)
		return result;
	process_note(call->process, result, object);
	return SUPERVISOR_ANSWERED;
}

CALLS_HANDLER(serve_dup)
{
	return copy_in_window(call, 0, false);
}

CALLS_HANDLER(serve_fcntl)
{
	int command = supervisor_int(call, 1);
	int from = supervisor_int(call, 2);

	if (command != F_DUPFD && command != F_DUPFD_CLOEXEC)
		return SUPERVISOR_PROCEED;
	if (from < 0 || !process_may_ask_for(call, from))
		return SUPERVISOR_PROCEED; /* the kernel knows what is wrong with it */
	return copy_in_window(call, from, command == F_DUPFD_CLOEXEC);
}
