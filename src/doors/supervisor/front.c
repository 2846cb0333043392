/* SPDX-License-Identifier: MIT */
#include "doors/supervisor/front.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doors/supervisor/heir.h"

struct report {
	pid_t pid;
	int status;
};

/* Passed on to the program, unless the terminal has sent them to it as well. */
static const int passed_on[] = {SIGINT,  SIGQUIT, SIGTERM, SIGHUP,
				SIGUSR1, SIGUSR2, SIGALRM, SIGCONT};
#define PASSED_ON (sizeof(passed_on) / sizeof(passed_on[0]))

/* Stops that the front makes itself, when the program has stopped. */
static const int held_back[] = {SIGTSTP, SIGTTIN, SIGTTOU};
#define HELD_BACK (sizeof(held_back) / sizeof(held_back[0]))

static struct sigaction passed_before[PASSED_ON], held_before[HELD_BACK];
static sigset_t mask_before;
static volatile pid_t program;
static volatile unsigned early; /* signals that came before it, by bits */
static int kept_listener = -1;

union rights {
	struct cmsghdr head;
	char room[CMSG_SPACE(sizeof(int))];
};

static void send_report(int descriptor, const struct report *report, int listener)
{
	struct iovec iov = {(void *)(uintptr_t)report, sizeof(*report)};
	union rights rights = {.head = {.cmsg_len = CMSG_LEN(sizeof(int)),
					.cmsg_level = SOL_SOCKET,
					.cmsg_type = SCM_RIGHTS}};
	struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};

	if (listener >= 0) {
		memcpy(CMSG_DATA(&rights.head), &listener, sizeof(listener));
		message.msg_control = &rights;
		message.msg_controllen = sizeof(rights);
	}
	(void)!sendmsg(descriptor, &message, MSG_NOSIGNAL);
}

void front_tell(int descriptor, pid_t pid, int status)
{
	const struct report report = {.pid = pid, .status = status};

	send_report(descriptor, &report, -1);
}

void front_tell_listener(int descriptor, int listener)
{
	const struct report report = {.pid = -1};

	send_report(descriptor, &report, listener);
}

/* As read: bytes, 0 at the supervisor's end.  A listener that comes along is kept. */
static ssize_t receive_report(int descriptor, struct report *report)
{
	struct iovec iov = {report, sizeof(*report)};
	union rights rights;
	struct msghdr message = {.msg_iov = &iov,
				 .msg_iovlen = 1,
				 .msg_control = &rights,
				 .msg_controllen = sizeof(rights)};
	ssize_t size = recvmsg(descriptor, &message, MSG_CMSG_CLOEXEC);

	if (size > 0 && message.msg_controllen >= CMSG_LEN(sizeof(int)))
		memcpy(&kept_listener, CMSG_DATA(&rights.head), sizeof(kept_listener));
	return size;
}

static void pass_on(int number, siginfo_t *info, void *context)
{
	int saved = errno;

	(void)context;
	/* The kernel sends what comes from the terminal to the whole group. */
	if (info->si_code != SI_KERNEL && program > 0)
		(void)kill(program, number);
	else if (info->si_code != SI_KERNEL)
		early |= 1u << number;
	errno = saved;
}

/* Passes on what came before the program was known. */
static void pass_early_on(void)
{
	for (size_t i = 0; i < PASSED_ON; i++)
		if (early >> passed_on[i] & 1)
			(void)kill(program, passed_on[i]);
	early = 0;
}

static void take_signals(void)
{
	struct sigaction action = {.sa_sigaction = pass_on, .sa_flags = SA_SIGINFO | SA_RESTART};
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	(void)sigfillset(&action.sa_mask);
	(void)sigprocmask(SIG_SETMASK, NULL, &mask_before);
	for (size_t i = 0; i < PASSED_ON; i++)
		(void)sigaction(passed_on[i], &action, &passed_before[i]);
	for (size_t i = 0; i < HELD_BACK; i++)
		(void)sigaction(held_back[i], &ignore, &held_before[i]);
}

void front_restore_signals(void)
{
	for (size_t i = 0; i < PASSED_ON; i++)
		(void)sigaction(passed_on[i], &passed_before[i], NULL);
	for (size_t i = 0; i < HELD_BACK; i++)
		(void)sigaction(held_back[i], &held_before[i], NULL);
	(void)sigprocmask(SIG_SETMASK, &mask_before, NULL);
}

/* Ends as the program did; returns where a signal could not do it. */
static int end_as(int status)
{
	const struct rlimit no_core = {0, 0};
	sigset_t none;
	int number;

	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	number = WTERMSIG(status);
	(void)setrlimit(RLIMIT_CORE, &no_core); /* the program's own is there */
	(void)signal(number, SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)raise(number);
	return 128 + number;
}

/* The supervisor is gone; what is left of the program is the front's. */
static int wait_alone(pid_t supervisor)
{
	int status = 0;

	if (kept_listener >= 0)
		heir_take_over(kept_listener);
	/* Its children are handed on before it can be waited for. */
	while (waitpid(supervisor, NULL, 0) < 0 && errno == EINTR)
		;
	if (program <= 0)
		return -ECHILD;
	while (waitpid(program, &status, 0) < 0)
		if (errno != EINTR)
			return -ECHILD;
	return end_as(status);
}

static int follow(int reports, pid_t supervisor)
{
	struct report report;
	bool begun = false;

	for (;;) {
		ssize_t size = receive_report(reports, &report);

		if (size < 0 && errno == EINTR)
			continue;
		if (size != sizeof(report))
			return begun ? wait_alone(supervisor) : -ECHILD;
		if (report.pid == 0)
			return report.status;
		if (report.pid < 0)
			continue;
		program = report.pid;
		if (!begun)
			pass_early_on();
		begun = true;
		if (report.status == FRONT_BEGUN || WIFCONTINUED(report.status))
			continue;
		if (WIFSTOPPED(report.status))
			(void)raise(SIGSTOP);
		else
			return end_as(report.status);
	}
}

int front_run(void (*supervise)(int report))
{
	int reports[2], result;
	pid_t child;

	if (heir_begin() < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, reports) < 0)
		return -errno;
	/* Whoever outlives the supervisor is the front's to wait for. */
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	take_signals();
	child = fork();
	if (child == 0) {
		(void)close(reports[0]);
		supervise(reports[1]);
	}
	(void)close(reports[1]);
	result = child < 0 ? -EAGAIN : follow(reports[0], child);
	(void)close(reports[0]);
	if (result < 0) {
		/* The caller may go on without. */
		if (child > 0)
			(void)waitpid(child, NULL, 0);
		(void)prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
		front_restore_signals();
	}
	return result;
}
