/* SPDX-License-Identifier: MIT */
/* A line of a checksum file: what is read is written as a line that reads the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/sums.h"
#include "fuzz/fuzz.h"

#define SAMPLE(text)                                                                               \
	{                                                                                          \
		text, sizeof(text) - 1                                                             \
	}

#define MD5 "0123456789abcdef0123456789ABCDEF"

const struct fuzz_sample fuzz_samples[] = {
    SAMPLE(MD5 "  name"),        SAMPLE(MD5 " *name"),
    SAMPLE(MD5 " name"),         SAMPLE("\\" MD5 "  with\\nline and \\\\ and \\r"),
    SAMPLE("MD5 (name) = " MD5), SAMPLE("\\MD5(a) b\\n)= " MD5),
};

const size_t fuzz_samples_count = sizeof(fuzz_samples) / sizeof(fuzz_samples[0]);

/* The line that sums_write makes; the caller frees it. */
static char *write_line(const struct sums_style *style, const struct sums_entry *entry)
{
	char *line = NULL;
	size_t size;
	FILE *out = open_memstream(&line, &size);

	if (!out)
		abort();
	sums_write(out, style, entry->name, entry->digest, entry->size);
	if (fclose(out) != 0 || size == 0 || line[size - 1] != '\n')
		abort();
	line[size - 1] = '\0';
	return line;
}

static void write_and_read(const struct sums_style *style, const struct sums_entry *entry)
{
	struct sums_format format = {.tag = "MD5"};
	struct sums_entry again;
	char *line = write_line(style, entry);

	if (strchr(line, '\n') || sums_parse(line, &format, &again) != 0 ||
	    again.size != entry->size || memcmp(again.digest, entry->digest, entry->size) != 0 ||
	    strcmp(again.name, entry->name) != 0)
		abort();
	free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct sums_style plain = {0}, binary = {.binary = true},
				       tagged = {.tag = "MD5"};
	struct sums_format format = {.tag = "MD5"};
	struct sums_entry entry;
	char *line = malloc(size + 1);

	if (!line)
		abort();
	if (size)
		memcpy(line, data, size);
	line[size] = '\0';
	if (sums_parse(line, &format, &entry) == 0) {
		if (entry.size == 0 || entry.size > SUMS_DIGEST_MAX)
			abort();
		/* No file is called "", and only a tagged line can say so. */
		if (entry.name[0] != '\0') {
			write_and_read(&plain, &entry);
			write_and_read(&binary, &entry);
		}
		write_and_read(&tagged, &entry);
	}
	free(line);
	return 0;
}
