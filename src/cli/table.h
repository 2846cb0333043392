/* SPDX-License-Identifier: MIT */
/* Tables for people: columns as wide as they have to be. */
#ifndef UALG_CLI_TABLE_H
#define UALG_CLI_TABLE_H

#include <stddef.h>

struct cli_table {
	const char *const *titles;
	unsigned columns;
	char **cells; /* rows * columns of them */
	size_t rows;
	size_t room; /* rows there is memory for */
};

/*
 * Adds a row of table->columns texts, which are copied; what a terminal could take for a command,
 * and what is no UTF-8, becomes '?'.  0 or -ENOMEM.
 */
int cli_table_add(struct cli_table *table, const char *const *cells);

/* Prints titles and rows, and frees the rows. */
void cli_table_print(struct cli_table *table);

/* Prints a text as a cell of a table shows it. */
void cli_print_plain(const char *text);

#endif
