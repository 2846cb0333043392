/* SPDX-License-Identifier: MIT */
/*
 * Measuring by interleaved repetitions: what is compared runs in turn, many short batches each, so
 * that a busy moment of the machine hits all alike; the median counts, and the quartiles tell how
 * far it can be trusted.
 */
#ifndef UALG_BENCH_MEASURE_H
#define UALG_BENCH_MEASURE_H

#include <stdbool.h>
#include <stddef.h>

#define MEASURE_MAX_REPETITIONS 4096u

/* One thing that is timed: body runs count operations. */
struct measure {
	const char *name;
	void (*body)(void *context, size_t count);
	void *context;
	double sample[MEASURE_MAX_REPETITIONS]; /* ns an operation; sorted by measure_run */
	size_t samples;
};

/* Keeps the process on the CPU it is on, so that times do not include moves. */
void measure_pin(void);

/*
 * From now on only the time that this thread is on a CPU counts: for what computes and never waits,
 * so that other programs on the machine count for less.
 */
void measure_cpu_time(void);

double measure_now(void); /* ns */

/* Runs all in turn, repetitions times, count operations each time, and sorts the samples. */
void measure_run(struct measure *const *all, size_t number, size_t repetitions, size_t count);

/* Sorts samples that were put in by other means. */
void measure_sort(struct measure *measure);

/* Of sorted samples, ns an operation: quarter 2 is the median. */
double measure_quarter(const struct measure *measure, unsigned quarter);

/* Prints name, median and quartiles. */
void measure_print(const struct measure *measure);

/* Prints a line that bench/run.sh gathers into the table of goals. */
void measure_goal(const char *what, double goal, double measured, const char *unit);

/* The same where more is better. */
void measure_goal_least(const char *what, double goal, double measured, const char *unit);

/* Ends the program with a message if what failed. */
void measure_check(bool good, const char *what);

#endif
