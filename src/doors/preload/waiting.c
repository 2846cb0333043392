/* SPDX-License-Identifier: MIT */
#include "doors/preload/waiting.h"

#include <limits.h>

#include "doors/common/placeholder.h"
#include "doors/preload/fault.h"
#include "doors/preload/process.h"
#include "doors/preload/table.h"
#include "doors/preload/watch.h"

#define CHUNK      32u
#define SELECT_MAX 1024u /* numbers that an fd_set of libc's own type has room for */

static void add(struct preload_waiting *waiting, int number)
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
	if (waiting->count < PRELOAD_WAITING_ROOM) {
		sock_get(sock);
		waiting->socks[waiting->count++] = sock;
	}
	sock_unlock(sock);
}

void preload_waiting_end(void *argument)
{
	struct preload_waiting *waiting = argument;

	for (unsigned i = 0; i < waiting->count; i++) {
		struct sock *sock = waiting->socks[i];

		if (!sock_lock(sock))
			continue;
		preload_watch_end(sock);
		sock_put_unlock(sock);
	}
}

/* What cannot be read is left to the real call to complain of. */
void preload_waiting_poll(struct preload_waiting *waiting, struct pollfd *entries, nfds_t count)
{
	struct pollfd chunk[CHUNK];

	preload_check_fork();
	waiting->count = 0;
	for (nfds_t i = 0; i < count; i += CHUNK) {
		nfds_t here = count - i < CHUNK ? count - i : CHUNK;

		if (preload_copy_in(chunk, entries + i, here * sizeof(chunk[0])) < 0)
			return;
		for (nfds_t j = 0; j < here; j++)
			if (preload_find(chunk[j].fd))
				add(waiting, chunk[j].fd);
	}
}

/* The sets may be longer than fd_set where a program makes its own. */
static void add_set(struct preload_waiting *waiting, const fd_set *set, int count)
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
				add(waiting, (int)(first + i));
	}
}

void preload_waiting_select(struct preload_waiting *waiting, int count, const fd_set *readable,
			    const fd_set *writable)
{
	preload_check_fork();
	waiting->count = 0;
	add_set(waiting, readable, count);
	add_set(waiting, writable, count);
}
