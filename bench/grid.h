/* SPDX-License-Identifier: MIT */
/* The comparison: every way of every job at every size, in turn, and what came of it. */
#ifndef UALG_BENCH_GRID_H
#define UALG_BENCH_GRID_H

#include <stdio.h>

#include "way.h"

#define GRID_SIZES 8u
#define GRID_JOBS  8u
#define GRID_WAYS  16u

/* Times of one operation, ns; there: whether the way has the job. */
struct grid_cell {
	bool there;
	double median;
	double low, high; /* quartiles */
};

extern const struct job grid_jobs[GRID_JOBS]; /* without size */
extern const size_t grid_sizes[GRID_SIZES];
extern struct grid_cell grid[GRID_JOBS][GRID_SIZES][GRID_WAYS];

/* What to measure.  quick: fewer repetitions. */
struct grid_choice {
	bool quick;
	const char *job;  /* one job's name, or NULL */
	const char *ways; /* names with commas between, or NULL */
	size_t most;      /* bytes of the largest requests, or 0: all */
};

/* Measures and prints. */
void grid_run(const struct grid_choice *choice);

/* Prints, for each job and size, how many times as long one way takes as another. */
void grid_ratios(const char *way, const char *to);

/* NULL: not measured. */
const struct grid_cell *grid_cell(const char *job, size_t size, const char *way);

/* The fastest library's; NULL: none was measured. */
const struct grid_cell *grid_direct(const char *job, size_t size);

/* All cells as members of a JSON object. */
void grid_json(FILE *file);

#endif
