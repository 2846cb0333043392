/* SPDX-License-Identifier: MIT */
/* Lists of checksums: made of files, and checked against them. */
#ifndef UALG_TOOLS_LISTS_H
#define UALG_TOOLS_LISTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "files/sums.h"
#include "ualg/ualg.h"

struct lists_job {
	struct ualg_digest *digest;
	size_t size; /* of the digests in lines, bytes: all of it, or its first ones */
	const char *tag;
	bool tagged, binary, zero;
	bool ignore_missing, quiet, status, strict, warn;
	uint8_t *piece; /* INPUT_PIECE bytes */
};

/*
 * Digests a file ("-": standard input) into out, SUMS_DIGEST_MAX bytes.  0; what opening or reading
 * gives, or the library.
 */
int lists_digest(const struct lists_job *job, const char *path, uint8_t *out);

/* Prints a file's line: 0, or 1 with a message. */
int lists_print(const struct lists_job *job, const char *path);

/* Checks the lines of a list: 0, or 1 where anything was wrong. */
int lists_check(const struct lists_job *job, const char *path);

/*
 * Prints or checks all of argv, or standard input where there is none: the program's exit status.
 * Takes the job's digest, and closes it.
 */
int lists_run(struct lists_job *job, bool check, int argc, char **argv);

#endif
