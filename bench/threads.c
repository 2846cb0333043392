/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alg_socket.h"
#include "extras.h"
#include "measure.h"
#include "results.h"

#define THREADS 2u
#define WINDOW  20e6 /* ns */
#define ROUNDS  25u
#define QUICK   7u
#define BATCH   64u /* operations between looks at the clock */

/* What a thread does; job NULL: it only counts, which shows what the machine gives two threads. */
struct worker {
	const struct job *job;
	pthread_barrier_t *barrier;
	unsigned cpu;
	double rate; /* operations a second */
};

/* In pages of its own, as a program's thread would have them. */
struct buffers {
	uint8_t in[WAY_MAX_AAD + 16384];
	uint8_t out[WAY_MAX_AAD + 16384 + WAY_MAX_TAG];
	struct alg_socket_message message;
};

static void pin(unsigned cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	(void)pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
}

static void requests(int op, struct buffers *buffers, const struct job *job)
{
	bool hash = strcmp(job->type, "hash") == 0, good = true;
	size_t out = buffers->message.result_size;

	for (unsigned i = 0; i < BATCH; i++) {
		if (hash)
			good = send(op, buffers->in, job->size, 0) == (ssize_t)job->size &&
			       recv(op, buffers->out, job->tag_size, 0) == (ssize_t)job->tag_size;
		else
			good = sendmsg(op, &buffers->message.header, 0) > 0 &&
			       recv(op, buffers->out, out, 0) == (ssize_t)out;
		measure_check(good, job->name);
	}
}

static void count_only(void)
{
	for (unsigned i = 0; i < BATCH * 32; i++)
		__asm__ volatile("" : : "r"(i));
}

static void *work(void *argument)
{
	struct worker *worker = argument;
	struct buffers *buffers = aligned_alloc(4096, (sizeof(*buffers) + 4095) & ~(size_t)4095);
	int op = worker->job ? alg_socket_op(worker->job) : 0;
	size_t done = 0;
	double start, now;

	measure_check(buffers && op >= 0, "thread");
	memset(buffers, 1, sizeof(*buffers));
	pin(worker->cpu);
	if (worker->job) {
		alg_socket_message(&buffers->message, worker->job);
		buffers->message.iov.iov_base = buffers->in;
		requests(op, buffers, worker->job);
	}
	(void)pthread_barrier_wait(worker->barrier);
	start = measure_now();
	do {
		if (worker->job)
			requests(op, buffers, worker->job);
		else
			count_only();
		done += BATCH;
		now = measure_now();
	} while (now - start < WINDOW);
	worker->rate = (double)done / (now - start) * 1e9;
	if (worker->job)
		close(op);
	free(buffers);
	return NULL;
}

/* The threads go to processors from first on. */
static double rate_of(const struct job *job, unsigned first, unsigned threads)
{
	struct worker workers[THREADS];
	pthread_t ids[THREADS];
	pthread_barrier_t barrier;
	double rate = 0;

	pthread_barrier_init(&barrier, NULL, threads);
	for (unsigned i = 0; i < threads; i++) {
		workers[i] = (struct worker){.job = job, .barrier = &barrier, .cpu = first + i};
		measure_check(pthread_create(&ids[i], NULL, work, &workers[i]) == 0, "thread");
	}
	for (unsigned i = 0; i < threads; i++) {
		pthread_join(ids[i], NULL);
		rate += workers[i].rate;
	}
	pthread_barrier_destroy(&barrier);
	return rate;
}

/* One round: how much more two threads do than one, of which each processor is given as much. */
static double gain_of(const struct job *job)
{
	double one = (rate_of(job, 0, 1) + rate_of(job, 1, 1)) / 2;

	return rate_of(job, 0, 2) / one;
}

void extra_threads(bool quick)
{
	static const struct {
		const char *what;
		struct job job;
	} rows[] = {
	    {"2 threads / 1, sha256 64 B", {"hash", "sha256", 0, 0, 0, 32, 64}},
	    {"2 threads / 1, ctr(aes) 64 B", {"skcipher", "ctr(aes)", 16, 16, 0, 0, 64}},
	    {"2 threads / 1, gcm(aes) 64 B", {"aead", "gcm(aes)", 16, 12, 16, 16, 64}},
	    {"2 threads / 1, gcm(aes) 16 KiB", {"aead", "gcm(aes)", 16, 12, 16, 16, 16384}},
	};
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	static struct measure gain[ROWS + 1];
	unsigned rounds = quick ? QUICK : ROUNDS;
	double machine;

	if (sysconf(_SC_NPROCESSORS_ONLN) < (long)THREADS)
		return;
	for (unsigned round = 0; round < rounds; round++)
		for (size_t i = 0; i <= ROWS; i++)
			gain[i].sample[gain[i].samples++] = gain_of(i < ROWS ? &rows[i].job : NULL);
	for (size_t i = 0; i <= ROWS; i++)
		measure_sort(&gain[i]);
	machine = measure_quarter(&gain[ROWS], 2);
	printf("\ntwo threads, each with a socket of its own, do times as much as one\n");
	printf("  %-42s %10.2f      (quartiles %.2f, %.2f)\n",
	       "counting, which is what the machine gives", machine,
	       measure_quarter(&gain[ROWS], 1), measure_quarter(&gain[ROWS], 3));
	for (size_t i = 0; i < ROWS; i++) {
		double median = measure_quarter(&gain[i], 2);

		printf("  %-42s %10.2f      (quartiles %.2f, %.2f)\n", rows[i].what, median,
		       measure_quarter(&gain[i], 1), measure_quarter(&gain[i], 3));
		result_add("threads", rows[i].what, median);
		/* Of what other programs left of the second processor. */
		measure_goal_least(rows[i].what, 1.9, median / machine * 2, "x");
	}
	result_add("threads", "counting", machine);
}
