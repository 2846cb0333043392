/* SPDX-License-Identifier: MIT */
/*
 * The filter that hands calls to the supervisor, made by libseccomp from the table of calls.
 *
 * The window: numbers where the supervisor puts alg sockets, so that the filter can tell their
 * calls by the number and leave all others to the kernel.  Two blocks, each of a power of two and
 * aligned to it, so that one masked comparison of the argument's low 32 bits tells it: a small one
 * that select() reaches, and a large one.
 */
#ifndef UALG_DOORS_SUPERVISOR_FILTER_H
#define UALG_DOORS_SUPERVISOR_FILTER_H

#include "doors/supervisor/supervisor.h"

struct filter_block {
	unsigned first; /* a multiple of size */
	unsigned size;  /* a power of two; 0: there is none */
};

#define FILTER_BLOCKS 2u
extern struct filter_block filter_window[FILTER_BLOCKS];

/* Lays the window out within the caller's limits of descriptors. */
void filter_choose_window(void);
bool filter_in_window(int number);

struct sock_fprog;

/*
 * Makes the filter.  *program: to be freed with filter_free.  -ENOMEM, -EINVAL (libseccomp does not
 * know this machine).
 */
int filter_make(enum supervisor_trap trap, struct sock_fprog *program);
void filter_free(struct sock_fprog *program);

/*
 * Puts the filter in force for this thread and all that it will start.  Returns the listener's
 * descriptor, or a negative errno: -EBUSY: there is a listener already; -EACCES: no privilege (the
 * caller sets no_new_privs first); -EINVAL: no such kernel.
 */
int filter_load(const struct sock_fprog *program);

#endif
