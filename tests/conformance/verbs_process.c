/* SPDX-License-Identifier: MIT */
/* What takes more than one call at a time: sleeping, threads, fork, exec, descriptor passing. */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "verbs.h"

#define NAP_MS    500 /* a call that lasts so long is taken to sleep */
#define SETTLE_MS 200 /* in which a thread gets to its call */
#define JOIN_S    5
#define THREADS   8
#define FDS_SIZE  1024 /* bytes of "NAME=FD," for all descriptors of a case */

static void wait_ms(long ms)
{
	struct timespec time = {ms / 1000, ms % 1000 * 1000000};

	nanosleep(&time, NULL);
}

/* ---- sleeping ---- */

static volatile sig_atomic_t woken;

static void on_alarm(int signal)
{
	(void)signal;
	woken = 1;
}

/* sleepy COMMAND   a call that may sleep is woken by a signal: "(slept)" */
static void run_sleepy(const struct command *command, char *token)
{
	const struct timeval nap = {0, NAP_MS * 1000}, never = {0};
	struct sigaction action = {.sa_handler = on_alarm};

	sigaction(SIGALRM, &action, NULL);
	woken = 0;
	setitimer(ITIMER_REAL, &(struct itimerval){nap, nap}, NULL);
	verb_run(command_rest(command, 1), token);
	setitimer(ITIMER_REAL, &(struct itimerval){never, never}, NULL);
	if (woken)
		token_add(token, "(slept)");
}

/* ---- threads ---- */

static struct job {
	char name[16];
	char text[COMMAND_SIZE];
	char token[TOKEN_SIZE];
	pthread_t thread;
} jobs[THREADS];
static size_t jobs_used;

static void *job_main(void *argument)
{
	struct job *job = argument;

	verb_run(job->text, job->token);
	return NULL;
}

/* start T COMMAND   in a thread of its own, which gets time to reach the call */
static void run_start(const struct command *command, char *token)
{
	struct job *job = &jobs[jobs_used++];

	if (jobs_used > THREADS)
		table_error("too many threads", command->line);
	snprintf(job->name, sizeof(job->name), "%s", command_word(command, 1));
	snprintf(job->text, sizeof(job->text), "%s", command_rest(command, 2));
	if (pthread_create(&job->thread, NULL, job_main, job) != 0)
		table_error("no thread", command->line);
	wait_ms(SETTLE_MS);
	token_add(token, "started");
}

/* join T   the token of its command */
static void run_join(const struct command *command, char *token)
{
	struct timespec limit;
	struct job *job = jobs;

	while (job < jobs + jobs_used && strcmp(job->name, command_word(command, 1)) != 0)
		job++;
	if (job == jobs + jobs_used)
		table_error("no such thread", command->line);
	clock_gettime(CLOCK_REALTIME, &limit);
	limit.tv_sec += JOIN_S;
	if (pthread_timedjoin_np(job->thread, NULL, &limit) != 0)
		token_add(token, "(sleeps)");
	else
		token_add(token, "%s", job->token);
}

/* ---- other processes ---- */

/* Reads what a child writes, up to its end. */
static void read_token(int fd, char *token)
{
	size_t used = 0;
	ssize_t got;

	while ((got = read(fd, token + used, TOKEN_SIZE - 1 - used)) > 0)
		used += (size_t)got;
	token[used] = '\0';
	close(fd);
}

static void write_token(int fd, const char *text)
{
	char token[TOKEN_SIZE] = "";

	verb_run(text, token);
	token_leaks(token);
	if (write(fd, token, strlen(token)) < 0)
		_exit(1);
}

static pid_t fork_with_pipe(int ends[2])
{
	pid_t child;

	fflush(stdout);
	if (pipe(ends) < 0 || (child = fork()) < 0)
		table_error("no process", "");
	close(ends[child == 0 ? 0 : 1]);
	return child;
}

/* child COMMAND   in a forked child */
static void run_child(const struct command *command, char *token)
{
	int ends[2];
	pid_t child = fork_with_pipe(ends);

	if (child == 0) {
		write_token(ends[1], command_rest(command, 1));
		_exit(0);
	}
	read_token(ends[0], token);
	waitpid(child, NULL, 0);
}

