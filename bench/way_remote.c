/* SPDX-License-Identifier: MIT */
/*
 * AF_ALG sockets of another process, which this one starts without the preload library: there they
 * are served by the supervisor, or by the kernel itself.
 *
 * The other is this program with --serve.  A request is one line, "TYPE NAME KEY IV AAD TAG SIZE
 * COUNT", numbers in bytes; the answer is the time of one of COUNT operations in ns, or "-1" where
 * the job cannot be done there.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measure.h"
#include "ways.h"

#define LINE_SIZE 256

const char *way_ualg = "ualg";

struct remote {
	const char *door; /* of `ualg run`; NULL: no ualg */
	pid_t process;
	FILE *requests;
	FILE *answers;
	bool gone;
	const struct job *job;
};

/* ---- the other side ---- */

static double serve(const struct job *job, size_t count)
{
	static struct job last;
	static void *context;
	double start;

	if (memcmp(&last, job, sizeof(last)) != 0) {
		if (context)
			way_preload.close(context);
		last = *job;
		context = way_preload.open(&last);
	}
	if (!context)
		return -1;
	start = measure_now();
	way_preload.run(context, count);
	return (measure_now() - start) / (double)count;
}

int way_remote_serve(void)
{
	static char type[16], name[128];
	char line[LINE_SIZE];

	while (fgets(line, sizeof(line), stdin)) {
		static struct job job;
		char new_type[16], new_name[128];
		size_t count;

		if (sscanf(line, "%15s %127s %u %u %u %u %zu %zu", new_type, new_name,
			   &job.key_size, &job.iv_size, &job.aad_size, &job.tag_size, &job.size,
			   &count) != 8)
			return 1;
		memcpy(type, new_type, sizeof(type));
		memcpy(name, new_name, sizeof(name));
		job.type = type;
		job.name = name;
		printf("%f\n", serve(&job, count));
		fflush(stdout);
	}
	return 0;
}

/* ---- this side ---- */

/* The child's part: becomes the server.  The program's own path is its first argument. */
static void become_server(const struct remote *remote)
{
	char self[] = "/proc/self/exe", path[4096];
	ssize_t size = readlink(self, path, sizeof(path) - 1);

	if (size < 0)
		_exit(127);
	path[size] = '\0';
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	unsetenv("LD_PRELOAD");
	if (remote->door)
		execlp(way_ualg, way_ualg, "run", "--door", remote->door, "--", path, "--serve",
		       (char *)NULL);
	else
		execl(path, path, "--serve", (char *)NULL);
	_exit(127);
}

static bool start_server(struct remote *remote)
{
	int to[2], from[2];

	if (remote->process || remote->gone)
		return !remote->gone;
	measure_check(pipe(to) == 0 && pipe(from) == 0, "pipe");
	remote->process = fork();
	measure_check(remote->process >= 0, "fork");
	if (remote->process == 0) {
		dup2(to[0], STDIN_FILENO);
		dup2(from[1], STDOUT_FILENO);
		close(to[1]);
		close(from[0]);
		become_server(remote);
	}
	close(to[0]);
	close(from[1]);
	remote->requests = fdopen(to[1], "w");
	remote->answers = fdopen(from[0], "r");
	return true;
}

/* The time of one operation, ns; negative: it cannot be done there. */
static double ask(struct remote *remote, size_t count)
{
	const struct job *job = remote->job;
	char line[LINE_SIZE];
	int status;

	fprintf(remote->requests, "%s %s %u %u %u %u %zu %zu\n", job->type, job->name,
		job->key_size, job->iv_size, job->aad_size, job->tag_size, job->size, count);
	if (fflush(remote->requests) == 0 && fgets(line, sizeof(line), remote->answers))
		return strtod(line, NULL);
	/* It ended: at a job that it could not do, or because there is no such program. */
	(void)waitpid(remote->process, &status, 0);
	(void)fclose(remote->requests);
	(void)fclose(remote->answers);
	remote->process = 0;
	remote->gone = WIFEXITED(status) && WEXITSTATUS(status) == 127;
	return -1;
}

static void *open_remote(struct remote *remote, const struct job *job)
{
	(void)signal(SIGPIPE, SIG_IGN); /* a server that does not start is no way */
	if (!start_server(remote))
		return NULL;
	remote->job = job;
	return ask(remote, 1) < 0 ? NULL : remote;
}

static double time_remote(void *context, size_t count)
{
	return ask(context, count);
}

static void run_remote(void *context, size_t count)
{
	(void)time_remote(context, count);
}

static void close_remote(void *context)
{
	(void)context; /* the server serves the next job, too */
}

static void *open_supervisor(const struct job *job)
{
	static struct remote remote = {.door = "seccomp"};

	return open_remote(&remote, job);
}

static void *open_kernel(const struct job *job)
{
	static struct remote remote;

	return open_remote(&remote, job);
}

const struct way way_supervisor = {"supervisor", WAY_DOOR,     open_supervisor,
				   run_remote,   close_remote, time_remote};
const struct way way_kernel = {"kernel",   WAY_DOOR,     open_kernel,
			       run_remote, close_remote, time_remote};
