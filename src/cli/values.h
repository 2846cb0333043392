/* SPDX-License-Identifier: MIT */
/* Values on the command line, and the messages about them and about what the library says. */
#ifndef UALG_CLI_VALUES_H
#define UALG_CLI_VALUES_H

#include <stddef.h>
#include <stdint.h>

/*
 * Reads a decimal number from low to high; size units K, M, G (1024) may follow.  what is named in
 * the message.  CLI_OK, or CLI_USAGE with a message printed.
 */
int cli_number(const char *what, const char *text, uint64_t low, uint64_t high, uint64_t *out);

/* The same of a size in memory, which high has to be as well. */
int cli_size(const char *what, const char *text, size_t low, size_t high, size_t *out);

/* Reads hexadecimal digits into out, of room bytes: *size.  As cli_number. */
int cli_hex(const char *what, const char *text, uint8_t *out, size_t room, size_t *size);

/* Says that a file could not be opened, read or written; returns CLI_FAILURE. */
int cli_cannot(const char *verb, const char *name, int error);

/* Says what the library refused about an algorithm; returns CLI_FAILURE. */
int cli_refused(const char *algorithm, int error);

#endif
