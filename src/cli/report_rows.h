/* SPDX-License-Identifier: MIT */
/* Records (doors/common/record.h) added up: one row for each program, algorithm and operation. */
#ifndef UALG_CLI_REPORT_ROWS_H
#define UALG_CLI_REPORT_ROWS_H

#include <stddef.h>
#include <stdint.h>

/* What a row is of; "" where a line says nothing. */
enum report_text {
	REPORT_PROGRAM,
	REPORT_TYPE,
	REPORT_NAME,
	REPORT_DRIVER,
	REPORT_OPERATION, /* "encrypt", "digest" ..., "bind", or the call that was refused */
	REPORT_ERROR,     /* "ENOENT", of what failed */
	REPORT_TEXTS
};

struct report_row {
	const char *text[REPORT_TEXTS];
	uint64_t count;
	uint64_t bytes; /* of operations: all, the least and the most of one */
	uint64_t least;
	uint64_t most;
	uint64_t key_least; /* bytes of keys; 0: none */
	uint64_t key_most;
};

/* Rows, by their texts.  {NULL} at first. */
struct report {
	void *rows;
};

/*
 * Adds what a line says; it is changed.  Sums stop at the largest number.  -EINVAL: no line of a
 * record; -ENOMEM.
 */
int report_add(struct report *report, char *line, size_t size);

/* Calls visit for each row, in the order of its texts. */
void report_each(const struct report *report, void (*visit)(const struct report_row *row));

void report_free(struct report *report);

#endif
