/* SPDX-License-Identifier: MIT */
#include "base/json.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* The well-formed sequences of RFC 3629, section 4: first byte, second byte, length. */
static const struct {
	unsigned char first, last, low, high, size;
} sequences[] = {
    {0x00, 0x7f, 0x00, 0x00, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
    {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
    {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
};

/* The bytes of the character at `at`, of which room are there or a NUL ends them; 0: no UTF-8. */
static unsigned character_size(const unsigned char *at, size_t room)
{
	for (size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++) {
		unsigned size = sequences[i].size;

		if (at[0] < sequences[i].first || at[0] > sequences[i].last)
			continue;
		if (size > room)
			return 0;
		if (size > 1 && (at[1] < sequences[i].low || at[1] > sequences[i].high))
			return 0;
		for (unsigned j = 2; j < size; j++)
			if ((at[j] & 0xc0) != 0x80)
				return 0;
		return size;
	}
	return 0;
}

static unsigned escape_unit(unsigned unit, char out[JSON_ESCAPE_MAX])
{
	static const char digits[] = "0123456789abcdef";

	out[0] = '\\';
	out[1] = 'u';
	for (unsigned i = 0; i < 4; i++)
		out[2 + i] = digits[unit >> (12 - 4 * i) & 0xf];
	return 6;
}

unsigned json_escape(const char **text, char out[JSON_ESCAPE_MAX])
{
	const unsigned char *at = (const unsigned char *)*text;
	unsigned size = character_size(at, 4);

	*text += size ? size : 1;
	if (size == 0)
		return escape_unit(0xfffd, out);
	if (at[0] < 0x20 || at[0] == 0x7f)
		return escape_unit(at[0], out);
	if (at[0] == '"' || at[0] == '\\') {
		out[0] = '\\';
		out[1] = (char)at[0];
		return 2;
	}
	memcpy(out, at, size);
	return size;
}

struct reader {
	char *at;
	char *end;
};

static void skip_blanks(struct reader *reader)
{
	while (reader->at < reader->end && strchr(" \t\r\n", *reader->at) && *reader->at)
		reader->at++;
}

/* Takes a character, if it is the next one behind blanks. */
static bool take(struct reader *reader, char wanted)
{
	skip_blanks(reader);
	if (reader->at == reader->end || *reader->at != wanted)
		return false;
	reader->at++;
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool read_number(struct reader *reader, uint64_t *out)
{
	const char *start = reader->at;

	*out = 0;
	for (; reader->at < reader->end && is_digit(*reader->at); reader->at++)
		if (__builtin_mul_overflow(*out, 10, out) ||
		    __builtin_add_overflow(*out, (uint64_t)(*reader->at - '0'), out))
			return false;
	return reader->at > start && (*start != '0' || reader->at == start + 1);
}

/* The four digits behind \u. */
static bool read_unit(struct reader *reader, unsigned *out)
{
	*out = 0;
	if (reader->end - reader->at < 4)
		return false;
	for (unsigned i = 0; i < 4; i++) {
		char c = *reader->at++;
		char small = (char)(c | 0x20);

		if (is_digit(c))
			*out = *out << 4 | (unsigned)(c - '0');
		else if (small >= 'a' && small <= 'f')
			*out = *out << 4 | (unsigned)(small - 'a' + 10);
		else
			return false;
	}
	return true;
}

static bool is_high_surrogate(unsigned unit)
{
	return unit >= 0xd800 && unit < 0xdc00;
}

static bool is_low_surrogate(unsigned unit)
{
	return unit >= 0xdc00 && unit < 0xe000;
}

/* A character by its number, in one or two units of UTF-16; NUL and halves are none. */
static bool read_escaped_number(struct reader *reader, unsigned *out)
{
	unsigned low;

	if (!read_unit(reader, out) || *out == 0 || is_low_surrogate(*out))
		return false;
	if (!is_high_surrogate(*out))
		return true;
	if (reader->end - reader->at < 2 || reader->at[0] != '\\' || reader->at[1] != 'u')
		return false;
	reader->at += 2;
	if (!read_unit(reader, &low) || !is_low_surrogate(low))
		return false;
	*out = 0x10000 + ((*out - 0xd800) << 10) + (low - 0xdc00);
	return true;
}

/* Writes a character as UTF-8; it is shorter than any escape for it. */
static char *put_character(char *to, unsigned character)
{
	if (character < 0x80) {
		*to++ = (char)character;
		return to;
	}
	if (character < 0x800) {
		*to++ = (char)(0xc0 | character >> 6);
	} else {
		if (character < 0x10000) {
			*to++ = (char)(0xe0 | character >> 12);
		} else {
			*to++ = (char)(0xf0 | character >> 18);
			*to++ = (char)(0x80 | (character >> 12 & 0x3f));
		}
		*to++ = (char)(0x80 | (character >> 6 & 0x3f));
	}
	*to++ = (char)(0x80 | (character & 0x3f));
	return to;
}

/* Behind a backslash. */
static bool read_escape(struct reader *reader, char **to)
{
	static const char names[] = "\"\\/bfnrt";
	static const char values[] = "\"\\/\b\f\n\r\t";
	const char *name;
	unsigned character;

	if (reader->at == reader->end || *reader->at == '\0')
		return false;
	name = strchr(names, *reader->at);
	if (name) {
		*(*to)++ = values[name - names];
		reader->at++;
		return true;
	}
	if (*reader->at++ != 'u' || !read_escaped_number(reader, &character))
		return false;
	*to = put_character(*to, character);
	return true;
}

/* Behind the first quote: the text, in its plain form, or NULL. */
static const char *read_text(struct reader *reader)
{
	char *text = reader->at;
	char *to = text;

	while (reader->at < reader->end && *reader->at != '"') {
		const unsigned char *at = (const unsigned char *)reader->at;
		unsigned size = character_size(at, (size_t)(reader->end - reader->at));

		if (*at < 0x20 || size == 0)
			return NULL;
		if (*at == '\\') {
			reader->at++;
			if (!read_escape(reader, &to))
				return NULL;
			continue;
		}
		memmove(to, at, size);
		to += size;
		reader->at += size;
	}
	if (reader->at == reader->end)
		return NULL;
	reader->at++;
	*to = '\0'; /* at the last quote, or before it */
	return text;
}

static bool read_field(struct reader *reader, struct json_field *out)
{
	*out = (struct json_field){NULL, NULL, 0};
	if (!take(reader, '"'))
		return false;
	out->key = read_text(reader);
	if (!out->key || !take(reader, ':'))
		return false;
	if (!take(reader, '"'))
		return read_number(reader, &out->number);
	out->text = read_text(reader);
	return out->text != NULL;
}

static bool is_repeated(const struct json_field *fields, unsigned last)
{
	for (unsigned i = 0; i < last; i++)
		if (strcmp(fields[i].key, fields[last].key) == 0)
			return true;
	return false;
}

int json_read_object(char *line, size_t size, struct json_field *out, unsigned room)
{
	struct reader reader = {line, line + size};
	unsigned count = 0;

	if (!take(&reader, '{'))
		return -EINVAL;
	if (!take(&reader, '}')) {
		do {
			if (count == room)
				return -E2BIG;
			if (!read_field(&reader, &out[count]) || is_repeated(out, count))
				return -EINVAL;
			count++;
		} while (take(&reader, ','));
		if (!take(&reader, '}'))
			return -EINVAL;
	}
	skip_blanks(&reader);
	return reader.at == reader.end ? (int)count : -EINVAL;
}
