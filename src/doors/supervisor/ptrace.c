/* SPDX-License-Identifier: MIT */
#include "doors/supervisor/ptrace.h"

#include <errno.h>
#include <linux/ptrace.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "doors/supervisor/calls.h"
#include "doors/supervisor/loop.h"
#include "doors/supervisor/notify.h"
#include "doors/supervisor/passing.h"
#include "doors/supervisor/tracee.h"
#include "doors/supervisor/waiting.h"

#define OPTIONS                                                                                    \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |  \
	 PTRACE_O_TRACEEXEC)

#define BUCKETS 1024u /* a power of two */

#define NANOSECONDS 1000000000LL
#define MILLISECOND 1000000LL

static struct tracee *buckets[BUCKETS];
static uint64_t last_call;
static int64_t due; /* when to look at sleeping calls and doubts; 0: there are none */
static void (*tell_child)(pid_t pid, int status);

/* <sys/ptrace.h> and <linux/ptrace.h> do not go together. */
static long request(int what, pid_t thread, unsigned long address, void *data)
{
	return syscall(SYS_ptrace, what, thread, address, data);
}

/* ---- threads ---- */

static struct tracee **link_to(pid_t thread)
{
	struct tracee **link = &buckets[(unsigned)thread & (BUCKETS - 1)];

	while (*link && (*link)->thread != thread)
		link = &(*link)->next;
	return link;
}

/* NULL: no memory. */
static struct tracee *find_or_add(pid_t thread)
{
	struct tracee **link = link_to(thread);

	if (*link)
		return *link;
	*link = calloc(1, sizeof(**link));
	if (*link)
		(*link)->thread = thread;
	return *link;
}

static void drop(pid_t thread)
{
	struct tracee **link = link_to(thread), *tracee = *link;

	if (!tracee)
		return;
	*link = tracee->next;
	free(tracee);
}

/* ---- the way ---- */

/* The thread that waits for a call's answer; NULL: it is gone. */
static struct tracee *caller(const struct supervisor_call *call)
{
	struct tracee *tracee = *link_to(call->thread);

	return tracee && tracee->call == call->id && !tracee->ended ? tracee : NULL;
}

static bool valid(const struct supervisor_call *call)
{
	const struct tracee *tracee = caller(call);
	siginfo_t info = {0};

	if (!tracee)
		return false;
	if (!tracee->asleep)
		return true;
	/* It may have been killed in its sleep, and nobody has been told of that yet. */
	return waitid(P_PID, (id_t)call->thread, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) < 0 ||
	       info.si_pid == 0 || info.si_code == CLD_TRAPPED || info.si_code == CLD_STOPPED;
}

static void answer(const struct supervisor_call *call, long result)
{
	struct tracee *tracee = caller(call);

	if (tracee)
		tracee_answer(tracee, result);
}

static void proceed(const struct supervisor_call *call)
{
	struct tracee *tracee = caller(call);

	if (tracee)
		tracee_proceed(tracee);
}

static int inject(const struct supervisor_call *call, int descriptor, int number, bool cloexec)
{
	struct tracee *tracee = caller(call);
	int result;

	if (!tracee)
		return -ENOENT;
	result = passing_put(tracee, call, descriptor, number, cloexec);
	tracee_calls_done(tracee);
	if (result >= 0)
		tracee_answer(tracee, result);
	return result;
}

static int make(const struct supervisor_call *call, int type)
{
	struct tracee *tracee = caller(call);
	int result;

	if (!tracee)
		return -ESRCH;
	result = passing_make(tracee, type);
	tracee_calls_done(tracee);
	return result;
}

static void unmake(const struct supervisor_call *call, int number)
{
	struct tracee *tracee = caller(call);

	if (!tracee)
		return;
	passing_close(tracee, number);
	tracee_calls_done(tracee);
}

static int fetch(const struct supervisor_call *call, int number)
{
	struct tracee *tracee = caller(call);
	int result;

	if (!tracee)
		return -ESRCH;
	result = passing_get(tracee, call, number);
	tracee_calls_done(tracee);
	return result;
}

static void sleep_in(const struct supervisor_call *call)
{
	struct tracee *tracee = caller(call);

	if (tracee)
		tracee_sleep(tracee);
}

static const struct supervisor_way way = {
    .valid = valid,
    .answer = answer,
    .proceed = proceed,
    .inject = inject,
    .make = make,
    .unmake = unmake,
    .fetch = fetch,
    .sleep = sleep_in,
};

/* ---- time ---- */

static int64_t now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * NANOSECONDS + time.tv_nsec;
}

static void look(bool idle)
{
	int milliseconds;

	supervisor_lock();
	milliseconds = loop_look(idle);
	supervisor_unlock();
	due = milliseconds < 0 ? 0 : now() + milliseconds * MILLISECOND;
}

/* Sleeps until a child has news or it is time to look. */
static void sleep_until_due(void)
{
	int64_t left = due - now();

	if (left <= 0 || loop_sleep(left))
		look(now() >= due);
}

/* The next news of any child or traced thread; -1: there are none left. */
static pid_t next_event(int *status)
{
	for (;;) {
		pid_t pid = waitpid(-1, status, __WALL | (due ? WNOHANG : 0));

		if (pid > 0)
			return pid;
		if (pid == 0)
			sleep_until_due();
		else if (errno == ECHILD)
			return -1;
	}
}

/* ---- events ---- */

/* A thread or process is gone. */
static void take_end(pid_t thread, int status)
{
	struct supervisor_process *process;

	drop(thread);
	supervisor_lock();
	(void)waiting_look(); /* calls of it point to the process */
	process = process_find(thread);
	if (process)
		process_ended(process);
	tell_child(thread, status);
	supervisor_unlock();
	loop_hurry();
}

