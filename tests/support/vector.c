/* SPDX-License-Identifier: MIT */
#include "support/vector.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The largest value, bytes: a repetition count with a slip of the pen is found here. */
#define VALUE_MAX ((size_t)64 << 20)

struct reader {
	const char *file;
	unsigned line; /* of what is being looked at */
};

static _Noreturn void die(const struct reader *reader, const char *expected, const char *found)
{
	fprintf(stderr, "%s:%u: expected %s, found '%.40s'\n", reader->file, reader->line, expected,
		found);
	exit(2);
}

static void *allocate(size_t size)
{
	void *memory = malloc(size ? size : 1);
	if (memory == NULL) {
		fprintf(stderr, "no memory for %zu bytes\n", size);
		exit(2);
	}
	return memory;
}

static bool is_words(const char *name)
{
	static const char *const words[] = {"source", "derived", "type", "alg"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(name, words[i]) == 0)
			return true;
	}
	return false;
}

static uint8_t *copy(const void *data, size_t size)
{
	uint8_t *memory = allocate(size);
	memcpy(memory, data, size);
	return memory;
}

static uint8_t *read_hex(const struct reader *reader, const char *text, size_t *size)
{
	size_t length = strlen(text);
	uint8_t *data = allocate(length / 2);

	if (length % 2 != 0)
		die(reader, "whole bytes in hexadecimal", text);
	for (size_t i = 0; i < length / 2; i++) {
		char digits[3] = {text[2 * i], text[2 * i + 1], 0};

		if (!isxdigit((unsigned char)digits[0]) || !isxdigit((unsigned char)digits[1]))
			die(reader, "hexadecimal digits", text + 2 * i);
		data[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
	*size = length / 2;
	return data;
}

static uint8_t *read_quoted(const struct reader *reader, const char *text, size_t *size)
{
	size_t length = strlen(text);

	if (length < 2 || text[length - 1] != '"' || memchr(text + 1, '"', length - 2) != NULL)
		die(reader, "text in one pair of quotes", text);
	*size = length - 2;
	return copy(text + 1, length - 2);
}

static uint8_t *read_bytes(const struct reader *reader, const char *text, size_t *size);

static uint8_t *read_repetition(const struct reader *reader, const char *text, const char *star,
				size_t *size)
{
	char *end;
	unsigned long count = strtoul(text, &end, 10);
	if (end != star || count > VALUE_MAX)
		die(reader, "COUNT*VALUE", text);

	size_t once_size;
	uint8_t *once = read_bytes(reader, star + 1, &once_size);
	if (once_size != 0 && count > VALUE_MAX / once_size)
		die(reader, "at most 64 MiB", text);

	uint8_t *data = allocate(count * once_size);
	for (size_t i = 0; i < count; i++)
		memcpy(data + i * once_size, once, once_size);
	free(once);
	*size = count * once_size;
	return data;
}

static uint8_t *read_bytes(const struct reader *reader, const char *text, size_t *size)
{
	if (text[0] == '"')
		return read_quoted(reader, text, size);

	const char *star = strchr(text, '*');
	if (star != NULL && isdigit((unsigned char)text[0]))
		return read_repetition(reader, text, star, size);
	return read_hex(reader, text, size);
}

/* Cuts blanks from both ends of a string, in place. */
static char *trim(char *text)
{
	while (isspace((unsigned char)*text))
		text++;

	size_t length = strlen(text);
	while (length > 0 && isspace((unsigned char)text[length - 1]))
		text[--length] = '\0';
	return text;
}

static void add_field(const struct reader *reader, struct vector *vector, char *line)
{
	char *equals = strchr(line, '=');
	if (equals == NULL)
		die(reader, "'name = value'", line);
	*equals = '\0';

	char *name = trim(line);
	char *value = trim(equals + 1);
	if (*name == '\0')
		die(reader, "a name before '='", value);
	if (vector->fields == VECTOR_MAX_FIELDS)
		die(reader, "no more fields in one stanza", name);
	if (vector->fields == 0)
		vector->line = reader->line;

	struct vector_field *field = &vector->field[vector->fields++];
	field->name = (char *)copy(name, strlen(name) + 1);
	field->text = (char *)copy(value, strlen(value) + 1);
	field->data = NULL;
	field->size = 0;
}

/* A line that begins with a blank: more of the value before it. */
static void extend_field(const struct reader *reader, struct vector *vector, char *line)
{
	char *more = trim(line);
	if (vector->fields == 0)
		die(reader, "a field before its continuation", more);

	struct vector_field *field = &vector->field[vector->fields - 1];
	size_t old = strlen(field->text);
	size_t gap = is_words(field->name) ? 1 : 0;
	char *text = allocate(old + gap + strlen(more) + 1);

	memcpy(text, field->text, old);
	memset(text + old, ' ', gap);
	memcpy(text + old + gap, more, strlen(more) + 1);
	free(field->text);
	field->text = text;
}

static void free_fields(struct vector *vector)
{
	for (size_t i = 0; i < vector->fields; i++) {
		free(vector->field[i].name);
		free(vector->field[i].text);
		free(vector->field[i].data);
	}
	vector->fields = 0;
}

/* The stanza is complete: its values become bytes, and it is handed on. */
static size_t end_stanza(const struct reader *reader, struct vector *vector,
			 void (*run)(const struct vector *vector, void *context), void *context)
{
	if (vector->fields == 0)
		return 0;

	const struct reader stanza = {.file = reader->file, .line = vector->line};
	for (size_t i = 0; i < vector->fields; i++) {
		struct vector_field *field = &vector->field[i];

		if (!is_words(field->name))
			field->data = read_bytes(&stanza, field->text, &field->size);
	}
	run(vector, context);
	free_fields(vector);
	return 1;
}

const struct vector_field *vector_field(const struct vector *vector, const char *name)
{
	for (size_t i = 0; i < vector->fields; i++) {
		if (strcmp(vector->field[i].name, name) == 0)
			return &vector->field[i];
	}
	return NULL;
}

const char *vector_text(const struct vector *vector, const char *name)
{
	const struct vector_field *field = vector_field(vector, name);

	return field != NULL ? field->text : "";
}

size_t vector_each(const char *file, void (*run)(const struct vector *vector, void *context),
		   void *context)
{
	struct reader reader = {.file = file};
	struct vector vector = {.file = file};
	size_t stanzas = 0, room = 0;
	char *line = NULL;
	FILE *input = fopen(file, "re");

	if (input == NULL) {
		perror(file);
		exit(2);
	}
	while (getline(&line, &room, input) >= 0) {
		reader.line++;

		bool continued = line[0] == ' ' || line[0] == '\t';
		char *text = trim(line);
		if (*text == '\0')
			stanzas += end_stanza(&reader, &vector, run, context);
		else if (*text == '#')
			continue;
		else if (continued)
			extend_field(&reader, &vector, text);
		else
			add_field(&reader, &vector, text);
	}
	if (ferror(input)) {
		perror(file);
		exit(2);
	}
	stanzas += end_stanza(&reader, &vector, run, context);
	fclose(input);
	free(line);
	return stanzas;
}
