/* SPDX-License-Identifier: MIT */
#include "tools/lists.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/input.h"
#include "files/progress.h"
#include "tools/tools.h"

int lists_digest(const struct lists_job *job, const char *path, uint8_t *out)
{
	struct files_progress progress;
	struct files_input input;
	ssize_t got;
	int error = input_open(&input, path);

	if (error != 0)
		return error;
	ualg_digest_reset(job->digest);
	progress_begin(&progress, input.name, input.size, true);
	do {
		got = input_read(&input, job->piece, INPUT_PIECE);
		if (got > 0)
			error = ualg_digest_update(job->digest, job->piece, (size_t)got);
		progress_step(&progress, got > 0 ? (uint64_t)got : 0);
	} while (got == (ssize_t)INPUT_PIECE && error == 0);
	progress_end(&progress);
	input_close(&input);
	if (got < 0)
		return (int)got;
	return error ? error : ualg_digest_final(job->digest, out, SUMS_DIGEST_MAX);
}

int lists_print(const struct lists_job *job, const char *path)
{
	struct sums_style style = {
	    .tag = job->tagged ? job->tag : NULL, .binary = job->binary, .zero = job->zero};
	uint8_t digest[SUMS_DIGEST_MAX];
	int error = lists_digest(job, path, digest);

	if (error != 0) {
		tools_message("%s: %s", tools_quoted(path), strerror(-error));
		return 1;
	}
	sums_write(stdout, &style, path, digest, job->size);
	return 0;
}

/* What has been found in one list. */
struct tally {
	uintmax_t lines, malformed, proper, unreadable, wrong, matched;
};

static void say_verdict(const struct lists_job *job, const char *name, const char *verdict)
{
	if (job->status)
		return;
	/* Only a line feed would be mistaken here. */
	if (strchr(name, '\n'))
		sums_write_name(stdout, name);
	else
		fputs(name, stdout);
	printf(": %s\n", verdict);
}

static void check_entry(const struct lists_job *job, const struct sums_entry *entry,
			struct tally *tally)
{
	uint8_t digest[SUMS_DIGEST_MAX];
	int error = lists_digest(job, entry->name, digest);

	tally->proper++;
	if (error == -ENOENT && job->ignore_missing)
		return;
	if (error != 0) {
		tools_message("%s: %s", tools_quoted(entry->name), strerror(-error));
		tally->unreadable++;
		say_verdict(job, entry->name, "FAILED open or read");
		return;
	}
	if (!ualg_secure_equal(digest, entry->digest, job->size)) {
		tally->wrong++;
		say_verdict(job, entry->name, "FAILED");
		return;
	}
	tally->matched++;
	if (!job->quiet)
		say_verdict(job, entry->name, "OK");
}

static void warn_count(uintmax_t count, const char *one, const char *many)
{
	if (count > 0)
		tools_message("WARNING: %ju %s", count, count == 1 ? one : many);
}

/* Says what was found, and whether that is a success. */
static int judge(const struct lists_job *job, const char *name, const struct tally *tally)
{
	if (tally->proper == 0) {
		tools_message("%s: no properly formatted checksum lines found", tools_quoted(name));
		return 1;
	}
	if (!job->status) {
		warn_count(tally->malformed, "line is improperly formatted",
			   "lines are improperly formatted");
		warn_count(tally->unreadable, "listed file could not be read",
			   "listed files could not be read");
		warn_count(tally->wrong, "computed checksum did NOT match",
			   "computed checksums did NOT match");
		if (job->ignore_missing && tally->matched == 0 && tally->wrong == 0)
			tools_message("%s: no file was verified", tools_quoted(name));
	}
	return tally->matched == 0 && job->ignore_missing ? 1
	       : tally->wrong || tally->unreadable        ? 1
							  : job->strict && tally->malformed;
}

static void check_line(const struct lists_job *job, const char *name, char *line, size_t size,
		       struct sums_format *format, struct tally *tally)
{
	struct sums_entry entry;

	tally->lines++;
	if (line[0] == '#')
		return;
	if (size > 0 && line[size - 1] == '\n')
		size--;
	if (size > 0 && line[size - 1] == '\r')
		size--;
	line[size] = '\0';
	if (size == 0)
		return;
	if (sums_parse(line, format, &entry) == 0) {
		check_entry(job, &entry, tally);
		return;
	}
	tally->malformed++;
	if (job->warn && !job->status)
		tools_message("%s: %ju: improperly formatted %s checksum line", tools_quoted(name),
			      tally->lines, job->tag);
}

int lists_check(const struct lists_job *job, const char *path)
{
	struct sums_format format = {.tag = job->tag, .digest_size = job->size};
	bool is_input = strcmp(path, "-") == 0;
	const char *name = is_input ? "standard input" : path;
	FILE *list = is_input ? stdin : fopen(path, "re");
	struct tally tally = {0};
	char *line = NULL;
	size_t room = 0;
	bool failed;
	ssize_t size;

	if (!list) {
		tools_message("%s: %s", tools_quoted(name), strerror(errno));
		return 1;
	}
	while ((size = getline(&line, &room, list)) >= 0)
		check_line(job, name, line, (size_t)size, &format, &tally);
	failed = ferror(list);
	free(line);
	if (!is_input)
		fclose(list);
	if (failed) {
		tools_message("%s: read error", tools_quoted(name));
		return 1;
	}
	return judge(job, name, &tally);
}

int lists_run(struct lists_job *job, bool check, int argc, char **argv)
{
	static char *standard_input[] = {"-"};
	int failed = 0;

	job->piece = malloc(INPUT_PIECE);
	if (!job->piece) {
		tools_message("%s", strerror(ENOMEM));
		ualg_digest_close(job->digest);
		return 1;
	}
	if (argc == 0) {
		argc = 1;
		argv = standard_input;
	}
	/* Who waits for a long list sees it line by line. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 0; i < argc; i++)
		failed |= check ? lists_check(job, argv[i]) : lists_print(job, argv[i]);
	free(job->piece);
	ualg_digest_close(job->digest);
	return failed | tools_finish_output();
}
