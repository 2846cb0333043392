/* SPDX-License-Identifier: MIT */
#include "crypto/template.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "crypto/templates/templates.h"

/* The names of section 4, rule N-03: letters, digits, - and _ form words. */
static bool is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_';
}

static int copy_part(char *out, const char *from, size_t size)
{
	if (size == 0 || size >= ALG_NAME_MAX)
		return -ENOENT;
	memcpy(out, from, size);
	out[size] = '\0';
	return 0;
}

/* The length of the argument at text: up to a comma or parenthesis of its own level. */
static size_t argument_length(const char *text)
{
	unsigned depth = 0;
	size_t i;

	for (i = 0; text[i] != '\0'; i++) {
		char c = text[i];

		if (c == '(')
			depth++;
		else if (depth == 0 && (c == ',' || c == ')'))
			break;
		else if (c == ')')
			depth--;
		else if (c != ',' && !is_word_char(c))
			break;
	}
	return i;
}

int template_parse(const char *text, struct template_name *out)
{
	size_t word = 0;
	int result;

	out->args = 0;
	while (is_word_char(text[word]))
		word++;
	if (text[word] != '(')
		return -ENOENT;
	result = copy_part(out->name, text, word);
	if (result < 0)
		return result;
	text += word;
	do {
		size_t size = argument_length(++text);

		if (out->args == TEMPLATE_MAX_ARGS)
			return -ENOENT;
		result = copy_part(out->arg[out->args++], text, size);
		if (result < 0)
			return result;
		text += size;
	} while (*text == ',');
	return text[0] == ')' && text[1] == '\0' ? 0 : -ENOENT;
}

static int compose(char *out, const char *name, const char *first, const char *second)
{
	int size =
	    snprintf(out, ALG_NAME_MAX, second ? "%s(%s,%s)" : "%s(%s)", name, first, second);

	return size < 0 || (size_t)size >= ALG_NAME_MAX ? -ENOENT : 0;
}

int template_compose(struct alg *out, const char *name, const struct alg *first,
		     const struct alg *second)
{
	int result = compose(out->name, name, first->name, second ? second->name : NULL);

	if (result < 0)
		return result;
	out->part[0] = first;
	out->part[1] = second;
	return compose(out->driver, name, first->driver, second ? second->driver : NULL);
}

int template_set_driver(struct alg *out, const char *format, ...)
{
	va_list arguments;
	int size;

	va_start(arguments, format);
	size = vsnprintf(out->driver, sizeof(out->driver), format, arguments);
	va_end(arguments);
	return size < 0 || (size_t)size >= sizeof(out->driver) ? -ENOENT : 0;
}

const struct template *template_find(const char *name, enum alg_type type, unsigned args)
{
	for (size_t i = 0; templates[i]; i++)
		if (templates[i]->type == type && templates[i]->args == args &&
		    strcmp(templates[i]->name, name) == 0)
			return templates[i];
	return NULL;
}
