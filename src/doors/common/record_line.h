/* SPDX-License-Identifier: MIT */
/* Lines of the record, for record.c: each is put together, then written at once. */
#ifndef UALG_DOORS_COMMON_RECORD_LINE_H
#define UALG_DOORS_COMMON_RECORD_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "doors/common/record.h"

/* Who asks: the path of the executable, cut where it is longer; "" where it cannot be read. */
struct record_program {
	long id;
	char path[1024];
};

/* Fills *out for a process. */
void record_program_find(long id, struct record_program *out);

/* This process has another id. */
void record_program_forked(long self);

struct record_line {
	char bytes[RECORD_LINE_MAX];
	size_t used;
};

/* Begins a line with its event and who asks. */
void record_line_begin(struct record_line *line, const char *event,
		       const struct record_program *program);

/* The members that tell of an algorithm; driver: NULL for none. */
void record_line_algorithm(struct record_line *line, const char *type, const char *name,
			   const char *driver);

/* A member.  Texts are cut where a line could become too long; error: a positive errno. */
void record_line_text(struct record_line *line, const char *key, const char *text);
void record_line_number(struct record_line *line, const char *key, uint64_t number);
void record_line_error(struct record_line *line, int error);

/* Writes the line to the end of the record's file, if that can be opened. */
void record_line_end(struct record_line *line);

#endif