/* Those that ended while a call was made in them. */
static void take_late_ends(void)
{
	for (unsigned i = 0; i < BUCKETS; i++) {
		struct tracee *tracee = buckets[i];

		while (tracee && !tracee->ended)
			tracee = tracee->next;
		if (!tracee)
			continue;
		take_end(tracee->thread, tracee->status);
		i--; /* there may be more of them */
	}
}

static void serve(struct tracee *tracee, const struct ptrace_syscall_info *info)
{
	struct supervisor_call call = {
	    .way = &way,
	    .id = ++last_call,
	    .thread = tracee->thread,
	    .compat = tracee->compat,
	    .number = tracee->number,
	};

	memcpy(call.args, info->entry.args, sizeof(call.args));
	tracee_begin(tracee, call.id);
	supervisor_serve(&call);
	if (due == 0 && loop_hurried())
		due = now() + LOOP_SOON * MILLISECOND;
	else if (due != 0 && now() >= due)
		look(false);
}

static void interrupt(const struct tracee *tracee)
{
	const struct supervisor_call call = {
	    .way = &way, .id = tracee->call, .thread = tracee->thread};

	supervisor_lock();
	waiting_interrupt(&call);
	supervisor_unlock();
}

static bool sleeps(const struct tracee *tracee)
{
	return tracee->state == TRACEE_SLEEPS || tracee->state == TRACEE_TURNED;
}

/* At a call's entry or exit.  What is none of ours goes on at once. */
static void take_call(struct tracee *tracee)
{
	struct ptrace_syscall_info info;

	if (tracee->state == TRACEE_ANSWERED) {
		tracee_finish(tracee);
		return;
	}
	if (sleeps(tracee)) {
		tracee_disturbed(tracee, interrupt);
		return;
	}
	if (tracee->state == TRACEE_IN_CALL) {
		tracee->state = TRACEE_RUNS;
		tracee_go(tracee, 0);
		return;
	}
	if (request(PTRACE_GET_SYSCALL_INFO, tracee->thread, sizeof(info), &info) <= 0 ||
	    info.op != PTRACE_SYSCALL_INFO_ENTRY) {
		tracee_go(tracee, 0); /* a new thread's exit from the call that made it */
		return;
	}
	tracee->compat = notify_is_compat(info.arch);
	tracee->number = (long)info.entry.nr;
	if (calls_find(tracee->compat, tracee->number)) {
		serve(tracee, &info);
		return;
	}
	tracee->state = TRACEE_IN_CALL;
	tracee_go(tracee, 0);
}

static bool stops(int signal_number)
{
	return signal_number == SIGSTOP || signal_number == SIGTSTP || signal_number == SIGTTIN ||
	       signal_number == SIGTTOU;
}

/* Job control: the thread takes part in a stop of its process, or in its end, or is new. */
static void take_stop(struct tracee *tracee, int status)
{
	supervisor_lock();
	if (stops(WSTOPSIG(status))) {
		(void)request(PTRACE_LISTEN, tracee->thread, 0, NULL);
		tell_child(tracee->thread, W_STOPCODE(WSTOPSIG(status)));
	} else {
		tracee_go(tracee, 0);
	}
	supervisor_unlock();
}

/*
 * The process executes another program.  Its only thread has the process's id now, whichever it was
 * before, and is on its way out of execve.
 */
static void take_exec(struct tracee *tracee)
{
	struct supervisor_process *process;
	unsigned long before = 0;

	(void)request(PTRACE_GETEVENTMSG, tracee->thread, 0, &before);
	if (before && (pid_t)before != tracee->thread)
		drop((pid_t)before);
	tracee->state = TRACEE_IN_CALL;
	tracee->call = 0;
	tracee->masked = false;
	supervisor_lock();
	process = process_find(tracee->thread);
	if (process)
		process_forget_all(process); /* some were closed by it */
	supervisor_unlock();
	tracee_go(tracee, 0);
}

static void take(pid_t thread, int status)
{
	struct tracee *tracee;

	if (!WIFSTOPPED(status)) {
		take_end(thread, status);
		return;
	}
	tracee = find_or_add(thread);
	if (!tracee) {
		(void)request(PTRACE_DETACH, thread, 0, NULL);
		return;
	}
	if (WSTOPSIG(status) == TRACEE_CALL_STOP)
		take_call(tracee);
	else if (status >> 16 == PTRACE_EVENT_STOP)
		take_stop(tracee, status);
	else if (status >> 16 == PTRACE_EVENT_EXEC)
		take_exec(tracee);
	else if (status >> 16)
		tracee_go(tracee, 0); /* it has made another one, which stops by itself */
	else if (tracee->state == TRACEE_TURNED)
		tracee_disturbed_by(tracee, WSTOPSIG(status), interrupt);
	else
		tracee_go(tracee, WSTOPSIG(status));
}

void ptrace_serve(bool (*done)(void), void (*told)(pid_t pid, int status))
{
	tell_child = told;
	while (!done || !done()) {
		int status;
		pid_t thread = next_event(&status);

		if (thread > 0)
			take(thread, status);
		else
			told(-1, 0);
		if (tracee_lost) {
			tracee_lost = false;
			take_late_ends();
		}
	}
}

int ptrace_begin(pid_t program)
{
	if (request(PTRACE_SEIZE, program, 0, (void *)(uintptr_t)OPTIONS) < 0)
		return -errno;
	/* The stop that this makes is taken by ptrace_serve. */
	return request(PTRACE_INTERRUPT, program, 0, NULL) < 0 ? -errno : 0;
}
