/* SPDX-License-Identifier: MIT */
/* What /proc says of the program's threads.  Of those that are gone: that nothing is the case. */
#ifndef UALG_DOORS_SUPERVISOR_PROC_H
#define UALG_DOORS_SUPERVISOR_PROC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The process id of a thread, or -1. */
pid_t proc_process_of(pid_t thread);

/* Whether a process has one thread only. */
bool proc_is_alone(pid_t process);

/* A thread's effective capabilities, a bit each. */
uint64_t proc_capabilities(pid_t thread);

/* Whether O_NONBLOCK is set for a descriptor. */
bool proc_is_nonblocking(pid_t thread, int number);

/*
 * Whether a signal is about to be delivered, and something will be done for it.  To traced threads
 * ignored ones are delivered, too.
 */
enum proc_signal {
	PROC_SIGNAL_NONE,
	PROC_SIGNAL_SHARED, /* to this thread, or to another one of its process */
	PROC_SIGNAL_OWN,    /* to this thread */
};
enum proc_signal proc_signal_for(pid_t thread);

/* Whether a signal that is sent to a thread now gets to it. */
enum proc_reach {
	PROC_REACH_NOW,
	PROC_REACH_BLOCKED, /* once the thread lets it in */
	PROC_REACH_NOT,     /* it would be one with another one that is kept waiting */
};
enum proc_reach proc_signal_reaches(pid_t thread, int signal_number);

/* Whether anything is done for a signal: a handler, an end or a stop. */
bool proc_signal_counts(pid_t thread, int signal_number);

/* Whether some threads of a process have stopped, so that it stops once all have. */
bool proc_is_stopping(pid_t process);

#endif
