/* SPDX-License-Identifier: MIT */
/*
 * epoll: a socket that is added to one is watched from then on, since nobody tells when the last
 * epoll lets go of it.  The waiting calls need nothing: the placeholder's own events are right.
 */
#include <sys/epoll.h>

#include "doors/preload/process.h"
#include "doors/preload/real.h"
#include "doors/preload/table.h"
#include "doors/preload/watch.h"

PRELOAD_EXPORT int epoll_ctl(int epoll, int operation, int number, struct epoll_event *event)
{
	struct sock *sock;
	int error;

	if (operation == EPOLL_CTL_ADD && preload_find(number)) {
		preload_check_fork();
		sock = preload_lock(number, &error);
		if (sock) {
			preload_watch_edges(sock, number);
			sock_unlock(sock);
		}
	}
	return REAL(epoll_ctl)(epoll, operation, number, event);
}
