/* SPDX-License-Identifier: MIT */
/*
 * The alg sockets that one poll or select waits for: watched as long as the call takes (watch.h).
 */
#ifndef UALG_DOORS_PRELOAD_WAITING_H
#define UALG_DOORS_PRELOAD_WAITING_H

#include <poll.h>
#include <sys/select.h>

#include "socket/sock.h"

#define PRELOAD_WAITING_ROOM 32u

/* A reference for each.  More than there is room for stay watched for good: slower, but right. */
struct preload_waiting {
	struct sock *socks[PRELOAD_WAITING_ROOM];
	unsigned count;
};

/*
 * Begin to watch what a call names.  The arguments are the program's: what cannot be read is left
 * to the real call to complain of.  Exceptional conditions do not exist for alg sockets.
 */
void preload_waiting_poll(struct preload_waiting *waiting, struct pollfd *entries, nfds_t count);
void preload_waiting_select(struct preload_waiting *waiting, int count, const fd_set *readable,
			    const fd_set *writable);

/* Ends it; of the type of a cancellation handler, for the real calls are cancellation points. */
void preload_waiting_end(void *waiting);

#endif
