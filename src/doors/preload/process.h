/* SPDX-License-Identifier: MIT */
/*
 * What the preload door keeps for the process as a whole: its beginning at the first alg socket,
 * its settings, and what becomes of it in children.
 *
 * A fork's child has copies of all sockets.  A vfork's child shares our memory but not our
 * descriptors, so what it closes or duplicates must leave table and engine alone.
 */
#ifndef UALG_DOORS_PRELOAD_PROCESS_H
#define UALG_DOORS_PRELOAD_PROCESS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "socket/host.h"

/* When sockets are served here and not by the kernel ($UALG_WHEN). */
enum preload_when {
	PRELOAD_ALWAYS,
	PRELOAD_MISSING, /* only where the kernel will not */
};

/* The engine's surroundings; valid once preload_begin has been called. */
extern struct sock_host preload_host;

/* Sizes in bytes of the buffers of a new socket on this machine. */
extern unsigned preload_sndbuf, preload_rcvbuf;

/*
 * Called at every socket(AF_ALG): the first one reads the settings and puts fork and fault handlers
 * in place.
 */
void preload_begin(void);

/*
 * Under a supervisor always: it is there only where the kernel does not serve, and would itself be
 * taken for one that does.
 */
enum preload_when preload_when(void);

/* Whether there has been an alg socket; until then nothing is ours. */
extern _Atomic bool preload_active;

static inline bool preload_is_active(void)
{
	return __builtin_expect(atomic_load_explicit(&preload_active, memory_order_acquire), 0);
}

/*
 * Whether this process owns table and engine: false in a vfork's child, where only the real calls
 * are to be made.  Costs a system call.
 */
bool preload_owns(void);

#if defined(__x86_64__)
#define PRELOAD_PAGE 4096
#else
#define PRELOAD_PAGE 65536 /* the largest there is */
#endif

/*
 * A page that the kernel empties in a child whose memory is a copy, however the child was made:
 * fork handlers do not run for clone() and _Fork().
 */
extern struct preload_mark {
	_Alignas(PRELOAD_PAGE) _Atomic unsigned alive;
	char rest_of_page[PRELOAD_PAGE - sizeof(unsigned)];
} preload_mark;

void preload_forked(void);

/* Called before the engine is: makes copies our own in a child that no handler has told us of. */
static inline void preload_check_fork(void)
{
	if (__builtin_expect(!atomic_load_explicit(&preload_mark.alive, memory_order_relaxed), 0))
		preload_forked();
}

/*
 * Set while a call of ours may load libraries.  What those do with AF_ALG (OpenSSL's afalg engine)
 * is not for us: it would come back to locks that are held.
 */
extern _Thread_local bool preload_inside;

/*
 * Around such a call: libraries that are loaded read files, and a thread that were cancelled there
 * would leave locks behind.  The kernel's bind, accept and setsockopt are no cancellation points.
 */
static inline void preload_enter(int *cancel_state)
{
	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, cancel_state);
	preload_inside = true;
}

static inline void preload_leave(int cancel_state)
{
	preload_inside = false;
	(void)pthread_setcancelstate(cancel_state, NULL);
}

#endif
