/* SPDX-License-Identifier: MIT */
/*
 * Descriptors into and out of a traced process, where the kernel has no better means or does not
 * allow it: the thread whose call is being served passes them itself.  All of it leaves the call
 * unanswered; tracee_calls_done is to follow.
 */
#ifndef UALG_DOORS_SUPERVISOR_PASSING_H
#define UALG_DOORS_SUPERVISOR_PASSING_H

#include "doors/supervisor/supervisor.h"
#include "doors/supervisor/tracee.h"

/*
 * Has the thread make a unix socket; type: with SOCK_CLOEXEC and SOCK_NONBLOCK.  Returns the
 * number, the lowest free one, or a negative errno: those of socket(2), or -EXDEV: it is in another
 * network namespace, where nobody could tell the socket's end.
 */
int passing_make(struct tracee *tracee, int type);

void passing_close(struct tracee *tracee, int number);

/* A descriptor of our own for a number of the thread's: it, or a negative errno. */
int passing_get(struct tracee *tracee, const struct supervisor_call *call, int number);

/* A copy of our descriptor there, at a number or (-1) at the lowest free one: the number, or a
 * negative errno. */
int passing_put(struct tracee *tracee, const struct supervisor_call *call, int descriptor,
		int number, bool cloexec);

#endif
