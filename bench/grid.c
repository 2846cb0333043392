/* SPDX-License-Identifier: MIT */
#include "grid.h"

#include <string.h>

#include "measure.h"

#define BATCH       250e3 /* ns: long enough to find its own memory in the caches */
#define REPETITIONS 41u
#define QUICK       9u
#define WARM        200e6 /* ns: clocks and caches have settled by then */

const struct job grid_jobs[GRID_JOBS] = {
    {.type = "hash", .name = "sha256", .tag_size = 32},
    {.type = "hash", .name = "hmac(sha256)", .key_size = 32, .tag_size = 32},
    {.type = "hash", .name = "cmac(aes)", .key_size = 16, .tag_size = 16},
    {.type = "skcipher", .name = "cbc(aes)", .key_size = 16, .iv_size = 16},
    {.type = "skcipher", .name = "ctr(aes)", .key_size = 16, .iv_size = 16},
    {.type = "skcipher", .name = "xts(aes)", .key_size = 32, .iv_size = 16},
    {.type = "aead",
     .name = "gcm(aes)",
     .key_size = 16,
     .iv_size = 12,
     .aad_size = 16,
     .tag_size = 16},
    {.type = "aead",
     .name = "rfc7539(chacha20,poly1305)",
     .key_size = 32,
     .iv_size = 12,
     .aad_size = 16,
     .tag_size = 16},
};

const size_t grid_sizes[GRID_SIZES] = {16, 64, 256, 1024, 4096, 16384, 65536, 1048576};

struct grid_cell grid[GRID_JOBS][GRID_SIZES][GRID_WAYS];

struct entry {
	const struct way *way;
	void *context;
	size_t count; /* operations a batch */
};

static double time_batch(const struct entry *entry, size_t count)
{
	double start;

	if (entry->way->time)
		return entry->way->time(entry->context, count);
	start = measure_now();
	entry->way->run(entry->context, count);
	return (measure_now() - start) / (double)count;
}

static size_t output_size(const struct job *job)
{
	return (strcmp(job->type, "hash") == 0 ? 0 : job->size) + job->tag_size;
}

/*
 * What a way computed is what the first one did, or the run ends.  Not asked of those that compute
 * nothing, or elsewhere.
 */
static void check_output(const struct entry *entry, const struct job *job, uint8_t *expected,
			 bool first)
{
	size_t size = output_size(job);
	const uint8_t *output = way_out;

	if (entry->way->kind == WAY_FLOOR || entry->way->time)
		return;
	memset(way_out, 0, sizeof(way_out));
	entry->way->run(entry->context, 1);
	if (entry->way->kind == WAY_DOOR)
		output += job->aad_size; /* the AAD comes first (E-01) */
	if (first)
		memcpy(expected, output, size);
	measure_check(memcmp(expected, output, size) == 0, entry->way->name);
}

static size_t batch_of(const struct entry *entry)
{
	double took = time_batch(entry, 1);

	took = time_batch(entry, took < BATCH / 10 ? 10 : 1);
	return took >= BATCH || took <= 0 ? 1 : (size_t)(BATCH / took) + 1;
}

/* Whether a list of names, with commas between, has one; NULL has all. */
static bool has_name(const char *list, const char *name)
{
	size_t size = strlen(name);

	while (list && *list) {
		size_t word = strcspn(list, ",");

		if (word == size && memcmp(list, name, size) == 0)
			return true;
		list += word + (list[word] == ',');
	}
	return !list;
}

/* A way that cannot do the job after all is out. */
static void take_sample(struct entry *entry, struct measure *measure)
{
	double time;

	if (!entry->context)
		return;
	time = time_batch(entry, entry->count);
	if (time < 0)
		entry->context = NULL;
	else
		measure->sample[measure->samples++] = time;
}

static void measure_job(size_t j, size_t s, const char *chosen, unsigned repetitions)
{
	static struct measure measures[GRID_WAYS];
	static uint8_t expected[WAY_MAX_SIZE + WAY_MAX_TAG];
	struct job job = grid_jobs[j];
	bool first = true;
	struct entry entries[GRID_WAYS];

	job.size = grid_sizes[s];
	for (size_t w = 0; w < way_count; w++) {
		entries[w] = (struct entry){.way = ways[w]};
		measures[w].samples = 0;
		if (has_name(chosen, ways[w]->name))
			entries[w].context = ways[w]->open(&job);
		if (!entries[w].context)
			continue;
		check_output(&entries[w], &job, expected, first);
		first = false;
		entries[w].count = batch_of(&entries[w]);
	}
	for (unsigned r = 0; r < repetitions; r++)
		for (size_t w = 0; w < way_count; w++)
			take_sample(&entries[w], &measures[w]);
	for (size_t w = 0; w < way_count; w++) {
		if (!entries[w].context)
			continue;
		measure_sort(&measures[w]);
		grid[j][s][w] = (struct grid_cell){.there = true,
						   .median = measure_quarter(&measures[w], 2),
						   .low = measure_quarter(&measures[w], 1),
						   .high = measure_quarter(&measures[w], 3)};
		ways[w]->close(entries[w].context);
	}
}

