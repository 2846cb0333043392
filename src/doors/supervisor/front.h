/* SPDX-License-Identifier: MIT */
/*
 * The process that the person started, `ualg run`: it stands for the program.  Its shell sees it
 * stop, go on and end as the program does; signals sent to it reach the program.
 */
#ifndef UALG_DOORS_SUPERVISOR_FRONT_H
#define UALG_DOORS_SUPERVISOR_FRONT_H

#include <sys/types.h>

/* As a status: the program is about to start. */
#define FRONT_BEGUN 0x10000

/* Gives the front a copy of the listener, for the supervisor's end. */
void front_tell_listener(int descriptor, int listener);

/* Tells the front of the program; pid 0: it will not start, status is a negative errno. */
void front_tell(int descriptor, pid_t pid, int status);

/*
 * Starts supervise(descriptor for front_tell) in a child and waits for the program's end.  Returns
 * its exit status, or ends by its signal; a negative errno: it did not start.
 */
int front_run(void (*supervise)(int report));

/* In the program's process: signals as they were when front_run was called. */
void front_restore_signals(void);

#endif
