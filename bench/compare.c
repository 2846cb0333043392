/* SPDX-License-Identifier: MIT */
/*
 * ualg beside the libraries, in one run: `ualg bench` starts it under the preload library.
 *
 *     compare [--quick] [--json FILE] [--ualg PATH] [--only ALGORITHM]
 *             [--most BYTES] [--ways WAY,WAY...]
 *
 * With --ways the rest is left out, and the ratios of the first two are printed.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "extras.h"
#include "grid.h"
#include "measure.h"
#include "results.h"
#include "ways.h"

/* ---- goals of the grid ---- */

enum against { DIRECT, EVP_WAY, FLOOR_WAY };

struct goal {
	const char *what;
	const char *job;
	size_t size;
	const char *way;
	enum against against;
	bool speed; /* of the other's speed, at least; else of its time, at most */
	double bound;
};

#define KIB 1024u

static const struct goal goals[] = {
    {"preload, sha256 64 B / direct", "sha256", 64, "preload", DIRECT, false, 1.15},
    {"preload, gcm(aes) 64 B / direct", "gcm(aes)", 64, "preload", DIRECT, false, 3},
    {"preload, gcm(aes) 64 B / EVP", "gcm(aes)", 64, "preload", EVP_WAY, false, 0.3},
    {"preload, sha256 64 B / floor", "sha256", 64, "preload", FLOOR_WAY, false, 0.15},
    {"preload, cbc(aes) 64 B / floor", "cbc(aes)", 64, "preload", FLOOR_WAY, false, 0.10},
    {"preload, gcm(aes) 64 B / floor", "gcm(aes)", 64, "preload", FLOOR_WAY, false, 0.10},
    {"preload, sha256 4 KiB, speed / direct", "sha256", 4 * KIB, "preload", DIRECT, true, 0.97},
    {"preload, sha256 64 KiB, speed / direct", "sha256", 64 * KIB, "preload", DIRECT, true, 0.97},
    {"preload, sha256 1 MiB, speed / direct", "sha256", 1024 * KIB, "preload", DIRECT, true, 0.97},
    {"preload, gcm(aes) 16 KiB, speed / direct", "gcm(aes)", 16 * KIB, "preload", DIRECT, true,
     0.88},
    {"preload, gcm(aes) 64 KiB, speed / direct", "gcm(aes)", 64 * KIB, "preload", DIRECT, true,
     0.75},
    {"preload, gcm(aes) 1 MiB, speed / direct", "gcm(aes)", 1024 * KIB, "preload", DIRECT, true,
     0.85},
    {"vmsplice, gcm(aes) 64 KiB, speed / direct", "gcm(aes)", 64 * KIB, "preload-splice", DIRECT,
     true, 0.95},
    {"library, sha256 64 B / direct", "sha256", 64, "library", DIRECT, false, 1.1},
    {"library, gcm(aes) 64 B / direct", "gcm(aes)", 64, "library", DIRECT, false, 1.1},
    {"library, sha256 4 KiB, speed / direct", "sha256", 4 * KIB, "library", DIRECT, true, 0.97},
    {"library, gcm(aes) 64 KiB, speed / direct", "gcm(aes)", 64 * KIB, "library", DIRECT, true,
     0.97},
    {"supervisor, gcm(aes) 64 KiB, speed / direct", "gcm(aes)", 64 * KIB, "supervisor", DIRECT,
     true, 0.3},
};

static const struct grid_cell *other_of(const struct goal *goal)
{
	switch (goal->against) {
	case DIRECT:
		return grid_direct(goal->job, goal->size);
	case EVP_WAY:
		return grid_cell(goal->job, goal->size, "EVP");
	default:
		return grid_cell(goal->job, goal->size, "floor");
	}
}

static void print_goals(void)
{
	printf("\n");
	for (size_t i = 0; i < sizeof(goals) / sizeof(goals[0]); i++) {
		const struct goal *goal = &goals[i];
		const struct grid_cell *cell = grid_cell(goal->job, goal->size, goal->way);
		const struct grid_cell *other = other_of(goal);

		if (!cell || !other)
			printf("goal: %-50s not measured\n", goal->what);
		else if (goal->speed)
			measure_goal_least(goal->what, goal->bound, other->median / cell->median,
					   "x");
		else
			measure_goal(goal->what, goal->bound, cell->median / other->median, "x");
	}
}

/* ---- the machine ---- */

static void processor(char *out, size_t room)
{
	char line[256];
	FILE *file = fopen("/proc/cpuinfo", "r");

	snprintf(out, room, "unknown");
	while (file && fgets(line, sizeof(line), file)) {
		if (strncmp(line, "model name", 10) != 0)
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(out, room, "%s", strchr(line, ':') ? strchr(line, ':') + 2 : line);
		break;
	}
	if (file)
		fclose(file);
}

static bool write_json(const char *path)
{
	struct utsname system;
	char model[256];
	FILE *file = fopen(path, "w");

	if (!file)
		return false;
	(void)uname(&system);
	processor(model, sizeof(model));
	fprintf(file,
		"{\n  \"processor\": \"%s\",\n  \"processors\": %ld,\n  \"system\": \"%s %s\",\n",
		model, sysconf(_SC_NPROCESSORS_ONLN), system.sysname, system.release);
	grid_json(file);
	fprintf(file, ",");
	results_json(file);
	fprintf(file, "\n}\n");
	return fclose(file) == 0;
}

/* Of the first two of a list. */
static void print_ratios(const char *list)
{
	char first[32] = "", second[32] = "";

	if (sscanf(list, "%31[^,],%31[^,]", first, second) != 2)
		return;
	printf("\ntimes that %s takes as long as %s", first, second);
	grid_ratios(first, second);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"quick", no_argument, NULL, 'q'},
						{"json", required_argument, NULL, 'j'},
						{"ualg", required_argument, NULL, 'u'},
						{"only", required_argument, NULL, 'o'},
						{"ways", required_argument, NULL, 'w'},
						{"most", required_argument, NULL, 'm'},
						{"serve", no_argument, NULL, 's'},
						{"together", no_argument, NULL, 't'},
						{0}};
	struct grid_choice choice = {0};
	const char *json = NULL;
	bool together = false;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'q':
			choice.quick = true;
			break;
		case 'j':
			json = optarg;
			break;
		case 'u':
			way_ualg = optarg;
			break;
		case 'o':
			choice.job = optarg;
			break;
		case 'w':
			choice.ways = optarg;
			break;
		case 'm':
			choice.most = strtoul(optarg, NULL, 10);
			break;
		case 's':
			return way_remote_serve();
		case 't':
			together = true;
			break;
		default:
			return 2;
		}
	}
	measure_pin();
	memset(way_in, 0x5a, sizeof(way_in));
	if (together) {
		extra_together_supervised(choice.quick);
		return 0;
	}
	grid_run(&choice);
	if (choice.ways) {
		print_ratios(choice.ways);
	} else if (!choice.job) {
		extra_sockets(choice.quick);
		extra_together(choice.quick);
		extra_parallel(choice.quick);
		extra_threads(choice.quick);
	}
	if (!choice.ways)
		print_goals();
	if (json && !write_json(json)) {
		perror(json);
		return 1;
	}
	return 0;
}
