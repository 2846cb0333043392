/* SPDX-License-Identifier: MIT */
#include "results.h"

#include <stddef.h>
#include <string.h>

#include "measure.h"

#define MOST 64u

static struct {
	const char *group;
	const char *name;
	double value;
} results[MOST];

static size_t count;

void result_add(const char *group, const char *name, double value)
{
	measure_check(count < MOST, "too many results");
	results[count].group = group;
	results[count].name = name;
	results[count++].value = value;
}

void results_json(FILE *file)
{
	for (size_t i = 0; i < count; i++) {
		bool begins = i == 0 || strcmp(results[i].group, results[i - 1].group) != 0;

		if (begins)
			fprintf(file, "%s\n  \"%s\": {", i ? "}," : "", results[i].group);
		fprintf(file, "%s\"%s\": %.3f", begins ? "" : ", ", results[i].name,
			results[i].value);
	}
	if (count)
		fprintf(file, "}");
}
