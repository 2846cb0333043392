/* SPDX-License-Identifier: MIT */
/*
 * An alg socket and the processes and programs that come of its process, in every way there is:
 * they share it.  The same program runs on a kernel that has AF_ALG.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/afalg.h"

enum { DIGEST_SIZE = 32 };

static const uint8_t digest_abc[DIGEST_SIZE] = {
    0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
    0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
static const uint8_t digest_c[DIGEST_SIZE] = {
    0x2e, 0x7d, 0x2c, 0x03, 0xa9, 0x50, 0x7a, 0xe2, 0x65, 0xec, 0xf5, 0xb5, 0x35, 0x68, 0x85, 0xa5,
    0x33, 0x93, 0xa2, 0x02, 0x9d, 0x24, 0x13, 0x94, 0x99, 0x72, 0x65, 0xa1, 0xa2, 0x5a, 0xef, 0xc6};

static int op;
static char number[16];
static char program[] = "children", rows_before[16];
static char *arguments[] = {program, number, NULL, NULL};

/* Exit status of a child: 0 where the message that its parent began is its own, too. */
static int finish(void)
{
	uint8_t digest[DIGEST_SIZE];

	if (send(op, "c", 1, 0) != 1)
		return 1;
	if (recv(op, digest, sizeof(digest), MSG_DONTWAIT) != DIGEST_SIZE)
		return 2;
	return memcmp(digest, digest_abc, sizeof(digest)) ? 3 : 0;
}

static int begin(void *nothing)
{
	(void)nothing;
	_exit(finish());
}

/* ---- ways to have a child; each returns as fork does ---- */

static long by_fork(void)
{
	return fork();
}

static long by_fork_without_handlers(void)
{
	return _Fork();
}

static long by_clone(void)
{
	static _Alignas(16) char stack[65536];

	return clone(begin, stack + sizeof(stack), SIGCHLD, NULL);
}

#ifdef SYS_fork
static long by_fork_number(void)
{
	return syscall(SYS_fork);
}
#endif

static long by_clone_number(void)
{
	return syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

#if defined(__x86_64__)
/* The child returns from the call by what lies on its stack. */
static long by_clone_number_on_stack(void)
{
	static _Alignas(16) uintptr_t stack[8192];
	uintptr_t *top = &stack[8191];

	*top = (uintptr_t)begin;
	return syscall(SYS_clone, SIGCHLD, top, NULL, NULL, NULL);
}
#endif

static long by_clone3_number(void)
{
	struct clone_args clone = {.exit_signal = SIGCHLD};

	return syscall(SYS_clone3, &clone, sizeof(clone));
}

/* ---- ways to become another program ---- */

static void execute(void)
{
	execv("/proc/self/exe", arguments);
}

static void execute_by_number(void)
{
	syscall(SYS_execve, "/proc/self/exe", arguments, environ);
}

static void execute_at_by_number(void)
{
	syscall(SYS_execveat, AT_FDCWD, "/proc/self/exe", arguments, environ, 0);
}

static const struct way {
	const char *name;
	long (*child)(void);
	void (*execute)(void); /* by the child; NULL: it stays what it is */
} ways[] = {
    {"fork", by_fork, NULL},
    {"_Fork", by_fork_without_handlers, NULL},
    {"clone", by_clone, NULL},
#ifdef SYS_fork
    {"SYS_fork", by_fork_number, NULL},
#endif
    {"SYS_clone", by_clone_number, NULL},
#if defined(__x86_64__)
    {"SYS_clone on a stack", by_clone_number_on_stack, NULL},
#endif
    {"SYS_clone3", by_clone3_number, NULL},
    {"fork, execv", by_fork, execute},
    {"fork, SYS_execve", by_fork, execute_by_number},
    {"fork, SYS_execveat", by_fork, execute_at_by_number},
    {"_Fork, SYS_execve", by_fork_without_handlers, execute_by_number},
};

static unsigned rows, failures;

static void report(const char *way, const char *what, int bad)
{
	printf("%sok %u - %s, %s", bad ? "not " : "", ++rows, way, what);
	if (bad)
		printf(": %d", bad);
	putchar('\n');
	fflush(stdout);
	failures += bad != 0;
}

/* What the parent begins once the child has ended the message is another one. */
static int parent_after(void)
{
	uint8_t digest[DIGEST_SIZE];

	if (send(op, "c", 1, 0) != 1)
		return 1;
	if (recv(op, digest, sizeof(digest), MSG_DONTWAIT) != DIGEST_SIZE)
		return 2;
	return memcmp(digest, digest_c, sizeof(digest)) ? 3 : 0;
}

static void open_message(void)
{
	int parent = afalg_bind("hash", "sha256");

	op = afalg_accept(parent);
	close(parent);
	(void)send(op, "ab", 2, MSG_MORE);
	snprintf(number, sizeof(number), "%d", op);
}

static void try_way(const struct way *way)
{
	int status = -1;
	long child;

	open_message();
	child = way->child();
	if (child == 0) {
		if (way->execute)
			way->execute();
		_exit(way->execute ? 4 : finish());
	}
	waitpid((pid_t)child, &status, 0);
	report(way->name, "child", status);
	report(way->name, "parent", parent_after());
	close(op);
}

/* children [NUMBER [ROWS]]: as it calls itself, with a socket, and rows if it is to report. */
int main(int count, char **values)
{
	if (count > 1)
		op = atoi(values[1]);
	if (count == 2)
		return finish();
	if (count == 3) {
		rows = (unsigned)atoi(values[2]);
		report("SYS_execve without a fork", "the program", finish());
		printf("1..%u\n", rows);
		return failures != 0;
	}
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		try_way(&ways[i]);
	open_message();
	snprintf(rows_before, sizeof(rows_before), "%u", rows);
	arguments[2] = rows_before;
	execute_by_number();
	return 1;
}
