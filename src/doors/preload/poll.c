/* SPDX-License-Identifier: MIT */
/*
 * poll, select and epoll_ctl: the real calls on the placeholders do the waiting; here the alg
 * sockets among them are watched meanwhile, so that their placeholders tell the truth.
 */
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>

#include "doors/common/placeholder.h"
#include "doors/preload/fault.h"
#include "doors/preload/names.h"
#include "doors/preload/process.h"
#include "doors/preload/real.h"
#include "doors/preload/table.h"
#include "doors/preload/watch.h"

#define CHUNK      32u
#define LIST_ROOM  32u
#define SELECT_MAX 1024u /* numbers that an fd_set of libc's own type has room for */

/* Sockets watched during one call, a reference for each. */
struct list {
	struct sock *socks[LIST_ROOM];
	unsigned count;
};

/* More than there is room for stay watched from then on: slower, but right. */
static void list_add(struct list *list, int number)
{
	int error;
	struct sock *sock = preload_lock(number, &error);

	if (!sock)
		return;
	if (!door_placeholder_has_readiness(sock_kind(sock))) {
		sock_unlock(sock);
		return;
	}
	preload_watch_begin(sock, number);
	if (list->count < LIST_ROOM) {
		sock_get(sock);
		list->socks[list->count++] = sock;
	}
	sock_unlock(sock);
}

static void list_end(void *argument)
{
	struct list *list = argument;

	for (unsigned i = 0; i < list->count; i++) {
		struct sock *sock = list->socks[i];

		if (!sock_lock(sock))
			continue;
		preload_watch_end(sock);
		sock_put_unlock(sock);
	}
}

/* What cannot be read is left to the real call to complain of. */
static void list_poll(struct list *list, struct pollfd *entries, nfds_t count)
{
	struct pollfd chunk[CHUNK];

	preload_check_fork();
	for (nfds_t i = 0; i < count; i += CHUNK) {
		nfds_t here = count - i < CHUNK ? count - i : CHUNK;

		if (preload_copy_in(chunk, entries + i, here * sizeof(chunk[0])) < 0)
			return;
		for (nfds_t j = 0; j < here; j++)
			if (preload_find(chunk[j].fd))
				list_add(list, chunk[j].fd);
	}
}

PRELOAD_EXPORT int poll(struct pollfd *entries, nfds_t count, int timeout)
{
	struct list list;
	int result;

	if (!preload_is_active())
		return REAL(poll)(entries, count, timeout);
	list.count = 0;
	list_poll(&list, entries, count);
	pthread_cleanup_push(list_end, &list);
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
	struct list list;
	int result;

	if (!preload_is_active())
		return REAL(ppoll)(entries, count, timeout, mask);
	list.count = 0;
	list_poll(&list, entries, count);
	pthread_cleanup_push(list_end, &list);
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

/* The sets may be longer than fd_set where a program makes its own. */
static void list_set(struct list *list, const fd_set *set, int count)
{
	const unsigned bits = sizeof(long) * CHAR_BIT;
	long words[SELECT_MAX / (sizeof(long) * CHAR_BIT)];
	unsigned top = preload_table_top();
	unsigned last = count < 0 ? 0 : (unsigned)count;

	if (!set)
		return;
	if (last > top)
		last = top;
	for (unsigned first = 0; first < last; first += SELECT_MAX) {
		unsigned here = last - first < SELECT_MAX ? last - first : SELECT_MAX;
		size_t size = (here + bits - 1) / bits * sizeof(long);

		if (preload_copy_in(words, (const char *)set + first / CHAR_BIT, size) < 0)
			return;
		for (unsigned i = 0; i < here; i++)
			if (words[i / bits] >> (i % bits) & 1 && preload_find((int)(first + i)))
				list_add(list, (int)(first + i));
	}
}

static void list_select(struct list *list, int count, const fd_set *readable,
			const fd_set *writable)
{
	preload_check_fork();
	list->count = 0;
	list_set(list, readable, count);
	list_set(list, writable, count);
}

PRELOAD_EXPORT int select(int count, fd_set *restrict readable, fd_set *restrict writable,
			  fd_set *restrict exceptional, struct timeval *restrict timeout)
{
	struct list list;
	int result;

	if (!preload_is_active())
		return REAL(select)(count, readable, writable, exceptional, timeout);
	list_select(&list, count, readable, writable);
	pthread_cleanup_push(list_end, &list);
	result = REAL(select)(count, readable, writable, exceptional, timeout);
	pthread_cleanup_pop(1);
	return result;
}

PRELOAD_EXPORT int pselect(int count, fd_set *restrict readable, fd_set *restrict writable,
			   fd_set *restrict exceptional, const struct timespec *restrict timeout,
			   const sigset_t *restrict mask)
{
	struct list list;
	int result;

	if (!preload_is_active())
		return REAL(pselect)(count, readable, writable, exceptional, timeout, mask);
	list_select(&list, count, readable, writable);
	pthread_cleanup_push(list_end, &list);
	result = REAL(pselect)(count, readable, writable, exceptional, timeout, mask);
	pthread_cleanup_pop(1);
	return result;
}

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
