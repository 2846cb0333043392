/* SPDX-License-Identifier: MIT */
/* `ualg info`: what a name means, with its sizes. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>

#include "cli/cli.h"
#include "cli/values.h"
#include "ualg/ualg.h"

static bool as_json;

static const struct cli_option options[] = {
    {"json", NULL, "as a JSON array", NULL, &as_json, NULL},
    {0},
};

/* The rows of sizes, by the types that have them. */
static const struct {
	const char *text, *key;
	unsigned types; /* bits: 1 << enum ualg_type */
	size_t (*size)(const struct ualg_alg *alg);
} rows[] = {
#define HASH     (1u << UALG_TYPE_HASH)
#define SKCIPHER (1u << UALG_TYPE_SKCIPHER)
#define AEAD     (1u << UALG_TYPE_AEAD)
#define RNG      (1u << UALG_TYPE_RNG)
    {"digest", "digest_size", HASH, ualg_alg_digest_size},
    {"block", "block_size", HASH | SKCIPHER | AEAD, ualg_alg_block_size},
    {"chunk", "chunk_size", SKCIPHER, ualg_alg_chunk_size},
    {"IV", "iv_size", SKCIPHER | AEAD, ualg_alg_iv_size},
    {"largest tag", "max_tag_size", AEAD, ualg_alg_max_tag_size},
    {"seed", "seed_size", RNG, ualg_alg_seed_size},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static const char *key_text(const struct ualg_alg *alg, char out[64])
{
	size_t low = ualg_alg_min_key_size(alg), high = ualg_alg_max_key_size(alg);

	if (ualg_alg_key(alg) == UALG_KEY_NONE)
		return "none";
	if (high == 0 || (low == 0 && high == UINT32_MAX))
		snprintf(out, 64, "any size");
	else if (high == UINT32_MAX)
		snprintf(out, 64, "%zu bytes or more", low);
	else if (low == high)
		snprintf(out, 64, "%zu bytes", low);
	else
		snprintf(out, 64, "%zu to %zu bytes", low, high);
	return out;
}

static void print_text(const struct ualg_alg *alg)
{
	static const char *const needs[] = {[UALG_KEY_NONE] = "",
					    [UALG_KEY_OPTIONAL] = ", may be left out",
					    [UALG_KEY_NEEDED] = ""};
	char key[64];

	printf("%-12s %s\n", "name", ualg_alg_name(alg));
	printf("%-12s %s\n", "type", ualg_type_name(ualg_alg_type(alg)));
	printf("%-12s %s\n", "driver", ualg_alg_driver(alg));
	printf("%-12s %s\n", "back end", ualg_alg_backend(alg));
	printf("%-12s %d\n", "priority", ualg_alg_priority(alg));
	printf("%-12s %s%s\n", "key", key_text(alg, key), needs[ualg_alg_key(alg)]);
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].types & 1u << ualg_alg_type(alg))
			printf("%-12s %zu bytes\n", rows[i].text, rows[i].size(alg));
	if (ualg_alg_type(alg) == UALG_TYPE_SKCIPHER)
		printf("%-12s %s\n", "in parts", ualg_alg_streams(alg) ? "yes" : "no, only whole");
}

static void print_json_text(const char *key, const char *value)
{
	printf("\"%s\": ", key);
	cli_json_string(value);
	printf(", ");
}

static void print_json(const struct ualg_alg *alg, bool first)
{
	static const char *const needs[] = {[UALG_KEY_NONE] = "none",
					    [UALG_KEY_OPTIONAL] = "optional",
					    [UALG_KEY_NEEDED] = "needed"};

	printf("%s\n  {", first ? "" : ",");
	print_json_text("name", ualg_alg_name(alg));
	print_json_text("type", ualg_type_name(ualg_alg_type(alg)));
	print_json_text("driver", ualg_alg_driver(alg));
	print_json_text("backend", ualg_alg_backend(alg));
	print_json_text("key", needs[ualg_alg_key(alg)]);
	printf("\"priority\": %d, \"min_key_size\": %zu, \"max_key_size\": %zu",
	       ualg_alg_priority(alg), ualg_alg_min_key_size(alg), ualg_alg_max_key_size(alg));
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].types & 1u << ualg_alg_type(alg))
			printf(", \"%s\": %zu", rows[i].key, rows[i].size(alg));
	if (ualg_alg_type(alg) == UALG_TYPE_SKCIPHER)
		printf(", \"streams\": %s", ualg_alg_streams(alg) ? "true" : "false");
	printf("}");
}

static int run(int argc, char **argv)
{
	int found = 0, last = -ENOENT;

	if (argc != 1) {
		cli_message("one name is expected, such as 'gcm(aes)'");
		return CLI_USAGE;
	}
	if (as_json)
		putchar('[');
	/* A name may stand for something in more than one type. */
	for (int type = UALG_TYPE_HASH; type <= UALG_TYPE_RNG; type++) {
		const struct ualg_alg *alg;
		int error = ualg_alg_find((enum ualg_type)type, argv[0], &alg);

		if (error != 0) {
			last = error == -ENOENT ? last : error;
			continue;
		}
		if (as_json) {
			print_json(alg, found == 0);
		} else {
			printf("%s", found ? "\n" : "");
			print_text(alg);
		}
		found++;
	}
	if (as_json)
		printf("\n]\n");
	if (found == 0)
		return cli_refused(argv[0], last);
	return cli_finish_output();
}

const struct cli_command cli_info_command = {
    .name = "info",
    .help = "Tell what a name means, with its sizes",
    .operands = "NAME",
    .details = "NAME is an algorithm, such as 'sha256' or 'hmac(sha1)', or a driver.\n"
	       "'ualg list' has the well-known ones.\n",
    .options = options,
    .usage_exit = CLI_USAGE,
    .mixed = true,
    .run = run,
};
