/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/catalog.h"
#include "catalog/names.h"
#include "cli/cli.h"
#include "cli/markdown.h"
#include "cli/sizes.h"
#include "cli/table.h"
#include "crypto/registry.h"

static const char *const type_choices[] = {"hash", "skcipher", "aead", "rng", "cipher", NULL};

static const char *type;
static bool as_proc;
static bool as_json;
static bool as_markdown;
static const char *vectors;

static const struct cli_option options[] = {
    {"type", "TYPE", "only algorithms of one type", type_choices, NULL, &type},
    {"proc", NULL, "in the form of /proc/crypto, newest first", NULL, &as_proc, NULL},
    {"json", NULL, "as a JSON array", NULL, &as_json, NULL},
    {"markdown", NULL, "as docs/algorithms.md", NULL, &as_markdown, NULL},
    {"vectors", "DIR", "with --markdown: name the sources of the vectors there", NULL, NULL,
     &vectors},
    {0},
};

/*
 * Block ciphers are parts of templates and cannot be bound, so they show only where they are asked
 * for, or where the kernel would show them.
 */
static bool is_wanted(const struct alg *alg)
{
	if (type)
		return strcmp(alg_type_name(alg->type), type) == 0;
	return as_proc || alg->type != ALG_TYPE_CIPHER;
}

static int compare(const void *a, const void *b)
{
	const struct alg *left = *(const struct alg *const *)a;
	const struct alg *right = *(const struct alg *const *)b;

	if (left->type != right->type)
		return left->type < right->type ? -1 : 1;
	if (strcmp(left->name, right->name) != 0)
		return strcmp(left->name, right->name);
	if (left->priority != right->priority)
		return left->priority > right->priority ? -1 : 1;
	return strcmp(left->driver, right->driver);
}

/* The wanted algorithms in the order of a table; the caller frees *out. */
static size_t collect(const struct alg ***out)
{
	size_t count = 0, size = 0;

	for (const struct alg *alg = registry_first(); alg; alg = alg->next)
		size++;
	*out = calloc(size ? size : 1, sizeof(**out));
	if (!*out)
		return 0;
	for (const struct alg *alg = registry_first(); alg; alg = alg->next)
		if (is_wanted(alg) && !alg->internal)
			(*out)[count++] = alg;
	qsort((void *)*out, count, sizeof(**out), compare);
	return count;
}

#define COLUMNS 9u

static const char *const titles[COLUMNS] = {
    "NAME", "TYPE", "KEY", "IV", "BLOCK", "OUT", "DRIVER", "BACK END", "PRIORITY",
};

struct row {
	char cell[COLUMNS][ALG_NAME_MAX];
};

static void fill_row(const struct alg *alg, struct row *row)
{
	snprintf(row->cell[0], ALG_NAME_MAX, "%s", alg->name);
	snprintf(row->cell[1], ALG_NAME_MAX, "%s", alg_type_name(alg->type));
	for (unsigned size = 0; size < CLI_SIZES; size++)
		cli_write_size(alg, (enum cli_size)size, row->cell[2 + size]);
	snprintf(row->cell[6], ALG_NAME_MAX, "%s", alg->driver);
	snprintf(row->cell[7], ALG_NAME_MAX, "%s", alg->backend ? alg->backend : "-");
	snprintf(row->cell[8], ALG_NAME_MAX, "%d", alg->priority);
}

static int print_table(const struct alg *const *algs, size_t count)
{
	struct cli_table table = {.titles = titles, .columns = COLUMNS};
	int result = 0;

	for (size_t i = 0; result == 0 && i < count; i++) {
		struct row row;
		const char *cells[COLUMNS];

		fill_row(algs[i], &row);
		for (size_t column = 0; column < COLUMNS; column++)
			cells[column] = row.cell[column];
		result = cli_table_add(&table, cells);
	}
	cli_table_print(&table);
	return result;
}

