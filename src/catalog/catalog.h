/* SPDX-License-Identifier: MIT */
/*
 * What is said about algorithms: the text of /proc/crypto (abi.md rules ).
 *
 * Nothing here allocates, so that every door can use it wherever it stands.
 */
#ifndef UALG_CATALOG_CATALOG_H
#define UALG_CATALOG_CATALOG_H

#include <stddef.h>

#include "crypto/alg.h"

#define CATALOG_MAX_FIELDS 16u

/* One line of a paragraph.  key is constant; value is a copy. */
struct catalog_field {
	const char *key;
	char value[ALG_NAME_MAX];
};

/* The word of /proc/crypto for a type: "shash" for a hash, "skcipher", ... */
const char *catalog_type_name(enum alg_type type);

/*
 * Fills the fields of an algorithm's paragraph in their order.  Returns how many there are,
 * at most CATALOG_MAX_FIELDS.
 */
size_t catalog_fields(const struct alg *alg, struct catalog_field fields[CATALOG_MAX_FIELDS]);

/* Takes a piece of text.  0 goes on; anything else ends the listing and is handed on. */
typedef int catalog_sink(void *context, const char *text, size_t size);

/* Writes the paragraph of one algorithm and the empty line behind it.  0, or what sink returned. */
int catalog_write_one(const struct alg *alg, catalog_sink *sink, void *context);

/*
 * Writes the paragraphs of all registered algorithms, newest first: the whole of /proc/crypto.
 * 0, or what sink returned.
 */
int catalog_write(catalog_sink *sink, void *context);

/*
 * The same into a buffer of room bytes, without a NUL.  Returns the size of the whole text in
 * bytes; where that is more than room, the buffer holds its beginning.  The text may have grown by
 * the next call, since instances of templates are added as they are bound.
 */
size_t catalog_text(char *out, size_t room);

#endif
