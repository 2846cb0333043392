/* SPDX-License-Identifier: MIT */
/*
 * Hand-over: how a socket that the preload door owns comes to the supervisor's, where both doors
 * are in force.
 *
 * A socket has one owner.  The preload door puts its placeholders into the supervisor's window, and
 * gives a socket away, once and for good, before it leaves the process: before fork, before exec
 * where it is inherited, in a message to another process, and when a system call past libc is made
 * on it.  All of this is system calls that the supervisor answers itself.
 */
#ifndef UALG_DOORS_COMMON_HANDOVER_H
#define UALG_DOORS_COMMON_HANDOVER_H

#include <stdbool.h>
#include <stdint.h>

/*
 * socket(AF_ALG, HANDOVER_HELLO, HANDOVER_VERSION, struct handover_hello *): the preload door's
 * first call.  The kernel itself answers EINVAL or EAFNOSUPPORT.  0: there is a supervisor.
 */
#define HANDOVER_HELLO   0x756c6700 /* flags that no kernel has */
#define HANDOVER_VERSION 2

/*
 * Which numbers the supervisor sees calls on.  The end of each period of numbers: the first such
 * stretch is within reach of select(), and one masked comparison tells them all.
 */
struct handover_window {
	uint32_t mask; /* 0: all numbers */
	uint32_t value;
};

struct handover_hello {
	struct handover_window window;
};

static inline bool handover_in_window(const struct handover_window *window, int number)
{
	return ((uint32_t)number & window->mask) == window->value;
}

/* The lowest number of the window that is not below one that is none of it; or -1. */
static inline int handover_next(const struct handover_window *window, int number)
{
	uint32_t stretch = window->mask & -window->mask;
	uint32_t period = window->value + stretch;
	uint32_t next = (uint32_t)number / period * period + window->value;

	if (number < 0 || !handover_in_window(window, (int)next))
		return -1;
	return (int)next;
}

/*
 * ioctl(number, HANDOVER_GIVE, struct handover_give *): the socket whose placeholder that number is
 * becomes the supervisor's.  0; -EEXIST: it is already; -EINVAL: no such block; -ENOMEM, -EFAULT.
 */
#define HANDOVER_GIVE 0x75670001u

struct handover_give {
	uint64_t block; /* address of what sock_export wrote */
	uint64_t size;  /* bytes */
	int32_t parent; /* a number of the parent of an op socket, given before; -1: none is left */
	uint32_t reserved;
};

/* ioctl(number, HANDOVER_ASK): 1: the supervisor answers for this socket; else the kernel's error.
 */
#define HANDOVER_ASK 0x75670002u

/*
 * Sixth argument of the preload door's own system calls with fewer: they are meant for the
 * placeholder.  Each call has one of its own: a signal's handler that begins as such a call ends
 * finds the mark in the register, and may make another call without a look at it.
 */
#define HANDOVER_MARK(number) (0x75616c672d6f776eL ^ (long)(number))

/*
 * The signal by which the supervisor asks for a socket that a call was made on past libc.  It has a
 * handler in the preload door anyway.
 */
#define HANDOVER_SIGNAL SIGSEGV

/*
 * socket(AF_ALG, HANDOVER_ASKED, 0, struct handover_asked *): what that signal is for, as the
 * kernel does not promise to carry a word with it (RLIMIT_SIGPENDING).  0; -ENOENT: the supervisor
 * has asked this thread for nothing, or it has been told; -EFAULT.
 */
#define HANDOVER_ASKED 0x756c6701

struct handover_asked {
	int32_t number;
	uint32_t blocked; /* the thread blocks the signal, and is to again */
};

#endif
