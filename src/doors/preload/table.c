/* SPDX-License-Identifier: MIT */
#include "doors/preload/table.h"

#include <errno.h>

_Atomic(struct sock *) preload_table[PRELOAD_TABLE_SIZE];

static _Atomic unsigned top;

unsigned preload_table_top(void)
{
	return atomic_load_explicit(&top, memory_order_relaxed);
}

struct sock *preload_lock(int number, int *error)
{
	struct sock *sock;

	*error = 0;
	while ((sock = preload_find(number)) != NULL) {
		if (!sock_lock(sock)) {
			*error = -EBUSY;
			return NULL;
		}
		if (preload_find(number) == sock)
			return sock;
		sock_unlock(sock);
	}
	return NULL;
}

bool preload_table_set(int number, struct sock *sock)
{
	unsigned seen = preload_table_top();
	struct sock *stale;

	if ((unsigned)number >= PRELOAD_TABLE_SIZE)
		return false;
	while (seen <= (unsigned)number &&
	       !atomic_compare_exchange_weak_explicit(&top, &seen, (unsigned)number + 1,
						      memory_order_relaxed, memory_order_relaxed))
		;
	/* Something is there only if its descriptor was closed in a way that nobody saw. */
	stale = atomic_exchange_explicit(&preload_table[number], sock, memory_order_acq_rel);
	if (stale)
		preload_drop(stale);
	return true;
}

struct sock *preload_table_take(int number)
{
	if ((unsigned)number >= PRELOAD_TABLE_SIZE)
		return NULL;
	return atomic_exchange_explicit(&preload_table[number], NULL, memory_order_acq_rel);
}

void preload_drop(struct sock *sock)
{
	/*
	 * False: a signal handler has interrupted a call on this very socket in this thread, and
	 * closes it.  Its reference is then lost, which is all that can be done here.
	 */
	if (sock_lock(sock))
		sock_put_unlock(sock);
}
