/* SPDX-License-Identifier: MIT */
/*
 * Memory of sockets: slabs that are never given back, so that a struct sock stays one for ever and
 * its lock may be taken by somebody who comes late (sock.h).
 */
#include <stddef.h>
#include <stdlib.h>

#include "base/secmem.h"
#include "socket/internal.h"

#define SLAB_SOCKETS 32u

struct slab {
	struct slab *next;
	struct sock sockets[SLAB_SOCKETS];
};

static struct lock pool_lock;
static _Atomic(struct slab *) slabs; /* read without the lock by fork */
static struct sock *free_sockets;    /* linked by ops_next */

static bool add_slab(void)
{
	struct slab *slab = calloc(1, sizeof(*slab));

	if (!slab)
		return false;
	slab->next = atomic_load(&slabs);
	for (unsigned i = 0; i < SLAB_SOCKETS; i++) {
		slab->sockets[i].ops_next = free_sockets;
		free_sockets = &slab->sockets[i];
	}
	atomic_store(&slabs, slab);
	return true;
}

struct sock *sock_pool_take(const struct sock_host *host, const struct sock_state *state)
{
	struct sock *sock = NULL;

	if (!lock_acquire(&pool_lock))
		return NULL;
	if (free_sockets || add_slab()) {
		sock = free_sockets;
		free_sockets = sock->ops_next;
	}
	lock_release(&pool_lock);
	if (!sock)
		return NULL;
	/* A late locker may hold or look at the lock: nobody else's fields, but not to be wiped. */
	(void)lock_acquire(&sock->lock);
	sock->ops_next = NULL;
	sock->state = state;
	sock->host = host;
	sock->variants = sock_profile_variants(host->profile);
	sock->refs = 1;
	sock->sndbuf = SOCK_BUFFER_DEFAULT;
	lock_release(&sock->lock);
	return sock;
}

/* Lock held; it is released here. */
void sock_pool_give(struct sock *sock)
{
	const size_t keep = offsetof(struct sock, state);

	secmem_wipe((uint8_t *)sock + keep, sizeof(*sock) - keep);
	lock_release(&sock->lock);
	if (!lock_acquire(&pool_lock))
		return;
	sock->ops_next = free_sockets;
	free_sockets = sock;
	lock_release(&pool_lock);
}

/* Op sockets before parents: the order in which the data path takes their locks. */
static void for_each(bool ops, void (*visit)(struct lock *lock))
{
	for (struct slab *slab = atomic_load(&slabs); slab; slab = slab->next)
		for (unsigned i = 0; i < SLAB_SOCKETS; i++)
			if (atomic_load(&slab->sockets[i].is_op) == ops)
				visit(&slab->sockets[i].lock);
}

static void take(struct lock *lock)
{
	(void)lock_acquire(lock);
}

void sock_fork_prepare(void)
{
	for_each(true, take);
	for_each(false, take);
	take(&pool_lock);
}

void sock_fork_parent(void)
{
	lock_release_if_mine(&pool_lock);
	for_each(true, lock_release_if_mine);
	for_each(false, lock_release_if_mine);
}

void sock_fork_child(void)
{
	lock_forget_self();
	lock_reset(&pool_lock);
	for_each(true, lock_reset);
	for_each(false, lock_reset);
}
