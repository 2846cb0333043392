/* SPDX-License-Identifier: MIT */
/* What the supervisor watches for: ends of processes, signals for sleeping calls, time. */
#ifndef UALG_DOORS_SUPERVISOR_LOOP_H
#define UALG_DOORS_SUPERVISOR_LOOP_H

#include "doors/supervisor/supervisor.h"

/* Watches for the end of a process: 0 or a negative errno. */
int loop_watch_process(struct supervisor_process *process);

/* Milliseconds after which something that loop_hurry told of is to be looked at. */
#define LOOP_SOON 5

/* Something wants the watcher's attention soon: a call sleeps, or an object is in doubt. */
void loop_hurry(void);
/* The watcher is to look at once: a thread has done what a sleeping call waits for. */
void loop_wake(void);

/*
 * Something wants the watcher's attention once a descriptor of ours is ready for events (EPOLLIN,
 * EPOLLOUT): once for each call.  loop_let_go has to come before the descriptor is closed, which
 * may not be the last one of what it is.
 */
void loop_await(int descriptor, uint32_t events);
void loop_let_go(int descriptor);

/* Blocks the signals that the watcher takes: before the first child and the first thread. */
void loop_block_signals(void);

/*
 * Starts the watcher.  told: called with the lock held for each child that has ended, stopped or
 * gone on (status as of waitpid); with -1 when none is left.  0 or a negative errno.
 */
int loop_begin(void (*told)(pid_t pid, int status));

/* ---- for a way that waits for children and for time by itself, and has no watcher ---- */

/* Begins without a watcher: 0 or -ENOMEM. */
int loop_begin_alone(void);

/*
 * Sleeps until a child has news, something that is awaited is ready, or for a time.  Returns
 * whether there is something to look at: nobody's child has disturbed it.
 */
bool loop_sleep(int64_t nanoseconds);

/* Whether loop_hurry was called since the last look. */
bool loop_hurried(void);

/*
 * One look at sleeping calls and doubted objects, with the lock held; idle: nothing else has
 * happened.  Returns milliseconds until the next one, or -1: there is no need of one.
 */
int loop_look(bool idle);

#endif
