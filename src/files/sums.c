/* SPDX-License-Identifier: MIT */
#include "files/sums.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "files/hex.h"

static bool needs_escape(const char *name)
{
	return strpbrk(name, "\\\n\r") != NULL;
}

static void write_escaped(FILE *out, const char *name)
{
	for (; *name; name++) {
		if (*name == '\n')
			fputs("\\n", out);
		else if (*name == '\r')
			fputs("\\r", out);
		else if (*name == '\\')
			fputs("\\\\", out);
		else
			fputc(*name, out);
	}
}

void sums_write_name(FILE *out, const char *name)
{
	if (needs_escape(name))
		fputc('\\', out);
	write_escaped(out, name);
}

static void write_plain_or_escaped(FILE *out, bool escape, const char *name)
{
	if (escape)
		write_escaped(out, name);
	else
		fputs(name, out);
}

void sums_write(FILE *out, const struct sums_style *style, const char *name, const uint8_t *digest,
		size_t size)
{
	bool escape = !style->zero && needs_escape(name);
	char hex[2 * SUMS_DIGEST_MAX + 1];

	hex_write(hex, digest, size);
	if (escape)
		fputc('\\', out);
	if (style->tag) {
		fprintf(out, "%s (", style->tag);
		write_plain_or_escaped(out, escape, name);
		fprintf(out, ") = %s", hex);
	} else {
		fprintf(out, "%s %c", hex, style->binary ? '*' : ' ');
		write_plain_or_escaped(out, escape, name);
	}
	fputc(style->zero ? '\0' : '\n', out);
}

/* Undoes the escapes in place; false: there is one that nobody writes. */
static bool unescape(char *name)
{
	char *to = name;

	for (char *from = name; *from; from++) {
		if (*from != '\\') {
			*to++ = *from;
			continue;
		}
		from++;
		if (*from == 'n')
			*to++ = '\n';
		else if (*from == 'r')
			*to++ = '\r';
		else if (*from == '\\')
			*to++ = '\\';
		else
			return false;
	}
	*to = '\0';
	return true;
}

static bool take_digest(const char *hex, size_t digits, const struct sums_format *format,
			struct sums_entry *entry)
{
	ssize_t size = hex_read(entry->digest, sizeof(entry->digest), hex, digits);

	if (size <= 0 || (format->digest_size && (size_t)size != format->digest_size))
		return false;
	entry->size = (size_t)size;
	return true;
}

/* TAG (NAME) = HEX; OpenSSL's TAG(NAME)= HEX as well. */
static int parse_tagged(char *line, bool escaped, const struct sums_format *format,
			struct sums_entry *entry)
{
	char *end = strrchr(line, ')');
	char *hex;

	if (*line == ' ')
		line++;
	if (*line != '(' || !end)
		return -EINVAL;
	hex = end + 1;
	while (*hex == ' ' || *hex == '\t')
		hex++;
	if (*hex++ != '=')
		return -EINVAL;
	while (*hex == ' ' || *hex == '\t')
		hex++;
	if (!take_digest(hex, strlen(hex), format, entry))
		return -EINVAL;
	*end = '\0';
	entry->name = line + 1;
	return escaped && !unescape(entry->name) ? -EINVAL : 0;
}

/* HEX, a blank, ' ' or '*', NAME; or HEX, a blank, NAME. */
static int parse_untagged(char *line, bool escaped, struct sums_format *format,
			  struct sums_entry *entry)
{
	size_t digits = strspn(line, "0123456789abcdefABCDEF");
	char *name = line + digits;
	bool two;

	if (!take_digest(line, digits, format, entry))
		return -EINVAL;
	if (*name != ' ' && *name != '\t')
		return -EINVAL;
	name++;
	two = (*name == ' ' || *name == '*') && name[1] != '\0';
	if (*name == '\0' || (format->columns == 2 && !two))
		return -EINVAL;
	if (format->columns == 0)
		format->columns = two ? 2 : 1;
	if (format->columns == 2)
		name++;
	entry->name = name;
	return escaped && !unescape(name) ? -EINVAL : 0;
}

int sums_parse(char *line, struct sums_format *format, struct sums_entry *entry)
{
	size_t tag = strlen(format->tag);
	bool escaped;

	line += strspn(line, " \t");
	escaped = *line == '\\';
	line += escaped;
	if (strncmp(line, format->tag, tag) == 0 && !isxdigit((unsigned char)line[tag]) &&
	    (line[tag] == ' ' || line[tag] == '('))
		return parse_tagged(line + tag, escaped, format, entry);
	return parse_untagged(line, escaped, format, entry);
}
