/* SPDX-License-Identifier: MIT */
/*
 * One traced thread: its registers, and system calls that it makes for the supervisor.
 *
 * At the stop at a call's entry the call can be replaced, at the stop at its exit its result can.
 * A further call is made by going back to the instruction.  All of it, as all of ptrace(2), is for
 * the one thread that traces.
 */
#ifndef UALG_DOORS_SUPERVISOR_TRACEE_H
#define UALG_DOORS_SUPERVISOR_TRACEE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/user.h>

#if defined(__x86_64__)
typedef struct user_regs_struct tracee_registers;
#elif defined(__aarch64__)
typedef struct user_regs_struct tracee_registers;
#else
#error "ptrace needs the registers of this architecture here"
#endif

/* What a stop at a call's entry or exit has for a signal. */
#define TRACEE_CALL_STOP (SIGTRAP | 0x80)

enum tracee_state {
	TRACEE_RUNS,     /* in the program's code, as far as is known */
	TRACEE_IN_CALL,  /* in a call that is none of ours: its exit is to come */
	TRACEE_ENTERED,  /* stopped at the entry of a call that is being served */
	TRACEE_EXITED,   /* stopped at the exit of a call that was made in its place */
	TRACEE_ANSWERED, /* at the exit the result is to be put in place */
	TRACEE_SLEEPS,   /* in a call of the kernel's that nothing but a signal ends */
	TRACEE_TURNED,   /* on its way back into that one */
};

struct tracee {
	pid_t thread;
	enum tracee_state state;
	bool compat;
	uint64_t call; /* names the call that is being served */
	long number;   /* the machine's number of it */
	bool asleep;   /* tracee_sleep was called */
	bool answered; /* there is a result, to be put in place */
	long result;
	bool noted; /* registers are those at the call's entry, as the program made it */
	tracee_registers registers;

	bool masked; /* signals are kept back: mask is the program's own */
	uint64_t mask;
	int stop;   /* a stopping signal that came meanwhile; 0: none */
	bool ended; /* it ended while a call was made in it: status says how */
	int status; /* as of waitpid */
	struct tracee *next;
};

/* Some thread has ended while a call was made in it, which nobody has taken note of yet. */
extern bool tracee_lost;

/* Lets it run to the next stop, with a signal or 0. */
void tracee_go(const struct tracee *tracee, int signal_number);

/* Ends the call that is being served with a result or a negative errno. */
void tracee_answer(struct tracee *tracee, long result);

/* At the exit of an answered call. */
void tracee_finish(struct tracee *tracee);

/* Notes that a call is being served. */
void tracee_begin(struct tracee *tracee, uint64_t call);

/* The answer will take its time: the thread sleeps as in a call of the kernel's. */
void tracee_sleep(struct tracee *tracee);

/*
 * A thread that sleeps, or is on its way to, has stopped: at a call's exit or entry; or where it
 * gets a signal, which ends the sleep with its answer, or with -EINTR where it counts.  interrupt:
 * ends the call, as waiting_interrupt.
 */
void tracee_disturbed(struct tracee *tracee, void (*interrupt)(const struct tracee *));
void tracee_disturbed_by(struct tracee *tracee, int signal_number,
			 void (*interrupt)(const struct tracee *));

/* Lets the kernel make the call as the program made it. */
void tracee_proceed(struct tracee *tracee);

/*
 * Has the thread, while a call of it is being served, make another one: numbers of its own kind
 * (tracee->compat).  Returns its result, or a negative errno: of that call, or -ESRCH: the thread
 * is gone.
 */
long tracee_call(struct tracee *tracee, long number, const uint64_t args[6]);

/* After one or more of them: signals may come again, while the thread waits for its answer. */
void tracee_calls_done(struct tracee *tracee);

#endif
