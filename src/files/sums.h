/* SPDX-License-Identifier: MIT */
/*
 * Lines of checksum files, as coreutils writes and reads them:
 *   HEX  NAME, HEX *NAME       ("untagged": read as text, as binary)
 *   SHA256 (NAME) = HEX        (--tag)
 * A name with a line feed, a carriage return or a backslash has these escaped, and a backslash
 * stands before the whole line.
 */
#ifndef UALG_FILES_SUMS_H
#define UALG_FILES_SUMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The largest digest that a line holds, bytes. */
#define SUMS_DIGEST_MAX 64u

struct sums_style {
	const char *tag; /* the name in tagged lines: "SHA256"; NULL: untagged */
	bool binary;     /* untagged: '*' before the name */
	bool zero;       /* lines end with a NUL, and nothing is escaped */
};

/* Writes a line for a file and its digest. */
void sums_write(FILE *out, const struct sums_style *style, const char *name, const uint8_t *digest,
		size_t size);

/* Writes a name as it stands in a line of its own: escaped, with the backslash before it. */
void sums_write_name(FILE *out, const char *name);

struct sums_entry {
	char *name; /* within the line */
	uint8_t digest[SUMS_DIGEST_MAX];
	size_t size; /* of the digest, bytes */
};

/* How the lines of one file are read. */
struct sums_format {
	const char *tag;    /* the tag that its lines may have */
	size_t digest_size; /* bytes; 0: any */
	/*
	 * Set by the first untagged line, 0 before it: 2, two columns before the name; 1, one, as
	 * old BSD programs wrote.  A line of the other kind is then none.
	 */
	unsigned columns;
};

/*
 * Reads a line, without its end; it is changed.  0; -EINVAL: no line of a checksum file.  entry
 * points into the line.
 */
int sums_parse(char *line, struct sums_format *format, struct sums_entry *entry);

#endif
