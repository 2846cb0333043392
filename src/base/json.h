/* SPDX-License-Identifier: MIT */
/*
 * The little JSON (RFC 8259) that is written and read here: texts, and objects on one line whose
 * values are texts and whole numbers.
 */
#ifndef UALG_BASE_JSON_H
#define UALG_BASE_JSON_H

#include <stddef.h>
#include <stdint.h>

#define JSON_ESCAPE_MAX 6u

/*
 * Writes the next character of a text that ends with NUL to out, as it stands within a JSON string,
 * and moves *text behind it; not to be called at the end.  A byte that is no UTF-8 (RFC 3629)
 * becomes U+FFFD.  Returns the bytes written, 1 to JSON_ESCAPE_MAX.  Async-signal-safe.
 */
unsigned json_escape(const char **text, char out[JSON_ESCAPE_MAX]);

/* A member of an object: of a text, or, where text is NULL, of a number. */
struct json_field {
	const char *key;
	const char *text;
	uint64_t number;
};

/*
 * Reads an object: line[0..size) is it, with blanks around it at most.  Texts are put in their
 * plain form where they stand and end with NUL: the line is changed, and has to live as long as
 * *out.  Returns the number of members; -EINVAL: anything but such an object, a member that comes
 * twice, a text with NUL in it or that is no UTF-8, a number of 2^64 or more; -E2BIG: more than
 * room members.
 */
int json_read_object(char *line, size_t size, struct json_field *out, unsigned room);

#endif
