/* SPDX-License-Identifier: MIT */
/* Numbers by name that go into the JSON file beside the grid. */
#ifndef UALG_BENCH_RESULTS_H
#define UALG_BENCH_RESULTS_H

#include <stdio.h>

/* name lives as long as the program. */
void result_add(const char *group, const char *name, double value);

/* One object a group, as members of a JSON object. */
void results_json(FILE *file);

#endif
