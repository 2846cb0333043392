/* SPDX-License-Identifier: MIT */
#include "files/progress.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define QUIET_FIRST 1000 /* milliseconds before the first line */
#define REDRAWN     100  /* milliseconds between lines */
#define BAR         24   /* columns */
#define NAME_SHOWN  24   /* characters */

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* "1.5 GiB" */
static void write_size(char out[24], uint64_t bytes)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	double shown = (double)bytes;
	size_t unit = 0;

	while (shown >= 1024 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		shown /= 1024;
		unit++;
	}
	snprintf(out, 24, unit ? "%.1f %s" : "%.0f %s", shown, units[unit]);
}

static void write_bar(char out[BAR + 1], uint64_t done, uint64_t size)
{
	size_t full = done < size ? (size_t)((double)done / (double)size * BAR) : BAR;

	memset(out, ' ', BAR);
	memset(out, '=', full);
	if (full < BAR)
		out[full] = '>';
	out[BAR] = '\0';
}

static void draw(struct files_progress *progress, int64_t time)
{
	double seconds = (double)(time - progress->begun) / 1000;
	double speed = (double)progress->done / seconds;
	char done[24], size[24], rate[24], bar[BAR + 1];
	const char *slash = strrchr(progress->name, '/');
	const char *name = slash && slash[1] ? slash + 1 : progress->name;
	uint64_t left;

	write_size(done, progress->done);
	write_size(rate, (uint64_t)speed);
	/* A file that grows while it is read has no known size any more. */
	if (progress->size < progress->done || progress->size == 0) {
		fprintf(stderr, "\r\033[K%.*s  %s  %s/s", NAME_SHOWN, name, done, rate);
		return;
	}
	write_size(size, progress->size);
	write_bar(bar, progress->done, progress->size);
	left = (uint64_t)((double)(progress->size - progress->done) / (speed > 1 ? speed : 1));
	fprintf(stderr, "\r\033[K%.*s [%s] %3u%%  %s of %s  %s/s  %u:%02u left", NAME_SHOWN, name,
		bar, (unsigned)((double)progress->done / (double)progress->size * 100), done, size,
		rate, (unsigned)(left / 60), (unsigned)(left % 60));
}

void progress_begin(struct files_progress *progress, const char *name, uint64_t size, bool wanted)
{
	*progress = (struct files_progress){
	    .name = name,
	    .size = size,
	    .begun = now(),
	    .on = wanted && isatty(STDERR_FILENO) == 1,
	};
}

void progress_step(struct files_progress *progress, uint64_t bytes)
{
	int64_t time;

	progress->done += bytes;
	if (!progress->on)
		return;
	time = now();
	if (time - progress->begun < QUIET_FIRST || time - progress->drawn < REDRAWN)
		return;
	draw(progress, time);
	progress->drawn = time;
}

void progress_end(struct files_progress *progress)
{
	if (progress->drawn)
		fputs("\r\033[K", stderr);
	progress->on = false;
	progress->drawn = 0;
}
