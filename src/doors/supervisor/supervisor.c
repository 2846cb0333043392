/* SPDX-License-Identifier: MIT */
/* The three processes of the supervisor door: how they are started, and how they end. */
#include "doors/supervisor/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doors/common/record.h"
#include "doors/supervisor/calls.h"
#include "doors/supervisor/defence.h"
#include "doors/supervisor/filter.h"
#include "doors/supervisor/front.h"
#include "doors/supervisor/handover.h"
#include "doors/supervisor/host.h"
#include "doors/supervisor/loop.h"
#include "doors/supervisor/memory.h"
#include "doors/supervisor/notify.h"
#include "doors/supervisor/ptrace.h"
#include "doors/supervisor/waiting.h"
#include "ualg/if_alg.h"

const struct supervisor_options *supervisor_options;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void supervisor_lock(void)
{
	(void)pthread_mutex_lock(&lock);
}

void supervisor_unlock(void)
{
	(void)pthread_mutex_unlock(&lock);
}

static void serve(struct supervisor_call *call)
{
	const struct calls_entry *entry = calls_find(call->compat, call->number);
	long result = SUPERVISOR_PROCEED;

	host_serve(call);
	if (entry) {
		call->number = entry->number;
		result = handover_ask(call, entry) ? SUPERVISOR_ANSWERED : calls_serve(call, entry);
	}
	if (result == SUPERVISOR_PROCEED)
		call->way->proceed(call);
	else if (result != SUPERVISOR_ANSWERED)
		call->way->answer(call, result);
	host_serve(NULL);
	waiting_retry();
}

void supervisor_serve(struct supervisor_call *call)
{
	supervisor_lock();
	call->process = process_of_thread(call->thread);
	if (call->process)
		serve(call);
	else
		call->way->answer(call, -ENOMEM);
	memory_forget_view();
	supervisor_unlock();
}

/* ---- the program's process, before it is the program ---- */

/* What it and the supervisor tell each other: the filter may already hold its system calls. */
struct handshake {
	_Atomic uint32_t step; /* futex */
	bool only_death_ends;  /* filter_load */
	int listener;          /* its number in the program's process, or a negative errno */
	int probe;             /* what socket(AF_ALG) gave there: a number or a negative errno */
};

enum { STEP_BEGUN, STEP_FILTERED, STEP_SERVED, STEP_PROBED, STEP_GO };

static struct handshake *handshake;

static bool tracing; /* the way is ptrace: there is no filter */

