/* SPDX-License-Identifier: MIT */
/* Lines of records: what is read as one adds up, and everything else is refused. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report_rows.h"
#include "fuzz/fuzz.h"

#define SAMPLE(text)                                                                               \
	{                                                                                          \
		text, sizeof(text) - 1                                                             \
	}

#define WHO "\"pid\":7,\"program\":\"/usr/bin/x\",\"type\":\"hash\",\"name\":\"sha256\""

const struct fuzz_sample fuzz_samples[] = {
    SAMPLE("{\"event\":\"bind\"," WHO ",\"driver\":\"sha256-gcrypt\"}\n"),
    SAMPLE("{\"event\":\"bind\"," WHO ",\"error\":\"ENOENT\"}\n{\"event\":\"bind\"," WHO "}"),
    SAMPLE("{\"event\":\"use\"," WHO ",\"operation\":\"digest\",\"key\":16,\"count\":3,"
	   "\"bytes\":48,\"least\":8,\"most\":32}\n"),
    SAMPLE("{\"event\":\"error\"," WHO ",\"call\":\"recv\",\"error\":\"EBADMSG\",\"count\":2}"),
    SAMPLE("{\"event\":\"bind\",\"pid\":0,\"program\":\"\\u00e9\\ud83d\\udd11\\n\\\"\","
	   "\"type\":\"\",\"name\":\"\\\\\",\"x\":18446744073709551615}"),
};

const size_t fuzz_samples_count = sizeof(fuzz_samples) / sizeof(fuzz_samples[0]);

static uint64_t counted;

static void visit(const struct report_row *row)
{
	for (unsigned i = 0; i < REPORT_TEXTS; i++)
		if (!row->text[i])
			abort();
	if (row->count == 0 || row->least > row->most || row->key_least > row->key_most)
		abort();
	counted += row->count > 0;
}

/* One line, in memory of its very size, so that a sanitizer sees its end. */
static int add(struct report *report, const uint8_t *data, size_t size)
{
	char *line = malloc(size ? size : 1);
	int result;

	if (!line)
		abort();
	if (size)
		memcpy(line, data, size);
	result = report_add(report, line, size);
	free(line);
	return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct report report = {NULL};
	uint64_t accepted = 0;

	while (size) {
		const uint8_t *end = memchr(data, '\n', size);
		size_t part = end ? (size_t)(end - data) + 1 : size;
		int result = add(&report, data, part);

		if (result != 0 && result != -EINVAL)
			abort();
		accepted += result == 0;
		data += part;
		size -= part;
	}
	counted = 0;
	report_each(&report, visit);
	if (counted > accepted || (accepted && !counted))
		abort();
	report_free(&report);
	return 0;
}
