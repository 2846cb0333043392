/* SPDX-License-Identifier: MIT */
#include "language.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define NAMES_MAX   320
#define NAME_SIZE   16
#define PLACE_BYTES (8u * 1024 * 1024) /* the largest good place that a table may ask for */

/* ---- words ---- */

bool command_target(const char *text, char *name, size_t size)
{
	size_t length = strcspn(text, " \t");
	const char *rest = text + length + strspn(text + length, " \t");

	if (rest[0] != '=' || (rest[1] != ' ' && rest[1] != '\t') || length >= size)
		return false;
	memcpy(name, text, length);
	name[length] = '\0';
	return true;
}

/* Copies one word to out; a quoted one keeps its first mark, which tells it from others. */
static const char *copy_word(const char *from, char **out)
{
	bool quoted = *from == '"';

	if (quoted)
		*(*out)++ = *from++;
	while (*from && (quoted ? *from != '"' : !isspace((unsigned char)*from)))
		*(*out)++ = *from++;
	*(*out)++ = '\0';
	return quoted && *from ? from + 1 : from;
}

void command_parse(const char *text, struct command *command)
{
	char name[NAME_SIZE];
	char *out = command->text;

	if (strlen(text) + COMMAND_WORDS >= COMMAND_SIZE)
		table_error("a command is too long", text);
	if (command_target(text, name, sizeof(name)))
		text = strchr(text, '=') + 1;
	command->line = text;
	command->count = 0;
	while (*(text += strspn(text, " \t")) != '\0') {
		if (command->count == COMMAND_WORDS)
			table_error("a command has too many words", text);
		command->words[command->count++] = out;
		text = copy_word(text, &out);
	}
}

const char *command_word(const struct command *command, int index)
{
	if (index >= command->count)
		table_error("a word is missing", command->words[0]);
	return command->words[index];
}

const char *command_rest(const struct command *command, int count)
{
	const char *rest = command->line + strspn(command->line, " \t");

	command_word(command, count); /* there has to be something */
	while (count-- > 0) {
		rest += strcspn(rest, " \t");
		rest += strspn(rest, " \t");
	}
	return rest;
}

const char *command_option(const struct command *command, const char *key)
{
	size_t length = strlen(key);

	for (int i = 1; i < command->count; i++)
		if (strncmp(command->words[i], key, length) == 0 &&
		    command->words[i][length] == '=')
			return command->words[i] + length + 1;
	return NULL;
}

bool command_has(const struct command *command, const char *word)
{
	for (int i = 1; i < command->count; i++)
		if (strcmp(command->words[i], word) == 0)
			return true;
	return false;
}

static const struct {
	const char *name;
	int bits;
} flags[] = {
    {"more", MSG_MORE}, {"dontwait", MSG_DONTWAIT},
    {"peek", MSG_PEEK}, {"trunc", MSG_TRUNC},
    {"oob", MSG_OOB},   {"waitall", MSG_WAITALL},
    {"eor", MSG_EOR},   {"nonblock", 0},
    {"cloexec", 0},     {"address", 0},
    {"length", 0},
};

int command_flags(const struct command *command)
{
	const char *number = command_option(command, "flags");
	int bits = number ? (int)word_number(number) : 0;

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (command_has(command, flags[i].name))
			bits |= flags[i].bits;
	return bits;
}

bool word_is_setting(const char *word)
{
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (strcmp(word, flags[i].name) == 0)
			return true;
	return word[0] != '"' && strchr(word, '=') != NULL;
}

long word_number(const char *word)
{
	char *end;
	long value = strtol(word, &end, 0);

	if (*word == '\0' || *end != '\0')
		table_error("not a number", word);
	return value;
}

const char *word_text(const char *word)
{
	return word[0] == '"' ? word + 1 : word;
}

/* ---- names of descriptors and of saved data ---- */

static struct {
	char name[NAME_SIZE];
	int fd;
} fds[NAMES_MAX];

