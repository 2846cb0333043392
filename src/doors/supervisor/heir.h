/* SPDX-License-Identifier: MIT */
/*
 * What happens to calls when the supervisor is killed.  Without anybody who listens the kernel
 * fails every call that the filter hands over, execve among them.  So the front keeps a copy of the
 * listener, and takes over: calls that the supervisor left without an answer fail with ENOSYS, new
 * alg sockets with EAFNOSUPPORT, and all else is the kernel's.  What stands behind a descriptor of
 * an alg socket is gone: input and output there meets the placeholder, which fails.
 */
#ifndef UALG_DOORS_SUPERVISOR_HEIR_H
#define UALG_DOORS_SUPERVISOR_HEIR_H

#include <stdint.h>

/* Makes the list of calls without an answer, which the supervisor shares with the front: before the
 * fork.  0 or -ENOMEM. */
int heir_begin(void);

/* In the supervisor: a notification was taken; it has got its answer. */
void heir_note(uint64_t id);
void heir_forget(uint64_t id);

/* In the front: answers what is left, and goes on in a thread of its own. */
void heir_take_over(int listener);

#endif