static void print_json_text(const char *key, const char *value)
{
	printf("\"%s\": ", key);
	cli_json_string(value ? value : "");
	printf(", ");
}

/* As `ualg info --json` names them, of the types that have them. */
static void print_json_sizes(const struct alg *alg)
{
	const unsigned type_bit = 1u << alg->type;
	const struct {
		const char *key;
		unsigned types; /* bits: 1 << enum alg_type */
		unsigned size;
	} rows[] = {
#define CIPHER   (1u << ALG_TYPE_CIPHER)
#define HASH     (1u << ALG_TYPE_HASH)
#define SKCIPHER (1u << ALG_TYPE_SKCIPHER)
#define AEAD     (1u << ALG_TYPE_AEAD)
#define RNG      (1u << ALG_TYPE_RNG)
	    {"digest_size", HASH, alg->digestsize},
	    {"block_size", CIPHER | HASH | SKCIPHER | AEAD, alg->blocksize},
	    {"chunk_size", SKCIPHER, alg->chunksize},
	    {"iv_size", SKCIPHER | AEAD, alg->ivsize},
	    {"max_tag_size", AEAD, alg->digestsize},
	    {"seed_size", RNG, alg->seedsize},
	};

	printf("\"min_key_size\": %u, \"max_key_size\": %u", alg->min_keysize, alg->max_keysize);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].types & type_bit)
			printf(", \"%s\": %u", rows[i].key, rows[i].size);
}

static void print_json(const struct alg *const *algs, size_t count)
{
	printf("[");
	for (size_t i = 0; i < count; i++) {
		const struct alg *alg = algs[i];

		printf("%s\n  {", i ? "," : "");
		print_json_text("name", alg->name);
		print_json_text("type", alg_type_name(alg->type));
		print_json_text("driver", alg->driver);
		print_json_text("backend", alg->backend);
		printf("\"needs_key\": %s, \"priority\": %d, ",
		       alg_needs_key(alg) ? "true" : "false", alg->priority);
		print_json_sizes(alg);
		printf("}");
	}
	printf("\n]\n");
}

static int print_piece(void *context, const char *text, size_t size)
{
	(void)context;
	return fwrite(text, 1, size, stdout) == size ? 0 : -1;
}

static int list(int argc, char **argv)
{
	const struct alg **algs;
	size_t count;
	int result = cli_no_operands(&cli_list_command, argc, argv);

	if (result)
		return result;
	if (as_proc + as_json + as_markdown > 1) {
		cli_message("--proc, --json and --markdown exclude each other");
		return CLI_USAGE;
	}
	if (vectors && !as_markdown) {
		cli_message("--vectors needs --markdown");
		return CLI_USAGE;
	}
	catalog_names_instantiate();
	if (as_markdown)
		return cli_print_markdown(vectors) < 0 ? CLI_FAILURE : cli_finish_output();
	if (as_proc) {
		for (const struct alg *alg = registry_first(); alg; alg = alg->next)
			if (is_wanted(alg) && catalog_write_one(alg, print_piece, NULL) != 0)
				break;
		return cli_finish_output();
	}
	count = collect(&algs);
	if (algs && as_json)
		print_json(algs, count);
	else if (!algs || print_table(algs, count) < 0)
		result = CLI_FAILURE;
	free((void *)algs);
	if (result == CLI_OK)
		return cli_finish_output();
	cli_message("out of memory");
	return result;
}

const struct cli_command cli_list_command = {
    .name = "list",
    .help = "List the algorithms that ualg has",
    .operands = "",
    .details =
	"Sizes are bytes.  KEY: shortest and longest key; IV: size of the initial vector;\n"
	"BLOCK: block size, 1 for stream modes; OUT: size of the digest or of the largest tag.\n"
	"Of several drivers with one name, the one of highest priority serves that name; each\n"
	"can also be bound by its driver name.  Templates make more than is listed, such as\n"
	"hmac() of any hash.\n",
    .options = options,
    .usage_exit = CLI_USAGE,
    .run = list,
};
