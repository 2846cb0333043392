/* SPDX-License-Identifier: MIT */
/*
 * What the preload library costs descriptors that are none of its business.  foreign LIBRARY starts
 * itself many times, in turn without and with the library; each child times reads and writes.
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measure.h"

#define ROUNDS      60u
#define REPETITIONS 41u
#define OPERATIONS  500u
#define SIZE        64u
#define KINDS       3u

static const char *const kinds[KINDS] = {"pipe: write, read", "unix pair: send, recv",
					 "unix pair: sendmsg, recvmsg"};

static void by_pipe(void *context, size_t count)
{
	const int *fd = context;
	char data[SIZE] = {0};

	for (size_t i = 0; i < count; i++)
		measure_check(write(fd[1], data, SIZE) == SIZE && read(fd[0], data, SIZE) == SIZE,
			      "pipe");
}

static void by_send(void *context, size_t count)
{
	const int *fd = context;
	char data[SIZE] = {0};

	for (size_t i = 0; i < count; i++)
		measure_check(send(fd[1], data, SIZE, 0) == SIZE &&
				  recv(fd[0], data, SIZE, 0) == SIZE,
			      "send");
}

static void by_sendmsg(void *context, size_t count)
{
	const int *fd = context;
	char data[SIZE] = {0};
	struct iovec iov = {data, SIZE};

	for (size_t i = 0; i < count; i++) {
		struct msghdr out = {.msg_iov = &iov, .msg_iovlen = 1};
		struct msghdr in = out;

		measure_check(sendmsg(fd[1], &out, 0) == SIZE && recvmsg(fd[0], &in, 0) == SIZE,
			      "sendmsg");
	}
}

/* The child: prints the medians. */
static int measure_here(void)
{
	static struct measure measures[KINDS];
	struct measure *const all[KINDS] = {&measures[0], &measures[1], &measures[2]};
	int pipe_ends[2], pair[2];

	measure_check(pipe(pipe_ends) == 0, "pipe");
	measure_check(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0, "socketpair");
	measures[0].body = by_pipe, measures[0].context = pipe_ends;
	measures[1].body = by_send, measures[1].context = pair;
	measures[2].body = by_sendmsg, measures[2].context = pair;
	measure_run(all, KINDS, REPETITIONS, OPERATIONS);
	for (size_t i = 0; i < KINDS; i++)
		printf("%f ", measure_quarter(&measures[i], 2));
	return 0;
}

/* Starts a child with the environment and adds its medians to the three measures. */
static void collect(char *program, char *const *environment, struct measure *into)
{
	char *const arguments[] = {program, NULL};
	posix_spawn_file_actions_t actions;
	char text[256] = "";
	char *at = text;
	int output[2], status;
	pid_t child;
	size_t size = 0;
	ssize_t got;

	measure_check(pipe(output) == 0, "pipe");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, output[1], 1);
	posix_spawn_file_actions_addclose(&actions, output[0]);
	measure_check(posix_spawn(&child, program, &actions, NULL, arguments, environment) == 0,
		      program);
	posix_spawn_file_actions_destroy(&actions);
	close(output[1]);
	while ((got = read(output[0], text + size, sizeof(text) - 1 - size)) > 0)
		size += (size_t)got;
	close(output[0]);
	measure_check(waitpid(child, &status, 0) == child && status == 0, "child");
	for (size_t i = 0; i < KINDS; i++)
		into[i].sample[into[i].samples++] = strtod(at, &at);
}

int main(int argc, char **argv)
{
	static struct measure plain[KINDS], preloaded[KINDS];
	char variable[4200], name[80];
	char *without[] = {NULL};
	char *with[] = {variable, NULL};

	measure_pin();
	if (argc == 1)
		return measure_here();
	snprintf(variable, sizeof(variable), "LD_PRELOAD=%s", argv[1]);
	for (unsigned round = 0; round < ROUNDS; round++) {
		collect(argv[0], without, plain);
		collect(argv[0], with, preloaded);
	}
	printf("descriptors that are not AF_ALG sockets\n");
	for (size_t i = 0; i < KINDS; i++) {
		measure_sort(&plain[i]);
		measure_sort(&preloaded[i]);
		plain[i].name = kinds[i];
		snprintf(name, sizeof(name), "%s, with the library", kinds[i]);
		preloaded[i].name = name;
		measure_print(&plain[i]);
		measure_print(&preloaded[i]);
	}
	for (size_t i = 0; i < KINDS; i++)
		measure_goal(kinds[i], 1.02,
			     measure_quarter(&preloaded[i], 2) / measure_quarter(&plain[i], 2),
			     "x");
	return 0;
}
