/* SPDX-License-Identifier: MIT */
#include "doors/preload/table.h"

#include <errno.h>
#include <sys/stat.h>

#include "doors/common/system.h"
#include "doors/preload/process.h"

/* References that wait for being dropped; more of them than this are lost. */
#define DEFERRED_MAX 16

/* Above all inode numbers of sockets, which have 32 bits: a mark, and a count of movers. */
#define INODE_COPIED     ((uint64_t)1 << 63)
#define INODE_MOVER      ((uint64_t)1 << 48)
#define INODE_MOVERS_ALL (INODE_COPIED - INODE_MOVER)
#define INODE_NUMBER     (INODE_MOVER - 1)

_Atomic(struct sock *) preload_table[PRELOAD_TABLE_SIZE];

/* Read on rare calls only, so it is kept apart from what every call reads. */
static _Atomic uint64_t inodes[PRELOAD_TABLE_SIZE];

static _Atomic unsigned top;
static _Atomic(struct sock *) deferred[DEFERRED_MAX];
static _Atomic unsigned deferred_count;

unsigned preload_table_top(void)
{
	return atomic_load_explicit(&top, memory_order_relaxed);
}

struct sock *preload_lock(int number, int *error)
{
	struct sock *sock;

	*error = 0;
	preload_drop_deferred();
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

struct preload_entry preload_table_swap(int number, struct preload_entry entry)
{
	unsigned seen = preload_table_top();
	struct preload_entry before;

	while (seen <= (unsigned)number &&
	       !atomic_compare_exchange_weak_explicit(&top, &seen, (unsigned)number + 1,
						      memory_order_relaxed, memory_order_relaxed))
		;
	before.inode = atomic_load_explicit(&inodes[number], memory_order_relaxed);
	while (!atomic_compare_exchange_weak_explicit(
	    &inodes[number], &before.inode, entry.inode | (before.inode & INODE_MOVERS_ALL),
	    memory_order_relaxed, memory_order_relaxed))
		;
	before.inode &= ~INODE_MOVERS_ALL;
	before.sock =
	    atomic_exchange_explicit(&preload_table[number], entry.sock, memory_order_acq_rel);
	return before;
}

bool preload_table_set(int number, struct sock *sock)
{
	struct preload_entry entry = {.sock = sock}, stale;

	if ((unsigned)number >= PRELOAD_TABLE_SIZE)
		return false;
	entry.inode = preload_inode_now(number);
	/* Something is there only if its descriptor was closed in a way that nobody saw. */
	preload_table_move(number, 1);
	stale = preload_table_swap(number, entry);
	preload_table_move(number, -1);
	if (stale.sock)
		preload_drop(stale.sock);
	return true;
}

struct sock *preload_table_take(int number)
{
	if ((unsigned)number >= PRELOAD_TABLE_SIZE)
		return NULL;
	return atomic_exchange_explicit(&preload_table[number], NULL, memory_order_acq_rel);
}

bool preload_table_forget(int number, struct sock *sock)
{
	if (!atomic_compare_exchange_strong_explicit(&preload_table[number], &sock, NULL,
						     memory_order_acq_rel, memory_order_relaxed))
		return false;
	preload_drop(sock);
	return true;
}

static void defer(struct sock *sock)
{
	for (unsigned i = 0; i < DEFERRED_MAX; i++) {
		struct sock *none = NULL;

		if (!atomic_compare_exchange_strong(&deferred[i], &none, sock))
			continue;
		atomic_fetch_add(&deferred_count, 1);
		return;
	}
}

void preload_drop(struct sock *sock)
{
	/* The end of an op socket wants the parent's lock, which this thread may have as well. */
	if (preload_inside || !sock_lock(sock))
		defer(sock);
	else
		sock_put_unlock(sock);
}

void preload_drop_deferred(void)
{
	if (atomic_load_explicit(&deferred_count, memory_order_relaxed) == 0 || preload_inside)
		return;
	for (unsigned i = 0; i < DEFERRED_MAX; i++) {
		struct sock *sock = atomic_exchange(&deferred[i], NULL);

		if (!sock)
			continue;
		atomic_fetch_sub(&deferred_count, 1);
		preload_drop(sock);
	}
}

uint64_t preload_inode_now(int number)
{
	struct stat status;

	if (DOOR_CALL_2(SYS_fstat, number, &status) < 0 || !S_ISSOCK(status.st_mode))
		return 0;
	return status.st_ino;
}

uint64_t preload_inode_noted(int number)
{
	return atomic_load_explicit(&inodes[number], memory_order_relaxed) & INODE_NUMBER;
}

void preload_table_move(int number, int delta)
{
	atomic_fetch_add(&inodes[number], (uint64_t)delta * INODE_MOVER);
}

bool preload_table_is_moving(int number)
{
	return atomic_load(&inodes[number]) & INODE_MOVERS_ALL;
}

bool preload_table_is_copied(int number)
{
	return atomic_load_explicit(&inodes[number], memory_order_relaxed) & INODE_COPIED;
}

void preload_table_forked(void)
{
	unsigned end = preload_table_top();

	for (unsigned i = 0; i < end; i++)
		if (preload_find((int)i))
			atomic_fetch_or_explicit(&inodes[i], INODE_COPIED, memory_order_relaxed);
}
