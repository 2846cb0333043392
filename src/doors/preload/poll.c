/* SPDX-License-Identifier: MIT */
/*
 * poll and its kin: the real calls on the placeholders do the waiting; meanwhile the alg sockets
 * among them are watched, so that their placeholders tell the truth.
 */
#include <pthread.h>

#include "doors/preload/names.h"
#include "doors/preload/process.h"
#include "doors/preload/real.h"
#include "doors/preload/waiting.h"

PRELOAD_EXPORT int poll(struct pollfd *entries, nfds_t count, int timeout)
{
	struct preload_waiting waiting;
	int result;

	if (!preload_is_active())
		return REAL(poll)(entries, count, timeout);
	preload_waiting_poll(&waiting, entries, count);
	pthread_cleanup_push(preload_waiting_end, &waiting);
	result = REAL(poll)(entries, count, timeout);
	pthread_cleanup_pop(1);
	return result;
}

int __poll(struct pollfd *entries, nfds_t count, int timeout) PRELOAD_ALIAS(poll);

PRELOAD_EXPORT int __poll_chk(struct pollfd *entries, nfds_t count, int timeout, size_t room)
{
	if (room / sizeof(*entries) < count)
		return REAL(__poll_chk)(entries, count, timeout, room);
	return poll(entries, count, timeout);
}

PRELOAD_EXPORT int ppoll(struct pollfd *entries, nfds_t count, const struct timespec *timeout,
			 const sigset_t *mask)
{
	struct preload_waiting waiting;
	int result;

	if (!preload_is_active())
		return REAL(ppoll)(entries, count, timeout, mask);
	preload_waiting_poll(&waiting, entries, count);
	pthread_cleanup_push(preload_waiting_end, &waiting);
	result = REAL(ppoll)(entries, count, timeout, mask);
	pthread_cleanup_pop(1);
	return result;
}

PRELOAD_EXPORT int __ppoll_chk(struct pollfd *entries, nfds_t count, const struct timespec *timeout,
			       const sigset_t *mask, size_t room)
{
	if (room / sizeof(*entries) < count)
		return REAL(__ppoll_chk)(entries, count, timeout, mask, room);
	return ppoll(entries, count, timeout, mask);
}
