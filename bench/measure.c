/* SPDX-License-Identifier: MIT */
#include "measure.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void measure_pin(void)
{
	cpu_set_t set;
	int cpu = sched_getcpu();

	if (cpu < 0)
		return;
	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	(void)sched_setaffinity(0, sizeof(set), &set);
}

static clockid_t clock_used = CLOCK_MONOTONIC;

void measure_cpu_time(void)
{
	clock_used = CLOCK_THREAD_CPUTIME_ID;
}

double measure_now(void)
{
	struct timespec now;

	clock_gettime(clock_used, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

void measure_sort(struct measure *measure)
{
	qsort(measure->sample, measure->samples, sizeof(double), compare);
}

void measure_run(struct measure *const *all, size_t number, size_t repetitions, size_t count)
{
	measure_check(repetitions <= MEASURE_MAX_REPETITIONS, "too many repetitions");
	for (size_t i = 0; i < number; i++)
		all[i]->body(all[i]->context, count); /* warm */
	for (size_t repetition = 0; repetition < repetitions; repetition++) {
		for (size_t i = 0; i < number; i++) {
			double start = measure_now();

			all[i]->body(all[i]->context, count);
			all[i]->sample[all[i]->samples++] = (measure_now() - start) / (double)count;
		}
	}
	for (size_t i = 0; i < number; i++)
		measure_sort(all[i]);
}

double measure_quarter(const struct measure *measure, unsigned quarter)
{
	return measure->sample[(measure->samples - 1) * quarter / 4];
}

void measure_print(const struct measure *measure)
{
	printf("  %-42s %10.1f ns   (quartiles %.1f, %.1f)\n", measure->name,
	       measure_quarter(measure, 2), measure_quarter(measure, 1),
	       measure_quarter(measure, 3));
}

static void print_goal(const char *what, const char *bound, double goal, double measured,
		       const char *unit, bool met)
{
	printf("goal: %-50s %s %8.2f %-3s %8.2f %-3s  %s\n", what, bound, goal, unit, measured,
	       unit, met ? "met" : "missed");
}

void measure_goal(const char *what, double goal, double measured, const char *unit)
{
	print_goal(what, "<=", goal, measured, unit, measured <= goal);
}

void measure_goal_least(const char *what, double goal, double measured, const char *unit)
{
	print_goal(what, ">=", goal, measured, unit, measured >= goal);
}

void measure_check(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	exit(1);
}
