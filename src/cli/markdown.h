/* SPDX-License-Identifier: MIT */
/* The list of algorithms as a document: docs/algorithms.md. */
#ifndef UALG_CLI_MARKDOWN_H
#define UALG_CLI_MARKDOWN_H

/*
 * Prints a table of the well-known names for each type.  vectors: the folder of the test vectors,
 * whose sources are named in the last column, or NULL.  0, or -1 with a message printed: the folder
 * cannot be read.
 */
int cli_print_markdown(const char *vectors);

#endif
