/* SPDX-License-Identifier: MIT */
/* epoll: the placeholder's own events are right but for edges, of which each change makes one. */
#include <errno.h>
#include <sys/epoll.h>

#include "doors/supervisor/calls.h"
#include "doors/supervisor/memory.h"

CALLS_HANDLER(serve_epoll_ctl)
{
	struct supervisor_object *object = process_alg_number(call, supervisor_int(call, 2));
	int operation = supervisor_int(call, 1);
	uint32_t events;

	if (!object || operation == EPOLL_CTL_DEL)
		return SUPERVISOR_PROCEED;
	/* The word of events comes first, in 32-bit programs as well. */
	if (memory_read(call, &events, supervisor_pointer(call, 3), sizeof(events)) == 0 &&
	    events & EPOLLET)
		object->edges = true;
	return SUPERVISOR_PROCEED;
}
