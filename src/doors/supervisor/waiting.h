/* SPDX-License-Identifier: MIT */
/* Data calls in progress, and those that sleep. */
#ifndef UALG_DOORS_SUPERVISOR_WAITING_H
#define UALG_DOORS_SUPERVISOR_WAITING_H

#include <time.h>

#include "doors/supervisor/memory.h"
#include "doors/supervisor/process.h"
#include "doors/supervisor/supervisor.h"

#define TRANSFER_SMALL_IOV     8u
#define TRANSFER_SMALL_CONTROL 256u

/* One data call, from its arguments to its answer. */
struct transfer {
	struct supervisor_call call;
	int number;                       /* the socket's in the program */
	struct supervisor_object *object; /* which stays while it does; NULL: none of ours */
	struct sock *sock;                /* of the object */
	enum memory_direction direction;  /* MEMORY_IN: a send */
	bool own;                         /* its memory is the supervisor's, not the program's */
	struct sock_io io;
	struct memory_map map;
	struct iovec *program; /* small or allocated */
	struct iovec *arena;
	uint8_t *control;

	/*
	 * What is left to do once the engine has its result: writes what the call tells its caller,
	 * and returns the answer; or prepares the next part and returns TRANSFER_AGAIN.  NULL: the
	 * result is the answer.
	 */
	long (*finish)(struct transfer *transfer, long result);
	/*
	 * What has to be there or be done before the engine's next part, NULL: nothing.  Clears
	 * itself and returns TRANSFER_AGAIN once that is so; SOCK_WAIT: not yet, it is asked again
	 * soon; or the answer.  It must not sleep.
	 */
	long (*await)(struct transfer *transfer);
	bool often;                                 /* nobody tells when await is to be asked */
	bool certain;                               /* no signal ends it any more */
	void *extra;                                /* of whom has set the three */
	void (*release)(struct transfer *transfer); /* frees extra */

	uintptr_t header;    /* recvmsg: struct msghdr */
	bool name;           /* it has a name */
	uintptr_t from_size; /* recvfrom: where the address's length is; 0: none wanted */

	/* sendmmsg and recvmmsg */
	uintptr_t messages;
	unsigned count, done;
	int flags;
	uintptr_t timeout;
	bool small_time; /* of two 32-bit parts */
	struct timespec deadline;

	unsigned shared_looks; /* at a signal that may be another thread's */
	struct transfer *next;
	struct iovec small_program[TRANSFER_SMALL_IOV], small_arena[TRANSFER_SMALL_IOV];
	_Alignas(8) uint8_t small_control[TRANSFER_SMALL_CONTROL];
};

#define TRANSFER_AGAIN (-5002L)

/* A new transfer for a call on an alg socket, or with NULL on something else; NULL: no memory. */
struct transfer *transfer_new(const struct supervisor_call *call, struct supervisor_object *object,
			      enum memory_direction direction);
void transfer_free(struct transfer *transfer);
/* The next part is for this alg socket, which has that number. */
void transfer_set_object(struct transfer *transfer, struct supervisor_object *object, int number);
/* Room for a vector and control data: false: no memory. */
bool transfer_reserve(struct transfer *transfer, size_t iov_count, size_t control_size);

/* Puts the next part's io in place: of which sizes, flags and control are set. */
void transfer_lay(struct transfer *transfer, size_t iov_count);

/*
 * Makes the call, of which io's size, flags and control, and program[0..count) are set.  Returns
 * the answer, or SUPERVISOR_ANSWERED: it sleeps.  The transfer is freed, or kept.
 */
long transfer_run(struct transfer *transfer, size_t iov_count);

/* The same for one that begins with transfer->await, which puts the parts in place. */
long transfer_begin(struct transfer *transfer);

/* Lets sleeping calls go on whose sockets have changed. */
void waiting_retry(void);

/* Ends a sleeping call, of which this is a copy, since its caller got a signal. */
void waiting_interrupt(const struct supervisor_call *call);

/*
 * Ends sleeping calls whose callers got a signal or are gone.  Returns in how many milliseconds to
 * look again, or -1: none sleeps.
 */
int waiting_look(void);

/* Tells watchers of an object what it is ready for. */
void waiting_show(const struct supervisor_call *call, int number, struct supervisor_object *object);

#endif
