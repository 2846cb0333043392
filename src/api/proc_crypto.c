/* SPDX-License-Identifier: MIT */
#include "api/proc_crypto.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/registry.h"

/* The kernel's words for types; a hash is one of two. */
static const struct {
	const char *word;
	enum alg_type type;
} type_words[] = {
    {"shash", ALG_TYPE_HASH},         {"ahash", ALG_TYPE_HASH}, {"skcipher", ALG_TYPE_SKCIPHER},
    {"lskcipher", ALG_TYPE_SKCIPHER}, {"aead", ALG_TYPE_AEAD},  {"rng", ALG_TYPE_RNG},
};

static const struct {
	const char *key;
	size_t offset; /* of an unsigned within struct alg */
} numbers[] = {
    {"blocksize", offsetof(struct alg, blocksize)},
    {"chunksize", offsetof(struct alg, chunksize)},
    {"min keysize", offsetof(struct alg, min_keysize)},
    {"max keysize", offsetof(struct alg, max_keysize)},
    {"ivsize", offsetof(struct alg, ivsize)},
    {"digestsize", offsetof(struct alg, digestsize)},
    {"maxauthsize", offsetof(struct alg, digestsize)},
    {"seedsize", offsetof(struct alg, seedsize)},
};

/* A paragraph as it is read. */
struct paragraph {
	struct alg alg;
	bool is_type; /* of the type looked for */
};

static void copy_name(char to[ALG_NAME_MAX], const char *from)
{
	(void)snprintf(to, ALG_NAME_MAX, "%s", from);
}

static void read_type(struct paragraph *paragraph, enum alg_type type, const char *word)
{
	for (size_t i = 0; i < sizeof(type_words) / sizeof(type_words[0]); i++)
		if (strcmp(type_words[i].word, word) == 0)
			paragraph->is_type = type_words[i].type == type;
}

static void read_number(struct alg *alg, const char *key, const char *value)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		unsigned number = (unsigned)strtoul(value, NULL, 10);

		if (strcmp(numbers[i].key, key) == 0)
			memcpy((uint8_t *)alg + numbers[i].offset, &number, sizeof(number));
	}
}

/* "digestsize   : 32" */
static void read_line(struct paragraph *paragraph, enum alg_type type, char *line)
{
	char *value = strchr(line, ':');
	char *end = value;

	if (!value || value[1] != ' ')
		return;
	while (end > line && end[-1] == ' ')
		end--;
	*end = '\0';
	value += 2;
	if (strcmp(line, "name") == 0)
		copy_name(paragraph->alg.name, value);
	else if (strcmp(line, "driver") == 0)
		copy_name(paragraph->alg.driver, value);
	else if (strcmp(line, "priority") == 0)
		paragraph->alg.priority = (int)strtol(value, NULL, 10);
	else if (strcmp(line, "type") == 0)
		read_type(paragraph, type, value);
	else
		read_number(&paragraph->alg, line, value);
}

/* Keeps the best paragraph: the driver of that name, or the generic name of highest priority. */
static void consider(const struct paragraph *paragraph, const char *name, struct alg *best)
{
	bool is_driver = strcmp(paragraph->alg.driver, name) == 0;
	bool found = best->name[0] != '\0';

	if (!paragraph->is_type || (!is_driver && strcmp(paragraph->alg.name, name) != 0))
		return;
	if (found && strcmp(best->driver, name) == 0)
		return;
	if (is_driver || !found || paragraph->alg.priority > best->priority)
		*best = paragraph->alg;
}

static int read_listing(FILE *file, enum alg_type type, const char *name, struct alg *best)
{
	struct paragraph paragraph = {0};
	char *line = NULL;
	size_t room = 0;
	ssize_t length;

	while ((length = getline(&line, &room, file)) >= 0) {
		if (length > 0 && line[length - 1] == '\n')
			line[--length] = '\0';
		if (length > 0) {
			read_line(&paragraph, type, line);
			continue;
		}
		consider(&paragraph, name, best);
		paragraph = (struct paragraph){0};
	}
	consider(&paragraph, name, best);
	free(line);
	return best->name[0] ? 0 : -ENOENT;
}

/* Whether the numbers can be worked with: they bound our arrays, and divide. */
static bool is_sound(const struct alg *alg)
{
	return alg->ivsize <= ALG_MAX_IV && alg->digestsize <= ALG_MAX_DIGEST &&
	       (alg->type != ALG_TYPE_SKCIPHER ||
		(alg->chunksize > 0 && alg->chunksize <= ALG_MAX_BLOCK));
}

int proc_crypto_find(enum alg_type type, const char *name, struct alg *out)
{
	const struct alg *known = NULL;
	FILE *file = fopen("/proc/crypto", "re");
	struct alg found = {0};
	int result = file ? read_listing(file, type, name, &found) : -ENOENT;

	if (file)
		fclose(file);
	if (registry_find(type, result < 0 ? name : found.name, &known) == -ENOMEM)
		return -ENOMEM;
	if (result < 0) {
		if (!known)
			return -EOPNOTSUPP;
		found = *known;
	} else if (known) {
		found.key = known->key; /* which the listing does not tell */
		if (type == ALG_TYPE_HASH)
			found.max_keysize = known->max_keysize;
	} else {
		found.key = strchr(found.name, '(') ? ALG_KEY_NEEDED : ALG_KEY_OPTIONAL;
	}
	*out = (struct alg){
	    .backend = "kernel",
	    .priority = found.priority,
	    .type = type,
	    .key = found.key,
	    .blocksize = found.blocksize,
	    .chunksize = found.chunksize,
	    .min_keysize = found.min_keysize,
	    .max_keysize = found.max_keysize,
	    .ivsize = found.ivsize,
	    .digestsize = found.digestsize,
	    .seedsize = found.seedsize,
	};
	copy_name(out->name, found.name);
	copy_name(out->driver, found.driver);
	return is_sound(out) ? 0 : -EOPNOTSUPP;
}