static pid_t holder;

/* hold   a forked child has copies of all descriptors, until release */
static void run_hold(const struct command *command, char *token)
{
	(void)command;
	holder = fork();
	if (holder == 0) {
		pause();
		_exit(0);
	}
	token_ok(token, holder);
}

static void run_release(const struct command *command, char *token)
{
	(void)command;
	kill(holder, SIGKILL);
	token_ok(token, waitpid(holder, NULL, 0));
}

static void add_fd(const char *name, int fd, void *argument)
{
	char *list = argument;
	size_t used = strlen(list);

	snprintf(list + used, FDS_SIZE - used, "%s=%d,", name, fd);
}

/* exec COMMAND   in a child that has executed this program anew */
static void run_exec(const struct command *command, char *token)
{
	char list[FDS_SIZE] = "", self[PATH_MAX] = "";
	int ends[2];
	pid_t child;

	/* By its name: behind an emulator the link itself leads to that one. */
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		table_error("no name of this program", command->line);
	fd_each(add_fd, list);
	child = fork_with_pipe(ends);
	if (child == 0) {
		char *arguments[] = {"conformance", "--exec", list,
				     (char *)(uintptr_t)command_rest(command, 1), NULL};

		dup2(ends[1], STDOUT_FILENO);
		execv(self, arguments);
		_exit(1);
	}
	read_token(ends[0], token);
	waitpid(child, NULL, 0);
}

int verb_main_after_exec(int count, char **arguments)
{
	char *list, *item;

	if (count < 2)
		return 1;
	for (list = arguments[0]; (item = strsep(&list, ",")) != NULL && *item;) {
		const char *name = strsep(&item, "=");

		fd_set_name(name, (int)word_number(item));
	}
	write_token(STDOUT_FILENO, arguments[1]);
	return 0;
}

/* A message of one byte that carries a descriptor, to be sent (fd >= 0) or received. */
static int pass_fd(int socket, int fd)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {0};
	char byte = 'x';
	struct iovec iov = {&byte, 1};
	struct msghdr message = {.msg_iov = &iov,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	if (fd < 0) {
		if (recvmsg(socket, &message, 0) != 1 || message.msg_controllen == 0)
			return -1;
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
		return fd;
	}
	*header = (struct cmsghdr){CMSG_LEN(sizeof(fd)), SOL_SOCKET, SCM_RIGHTS};
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	return sendmsg(socket, &message, 0) == 1 ? 0 : -1;
}

/* pass FD COMMAND   in a child that has FD from a message, not from fork */
static void run_pass(const struct command *command, char *token)
{
	const char *name = command_word(command, 1);
	int ends[2], sockets[2];
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) < 0)
		table_error("no socket pair", command->line);
	child = fork_with_pipe(ends);
	if (child == 0) {
		close(word_fd(name));
		fd_set_name(name, pass_fd(sockets[1], -1));
		write_token(ends[1], command_rest(command, 2));
		_exit(0);
	}
	pass_fd(sockets[0], word_fd(name));
	read_token(ends[0], token);
	waitpid(child, NULL, 0);
	close(sockets[0]);
	close(sockets[1]);
}

/* unprivileged   goes on as a user without rights */
static void run_unprivileged(const struct command *command, char *token)
{
	(void)command;
	token_number(token, setresuid(65534, 65534, 65534));
}

/* repeat N COMMAND   the last token, after N times */
static void run_repeat(const struct command *command, char *token)
{
	for (long n = word_number(command_word(command, 1)); n > 0; n--) {
		token[0] = '\0';
		verb_run(command_rest(command, 2), token);
	}
}

const struct verb verbs_process[] = {
    {"sleepy", run_sleepy}, {"start", run_start}, {"join", run_join},
    {"child", run_child},   {"hold", run_hold},   {"release", run_release},
    {"exec", run_exec},     {"pass", run_pass},   {"unprivileged", run_unprivileged},
    {"repeat", run_repeat}, {NULL, NULL},
};
