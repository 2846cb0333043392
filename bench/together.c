/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/aio_abi.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "alg_socket.h"
#include "extras.h"
#include "measure.h"
#include "results.h"
#include "ualg/if_alg.h"
#include "ways.h"

#define CALLS       16u
#define SIZE        4096u
#define REPETITIONS 400u
#define QUICK       60u

/*
 * CALLS sockets of one parent.  What is timed is the call that computes: of a hash the write, of a
 * cipher the read.  The other half, which only moves bytes, is made as ever.
 */
static struct {
	struct job job;
	bool hash;
	int op[CALLS];
	struct alg_socket_message message;
	struct iocb control[CALLS];
	struct iocb *list[CALLS];
	aio_context_t context;
	uint8_t out[CALLS][SIZE];
} set;

static void open_set(const struct job *job)
{
	set.job = *job;
	set.hash = strcmp(job->type, "hash") == 0;
	alg_socket_message(&set.message, job);
	for (unsigned i = 0; i < CALLS; i++) {
		set.op[i] = alg_socket_op(job);
		measure_check(set.op[i] >= 0, job->name);
		set.control[i] = (struct iocb){
		    .aio_lio_opcode = set.hash ? IOCB_CMD_PWRITE : IOCB_CMD_PREAD,
		    .aio_fildes = (uint32_t)set.op[i],
		    .aio_buf = (uint64_t)(uintptr_t)(set.hash ? way_in : set.out[i]),
		    .aio_nbytes = SIZE,
		};
		set.list[i] = &set.control[i];
	}
}

static void close_set(void)
{
	for (unsigned i = 0; i < CALLS; i++)
		close(set.op[i]);
}

static void before(void)
{
	for (unsigned i = 0; i < CALLS && !set.hash; i++)
		measure_check(sendmsg(set.op[i], &set.message.header, 0) == SIZE, "sendmsg");
}

static void after(void)
{
	for (unsigned i = 0; i < CALLS && set.hash; i++)
		measure_check(recv(set.op[i], set.out[i], set.job.tag_size, 0) ==
				  (ssize_t)set.job.tag_size,
			      "recv");
}

static void one_by_one(void)
{
	for (unsigned i = 0; i < CALLS; i++)
		measure_check((set.hash ? send(set.op[i], way_in, SIZE, 0)
					: recv(set.op[i], set.out[i], SIZE, 0)) == SIZE,
			      set.job.name);
}

static void together(void)
{
	struct io_event events[CALLS];
	bool good;

	good =
	    syscall(SYS_io_submit, set.context, (long)CALLS, set.list) == CALLS &&
	    syscall(SYS_io_getevents, set.context, (long)CALLS, (long)CALLS, events, NULL) == CALLS;
	for (unsigned i = 0; good && i < CALLS; i++)
		good = events[i].res == SIZE;
	measure_check(good, "io_submit");
}

static void collect(struct measure *measure, void (*body)(void))
{
	double start;

	before();
	start = measure_now();
	body();
	measure->sample[measure->samples++] = (measure_now() - start) / CALLS;
	after();
}

/* The results of both, byte for byte, or the run ends. */
static void check_results(void)
{
	static uint8_t single[CALLS][SIZE];

	memset(set.out, 0, sizeof(set.out));
	before();
	one_by_one();
	after();
	memcpy(single, set.out, sizeof(single));
	memset(set.out, 0, sizeof(set.out));
	before();
	together();
	after();
	measure_check(memcmp(single, set.out, sizeof(single)) == 0, "results differ");
}

/* door: what the lines begin with. */
static void compare(const char *door, const struct job *job, double goal, bool quick)
{
	static struct measure single, all;
	char what[80];
	double gain;

	single = (struct measure){.name = job->name};
	all = (struct measure){.name = "  16 of them in one io_submit"};
	open_set(job);
	check_results();
	for (unsigned i = 0; i < (quick ? QUICK : REPETITIONS); i++) {
		collect(&single, one_by_one);
		collect(&all, together);
	}
	close_set();
	measure_sort(&single);
	measure_sort(&all);
	measure_print(&single);
	measure_print(&all);
	gain = measure_quarter(&single, 2) / measure_quarter(&all, 2);
	result_add("together", job->name, gain);
	snprintf(what, sizeof(what), "%s16 x 4 KiB, %s / one at a time", door, job->name);
	measure_goal_least(what, goal, gain, "x");
}

static const struct row {
	struct job job;
	double goal; /* in the program's own process */
	double goal_supervised;
} rows[] = {
    {{"skcipher", "cbc(aes)", 16, 16, 0, 0, SIZE}, 6, 3.5},
    {{"hash", "hmac(sha256)", 32, 0, 0, 32, SIZE}, 1.8, 2.8},
    {{"hash", "cmac(aes)", 16, 0, 0, 16, SIZE}, 6, 3.8},
};

static void compare_all(bool supervised, bool quick)
{
	if (syscall(SYS_io_setup, 2 * CALLS, &set.context) != 0)
		return;
	printf("\n%u requests of %u bytes on as many sockets%s, by calls and by one io_submit\n",
	       CALLS, SIZE, supervised ? " of the supervisor's" : "");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		compare(supervised ? "supervisor, AIO, " : "AIO, ", &rows[i].job,
			supervised ? rows[i].goal_supervised : rows[i].goal, quick);
	(void)syscall(SYS_io_destroy, set.context);
}

void extra_together_supervised(bool quick)
{
	compare_all(true, quick);
}

/* The same in this program once more, under the other door. */
static void become_supervised(bool quick)
{
	char path[4096];
	ssize_t size = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (size < 0)
		_exit(127);
	path[size] = '\0';
	unsetenv("LD_PRELOAD");
	execlp(way_ualg, way_ualg, "run", "--door", "seccomp", "--", path, "--together",
	       quick ? "--quick" : NULL, (char *)NULL);
	_exit(127);
}

void extra_together(bool quick)
{
	pid_t child;

	compare_all(false, quick);
	(void)fflush(stdout);
	child = fork();
	measure_check(child >= 0, "fork");
	if (child == 0)
		become_supervised(quick);
	(void)waitpid(child, NULL, 0);
}