static const char *size_text(size_t size)
{
	static char text[32];

	if (size < 1024)
		snprintf(text, sizeof(text), "%zu B", size);
	else if (size < 1048576)
		snprintf(text, sizeof(text), "%zu KiB", size / 1024);
	else
		snprintf(text, sizeof(text), "%zu MiB", size / 1048576);
	return text;
}

static bool was_measured(size_t j, size_t w)
{
	for (size_t s = 0; s < GRID_SIZES; s++)
		if (grid[j][s][w].there)
			return true;
	return false;
}

/* ns of small requests, GB/s of large ones; half the distance of the quartiles in percent. */
static void print_cell(const struct grid_cell *cell, size_t size)
{
	double spread = (cell->high - cell->low) / cell->median * 50;

	if (!cell->there)
		printf(" %14s", "-");
	else if (size <= 1024)
		printf(" %7.0f ns %3.0f%%", cell->median, spread);
	else
		printf(" %5.2f GB/s%3.0f%%", (double)size / cell->median, spread);
}

static void print_job(size_t j)
{
	printf("\n%-26s", grid_jobs[j].name);
	for (size_t s = 0; s < GRID_SIZES; s++)
		printf(" %14s", size_text(grid_sizes[s]));
	printf("\n");
	for (size_t w = 0; w < way_count; w++) {
		if (!was_measured(j, w))
			continue;
		printf("  %-24s", ways[w]->name);
		for (size_t s = 0; s < GRID_SIZES; s++)
			print_cell(&grid[j][s][w], grid_sizes[s]);
		printf("\n");
	}
	fflush(stdout);
}

static void warm_up(void)
{
	volatile double sum = 0;

	for (double start = measure_now(); measure_now() - start < WARM;)
		sum = sum + 1;
}

void grid_run(const struct grid_choice *choice)
{
	unsigned repetitions = choice->quick ? QUICK : REPETITIONS;

	warm_up();
	printf("encryption and hashing, medians of %u batches in turn\n", repetitions);
	for (size_t j = 0; j < GRID_JOBS; j++) {
		if (choice->job && !job_is(&grid_jobs[j], choice->job))
			continue;
		for (size_t s = 0; s < GRID_SIZES; s++)
			if (!choice->most || grid_sizes[s] <= choice->most)
				measure_job(j, s, choice->ways, repetitions);
		print_job(j);
	}
}

void grid_ratios(const char *way, const char *to)
{
	printf("\n%-26s", "");
	for (size_t s = 0; s < GRID_SIZES; s++)
		printf(" %9s", size_text(grid_sizes[s]));
	printf("\n");
	for (size_t j = 0; j < GRID_JOBS; j++) {
		printf("%-26s", grid_jobs[j].name);
		for (size_t s = 0; s < GRID_SIZES; s++) {
			const struct grid_cell *a =
			    grid_cell(grid_jobs[j].name, grid_sizes[s], way);
			const struct grid_cell *b = grid_cell(grid_jobs[j].name, grid_sizes[s], to);

			if (a && b)
				printf(" %9.2f", a->median / b->median);
			else
				printf(" %9s", "-");
		}
		printf("\n");
	}
}

static const struct grid_cell *find(const char *job, size_t size, size_t way)
{
	for (size_t j = 0; j < GRID_JOBS; j++)
		for (size_t s = 0; s < GRID_SIZES; s++)
			if (job_is(&grid_jobs[j], job) && grid_sizes[s] == size &&
			    grid[j][s][way].there)
				return &grid[j][s][way];
	return NULL;
}

const struct grid_cell *grid_cell(const char *job, size_t size, const char *way)
{
	for (size_t w = 0; w < way_count; w++)
		if (strcmp(ways[w]->name, way) == 0)
			return find(job, size, w);
	return NULL;
}

const struct grid_cell *grid_direct(const char *job, size_t size)
{
	const struct grid_cell *best = NULL;

	for (size_t w = 0; w < way_count; w++) {
		const struct grid_cell *cell = find(job, size, w);

		if (cell && ways[w]->kind == WAY_LIBRARY && (!best || cell->median < best->median))
			best = cell;
	}
	return best;
}

static const char *kind_name(enum way_kind kind)
{
	static const char *const names[] = {"library", "common", "door", "ours", "floor"};

	return names[kind];
}

void grid_json(FILE *file)
{
	const char *comma = "";

	fprintf(file, "  \"ways\": [");
	for (size_t w = 0; w < way_count; w++)
		fprintf(file, "%s{\"name\": \"%s\", \"kind\": \"%s\"}", w ? ", " : "",
			ways[w]->name, kind_name(ways[w]->kind));
	fprintf(file, "],\n  \"cells\": [");
	for (size_t j = 0; j < GRID_JOBS; j++)
		for (size_t s = 0; s < GRID_SIZES; s++)
			for (size_t w = 0; w < way_count; w++) {
				const struct grid_cell *cell = &grid[j][s][w];

				if (!cell->there)
					continue;
				fprintf(file,
					"%s\n    {\"algorithm\": \"%s\", \"size\": %zu, \"way\": "
					"\"%s\", \"ns\": %.2f, \"low\": %.2f, \"high\": %.2f}",
					comma, grid_jobs[j].name, grid_sizes[s], ways[w]->name,
					cell->median, cell->low, cell->high);
				comma = ",";
			}
	fprintf(file, "\n  ]");
}
