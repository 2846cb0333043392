/* SPDX-License-Identifier: MIT */
#include "cli/table.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

/* The next character as it may be shown; *text moves behind it. */
static unsigned show(const char **text, char out[JSON_ESCAPE_MAX])
{
	unsigned char low = ((const unsigned char *)*text)[1];
	unsigned size = json_escape(text, out);

	if (out[0] == '\\' && size == 2) {
		out[0] = out[1]; /* a quote or a backslash */
		return 1;
	}
	if (out[0] == '\\' || (out[0] == '\xc2' && low < 0xa0)) {
		out[0] = '?'; /* a control character, or no character */
		return 1;
	}
	return size;
}

void cli_print_plain(const char *text)
{
	while (*text) {
		char piece[JSON_ESCAPE_MAX];

		fwrite(piece, 1, show(&text, piece), stdout);
	}
}

/* A copy as it is shown, which is never longer. */
static char *copy_plain(const char *text)
{
	char *copy = malloc(strlen(text) + JSON_ESCAPE_MAX);
	char *to = copy;

	if (!copy)
		return NULL;
	while (*text)
		to += show(&text, to);
	*to = '\0';
	return copy;
}

static int make_room(struct cli_table *table)
{
	size_t room = table->room ? 2 * table->room : 64;
	char **cells;

	if (table->rows < table->room)
		return 0;
	if (room > SIZE_MAX / sizeof(*cells) / table->columns)
		return -ENOMEM;
	cells = realloc((void *)table->cells, room * table->columns * sizeof(*cells));
	if (!cells)
		return -ENOMEM;
	table->cells = cells;
	table->room = room;
	return 0;
}

int cli_table_add(struct cli_table *table, const char *const *cells)
{
	char **row;

	if (make_room(table) < 0)
		return -ENOMEM;
	row = table->cells + table->rows * table->columns;
	for (unsigned i = 0; i < table->columns; i++) {
		row[i] = copy_plain(cells[i]);
		if (row[i])
			continue;
		while (i > 0)
			free(row[--i]);
		return -ENOMEM;
	}
	table->rows++;
	return 0;
}

/* Characters, of a text that is UTF-8. */
static size_t width_of(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		if ((*text & 0xc0) != 0x80)
			width++;
	return width;
}

static void print_row(const char *const *cells, const size_t *widths, unsigned columns)
{
	for (unsigned i = 0; i + 1 < columns; i++)
		printf("%s%*s  ", cells[i], (int)(widths[i] - width_of(cells[i])), "");
	printf("%s\n", cells[columns - 1]);
}

static void print_rows(const struct cli_table *table, size_t *widths)
{
	for (unsigned i = 0; i < table->columns; i++)
		widths[i] = width_of(table->titles[i]);
	for (size_t i = 0; i < table->rows * table->columns; i++) {
		size_t width = width_of(table->cells[i]);

		if (width > widths[i % table->columns])
			widths[i % table->columns] = width;
	}
	print_row(table->titles, widths, table->columns);
	for (size_t i = 0; i < table->rows; i++)
		print_row((const char *const *)table->cells + i * table->columns, widths,
			  table->columns);
}

void cli_table_print(struct cli_table *table)
{
	size_t *widths = calloc(table->columns, sizeof(*widths));

	if (widths)
		print_rows(table, widths);
	free(widths);
	for (size_t i = 0; i < table->rows * table->columns; i++)
		free(table->cells[i]);
	free((void *)table->cells);
	table->cells = NULL;
	table->rows = table->room = 0;
}
