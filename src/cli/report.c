/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/report_rows.h"
#include "cli/table.h"

#define BAD_LINES_SHOWN 10u /* of one file; of more, only how many */

static bool as_json;

static const struct cli_option options[] = {
    {"json", NULL, "as a JSON array", NULL, &as_json, NULL},
    {0},
};

/* ---- reading ---- */

static int tell_bad_lines(const char *path, size_t count)
{
	if (count > BAD_LINES_SHOWN)
		cli_message("'%s': %zu more lines are not of a record", path,
			    count - BAD_LINES_SHOWN);
	return count ? CLI_FAILURE : CLI_OK;
}

static int read_lines(struct report *report, FILE *file, const char *path)
{
	size_t room = 0, number = 0, bad = 0;
	char *line = NULL;
	ssize_t size;
	int result = 0;

	while (result != -ENOMEM && (size = getline(&line, &room, file)) > 0) {
		number++;
		result = report_add(report, line, (size_t)size);
		if (result == -EINVAL && bad++ < BAD_LINES_SHOWN)
			cli_message("'%s': line %zu is not of a record", path, number);
	}
	free(line);
	if (result != -ENOMEM && feof(file))
		return tell_bad_lines(path, bad);
	cli_message("'%s': %s", path, strerror(result == -ENOMEM ? ENOMEM : errno));
	return CLI_FAILURE;
}

static int read_file(struct report *report, const char *path)
{
	FILE *file;
	int result;

	if (strcmp(path, "-") == 0)
		return read_lines(report, stdin, "standard input");
	file = fopen(path, "re");
	if (!file) {
		cli_message("'%s': %s", path, strerror(errno));
		return CLI_FAILURE;
	}
	result = read_lines(report, file, path);
	fclose(file);
	return result;
}

/* ---- printing ---- */

enum column {
	COLUMN_KEY = REPORT_ERROR, /* the texts but the error come first, in their order */
	COLUMN_COUNT,
	COLUMN_BYTES,
	COLUMN_SIZES,
	COLUMN_ERROR,
	COLUMNS
};

static const char *const titles[COLUMNS] = {
    [REPORT_PROGRAM] = "PROGRAM",     [REPORT_TYPE] = "TYPE",   [REPORT_NAME] = "ALGORITHM",
    [REPORT_DRIVER] = "DRIVER",       [COLUMN_KEY] = "KEY",     [COLUMN_COUNT] = "COUNT",
    [REPORT_OPERATION] = "OPERATION", [COLUMN_BYTES] = "BYTES", [COLUMN_SIZES] = "SIZES",
    [COLUMN_ERROR] = "ERROR",
};

static const struct {
	enum report_text text;
	const char *key;
} json_texts[] = {
    {REPORT_PROGRAM, "program"}, {REPORT_TYPE, "type"},           {REPORT_NAME, "name"},
    {REPORT_DRIVER, "driver"},   {REPORT_OPERATION, "operation"}, {REPORT_ERROR, "error"},
};

static struct cli_table table = {.titles = titles, .columns = COLUMNS};
static int table_result;
static size_t rows_printed;

struct number {
	char text[48];
};

static struct number write_range(uint64_t least, uint64_t most)
{
	struct number out;

	if (least == most)
		snprintf(out.text, sizeof(out.text), "%" PRIu64, least);
	else
		snprintf(out.text, sizeof(out.text), "%" PRIu64 "-%" PRIu64, least, most);
	return out;
}

/* Operations have sizes; binds and refused calls have none. */
static bool has_sizes(const struct report_row *row)
{
	return row->text[REPORT_ERROR][0] == '\0' && strcmp(row->text[REPORT_OPERATION], "bind");
}

static void add_to_table(const struct report_row *row)
{
	struct number key = write_range(row->key_least, row->key_most);
	struct number count = write_range(row->count, row->count);
	struct number bytes = write_range(row->bytes, row->bytes);
	struct number sizes = write_range(row->least, row->most);
	const char *cells[COLUMNS];

	for (unsigned i = 0; i < REPORT_ERROR; i++)
		cells[i] = row->text[i][0] ? row->text[i] : "-";
	cells[COLUMN_KEY] = row->key_most ? key.text : "-";
	cells[COLUMN_COUNT] = count.text;
	cells[COLUMN_BYTES] = has_sizes(row) ? bytes.text : "-";
	cells[COLUMN_SIZES] = has_sizes(row) ? sizes.text : "-";
	cells[COLUMN_ERROR] = row->text[REPORT_ERROR][0] ? row->text[REPORT_ERROR] : "-";
	if (table_result == 0)
		table_result = cli_table_add(&table, cells);
}

static void print_json(const struct report_row *row)
{
	printf("%s\n  {", rows_printed++ ? "," : "");
	for (size_t i = 0; i < sizeof(json_texts) / sizeof(json_texts[0]); i++) {
		const char *text = row->text[json_texts[i].text];

		printf("\"%s\": ", json_texts[i].key);
		if (text[0])
			cli_json_string(text);
		else
			printf("null");
		printf(", ");
	}
	printf("\"count\": %" PRIu64, row->count);
	if (has_sizes(row))
		printf(", \"bytes\": %" PRIu64 ", \"least\": %" PRIu64 ", \"most\": %" PRIu64,
		       row->bytes, row->least, row->most);
	if (row->key_most)
		printf(", \"key_least\": %" PRIu64 ", \"key_most\": %" PRIu64, row->key_least,
		       row->key_most);
	printf("}");
}

static int print(const struct report *report)
{
	if (as_json) {
		printf("[");
		report_each(report, print_json);
		printf("\n]\n");
		return cli_finish_output();
	}
	report_each(report, add_to_table);
	cli_table_print(&table);
	if (table_result < 0) {
		cli_message("out of memory");
		return CLI_FAILURE;
	}
	return cli_finish_output();
}

static int report(int argc, char **argv)
{
	struct report rows = {NULL};
	int result = CLI_OK, printed;

	if (argc == 0) {
		cli_message("a file is missing: ualg report [OPTIONS] FILE ...");
		return CLI_USAGE;
	}
	for (int i = 0; i < argc; i++)
		if (read_file(&rows, argv[i]) != CLI_OK)
			result = CLI_FAILURE;
	printed = print(&rows);
	report_free(&rows);
	return printed == CLI_OK ? result : printed;
}

const struct cli_command cli_report_command = {
    .name = "report",
    .help = "Tell which programs used which algorithms, from records of 'ualg run --record'",
    .operands = "FILE ...",
    .details =
	"A row for each program, algorithm and operation.  OPERATION is 'bind'; 'digest' (SIZES:\n"
	"of the messages), 'encrypt', 'decrypt' or 'random' (SIZES: of the results); or, with an\n"
	"ERROR, the call that was refused.  KEY is the size of the keys.  All sizes are in\n"
	"bytes.  DRIVER is '-' where ualg did not serve the socket.  '-' as a FILE is standard\n"
	"input.\n\n"
	"A record is lines of JSON, each an object: event (bind, use or error), pid, program,\n"
	"type, name, driver; of a use operation, key, count, bytes, least, most; of an error\n"
	"call, error, count.  Lines add up, in any order, and records can be put together with\n"
	"cat.  They hold neither keys nor data.  A program adds to the record when it binds,\n"
	"when it closes a socket or ends, and now and then between: of one that is killed, the\n"
	"last counts may be missing.\n\n"
	"Exit status: 1 if a line is not of a record; the others are counted all the same.\n",
    .options = options,
    .usage_exit = CLI_USAGE,
    .run = report,
};
