/* SPDX-License-Identifier: MIT */
/*
 * What the supervisor costs:  notify UALG
 *
 * A send and recv of 64 bytes under `ualg run --door seccomp`, beside two bare notification round
 * trips: a system call that another process only answers.  And a write to /dev/null, which is none
 * of the supervisor's business, beside the same without a filter, and with the smallest one that
 * looks at an argument.
 *
 * Each caller is a process of its own, which works on request, one at a time.
 */
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measure.h"
#include "ualg/if_alg.h"

#define REPETITIONS 200u
#define PAIRS       200u
#define WRITES      2000u
#define BYTES       64u

struct caller {
	int requests; /* a byte asks for a batch */
	int answers;  /* ns an operation */
};

/* ---- callers ---- */

static int op;

static void pairs(void *context, size_t count)
{
	uint8_t data[BYTES] = {1}, digest[32];

	(void)context;
	for (size_t i = 0; i < count; i++)
		measure_check(send(op, data, sizeof(data), 0) == sizeof(data) &&
				  recv(op, digest, sizeof(digest), 0) == sizeof(digest),
			      "send and recv");
}

static void notifications(void *context, size_t count)
{
	(void)context;
	for (size_t i = 0; i < count; i++)
		measure_check(syscall(SYS_getppid) == 1, "getppid");
}

static void writes(void *context, size_t count)
{
	const int *null = context;

	for (size_t i = 0; i < count; i++)
		measure_check(write(*null, "", 1) == 1, "write");
}

/* Answers requests: 'w' for writes, anything else for what the caller is there for. */
static int work(void (*body)(void *context, size_t count))
{
	int null = open("/dev/null", O_WRONLY);
	char request;

	while (read(STDIN_FILENO, &request, 1) == 1) {
		size_t count = request == 'w' ? WRITES : PAIRS;
		double begin = measure_now(), each;

		(request == 'w' ? writes : body)(&null, count);
		each = (measure_now() - begin) / (double)count;
		measure_check(write(STDOUT_FILENO, &each, sizeof(each)) == sizeof(each), "write");
	}
	return 0;
}

static int work_supervised(void)
{
	const struct ualg_sockaddr address = {
	    .salg_family = AF_ALG, .salg_type = "hash", .salg_name = "sha256"};
	int parent = socket(AF_ALG, SOCK_SEQPACKET, 0);

	measure_check(parent >= 0 && bind(parent, (const void *)&address, sizeof(address)) == 0,
		      "socket and bind");
	op = accept(parent, NULL, NULL);
	measure_check(op >= 0, "accept");
	return work(pairs);
}

/* A filter that asks one question of one call's first argument. */
static int load_filter(unsigned call, unsigned least, unsigned action, unsigned long flags)
{
	struct sock_filter code[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 3),
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
	    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, least, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, action),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = sizeof(code) / sizeof(code[0]), .filter = code};
	long result;

	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
	measure_check(result >= 0, "seccomp");
	return (int)result;
}

/* The other side of bare notifications: takes each call and answers it. */
static void answer_calls(pid_t caller, int listener, int ready)
{
	int process = (int)syscall(SYS_pidfd_open, caller, 0);
	int number = (int)syscall(SYS_pidfd_getfd, process, listener, 0);

	measure_check(number >= 0 && write(ready, "", 1) == 1, "pidfd_getfd");
	for (;;) {
		struct seccomp_notif call = {0};
		struct seccomp_notif_resp answer = {0};

		if (ioctl(number, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0)
			_exit(0);
		answer.id = call.id;
		answer.val = 1;
		(void)ioctl(number, SECCOMP_IOCTL_NOTIF_SEND, &answer);
	}
}

static int work_bare(void)
{
	int listener =
	    load_filter(SYS_getppid, 0, SECCOMP_RET_USER_NOTIF, SECCOMP_FILTER_FLAG_NEW_LISTENER);
	pid_t caller = getpid(), server;
	int ready[2];
	char byte;

	measure_check(pipe2(ready, O_CLOEXEC) == 0, "pipe2");
	server = fork();
	if (server == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		answer_calls(caller, listener, ready[1]);
	}
	measure_check(read(ready[0], &byte, 1) == 1, "read");
	(void)close(listener);
	return work(notifications);
}

static int work_filtered(void)
{
	(void)load_filter(SYS_write, 100000, SECCOMP_RET_ERRNO, 0);
	return work(NULL);
}

/* ---- this side ---- */

static void start(struct caller *caller, char *const arguments[])
{
	int requests[2], answers[2];

	measure_check(pipe2(requests, O_CLOEXEC) == 0 && pipe2(answers, O_CLOEXEC) == 0, "pipe2");
	if (fork() == 0) {
		(void)dup2(requests[0], STDIN_FILENO);
		(void)dup2(answers[1], STDOUT_FILENO);
		(void)execv(arguments[0], arguments);
		_exit(127);
	}
	(void)close(requests[0]);
	(void)close(answers[1]);
	caller->requests = requests[1];
	caller->answers = answers[0];
}

static void ask(const struct caller *caller, char request, struct measure *into)
{
	double each = 0;

	measure_check(write(caller->requests, &request, 1) == 1 &&
			  read(caller->answers, &each, sizeof(each)) == sizeof(each),
		      "a caller");
	into->sample[into->samples++] = each;
}

static double median(struct measure *measure)
{
	measure_sort(measure);
	measure_print(measure);
	return measure_quarter(measure, 2);
}

static void compare(char *self, char *ualg)
{
	static struct measure pair = {.name = "64 B pair, supervised"};
	static struct measure bare = {.name = "a bare notification"};
	static struct measure plain_write = {.name = "write, no filter"};
	static struct measure filtered_write = {.name = "write, the smallest filter"};
	static struct measure supervised_write = {.name = "write, supervised"};
	struct caller supervised, notified, filtered, plain;
	double two, none;

	start(&supervised,
	      (char *const[]){ualg, "run", "--door", "seccomp", "--", self, "--supervised", NULL});
	start(&notified, (char *const[]){self, "--bare", NULL});
	start(&filtered, (char *const[]){self, "--filtered", NULL});
	start(&plain, (char *const[]){self, "--plain", NULL});
	for (unsigned i = 0; i < REPETITIONS; i++) {
		ask(&supervised, 'p', &pair);
		ask(&notified, 'p', &bare);
		ask(&plain, 'w', &plain_write);
		ask(&filtered, 'w', &filtered_write);
		ask(&supervised, 'w', &supervised_write);
	}
	printf("the supervisor door\n");
	two = 2 * median(&bare);
	measure_goal("supervisor, 64 B pair / two bare notifications", 1.5, median(&pair) / two,
		     "x");
	none = median(&plain_write);
	printf("  (the smallest filter alone adds %.0f ns to a write)\n",
	       median(&filtered_write) - none);
	measure_goal("supervisor, another descriptor's write, added", 35,
		     median(&supervised_write) - none, "ns");
}

int main(int argc, char **argv)
{
	measure_pin();
	if (argc == 2 && strcmp(argv[1], "--supervised") == 0)
		return work_supervised();
	if (argc == 2 && strcmp(argv[1], "--bare") == 0)
		return work_bare();
	if (argc == 2 && strcmp(argv[1], "--filtered") == 0)
		return work_filtered();
	if (argc == 2 && strcmp(argv[1], "--plain") == 0)
		return work(NULL);
	if (argc != 2) {
		fprintf(stderr, "usage: %s UALG\n", argv[0]);
		return 2;
	}
	compare(argv[0], argv[1]);
	return 0;
}
