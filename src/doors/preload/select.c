/* SPDX-License-Identifier: MIT */
/* select and pselect: as poll.c. */
#include <pthread.h>

#include "doors/preload/process.h"
#include "doors/preload/real.h"
#include "doors/preload/waiting.h"

PRELOAD_EXPORT int select(int count, fd_set *restrict readable, fd_set *restrict writable,
			  fd_set *restrict exceptional, struct timeval *restrict timeout)
{
	struct preload_waiting waiting;
	int result;

	if (!preload_is_active())
		return REAL(select)(count, readable, writable, exceptional, timeout);
	preload_waiting_select(&waiting, count, readable, writable);
	pthread_cleanup_push(preload_waiting_end, &waiting);
	result = REAL(select)(count, readable, writable, exceptional, timeout);
	pthread_cleanup_pop(1);
	return result;
}

PRELOAD_EXPORT int pselect(int count, fd_set *restrict readable, fd_set *restrict writable,
			   fd_set *restrict exceptional, const struct timespec *restrict timeout,
			   const sigset_t *restrict mask)
{
	struct preload_waiting waiting;
	int result;

	if (!preload_is_active())
		return REAL(pselect)(count, readable, writable, exceptional, timeout, mask);
	preload_waiting_select(&waiting, count, readable, writable);
	pthread_cleanup_push(preload_waiting_end, &waiting);
	result = REAL(pselect)(count, readable, writable, exceptional, timeout, mask);
	pthread_cleanup_pop(1);
	return result;
}
