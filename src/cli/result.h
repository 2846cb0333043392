/* SPDX-License-Identifier: MIT */
/* A short result, such as derived bytes: raw or in hexadecimal digits, to a file or standard
 * output. */
#ifndef UALG_CLI_RESULT_H
#define UALG_CLI_RESULT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Writes it; hex: as a line of digits.  path NULL: standard output.  private: a file that is made
 * is for its owner only.  CLI_OK, or CLI_FAILURE with a message printed and no file.
 */
int cli_write_result(const char *path, const void *data, size_t size, bool hex, bool private);

/*
 * Refuses standard output where it is a terminal and no path was given: bytes are not for people,
 * and would be lost.  CLI_OK, or CLI_USAGE with a message printed.
 */
int cli_spare_terminal(const char *path, const char *what);

#endif
