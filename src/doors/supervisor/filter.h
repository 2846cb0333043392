/* SPDX-License-Identifier: MIT */
/*
 * The filter that hands calls to the supervisor, made by libseccomp from the table of calls.
 *
 * The window (struct handover_window): numbers where the supervisor puts alg sockets, so that the
 * filter can tell their calls by the number and leave all others to the kernel.
 */
#ifndef UALG_DOORS_SUPERVISOR_FILTER_H
#define UALG_DOORS_SUPERVISOR_FILTER_H

#include "doors/common/handover.h"
#include "doors/supervisor/supervisor.h"

extern struct handover_window filter_window;

/* Lays the window out within the caller's limits of descriptors. */
void filter_choose_window(void);

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
 * caller sets no_new_privs first); -EINVAL: no such kernel.  *only_death_ends: no signal but a
 * deadly one ends the wait for an answer to a call that was taken.
 */
int filter_load(const struct sock_fprog *program, bool *only_death_ends);

#endif
