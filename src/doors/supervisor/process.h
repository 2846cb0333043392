/* SPDX-License-Identifier: MIT */
/*
 * Who calls, and what its descriptor numbers are.
 *
 * An object is a socket that the supervisor answers for.  A placeholder (doors/common) stands for
 * it in the program, and the placeholder's inode is its name: so it is known wherever it turns up,
 * by dup, fork, exec or descriptor passing, and the kernel does the counting.  The supervisor keeps
 * no descriptor of it.
 *
 * What a number is in a process is asked of /proc once and then remembered, until a call that may
 * change it is seen; all of those are caught.
 */
#ifndef UALG_DOORS_SUPERVISOR_PROCESS_H
#define UALG_DOORS_SUPERVISOR_PROCESS_H

#include <sys/resource.h>

#include "doors/supervisor/supervisor.h"

enum object_kind { OBJECT_ALG, OBJECT_NETLINK };

struct supervisor_object {
	enum object_kind kind;
	ino_t inode;
	struct sock *sock;     /* OBJECT_ALG; one reference */
	unsigned shown;        /* readiness that the placeholder shows */
	bool edges;            /* somebody watches for edges: each change is shown */
	uint32_t shown_at;     /* the socket's sequence word then */
	int placeholder_type;  /* SOCK_DGRAM or SOCK_SEQPACKET */
	unsigned char name[8]; /* the placeholder's, in the abstract namespace */
	unsigned name_size;    /* bytes of it */
	unsigned callers;      /* calls on it that go on, asleep or not */
	unsigned checks;       /* how often its end was looked for in vain */
	bool doubted;          /* a number of it may have been closed */
	struct supervisor_object *next;
	struct supervisor_object *next_doubted;
};

struct supervisor_process {
	pid_t pid;
	int pidfd;
	struct supervisor_process *next;
	bool preloaded;                   /* the preload door is in it */
	int free_hint;                    /* no number of the window below it is free */
	struct process_page *pages[1024]; /* by number / 64 */
};

/*
 * The process of a thread that is in a call.  NULL: it is gone, or there is no memory.  The result
 * is valid until the lock is released.
 */
struct supervisor_process *process_of_thread(pid_t thread);

/* The process of an id that has made a call, or NULL. */
struct supervisor_process *process_find(pid_t pid);

/* A process has ended (its pidfd says so), or executes another program: its numbers are forgotten,
 * and what they were is doubted. */
void process_ended(struct supervisor_process *process);
void process_forget_all(struct supervisor_process *process);

/* What a number of the caller's is: an object, or NULL: something that is none of ours. */
struct supervisor_object *process_object(const struct supervisor_call *call, int number);

/* The alg socket that the call's first argument names, or NULL. */
struct supervisor_object *process_alg_object(const struct supervisor_call *call);

/* The alg socket that a number is, or NULL. */
struct supervisor_object *process_alg_number(const struct supervisor_call *call, int number);

/* The same for calls whose answer depends on which op sockets are open: those that are gone are
 * ended first. */
struct supervisor_object *process_parent_object(const struct supervisor_call *call);

/* The number is about to be closed or replaced: it is asked for anew, and what it was is doubted.
 */
void process_forget(struct supervisor_process *process, int number);
void process_forget_range(struct supervisor_process *process, unsigned first, unsigned last);
/*
 * Whether it is the first time that the preload door is to be asked for a number that names a
 * socket of nobody's.
 */
bool process_first_asked(const struct supervisor_call *call, int number);

/* What numbers are that were none of ours is asked anew: one of them may be now. */
void process_ask_anew(void);
/* The supervisor has put an object there. */
void process_note(struct supervisor_process *process, int number, struct supervisor_object *object);

/*
 * The lowest number of the window, from `from` on, that is free in the caller: it, or -EMFILE: the
 * caller has as many descriptors as its soft limit (RLIMIT_NOFILE) allows.  The number itself may
 * be above that, but is below the hard limit.
 */
int process_free_number(const struct supervisor_call *call, int from);

/*
 * Raises the caller's soft limit where a number is not below it; *before is for the restoring, once
 * the number is taken.  Returns whether it did.
 */
bool process_raise_limit(const struct supervisor_call *call, int number, struct rlimit *before);
void process_restore_limit(const struct supervisor_call *call, const struct rlimit *before);

/* Whether a number is below the caller's soft limit, as F_DUPFD wants it (F-08). */
bool process_may_ask_for(const struct supervisor_call *call, int number);

/* A descriptor of our own for a number of the caller's: it, or a negative errno. */
int process_descriptor(const struct supervisor_call *call, int number);

/* Makes an object of a placeholder's descriptor: NULL: no memory.  It takes the sock's reference.
 */
struct supervisor_object *object_new(enum object_kind kind, int placeholder, struct sock *sock);
/* Ends an object that no program ever got. */
void object_free(struct supervisor_object *object);

/*
 * Looks whether doubted objects have no descriptor left, and ends them.  idle: from time to time,
 * for those whose last descriptor goes after the call that closes it was seen.  Returns whether
 * any are still in doubt.
 */
bool objects_reap(bool idle);
/* Ends them all: nobody is left. */
void objects_end(void);
/* How many there are. */
unsigned objects_count(void);

#endif
