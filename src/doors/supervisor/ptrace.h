/* SPDX-License-Identifier: MIT */
/*
 * Calls that come by ptrace(2): for where a filter of somebody else's refuses AF_ALG, which wins
 * over a notification, while a tracer sees each call before any filter does.
 *
 * The program and all that comes of it are traced from before its first instruction on, by one
 * thread, which serves, waits and looks at the clock.  Every system call costs two stops, also
 * those that are none of the supervisor's.  A call that sleeps is held at its entry; signals are
 * looked for (waiting.c), and end it there.
 */
#ifndef UALG_DOORS_SUPERVISOR_PTRACE_H
#define UALG_DOORS_SUPERVISOR_PTRACE_H

#include "doors/supervisor/supervisor.h"

/* Starts tracing a child that waits: 0; -EPERM (not allowed, or somebody traces it), -ESRCH. */
int ptrace_begin(pid_t program);

/*
 * Takes calls and serves them, and waits for children, until done() (NULL: for ever) says so. told:
 * as for loop_begin.  To be called by the thread that began.
 */
void ptrace_serve(bool (*done)(void), void (*told)(pid_t pid, int status));

#endif
