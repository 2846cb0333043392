/* SPDX-License-Identifier: MIT */
/*
 * Measures ualg beside the crypto libraries of this machine.  The measuring program links them all,
 * so it is one of its own (bench/compare.c), which this starts under the preload library.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/preload.h"

#define PROGRAM "bench/compare" /* in a build tree, beside ualg */

static bool quick;
static const char *json;
static const char *only;

static const struct cli_option options[] = {
    {"quick", NULL, "fewer repetitions", NULL, &quick, NULL},
    {"json", "FILE", "write all numbers to FILE, too", NULL, NULL, &json},
    {"only", "NAME", "one algorithm: sha256, gcm(aes) ...", NULL, NULL, &only},
    {0},
};

/* Where this executable is, with another last part. */
static bool beside_this(const char *name, char *path, size_t room)
{
	ssize_t size = readlink("/proc/self/exe", path, room - 1);
	char *slash;

	if (size <= 0)
		return false;
	path[size] = '\0';
	slash = strrchr(path, '/');
	if (!slash || (size_t)(slash + 1 - path) + strlen(name) >= room)
		return false;
	memcpy(slash + 1, name, strlen(name) + 1);
	return true;
}

static int run(int argc, char **argv)
{
	char library[PATH_MAX], self[PATH_MAX], program[PATH_MAX];
	const char *arguments[12] = {program, "--ualg", self};
	size_t count = 3;
	int result = cli_no_operands(&cli_bench_command, argc, argv);

	if (result)
		return result;
	if (preload_find(library) < 0) {
		cli_message("'%s' is not there", library);
		return CLI_FAILURE;
	}
	if (!beside_this("ualg", self, sizeof(self)) ||
	    !beside_this(PROGRAM, program, sizeof(program)) || access(program, X_OK) != 0) {
		cli_message("'%s' is not there; in a build tree 'ninja bench-programs' makes it",
			    program);
		return CLI_FAILURE;
	}
	if (quick)
		arguments[count++] = "--quick";
	if (json) {
		arguments[count++] = "--json";
		arguments[count++] = json;
	}
	if (only) {
		arguments[count++] = "--only";
		arguments[count++] = only;
	}
	setenv("LD_PRELOAD", library, 1);
	(void)fflush(stdout);
	execv(program, (char *const *)(uintptr_t)arguments);
	cli_message("'%s': %s", program, strerror(errno));
	return CLI_FAILURE;
}

const struct cli_command cli_bench_command = {
    .name = "bench",
    .help = "Measure ualg beside the crypto libraries of this machine",
    .operands = "",
    .details = "Medians of batches that are run in turn, for requests of 16 bytes to 1 MiB, then\n"
	       "the goals of the project, met or missed.  docs/benchmarks.md explains them.\n",
    .options = options,
    .usage_exit = CLI_USAGE,
    .run = run,
};