static struct {
	char name[NAME_SIZE];
	uint8_t *bytes;
	size_t size;
} saved[NAMES_MAX];

void fd_set_name(const char *name, int fd)
{
	size_t i = 0;

	while (i < NAMES_MAX && fds[i].name[0] && strcmp(fds[i].name, name) != 0)
		i++;
	if (i == NAMES_MAX)
		table_error("too many descriptors", name);
	snprintf(fds[i].name, NAME_SIZE, "%s", name);
	fds[i].fd = fd;
}

int word_fd(const char *word)
{
	for (size_t i = 0; i < NAMES_MAX && fds[i].name[0]; i++)
		if (strcmp(fds[i].name, word) == 0)
			return fds[i].fd;
	return (int)word_number(word);
}

void fd_each(void (*visit)(const char *name, int fd, void *argument), void *argument)
{
	for (size_t i = 0; i < NAMES_MAX && fds[i].name[0]; i++)
		visit(fds[i].name, fds[i].fd, argument);
}

static void *resize(void *bytes, size_t size)
{
	bytes = size <= PLACE_BYTES ? realloc(bytes, size + 1) : NULL;
	if (!bytes)
		table_error("no memory", "");
	return bytes;
}

/* Memory that lives as long as the case: a pipe or a thread may still look at it. */
struct kept {
	struct kept *next;
	void *bytes;
};
static struct kept *_Atomic all_kept;

static void *keep(void *bytes)
{
	struct kept *kept = resize(NULL, sizeof(*kept));

	*kept = (struct kept){all_kept, bytes};
	while (!atomic_compare_exchange_weak(&all_kept, &kept->next, kept))
		;
	return bytes;
}

void data_save(const char *name, const void *bytes, size_t size)
{
	size_t i = 0;

	while (i < NAMES_MAX && saved[i].name[0] && strcmp(saved[i].name, name) != 0)
		i++;
	if (i == NAMES_MAX)
		table_error("too many saved data", name);
	snprintf(saved[i].name, NAME_SIZE, "%s", name);
	saved[i].bytes = keep(resize(NULL, size));
	saved[i].size = size;
	memcpy(saved[i].bytes, bytes, size);
}

/* ---- data ---- */

