/* SPDX-License-Identifier: MIT */
/*
 * What the preload library costs a program that never uses AF_ALG: /bin/true is started and waited
 * for, in turn without and with the library.  start LIBRARY
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "measure.h"

#define REPETITIONS 2000u

static void start(void *context, size_t count)
{
	char *const arguments[] = {(char[]){"/bin/true"}, NULL};
	char *const *environment = context;

	for (size_t i = 0; i < count; i++) {
		pid_t child;
		int status;

		measure_check(
		    posix_spawn(&child, arguments[0], NULL, NULL, arguments, environment) == 0,
		    "posix_spawn");
		measure_check(waitpid(child, &status, 0) == child && status == 0, "/bin/true");
	}
}

int main(int argc, char **argv)
{
	static struct measure plain = {.name = "/bin/true"};
	static struct measure preloaded = {.name = "/bin/true with the library"};
	struct measure *const all[] = {&plain, &preloaded};
	char variable[4200];
	char *without[] = {NULL};
	char *with[] = {variable, NULL};

	if (argc != 2) {
		fprintf(stderr, "usage: %s LIBRARY\n", argv[0]);
		return 2;
	}
	snprintf(variable, sizeof(variable), "LD_PRELOAD=%s", argv[1]);
	measure_pin();
	plain.body = start, plain.context = without;
	preloaded.body = start, preloaded.context = with;
	measure_run(all, 2, REPETITIONS, 1);
	printf("start of a program that uses no AF_ALG\n");
	measure_print(&plain);
	measure_print(&preloaded);
	measure_goal("start of /bin/true, added", 30,
		     (measure_quarter(&preloaded, 2) - measure_quarter(&plain, 2)) / 1000, "us");
	return 0;
}
