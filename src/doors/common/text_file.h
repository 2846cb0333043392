/* SPDX-License-Identifier: MIT */
/*
 * A file in memory, written once and then read: what is given instead of one of /proc is opened
 * anew under its name in /proc/self/fd.
 *
 * No file may grow beyond the program's RLIMIT_FSIZE, which counts for those in memory, too, and
 * whose signal would end the program.  Below a limit that a text could reach it is a pipe: what is
 * read is the same, but there is no seeking.
 *
 * All of this is system calls: no cancellation point.
 */
#ifndef UALG_DOORS_COMMON_TEXT_FILE_H
#define UALG_DOORS_COMMON_TEXT_FILE_H

#include <stdbool.h>

/* reader is to be opened anew while writer is open; they may be one. */
struct door_text_file {
	int reader, writer;
};

/* False: there is no memory or no descriptor.  The caller ends it with door_text_file_end. */
bool door_text_file_make(struct door_text_file *file);
void door_text_file_end(const struct door_text_file *file);

#endif
