/* SPDX-License-Identifier: MIT */
/*
 * Bad pointers: the kernel answers them with EFAULT, so this library must not crash on them.
 *
 * Memory of the program is touched inside a guard.  A fault there, at an address of the guarded
 * ranges, ends the guard with -EFAULT; every other SIGSEGV and SIGBUS goes the way it would have
 * gone without us: to the program's own handler, or to the default action.
 *
 * Two limits: a thread that has blocked SIGSEGV dies of a bad pointer, as of any fault; a program
 * that installs a handler by its own system call instruction sees such faults itself.
 */
#ifndef UALG_DOORS_PRELOAD_FAULT_H
#define UALG_DOORS_PRELOAD_FAULT_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/uio.h>

#include "doors/common/message.h"

/*
 * Runs work(argument), which touches the program's memory only in iov[0..count); the ranges may be
 * changed by work as it goes.  Returns its result, or -EFAULT where that memory is not there: work
 * is then left at whatever point it was.  Guards nest.
 */
int preload_guard(const struct iovec *iov, size_t count, int (*work)(void *), void *argument);

/* Whether memory of the program can be written: 0 or -EFAULT. */
int preload_probe(const struct iovec *piece);

/* Copies from and to the program's memory: 0 or -EFAULT. */
int preload_copy_in(void *to, const void *from, size_t size);
/* The same for struct door_memory. */
int preload_copy_memory(struct door_memory *memory, void *to, const void *from, size_t size);
/* The same for an address, as door_message_address judges it. */
int preload_copy_address(void *to, const void *address, unsigned size);
int preload_copy_out(void *to, const void *from, size_t size);

/* Puts our handlers in place, once; the program's are kept.  Signals are blocked by the caller. */
void preload_fault_install(void);

/* Whether the program's action for a signal is kept here and not in the kernel. */
bool preload_fault_keeps(int number);

/* sigaction() for a signal that is kept here.  Either pointer may be NULL.  Never fails. */
void preload_fault_action(int number, const struct sigaction *action, struct sigaction *old);

/* In a fork's child: frees the lock that another thread of the parent may have held. */
void preload_fault_fork_child(void);

#endif
