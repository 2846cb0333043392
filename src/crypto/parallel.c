/* SPDX-License-Identifier: MIT */
#include "crypto/parallel.h"

#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include "base/lock.h"

#define THREADS_MOST   32u
#define PROCESSORS_MAX 8192u
/* Half of it for the algorithms, half for the program's thread-local data, which lies there too. */
#define STACK_SIZE (512u * 1024)

/* Times in ns.  To make a thread and to join it takes 20 us at best, 60 on busy processors. */
#define THREAD_COST  100000
#define END_EXPECTED 100000   /* for a thread's last steps */
#define END_PATIENCE 10000000 /* for the kernel to have forgotten it */
#define PAUSE_FIRST  1000000
#define PAUSE_MOST   128000000

/*
 * A thread that had to wait for a processor shows that other programs use them, and may have cost
 * the caller milliseconds.  So none is made for a while then: until this time, and each time that
 * it happens again for twice as long.
 */
static _Atomic int64_t not_before;
static _Atomic int64_t last_pause; /* 0: the last thread was in time */

struct run {
	parallel_work *work;
	void *context;
	size_t count;
	_Atomic size_t next;
	int64_t part; /* what one takes, ns, by those that the caller did first */
};

struct helper {
	struct run *run;
	pthread_t thread;
	_Atomic pid_t id; /* in the kernel; 0: it has not begun */
	struct lock lock;
	bool ends; /* thread may name nothing any more */
};

static int64_t now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* Does the next one; false: there is none. */
static bool step(struct run *run)
{
	size_t index = atomic_fetch_add_explicit(&run->next, 1, memory_order_relaxed);

	if (index >= run->count)
		return false;
	run->work(run->context, index);
	return true;
}

static size_t processors(void)
{
	unsigned long mask[PROCESSORS_MAX / CHAR_BIT / sizeof(unsigned long)];
	size_t count = 0;

	if (sched_getaffinity(0, sizeof(mask), (cpu_set_t *)mask) != 0)
		return 1;
	count = (size_t)CPU_COUNT_S(sizeof(mask), (cpu_set_t *)mask);
	return count > 0 ? count : 1;
}

/* How many threads are worth their while, for so many parts that are left. */
static size_t helpers_wanted(const struct run *run, size_t left)
{
	int64_t worth = run->part * (int64_t)left / THREAD_COST;
	size_t wanted = left > 0 ? left - 1 : 0;
	size_t others;

	if (worth <= 0 || wanted == 0 || now() < atomic_load(&not_before))
		return 0;
	others = processors() - 1;
	wanted = wanted < (size_t)worth ? wanted : (size_t)worth;
	wanted = wanted < others ? wanted : others;
	return wanted < THREADS_MOST ? wanted : THREADS_MOST;
}

static void *help(void *argument)
{
	struct helper *helper = argument;

	atomic_store(&helper->id, gettid());
	while (step(helper->run))
		;
	(void)lock_acquire(&helper->lock);
	helper->ends = true;
	lock_release(&helper->lock);
	return NULL;
}

/* Waits for the kernel to have forgotten a thread, which is later than that it can be joined, and
 * what unshare asks for.  False: not in that time. */
static bool is_gone(const struct helper *helper, int64_t patience)
{
	pid_t id = atomic_load(&helper->id);
	int64_t start = now();

	while (id && kill(id, 0) == 0) {
		int64_t waited = now() - start;

		if (waited > patience)
			return false;
		if (waited > END_EXPECTED) /* it may have others run for milliseconds */
			(void)sched_yield();
	}
	return id != 0;
}

/*
 * A thread that waits for a processor which others use would be waited for by the caller, whose own
 * one is free now.  A pthread_t without a thread would mean the caller.
 */
static void move_here(struct helper *helper)
{
	cpu_set_t here;
	int processor = sched_getcpu();

	CPU_ZERO(&here);
	if (processor < 0 || processor >= CPU_SETSIZE)
		return;
	CPU_SET((size_t)processor, &here);
	(void)lock_acquire(&helper->lock);
	if (!helper->ends)
		(void)pthread_setaffinity_np(helper->thread, sizeof(here), &here);
	lock_release(&helper->lock);
}

static void note(bool in_time)
{
	int64_t pause = 2 * atomic_load(&last_pause);

	pause = pause < PAUSE_FIRST ? PAUSE_FIRST : pause > PAUSE_MOST ? PAUSE_MOST : pause;
	atomic_store(&last_pause, in_time ? 0 : pause);
	if (!in_time)
		atomic_store(&not_before, now() + pause);
}

static void end_helper(struct helper *helper)
{
	bool in_time = is_gone(helper, 2 * helper->run->part + END_EXPECTED);

	note(in_time);
	if (!in_time)
		move_here(helper);
	(void)pthread_join(helper->thread, NULL);
	(void)is_gone(helper, END_PATIENCE);
}

/* Makes up to count threads; returns how many. */
static size_t begin_helpers(struct helper *helpers, size_t count, struct run *run)
{
	pthread_attr_t attributes;
	size_t made = 0;

	if (pthread_attr_init(&attributes) != 0)
		return 0;
	if (pthread_attr_setstacksize(&attributes, STACK_SIZE) == 0)
		for (; made < count; made++) {
			helpers[made] = (struct helper){.run = run};
			if (pthread_create(&helpers[made].thread, &attributes, help,
					   &helpers[made]) != 0)
				break;
		}
	(void)pthread_attr_destroy(&attributes);
	return made;
}

static void run_with_helpers(struct run *run, size_t count)
{
	struct helper helpers[THREADS_MOST];
	sigset_t all, old;
	size_t made;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	made = begin_helpers(helpers, count, run);
	while (step(run))
		;
	for (size_t i = 0; i < made; i++)
		end_helper(&helpers[i]);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
}

void parallel_run(parallel_work *work, void *context, size_t count)
{
	struct run run = {.work = work, .context = context, .count = count};
	int64_t start = now();
	size_t done = 0, helpers = 0;

	while (helpers == 0 && step(&run)) {
		done++;
		run.part = (now() - start) / (int64_t)done;
		helpers = helpers_wanted(&run, count - done);
	}
	if (helpers > 0)
		run_with_helpers(&run, helpers);
}
