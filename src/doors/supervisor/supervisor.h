/* SPDX-License-Identifier: MIT */
/*
 * The supervisor door: another process answers the program's own system calls, so that programs of
 * any make are served and keys stay out of them.
 *
 * Three processes.  `ualg run` waits for the program and passes its end, stops and signals on.  Its
 * child, the supervisor, is parent and subreaper of the program, serves it and all that comes of
 * it, and ends with the last of them.  A filter that the program inherits (filter.c) hands the
 * supervisor the calls that may concern AF_ALG.
 *
 * In the supervisor one thread takes calls and answers them, another one watches for ends of
 * processes, for signals and for time; a lock (supervisor_lock) lets one of them work at a time.
 *
 * How a call is caught and answered is a "way": seccomp notification (notify.c), or ptrace where a
 * filter of somebody else's refuses AF_ALG first.  What is done for a call does not depend on it.
 */
#ifndef UALG_DOORS_SUPERVISOR_SUPERVISOR_H
#define UALG_DOORS_SUPERVISOR_SUPERVISOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "socket/sock.h"

/* Which calls on descriptors come to the supervisor. */
enum supervisor_trap {
	SUPERVISOR_TRAP_WINDOW, /* those on numbers of the window, where alg sockets are put */
	SUPERVISOR_TRAP_ALL,    /* every one: a socket may have any number */
};

enum supervisor_way_choice {
	SUPERVISOR_WAY_AUTO, /* notification, or ptrace where that is refused */
	SUPERVISOR_WAY_SECCOMP,
	SUPERVISOR_WAY_PTRACE,
};

struct supervisor_options {
	enum supervisor_way_choice way;
	enum supervisor_trap trap;
	enum sock_profile profile;

	/*
	 * Runs in the new process, with everything in place: executes the program, and does not
	 * return.  environment changes are its own business.
	 */
	void (*start)(void *argument);
	void *argument;

	/* Tells the person one line: what is not possible, and what still works. */
	void (*tell)(const char *line);
};

/*
 * Runs a program under a supervisor and waits for its end.  Returns its exit status as a shell
 * tells it (128 and the number for a signal), after ending itself by the same signal where the
 * program ended by one; or a negative errno where no supervisor could be started, with a line told:
 * nothing was executed then.
 */
int supervisor_run(const struct supervisor_options *options);

/* ---- inside the room ---- */

struct supervisor_call;
struct supervisor_process;

/* What a handler returns, beside a result or a negative errno. */
#define SUPERVISOR_PROCEED  (-5000L) /* the kernel is to make the call as it stands */
#define SUPERVISOR_ANSWERED (-5001L) /* the answer has been given, or will be (a sleeping call) */

/* An errno of the kernel's own: the call is made anew, as the handler of the signal wants it. */
#define SUPERVISOR_RESTART (-512L)

/* The same, whatever the handler wants. */
#define SUPERVISOR_ANEW (-513L)

/* A way by which calls come and are answered. */
struct supervisor_way {
	/* Whether the caller is still waiting; to be asked before its memory is written. */
	bool (*valid)(const struct supervisor_call *call);
	/* Ends the call with a result or a negative errno. */
	void (*answer)(const struct supervisor_call *call, long result);
	/* Lets the kernel make it. */
	void (*proceed)(const struct supervisor_call *call);
	/*
	 * Gives the caller a copy of a descriptor of the supervisor's, at a number that is free
	 * there, or -1: the lowest free one; and ends the call with that number.  Returns it, or a
	 * negative errno (-EMFILE, -EBADF: beyond the caller's limit, -ENOENT: it is gone), and
	 * then the call has no answer yet.
	 */
	int (*inject)(const struct supervisor_call *call, int descriptor, int number, bool cloexec);

	/* ---- NULL where the way has no need of them ---- */

	/*
	 * Has the caller make a unix socket, at the lowest free number, which costs less than to
	 * inject one; type: with SOCK_CLOEXEC and SOCK_NONBLOCK.  The number or a negative errno
	 * (of socket(2); -EXDEV: one has to be injected); the call has no answer yet.  unmake
	 * closes it.
	 */
	int (*make)(const struct supervisor_call *call, int type);
	void (*unmake)(const struct supervisor_call *call, int number);
	/* A copy of a descriptor of the caller's where pidfd_getfd(2) is not allowed: it, or a
	 * negative errno. */
	int (*fetch)(const struct supervisor_call *call, int number);
	/* The answer will take its time: lets the caller sleep as in a call of the kernel's. */
	void (*sleep)(const struct supervisor_call *call);
};

/* A system call that waits for its answer. */
struct supervisor_call {
	const struct supervisor_way *way;
	uint64_t id; /* the way's own */
	pid_t thread;
	struct supervisor_process *process;
	bool compat;      /* made with 32-bit numbers and structures */
	long number;      /* as a native call's (SYS_read), whatever it was made as */
	uint64_t args[6]; /* of a compat call: 32 bits each */
};

extern const struct supervisor_options *supervisor_options;

/* Serves one call wholly: finds its process, dispatches it, answers it, wakes who waits for what it
 * changed. */
void supervisor_serve(struct supervisor_call *call);

void supervisor_lock(void);
void supervisor_unlock(void);

/* A descriptor argument: its low 32 bits, as the kernel takes it. */
static inline int supervisor_int(const struct supervisor_call *call, unsigned i)
{
	return (int)(uint32_t)call->args[i];
}

static inline uintptr_t supervisor_pointer(const struct supervisor_call *call, unsigned i)
{
	return (uintptr_t)(call->compat ? (uint32_t)call->args[i] : call->args[i]);
}

#endif
