/* SPDX-License-Identifier: MIT */
#include "catalog/catalog.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "crypto/registry.h"

/* How the value of a line is made. */
enum value_kind {
	VALUE_TEXT,    /* a constant */
	VALUE_STRING,  /* char[] inside struct alg, at offset */
	VALUE_POINTER, /* const char * inside struct alg, at offset */
	VALUE_INT,     /* int, at offset */
	VALUE_SIZE,    /* unsigned, at offset */
	VALUE_YES_NO,  /* bool, at offset */
};

struct line {
	const char *key;
	enum value_kind kind;
	size_t offset;
	const char *text;
};

#define TEXT(key, text)                                                                            \
	{                                                                                          \
		key, VALUE_TEXT, 0, text                                                           \
	}
#define MEMBER(key, kind, name)                                                                    \
	{                                                                                          \
		key, kind, offsetof(struct alg, name), NULL                                        \
	}
#define SIZE(key, name) MEMBER(key, VALUE_SIZE, name)
#define END                                                                                        \
	{                                                                                          \
		NULL, VALUE_TEXT, 0, NULL                                                          \
	}

/*
 * The lines that every algorithm has, before its type.  The kernel names the module of the code;
 * here that is the back end, which is what people look for.
 */
static const struct line common_lines[] = {
    MEMBER("name", VALUE_STRING, name),
    MEMBER("driver", VALUE_STRING, driver),
    MEMBER("module", VALUE_POINTER, backend),
    MEMBER("priority", VALUE_INT, priority),
    TEXT("refcnt", "1"),
    TEXT("selftest", "passed"),
    MEMBER("internal", VALUE_YES_NO, internal),
    END,
};

static const struct line cipher_lines[] = {
    SIZE("blocksize", blocksize),
    SIZE("min keysize", min_keysize),
    SIZE("max keysize", max_keysize),
    END,
};

static const struct line hash_lines[] = {
    SIZE("blocksize", blocksize),
    SIZE("digestsize", digestsize),
    END,
};

/* walksize is what the kernel's code wants to see at once: without own wishes the chunk. */
static const struct line skcipher_lines[] = {
    TEXT("async", "no"),
    SIZE("blocksize", blocksize),
    SIZE("min keysize", min_keysize),
    SIZE("max keysize", max_keysize),
    SIZE("ivsize", ivsize),
    SIZE("chunksize", chunksize),
    SIZE("walksize", chunksize),
    END,
};

static const struct line aead_lines[] = {
    TEXT("async", "no"),     SIZE("blocksize", blocksize),
    SIZE("ivsize", ivsize),  SIZE("maxauthsize", digestsize),
    TEXT("geniv", "<none>"), END,
};

static const struct line rng_lines[] = {
    SIZE("seedsize", seedsize),
    END,
};

static const struct {
	const char *name;
	const struct line *lines;
} types[] = {
    [ALG_TYPE_CIPHER] = {"cipher", cipher_lines},
    [ALG_TYPE_HASH] = {"shash", hash_lines},
    [ALG_TYPE_SKCIPHER] = {"skcipher", skcipher_lines},
    [ALG_TYPE_AEAD] = {"aead", aead_lines},
    [ALG_TYPE_RNG] = {"rng", rng_lines},
};

const char *catalog_type_name(enum alg_type type)
{
	return types[type].name;
}

static void format_value(const struct line *line, const struct alg *alg, char *out, size_t room)
{
	const char *member = (const char *)alg + line->offset;
	const char *text;

	switch (line->kind) {
	case VALUE_TEXT:
		snprintf(out, room, "%s", line->text);
		break;
	case VALUE_STRING:
		snprintf(out, room, "%s", member);
		break;
	case VALUE_POINTER:
		text = *(const char *const *)(const void *)member;
		snprintf(out, room, "%s", text ? text : "own");
		break;
	case VALUE_INT:
		snprintf(out, room, "%d", *(const int *)(const void *)member);
		break;
	case VALUE_SIZE:
		snprintf(out, room, "%u", *(const unsigned *)(const void *)member);
		break;
	case VALUE_YES_NO:
		snprintf(out, room, "%s", *(const bool *)(const void *)member ? "yes" : "no");
		break;
	}
}

static size_t add_lines(const struct line *lines, const struct alg *alg,
			struct catalog_field *fields)
{
	size_t count = 0;

	for (; lines[count].key; count++) {
		fields[count].key = lines[count].key;
		format_value(&lines[count], alg, fields[count].value, sizeof(fields[count].value));
	}
	return count;
}

size_t catalog_fields(const struct alg *alg, struct catalog_field fields[CATALOG_MAX_FIELDS])
{
	size_t count = add_lines(common_lines, alg, fields);

	fields[count].key = "type";
	snprintf(fields[count].value, sizeof(fields[count].value), "%s", types[alg->type].name);
	count++;
	return count + add_lines(types[alg->type].lines, alg, fields + count);
}

int catalog_write_one(const struct alg *alg, catalog_sink *sink, void *context)
{
	struct catalog_field fields[CATALOG_MAX_FIELDS];
	char text[ALG_NAME_MAX + 32];
	size_t count = catalog_fields(alg, fields);

	for (size_t i = 0; i < count; i++) {
		int size =
		    snprintf(text, sizeof(text), "%-13s: %s\n", fields[i].key, fields[i].value);
		int result = sink(context, text, (size_t)size);

		if (result != 0)
			return result;
	}
	return sink(context, "\n", 1);
}

int catalog_write(catalog_sink *sink, void *context)
{
	for (const struct alg *alg = registry_first(); alg; alg = alg->next) {
		int result = catalog_write_one(alg, sink, context);

		if (result != 0)
			return result;
	}
	return 0;
}

struct buffer {
	char *out;
	size_t room;
	size_t size;
};

static int append(void *context, const char *text, size_t size)
{
	struct buffer *buffer = context;

	if (buffer->size < buffer->room) {
		size_t left = buffer->room - buffer->size;

		memcpy(buffer->out + buffer->size, text, size < left ? size : left);
	}
	buffer->size += size;
	return 0;
}

size_t catalog_text(char *out, size_t room)
{
	struct buffer buffer = {out, room, 0};

	(void)catalog_write(append, &buffer);
	return buffer.size;
}
