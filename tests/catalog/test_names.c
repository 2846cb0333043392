/* SPDX-License-Identifier: MIT */
/*
 * Every well-known name (catalog/names.h) is there, has a test vector and has a row in
 * docs/algorithms.md.
 *
 *     test_names DOCUMENT VECTORS...
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/catalog.h"
#include "catalog/names.h"
#include "crypto/registry.h"
#include "support/vector.h"

/* Names that cannot have a vector that is run both ways, and why. */
static const struct {
	const char *name;
	const char *why;
} without_vector[] = {
    {"kw(aes)", "its IV is a result (C-21); tests/crypto/test_skcipher.c has RFC 3394's cases"},
    {"essiv(cbc(aes),sha1)", "no key suits (N-10)"},
    {"authenc(sha256,cbc(aes))", "no key suits (O-09)"},
    {"authenc(digest_null,cbc(aes))", "nothing is authenticated"},
    {"seqiv(rfc4106(gcm(aes)))", "salted by chance (E-23)"},
    {"echainiv(authenc(hmac(sha256),cbc(aes)))", "salted by chance (E-23)"},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MAX_VECTORS  4096u

static struct {
	char type[16];
	char alg[ALG_NAME_MAX];
} vectors[MAX_VECTORS];

static size_t vector_count;
static unsigned cases;
static unsigned failures;

static void note_vector(const struct vector *vector, void *context)
{
	(void)context;
	if (vector_count == MAX_VECTORS) {
		printf("Bail out! more than %u vectors\n", MAX_VECTORS);
		exit(1);
	}
	snprintf(vectors[vector_count].type, sizeof(vectors[0].type), "%s",
		 vector_text(vector, "type"));
	snprintf(vectors[vector_count].alg, sizeof(vectors[0].alg), "%s",
		 vector_text(vector, "alg"));
	vector_count++;
}

/* Generators have tests of their own, with vectors and beside OpenSSL (tests/crypto/rng_*.c). */
static bool has_vector(const struct catalog_name *name)
{
	if (name->type == ALG_TYPE_RNG)
		return true;
	for (size_t i = 0; i < COUNT(without_vector); i++)
		if (strcmp(without_vector[i].name, name->name) == 0)
			return true;
	for (size_t i = 0; i < vector_count; i++)
		if (strcmp(vectors[i].alg, name->name) == 0 &&
		    strcmp(vectors[i].type, alg_type_name(name->type)) == 0)
			return true;
	return false;
}

static char document[512 * 1024];

static void read_document(const char *path)
{
	FILE *file = fopen(path, "r");
	size_t size = file ? fread(document, 1, sizeof(document) - 1, file) : 0;

	if (size == 0 || size == sizeof(document) - 1) {
		printf("Bail out! %s cannot be read\n", path);
		exit(1);
	}
	document[size] = '\0';
	fclose(file);
}

/* Whether the document has a row of that name in its type's section. */
static bool has_row(const struct catalog_name *name)
{
	char heading[32], row[ALG_NAME_MAX + 16];
	const char *section, *end, *found;

	snprintf(heading, sizeof(heading), "\n## %s\n", alg_type_name(name->type));
	snprintf(row, sizeof(row), "\n| `%s` |", name->name);
	section = strstr(document, heading);
	if (!section)
		return false;
	end = strstr(section + 1, "\n## ");
	found = strstr(section, row);
	return found && (!end || found < end);
}

/* What X-01 says of it has to be there as well. */
static bool has_entry(const struct catalog_name *name)
{
	struct catalog_field fields[CATALOG_MAX_FIELDS];
	const struct alg *alg;

	return registry_find(name->type, name->name, &alg) == 0 &&
	       (strcmp(alg->name, name->name) == 0 || strcmp(alg->driver, name->name) == 0) &&
	       catalog_fields(alg, fields) > 0;
}

static void report(bool good, const struct catalog_name *name, const char *what)
{
	printf("%s %u - %s %s: %s\n", good ? "ok" : "not ok", ++cases, alg_type_name(name->type),
	       name->name, what);
	failures += !good;
}

static bool named_before(size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (catalog_names[i].type == catalog_names[index].type &&
		    strcmp(catalog_names[i].name, catalog_names[index].name) == 0)
			return true;
	return false;
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "usage: test_names DOCUMENT VECTORS...\n");
		return 2;
	}
	read_document(argv[1]);
	for (int i = 2; i < argc; i++)
		(void)vector_each(argv[i], note_vector, NULL);
	for (size_t i = 0; i < catalog_names_count; i++) {
		const struct catalog_name *name = &catalog_names[i];

		report(has_entry(name), name, "an entry of the catalog");
		report(has_vector(name), name, "a vector");
		report(has_row(name), name, "a row of the document");
		report(!named_before(i), name, "once");
	}
	printf("1..%u\n", cases);
	return failures != 0 || cases == 0;
}
