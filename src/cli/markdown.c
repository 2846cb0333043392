/* SPDX-License-Identifier: MIT */
#include "cli/markdown.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/names.h"
#include "cli/cli.h"
#include "cli/sizes.h"
#include "crypto/registry.h"

#define MAX_SOURCES 512u
#define LINE_MAX    4096u

/* Which document has vectors of which algorithm. */
static struct source {
	char alg[ALG_NAME_MAX];
	char type[16];
	char document[64];
	bool derived; /* printed nowhere: only told where no document has any */
} sources[MAX_SOURCES];

static size_t source_count;

static int compare_sources(const void *a, const void *b)
{
	const struct source *left = a, *right = b;
	int result = strcmp(left->alg, right->alg);

	if (result == 0)
		result = strcmp(left->type, right->type);
	return result ? result : strcmp(left->document, right->document);
}

static void add_source(const struct source *source)
{
	for (size_t i = 0; i < source_count; i++)
		if (compare_sources(&sources[i], source) == 0)
			return;
	if (source_count < MAX_SOURCES)
		sources[source_count++] = *source;
}

/* The value of a line "name = value", or NULL; the line's end is cut off. */
static const char *value_of(char *line, const char *name)
{
	size_t size = strlen(name);

	line[strcspn(line, "\n")] = '\0';
	if (strncmp(line, name, size) != 0 || strncmp(line + size, " = ", 3) != 0)
		return NULL;
	return line + size + 3;
}

/* A source names the document and, behind a comma, the case in it (support/vector.h). */
static void copy_document(char *out, size_t room, const char *source)
{
	snprintf(out, room, "%.*s", (int)strcspn(source, ",:"), source);
}

static void read_vectors(FILE *file)
{
	static char line[LINE_MAX];
	struct source source = {.document = ""};

	while (fgets(line, sizeof(line), file)) {
		const char *value;

		if ((value = value_of(line, "source")) || (value = value_of(line, "derived"))) {
			source.derived = line[0] == 'd';
			copy_document(source.document, sizeof(source.document), value);
		} else if ((value = value_of(line, "type")))
			snprintf(source.type, sizeof(source.type), "%s", value);
		else if ((value = value_of(line, "alg"))) {
			snprintf(source.alg, sizeof(source.alg), "%s", value);
			add_source(&source);
		}
	}
}

static int read_folder(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	char name[LINE_MAX];

	if (!folder) {
		cli_message("'%s' cannot be read: %s", path, strerror(errno));
		return -1;
	}
	while ((entry = readdir(folder))) {
		size_t size = strlen(entry->d_name);
		FILE *file;

		if (size < 4 || strcmp(entry->d_name + size - 4, ".txt") != 0)
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		file = fopen(name, "r");
		if (!file)
			continue;
		read_vectors(file);
		fclose(file);
	}
	closedir(folder);
	qsort(sources, source_count, sizeof(sources[0]), compare_sources);
	return 0;
}

static size_t print_sources(const struct catalog_name *name, bool derived)
{
	size_t count = 0;

	for (size_t i = 0; i < source_count; i++)
		if (sources[i].derived == derived && strcmp(sources[i].alg, name->name) == 0 &&
		    strcmp(sources[i].type, alg_type_name(name->type)) == 0)
			printf("%s%s", count++ ? "; " : "", sources[i].document);
	return count;
}

/* All drivers of a generic name, the one that serves it first; a driver's name is itself one. */
static void print_drivers(const struct catalog_name *name, const struct alg *best)
{
	printf("`%s`", best->driver);
	for (const struct alg *alg = registry_first(); alg; alg = alg->next)
		if (alg != best && alg->type == best->type && !alg->internal &&
		    strcmp(alg->name, name->name) == 0)
			printf(", `%s`", alg->driver);
}

static void print_row(const struct catalog_name *name, const struct alg *alg)
{
	char size[ALG_NAME_MAX];

	printf("| `%s` |", name->name);
	for (unsigned i = 0; i < CLI_SIZES; i++) {
		cli_write_size(alg, (enum cli_size)i, size);
		printf(" %s |", size);
	}
	printf(" %s | ", alg->backend ? alg->backend : "-");
	print_drivers(name, alg);
	printf(" | ");
	if (print_sources(name, false) == 0)
		(void)print_sources(name, true);
	printf(" |\n");
}

static void print_table(enum alg_type type)
{
	const struct alg *alg;

	printf("\n## %s\n\n", alg_type_name(type));
	printf("| name | key | IV | block | out | back end | drivers | vectors |\n");
	printf("|---|---|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < catalog_names_count; i++)
		if (catalog_names[i].type == type &&
		    registry_find(type, catalog_names[i].name, &alg) == 0)
			print_row(&catalog_names[i], alg);
}

int cli_print_markdown(const char *vectors)
{
	static const enum alg_type types[] = {ALG_TYPE_HASH, ALG_TYPE_SKCIPHER, ALG_TYPE_AEAD,
					      ALG_TYPE_RNG};

	if (vectors && read_folder(vectors) < 0)
		return -1;
	printf(
	    "# Algorithms\n\n"
	    "The names that a kernel's AF_ALG binds ([abi.md](design/abi.md), section 15) and\n"
	    "ualg has; templates make more.  Sizes are bytes.  Of several drivers the first\n"
	    "serves the name; each can be bound by its own.  The last column says where the\n"
	    "test vectors are from (tests/vectors).\n\n"
	    "On x86-64 with AVX2 and libipsec-mb, drivers that end in `-ipsecmb` go before those\n"
	    "here for `gcm(aes)` and `rfc7539(chacha20,poly1305)`, and with AVX-512 and vector AES\n"
	    "for `ctr(aes)` and `cbc(aes)`, also inside templates.  `UALG_WITHOUT=ipsec-mb` leaves\n"
	    "them out.\n\n"
	    "Written by `make docs`; not by hand.\n");
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		print_table(types[i]);
	return 0;
}
