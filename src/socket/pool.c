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
	atomic_store(&sock->rank, state->kind < SOCK_OP_HASH ? SOCK_RANK_PARENT : SOCK_RANK_OP);
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
	atomic_store(&sock->rank, SOCK_RANK_FREE);
	lock_release(&sock->lock);
	if (!lock_acquire(&pool_lock))
		return;
	sock->ops_next = free_sockets;
	free_sockets = sock;
	lock_release(&pool_lock);
}

/* Of two that fork, each would wait for what the other keeps. */
static struct lock fork_lock;
static bool pool_held_for_fork;

static void for_each(void (*visit)(struct sock *sock))
{
	for (struct slab *slab = atomic_load(&slabs); slab; slab = slab->next)
		for (unsigned i = 0; i < SLAB_SOCKETS; i++)
			visit(&slab->sockets[i]);
}

/* Not a free one's: who makes an op socket of it has the parent's lock, which comes later here. */
static void take(struct sock *sock, enum sock_rank rank)
{
	if (atomic_load(&sock->rank) != rank || !lock_acquire(&sock->lock))
		return;
	if (atomic_load(&sock->rank) == rank)
		sock->held_for_fork = true;
	else
		lock_release(&sock->lock);
}

static void take_op(struct sock *sock)
{
	take(sock, SOCK_RANK_OP);
}

static void take_parent(struct sock *sock)
{
	take(sock, SOCK_RANK_PARENT);
}

/* Not those that were held before: by a call that was interrupted by the handler that forks. */
static void release(struct sock *sock)
{
	if (!lock_is_mine(&sock->lock) || !sock->held_for_fork)
		return;
	sock->held_for_fork = false;
	lock_release(&sock->lock);
}

static void release_parent(struct sock *sock)
{
	if (atomic_load(&sock->rank) == SOCK_RANK_PARENT)
		release(sock);
}

static void release_pool(void)
{
	if (!lock_is_mine(&pool_lock) || !pool_held_for_fork)
		return;
	pool_held_for_fork = false;
	lock_release(&pool_lock);
}

/* Whether this thread has all there are. */
static bool all_held(void)
{
	for (struct slab *slab = atomic_load(&slabs); slab; slab = slab->next)
		for (unsigned i = 0; i < SLAB_SOCKETS; i++)
			if (atomic_load(&slab->sockets[i].rank) != SOCK_RANK_FREE &&
			    !lock_is_mine(&slab->sockets[i].lock))
				return false;
	return true;
}

void sock_fork_prepare(void)
{
	(void)lock_acquire(&fork_lock);
	for (;;) {
		for_each(take_op);
		for_each(take_parent);
		if (lock_acquire(&pool_lock))
			pool_held_for_fork = true;
		if (all_held())
			return;
		/* Others were made meanwhile: what their owners may wait for is given back.  They
		 * cannot go on so for ever, since their op sockets are kept. */
		release_pool();
		for_each(release_parent);
	}
}

void sock_fork_parent(void)
{
	release_pool();
	for_each(release);
	lock_release_if_mine(&fork_lock);
}

static void reset(struct sock *sock)
{
	sock->held_for_fork = false;
	lock_reset(&sock->lock);
}

void sock_fork_child(void)
{
	lock_forget_self();
	pool_held_for_fork = false;
	lock_reset(&pool_lock);
	lock_reset(&fork_lock);
	for_each(reset);
}
