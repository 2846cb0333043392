/* SPDX-License-Identifier: MIT */
#include "cli/report_rows.h"

#include <errno.h>
#include <search.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

#define FIELDS_MAX 32u /* members of a line; more than are written, for later versions */

struct fields {
	struct json_field field[FIELDS_MAX];
	unsigned count;
};

static const struct json_field *find(const struct fields *fields, const char *key)
{
	for (unsigned i = 0; i < fields->count; i++)
		if (strcmp(fields->field[i].key, key) == 0)
			return &fields->field[i];
	return NULL;
}

/* A member that has to be there, or may be missing and is "" or 0 then. */
enum need { OPTIONAL, NEEDED };

static bool get_text(const struct fields *fields, const char *key, enum need need, const char **out)
{
	const struct json_field *field = find(fields, key);

	*out = field ? field->text : "";
	return field ? field->text != NULL : need == OPTIONAL;
}

static bool get_number(const struct fields *fields, const char *key, enum need need, uint64_t *out)
{
	const struct json_field *field = find(fields, key);

	*out = field ? field->number : 0;
	return field ? field->text == NULL : need == OPTIONAL;
}

static bool read_bind(const struct fields *fields, struct report_row *out)
{
	out->text[REPORT_OPERATION] = "bind";
	out->count = 1;
	return get_text(fields, "error", OPTIONAL, &out->text[REPORT_ERROR]);
}

static bool read_use(const struct fields *fields, struct report_row *out)
{
	out->text[REPORT_ERROR] = "";
	out->key_most = 0;
	return get_text(fields, "operation", NEEDED, &out->text[REPORT_OPERATION]) &&
	       get_number(fields, "count", NEEDED, &out->count) &&
	       get_number(fields, "bytes", NEEDED, &out->bytes) &&
	       get_number(fields, "least", NEEDED, &out->least) &&
	       get_number(fields, "most", NEEDED, &out->most) &&
	       get_number(fields, "key", OPTIONAL, &out->key_least) && out->least <= out->most;
}

static bool read_error(const struct fields *fields, struct report_row *out)
{
	return get_text(fields, "call", NEEDED, &out->text[REPORT_OPERATION]) &&
	       get_text(fields, "error", NEEDED, &out->text[REPORT_ERROR]) &&
	       get_number(fields, "count", NEEDED, &out->count);
}

static const struct {
	const char *name;
	bool (*read)(const struct fields *fields, struct report_row *out);
} events[] = {{"bind", read_bind}, {"use", read_use}, {"error", read_error}};

/* The row that a line is alone. */
static bool read_line(const struct fields *fields, struct report_row *out)
{
	const char *event;
	uint64_t process;

	memset(out, 0, sizeof(*out));
	if (!get_text(fields, "event", NEEDED, &event) ||
	    !get_number(fields, "pid", NEEDED, &process) ||
	    !get_text(fields, "program", NEEDED, &out->text[REPORT_PROGRAM]) ||
	    !get_text(fields, "type", NEEDED, &out->text[REPORT_TYPE]) ||
	    !get_text(fields, "name", NEEDED, &out->text[REPORT_NAME]) ||
	    !get_text(fields, "driver", OPTIONAL, &out->text[REPORT_DRIVER]))
		return false;
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (strcmp(event, events[i].name) == 0) {
			bool good = events[i].read(fields, out) && out->count > 0;

			out->key_most = out->key_least;
			return good;
		}
	return false;
}

static int compare(const void *a, const void *b)
{
	const struct report_row *left = a, *right = b;

	for (unsigned i = 0; i < REPORT_TEXTS; i++) {
		int order = strcmp(left->text[i], right->text[i]);

		if (order)
			return order;
	}
	return 0;
}

/* A copy with texts of its own, in one block. */
static struct report_row *copy_row(const struct report_row *row)
{
	struct report_row *copy;
	size_t size = 0;
	char *to;

	for (unsigned i = 0; i < REPORT_TEXTS; i++)
		size += strlen(row->text[i]) + 1;
	copy = malloc(sizeof(*copy) + size);
	if (!copy)
		return NULL;
	*copy = *row;
	to = (char *)(copy + 1);
	for (unsigned i = 0; i < REPORT_TEXTS; i++) {
		copy->text[i] = to;
		to = stpcpy(to, row->text[i]) + 1;
	}
	return copy;
}

static uint64_t add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static void add_row(struct report_row *to, const struct report_row *row)
{
	to->count = add(to->count, row->count);
	to->bytes = add(to->bytes, row->bytes);
	if (row->least < to->least)
		to->least = row->least;
	if (row->most > to->most)
		to->most = row->most;
	if (row->key_least < to->key_least)
		to->key_least = row->key_least;
	if (row->key_most > to->key_most)
		to->key_most = row->key_most;
}

int report_add(struct report *report, char *line, size_t size)
{
	struct report_row *new, **place, row;
	struct fields fields;
	int count = json_read_object(line, size, fields.field, FIELDS_MAX);

	if (count < 0)
		return -EINVAL;
	fields.count = (unsigned)count;
	if (!read_line(&fields, &row))
		return -EINVAL;
	place = tfind(&row, &report->rows, compare);
	if (place) {
		add_row(*place, &row);
		return 0;
	}
	new = copy_row(&row);
	if (new &&tsearch(new, &report->rows, compare))
		return 0;
	free(new);
	return -ENOMEM;
}

/* twalk hands nothing on. */
static void (*visitor)(const struct report_row *row);

static void visit_node(const void *node, VISIT order, int depth)
{
	const struct report_row *const *row = node;

	(void)depth;
	if (order == postorder || order == leaf)
		visitor(*row);
}

void report_each(const struct report *report, void (*visit)(const struct report_row *row))
{
	visitor = visit;
	twalk(report->rows, visit_node);
}

void report_free(struct report *report)
{
	tdestroy(report->rows, free);
	report->rows = NULL;
}
