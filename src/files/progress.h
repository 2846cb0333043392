/* SPDX-License-Identifier: MIT */
/* A line on the terminal that tells how far a long input is. */
#ifndef UALG_FILES_PROGRESS_H
#define UALG_FILES_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct files_progress {
	const char *name;
	uint64_t size; /* bytes expected; 0: not known */
	uint64_t done; /* bytes so far */
	int64_t begun; /* milliseconds of CLOCK_MONOTONIC */
	int64_t drawn; /* when the line was last drawn; 0: not yet */
	bool on;
};

/*
 * Begins.  Only where standard error is a terminal, wanted, and the input takes more than a second
 * is anything ever drawn.  name has to live as long as progress.
 */
void progress_begin(struct files_progress *progress, const char *name, uint64_t size, bool wanted);

/* So many more bytes are done. */
void progress_step(struct files_progress *progress, uint64_t bytes);

/* Takes the line away. */
void progress_end(struct files_progress *progress);

#endif