/* Between processes, which the locks of base/ are not made for. */
static void advance(uint32_t step)
{
	atomic_store(&handshake->step, step);
	(void)syscall(SYS_futex, &handshake->step, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static void await(uint32_t step)
{
	uint32_t now;

	while ((now = atomic_load(&handshake->step)) < step)
		(void)syscall(SYS_futex, &handshake->step, FUTEX_WAIT, now, NULL, NULL, 0);
}

static int install_filter(const struct sock_fprog *program)
{
	int listener = filter_load(program, &handshake->only_death_ends);

	/* Who may not do it for others may still do it for itself. */
	if (listener == -EACCES && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		listener = filter_load(program, &handshake->only_death_ends);
	return listener;
}

/* Asks for an alg socket as the program will: a filter of somebody else's may refuse it first. */
static int probe(void)
{
	const sa_family_t family = AF_ALG;
	long number = syscall(SYS_socket, AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	bool blind;

	if (number < 0)
		return -errno;
	/* It is refused (S-06), but whether the address can be read comes first. */
	blind = syscall(SYS_connect, number, &family, sizeof(family)) < 0 && errno == EFAULT;
	(void)syscall(SYS_close, number);
	return blind ? -EFAULT : 0;
}

__attribute__((noreturn)) static void be_program(const struct sock_fprog *program)
{
	/* The supervisor's end before this is done leaves nobody to wait for. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	handshake->listener = tracing ? -1 : install_filter(program);
	advance(STEP_FILTERED);
	await(STEP_SERVED);
	if (handshake->listener >= 0)
		(void)syscall(SYS_close, handshake->listener);
	handshake->probe = probe();
	advance(STEP_PROBED);
	await(STEP_GO);
	(void)prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0);
	front_restore_signals();
	supervisor_options->start(supervisor_options->argument);
	_exit(127);
}

/* ---- the supervisor's process ---- */

static int report_to = -1; /* the front */
static pid_t program_pid;

/* The front hears of the program itself; of others only the end of the last one matters. */
static void child_told(pid_t pid, int status)
{
	if (pid < 0) {
		objects_end();
		_exit(0);
	}
	if (pid != program_pid)
		return;
	if (!WIFSTOPPED(status) && !WIFCONTINUED(status)) {
		record_flush(); /* who waits for the program may read it */
		program_pid = 0;
	}
	front_tell(report_to, pid, status);
}

static int take_listener(void)
{
	int process, listener;

	if (handshake->listener < 0)
		return handshake->listener;
	process = (int)syscall(SYS_pidfd_open, program_pid, 0);
	if (process < 0)
		return -errno;
	listener = (int)syscall(SYS_pidfd_getfd, process, handshake->listener, 0);
	if (listener < 0)
		listener = -errno;
	(void)close(process);
	return listener;
}

static void *serve_listener(void *argument)
{
	notify_serve((int)(intptr_t)argument, handshake->only_death_ends);
	return NULL;
}

static void raise_own_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* The program's terminal and pipes are none of the supervisor's. */
static void leave_streams(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return;
	for (int i = 0; i <= STDERR_FILENO; i++)
		(void)dup2(null, i);
	if (null > STDERR_FILENO)
		(void)close(null);
}

static bool is_probed(void)
{
	return atomic_load(&handshake->step) >= STEP_PROBED;
}

/* Everything that may fail, by ptrace: a negative errno where it does. */
static int begin_tracing(void)
{
	int result;

	await(STEP_FILTERED);
	if (memory_begin() < 0 || loop_begin_alone() < 0)
		return -ENOMEM;
	host_begin();
	result = ptrace_begin(program_pid);
	if (result < 0)
		return result;
	advance(STEP_SERVED);
	ptrace_serve(is_probed, child_told);
	return handshake->probe;
}

/* Somebody else listens already: who may serve AF_ALG, or may refuse it. */
static int judge_busy(void)
{
	advance(STEP_SERVED);
	await(STEP_PROBED);
	return handshake->probe < 0 ? handshake->probe : -EBUSY;
}

/* The same, by notification. */
static int begin_serving(void)
{
	pthread_t thread;
	int listener;

	await(STEP_FILTERED);
	listener = take_listener();
	if (listener < 0)
		return listener == -EBUSY ? judge_busy() : listener;
	if (memory_begin() < 0 || loop_begin(child_told) < 0)
		return -ENOMEM;
	host_begin();
	front_tell_listener(report_to, listener);
	if (pthread_create(&thread, NULL, serve_listener, (void *)(intptr_t)listener) != 0)
		return -ENOMEM;
	advance(STEP_SERVED);
	await(STEP_PROBED);
	return handshake->probe;
}

/* Only death ends the supervisor before its work is done. */
static void ignore_signals(void)
{
	static const int ignored[] = {SIGINT,  SIGQUIT, SIGTERM, SIGHUP,  SIGTSTP, SIGTTIN,
				      SIGTTOU, SIGPIPE, SIGUSR1, SIGUSR2, SIGALRM};

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		(void)signal(ignored[i], SIG_IGN);
}

__attribute__((noreturn)) static void give_up(int error)
{
	/* Nobody is to tell of the program's end. */
	supervisor_lock();
	front_tell(report_to, 0, error);
	if (program_pid > 0)
		(void)kill(program_pid, SIGKILL);
	_exit(1);
}

__attribute__((noreturn)) static void be_supervisor(int report)
{
	struct sock_fprog program = {0};
	int result = 0;

	report_to = report;
	(void)prctl(PR_SET_NAME, "ualg-supervisor", 0, 0, 0);
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	filter_choose_window();
	if (!tracing)
		result = filter_make(supervisor_options->trap, &program);
	handshake = mmap(NULL, sizeof(*handshake), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (result < 0 || handshake == MAP_FAILED)
		give_up(result < 0 ? result : -ENOMEM);
	loop_block_signals();
	program_pid = fork();
	if (program_pid == 0)
		be_program(&program);
	filter_free(&program);
	ignore_signals();
	raise_own_limit();
	if (program_pid < 0)
		give_up(-EAGAIN);
	result = tracing ? begin_tracing() : begin_serving();
	if (result < 0)
		give_up(result);
	front_tell(report, program_pid, FRONT_BEGUN);
	defence_begin();
	leave_streams();
	advance(STEP_GO);
	if (tracing)
		ptrace_serve(NULL, child_told);
	for (;;)
		(void)pause();
}

/* ---- which way ---- */

static const char *no_notification(int error)
{
	switch (error) {
	case -EBUSY:
		return "another supervisor listens to this program's system calls already";
	case -EINVAL:
	case -ENOSYS:
		return "the kernel has no seccomp notification";
	case -EPERM:
	case -EACCES:
	case -EAFNOSUPPORT:
		return "a filter that is in force refuses AF_ALG";
	default:
		return strerror(-error);
	}
}

static const char *no_trace(int error)
{
	switch (error) {
	case -EPERM:
	case -EACCES:
		return "ptrace is not allowed here";
	case -EFAULT:
		return "a program's memory may not be read here (process_vm_readv)";
	default:
		return strerror(-error);
	}
}

/* Whether tracing may do what notification did not. */
static bool is_for_trace(int error)
{
	return supervisor_options->way == SUPERVISOR_WAY_AUTO && error != -EBUSY &&
	       error != -ECHILD && error != -EAGAIN && error != -ENOMEM;
}

static void tell(const char *format, const char *reason)
{
	char line[256];

	(void)snprintf(line, sizeof(line), format, reason);
	supervisor_options->tell(line);
}

static int run_by_notification(void)
{
	int result = front_run(be_supervisor);

	if (result < 0 && !is_for_trace(result))
		tell("the supervisor cannot work here: %s", no_notification(result));
	else if (result < 0)
		tell("%s: ptrace is used, which slows each system call down",
		     no_notification(result));
	return result;
}

/* No filter keeps calls on numbers outside of the window away, so any number will do. */
static int run_by_trace(void)
{
	static struct supervisor_options chosen;
	int result;

	chosen = *supervisor_options;
	chosen.trap = SUPERVISOR_TRAP_ALL;
	supervisor_options = &chosen;
	tracing = true;
	result = front_run(be_supervisor);
	if (result < 0)
		tell("the supervisor cannot work here: %s", no_trace(result));
	return result;
}

int supervisor_run(const struct supervisor_options *options)
{
	int result;

	supervisor_options = options;
	if (options->way != SUPERVISOR_WAY_PTRACE) {
		result = run_by_notification();
		if (result >= 0 || !is_for_trace(result))
			return result;
	}
	return run_by_trace();
}