/* NULL, a page that is not there, a page that cannot be written; NULL-terminated by name. */
static bool odd_place(const char *word, struct place *out)
{
	static const char *const kinds[] = {"null/", "bad/", "ro/"};
	static const int protections[] = {PROT_NONE, PROT_NONE, PROT_READ};

	for (size_t i = 0; i < 3; i++) {
		size_t length = strlen(kinds[i]);

		if (strncmp(word, kinds[i], length) != 0)
			continue;
		*out = (struct place){.size = (size_t)word_number(word + length)};
		if (i > 0)
			out->at =
			    mmap(NULL, 1 << 20, protections[i], MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		return true;
	}
	return false;
}

struct builder {
	uint8_t *bytes;
	size_t size;
};

static uint8_t *grow(struct builder *builder, size_t size)
{
	builder->bytes = resize(builder->bytes, builder->size + size);
	builder->size += size;
	return builder->bytes + builder->size - size;
}

static void add_hex(struct builder *builder, const char *hex)
{
	size_t size = strlen(hex) / 2;
	uint8_t *out = grow(builder, size);

	for (size_t i = 0; i < size; i++) {
		unsigned byte;

		if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
			table_error("not hexadecimal", hex);
		out[i] = (uint8_t)byte;
	}
}

/* NAME, NAME:FROM:SIZE, each with or without ~ */
static void add_saved(struct builder *builder, char *name)
{
	char *from = strchr(name, ':');
	size_t length = strlen(name), start = 0, size = 0, i = 0;
	bool turned = length > 0 && name[length - 1] == '~';

	if (turned)
		name[length - 1] = '\0';
	if (from) {
		*from = '\0';
		if (sscanf(from + 1, "%zu:%zu", &start, &size) != 2)
			table_error("not FROM:SIZE", from + 1);
	}
	while (i < NAMES_MAX && strcmp(saved[i].name, name) != 0)
		i++;
	/* What failed to come is not there: the case goes on with zeros, and shows it. */
	if (!from)
		size = i < NAMES_MAX ? saved[i].size : 0;
	uint8_t *out = grow(builder, size);
	memset(out, 0, size);
	if (i < NAMES_MAX && start < saved[i].size)
		memcpy(out, saved[i].bytes + start,
		       size < saved[i].size - start ? size : saved[i].size - start);
	if (turned && size > 0)
		out[size - 1] ^= 1;
}

static void add_numbered(struct builder *builder, const char *word)
{
	char *end;
	size_t size = strtoul(word, &end, 0);
	unsigned first = 0x80, step = 1;

	if (*end == '@' || *end == '*') {
		step = *end == '@';
		first = (unsigned)strtoul(end + 1, &end, step ? 10 : 16);
	}
	if (*end != '\0' || end == word)
		table_error("not data", word);
	uint8_t *out = grow(builder, size);
	for (size_t i = 0; i < size; i++)
		out[i] = (uint8_t)(first + step * i);
}

static struct place build(const char *word)
{
	struct builder builder = {.bytes = resize(NULL, 0)};
	char *copy = strdup(word), *rest = copy;

	while (rest) {
		char *part = rest[0] == '"' ? rest : strsep(&rest, "+");

		if (part[0] == '"') {
			memcpy(grow(&builder, strlen(part + 1)), part + 1, strlen(part + 1));
			rest = NULL;
		} else if (part[0] == 'x') {
			add_hex(&builder, part + 1);
		} else if (part[0] == '$') {
			add_saved(&builder, part + 1);
		} else {
			add_numbered(&builder, part);
		}
	}
	free(copy);
	return (struct place){keep(builder.bytes), builder.size, true};
}

struct place word_data(const char *word)
{
	struct place place;

	return odd_place(word, &place) ? place : build(word);
}

struct place place_make(size_t size)
{
	struct place place = {keep(resize(NULL, size)), size, true};

	memset(place.at, 0xee, size);
	return place;
}

struct place word_room(const char *word)
{
	struct place place;

	if (odd_place(word, &place))
		return place;
	return place_make((size_t)word_number(word));
}

/* ---- tokens ---- */

const char *errno_name(int error)
{
	static _Thread_local char number[16];
	const char *name = strerrorname_np(error);

	if (name)
		return error == EOPNOTSUPP ? "EOPNOTSUPP" : name;
	snprintf(number, sizeof(number), "E%d", error);
	return number;
}

void token_add(char *token, const char *format, ...)
{
	size_t used = strlen(token);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(token + used, TOKEN_SIZE - used, format, arguments);
	va_end(arguments);
}

void token_number(char *token, long value)
{
	int error = errno;

	if (value < 0)
		token_add(token, "%s", errno_name(error));
	else
		token_add(token, "%ld", value);
}

void token_ok(char *token, long value)
{
	if (value < 0)
		token_number(token, value);
	else
		token_add(token, "ok");
}

/* FNV-1a, 64 bit */
static uint64_t fingerprint(const uint8_t *bytes, size_t size)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3u;
	return hash;
}

void token_hex(char *token, const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		token_add(token, "%02x", bytes[i]);
}

void token_bytes(char *token, long size, const uint8_t *bytes)
{
	token_number(token, size);
	if (size <= 0)
		return;
	token_add(token, ":");
	if (size > 64)
		token_add(token, "#%016llx", (unsigned long long)fingerprint(bytes, (size_t)size));
	else
		token_hex(token, bytes, (size_t)size);
}

/* LeakSanitizer's, where its runtime is in the process. */
__attribute__((weak)) int __lsan_do_recoverable_leak_check(void);

void token_leaks(char *token)
{
	if (__lsan_do_recoverable_leak_check && __lsan_do_recoverable_leak_check())
		token_add(token, "!leak");
}
