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

#include "doors/supervisor/calls.h"
#include "doors/supervisor/filter.h"
#include "doors/supervisor/front.h"
#include "doors/supervisor/handover.h"
#include "doors/supervisor/host.h"
#include "doors/supervisor/loop.h"
#include "doors/supervisor/memory.h"
#include "doors/supervisor/notify.h"
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

void supervisor_serve(struct supervisor_call *call)
{
	const struct calls_entry *entry = calls_find(call->compat, call->number);
	long result = SUPERVISOR_PROCEED;

	host_serve(call);
	if (entry) {
		call->number = entry->number;
		result = handover_ask(call, entry) ? SUPERVISOR_ANEW : entry->serve(call);
	}
	if (result == SUPERVISOR_PROCEED)
		call->way->proceed(call);
	else if (result != SUPERVISOR_ANSWERED)
		call->way->answer(call, result);
	host_serve(NULL);
	waiting_retry();
}

/* ---- the program's process, before it is the program ---- */

/* What it and the supervisor tell each other: the filter may already hold its system calls. */
struct handshake {
	_Atomic uint32_t step; /* futex */
	int listener;          /* its number in the program's process, or a negative errno */
	int probe;             /* what socket(AF_ALG) gave there: a number or a negative errno */
};

enum { STEP_BEGUN, STEP_FILTERED, STEP_SERVED, STEP_PROBED, STEP_GO };

static struct handshake *handshake;

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
	int listener = filter_load(program);

	/* Who may not do it for others may still do it for itself. */
	if (listener == -EACCES && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		listener = filter_load(program);
	return listener;
}

/* Asks for an alg socket as the program will: a filter of somebody else's may refuse it first. */
static int probe(void)
{
	long number = syscall(SYS_socket, AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (number < 0)
		return -errno;
	(void)syscall(SYS_close, number);
	return 0;
}

__attribute__((noreturn)) static void be_program(const struct sock_fprog *program)
{
	/* The supervisor's end before this is done leaves nobody to wait for. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	handshake->listener = install_filter(program);
	advance(STEP_FILTERED);
	await(STEP_SERVED);
	if (handshake->listener >= 0) {
		(void)syscall(SYS_close, handshake->listener);
		handshake->probe = probe();
	}
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
	front_tell(report_to, pid, status);
	if (!WIFSTOPPED(status) && !WIFCONTINUED(status))
		program_pid = 0;
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
	notify_serve((int)(intptr_t)argument);
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
	(void)close(null);
}

/* Everything that may fail: 0, or a negative errno and a line told. */
static int begin_serving(void)
{
	pthread_t thread;
	int listener;

	await(STEP_FILTERED);
	listener = take_listener();
	if (listener < 0)
		return listener;
	if (memory_begin() < 0 || loop_begin(child_told) < 0)
		return -ENOMEM;
	host_begin();
	if (pthread_create(&thread, NULL, serve_listener, (void *)(intptr_t)listener) != 0)
		return -ENOMEM;
	advance(STEP_SERVED);
	await(STEP_PROBED);
	return handshake->probe;
}

static const char *reason(int error)
{
	switch (error) {
	case -EBUSY:
		return "another supervisor listens to this program's system calls already";
	case -EACCES:
		return "this user may not install a filter";
	case -EINVAL:
	case -ENOSYS:
		return "the kernel has no seccomp notification";
	case -EPERM:
		return "a filter that is in force refuses AF_ALG before a supervisor is asked";
	default:
		return strerror(-error);
	}
}

static void tell(int error)
{
	char line[256];

	(void)snprintf(line, sizeof(line), "the supervisor cannot work here: %s", reason(error));
	supervisor_options->tell(line);
}

/* Only death ends the supervisor before its work is done. */
static void ignore_signals(void)
{
	static const int ignored[] = {SIGINT,  SIGQUIT, SIGTERM, SIGHUP,  SIGTSTP, SIGTTIN,
				      SIGTTOU, SIGPIPE, SIGUSR1, SIGUSR2, SIGALRM};

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		(void)signal(ignored[i], SIG_IGN);
}

__attribute__((noreturn)) static void be_supervisor(int report)
{
	struct sock_fprog program;
	int result;

	report_to = report;
	(void)prctl(PR_SET_NAME, "ualg-supervisor", 0, 0, 0);
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	filter_choose_window();
	result = filter_make(supervisor_options->trap, &program);
	handshake = mmap(NULL, sizeof(*handshake), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (result < 0 || handshake == MAP_FAILED) {
		result = result < 0 ? result : -ENOMEM;
		tell(result);
		front_tell(report, 0, result);
		_exit(1);
	}
	loop_block_signals();
	program_pid = fork();
	if (program_pid == 0)
		be_program(&program);
	filter_free(&program);
	ignore_signals();
	raise_own_limit();
	result = program_pid < 0 ? -EAGAIN : begin_serving();
	if (result < 0) {
		tell(result);
		if (program_pid > 0)
			(void)kill(program_pid, SIGKILL);
		front_tell(report, 0, result);
		_exit(1);
	}
	front_tell(report, program_pid, FRONT_BEGUN);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	leave_streams();
	advance(STEP_GO);
	for (;;)
		(void)pause();
}

int supervisor_run(const struct supervisor_options *options)
{
	supervisor_options = options;
	return front_run(be_supervisor);
}
