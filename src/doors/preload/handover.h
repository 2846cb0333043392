/* SPDX-License-Identifier: MIT */
/*
 * The preload door's side of the hand-over (doors/common/handover.h): sockets that are about to
 * leave this process become the supervisor's, where there is one.  Without one all of this does
 * nothing, and children have copies.
 */
#ifndef UALG_DOORS_PRELOAD_HANDOVER_H
#define UALG_DOORS_PRELOAD_HANDOVER_H

#include <signal.h>
#include <stdbool.h>
#include <ucontext.h>

#include "socket/sock.h"

/* Asks for a supervisor: at the door's beginning, in a fork's child, after an exec that failed. */
void preload_handover_begin(void);

extern _Atomic bool preload_supervised;
static inline bool preload_is_supervised(void)
{
	return __builtin_expect(atomic_load_explicit(&preload_supervised, memory_order_relaxed), 0);
}

/*
 * Puts a new placeholder to a number that the supervisor sees calls on.  Returns that number; the
 * one given, where there is no supervisor or no room; -EMFILE, and it is closed: with it the
 * program has more descriptors than its soft limit allows.
 */
int preload_handover_place(int number);

/* Gives the socket of a number away, with its parent and all that share it. */
void preload_handover_number(int number);
/* All of them; those that an executed program inherits. */
void preload_handover_all(void);
void preload_handover_inherited(void);

/*
 * Whether a signal is the supervisor's request for a socket: then it has been given.  context: that
 * of the handler, by which a thread that blocks the signal does so again.
 */
bool preload_handover_asked(const siginfo_t *info, ucontext_t *context);

/*
 * A descriptor that came in a message: another one in its place, that the supervisor sees calls on,
 * where it answers for the socket.  Returns the number to use.
 */
int preload_handover_received(int number);

/*
 * Makes a data call, whose socket was given away after it was found, anew where it is now.  As the
 * engine's functions; io->out_flags is set.
 */
ssize_t preload_handover_transfer(int number, struct sock_io *io, bool sending);

#endif
