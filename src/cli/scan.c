/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <linux/magic.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/scan_evidence.h"
#include "cli/table.h"

#define OPEN_FOLDERS 32 /* at a time; deeper ones are opened anew */

static const char *const confidence_choices[] = {"low", "medium", "high", NULL};

static bool as_json;
static const char *confidence;

static const struct cli_option options[] = {
    {"confidence", "LEVEL", "only what is at least so sure", confidence_choices, NULL, &confidence},
    {"json", NULL, "as a JSON array", NULL, &as_json, NULL},
    {0},
};

/* A file that tells of AF_ALG. */
struct finding {
	char *path;
	struct scan_evidence evidence;
	struct scan_verdict verdict;
};

static struct finding *findings;
static size_t finding_count, finding_room;
static int exit_code;

/* ---- files ---- */

static void complain(const char *path, int error)
{
	cli_message("'%s': %s", path, strerror(error));
	exit_code = CLI_FAILURE;
}

struct file_id {
	dev_t device;
	ino_t inode;
};

static int compare_ids(const void *a, const void *b)
{
	const struct file_id *left = a, *right = b;

	if (left->device != right->device)
		return left->device < right->device ? -1 : 1;
	return left->inode < right->inode ? -1 : left->inode > right->inode;
}

/* Whether a file is met for the first time, by whatever name. */
static bool is_new(const struct stat *status)
{
	static void *seen;
	struct file_id *id = malloc(sizeof(*id));
	struct file_id **place;

	if (!id)
		return true;
	*id = (struct file_id){status->st_dev, status->st_ino};
	place = tsearch(id, &seen, compare_ids);
	if (place && *place == id)
		return true;
	free(id);
	return !place;
}

static bool has_ending_of_script(const char *path)
{
	static const char *const endings[] = {".py", ".pyc", ".pl", ".pm", ".rb",
					      ".sh", ".lua", ".js", ".tcl"};
	const char *ending = strrchr(path, '.');

	if (!ending || strchr(ending, '/'))
		return false;
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (strcmp(ending, endings[i]) == 0)
			return true;
	return false;
}

static int keep(const char *path, const struct finding *finding)
{
	if (finding_count == finding_room) {
		size_t room = finding_room ? 2 * finding_room : 64;
		struct finding *more = reallocarray(findings, room, sizeof(*more));

		if (!more)
			return -ENOMEM;
		findings = more;
		finding_room = room;
	}
	findings[finding_count] = *finding;
	findings[finding_count].path = strdup(path);
	if (!findings[finding_count].path)
		return -ENOMEM;
	finding_count++;
	return 0;
}

static enum scan_confidence wanted_confidence(void)
{
	enum scan_confidence level = SCAN_LOW;

	while (confidence && strcmp(confidence, scan_confidences[level]) != 0)
		level++;
	return level;
}

static void scan_path(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct finding finding;
	struct stat status;
	int result;

	if (fd < 0) {
		complain(path, errno);
		return;
	}
	/* Another file may have taken its place. */
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || !is_new(&status)) {
		close(fd);
		return;
	}
	result = scan_file(fd, has_ending_of_script(path), &finding.evidence);
	close(fd);
	if (result == 0) {
		scan_judge(&finding.evidence, &finding.verdict);
		if (finding.verdict.confidence >= wanted_confidence())
			result = keep(path, &finding);
	}
	if (result < 0)
		complain(path, -result);
}

/* ---- folders ---- */

/* The kernel's own files are no programs, and some of them are endless. */
static bool is_of_kernel(const char *folder)
{
	struct statfs status;

	return statfs(folder, &status) == 0 &&
	       (status.f_type == PROC_SUPER_MAGIC || status.f_type == SYSFS_MAGIC);
}

static int visit(const char *path, const struct stat *status, int kind, struct FTW *place)
{
	char resolved[PATH_MAX];
	struct stat target;

	(void)place;
	switch (kind) {
	case FTW_F:
		if (S_ISREG(status->st_mode))
			scan_path(path);
		break;
	case FTW_SL: /* to a file; folders behind links are not entered */
		if (stat(path, &target) == 0 && S_ISREG(target.st_mode) && realpath(path, resolved))
			scan_path(resolved);
		break;
	case FTW_D:
		return is_of_kernel(path) ? FTW_SKIP_SUBTREE : FTW_CONTINUE;
	case FTW_DNR:
	case FTW_NS:
		complain(path, EACCES);
		break;
	default:
		break;
	}
	return FTW_CONTINUE;
}

/* What is named on the command line is followed where it is a link. */
static void scan_operand(const char *path)
{
	char resolved[PATH_MAX];
	struct stat status;

	if (stat(path, &status) < 0) {
		complain(path, errno);
	} else if (S_ISREG(status.st_mode)) {
		scan_path(path);
	} else if (S_ISDIR(status.st_mode)) {
		if (lstat(path, &status) == 0 && S_ISLNK(status.st_mode) &&
		    realpath(path, resolved))
			path = resolved;
		if (nftw(path, visit, OPEN_FOLDERS, FTW_PHYS | FTW_ACTIONRETVAL) < 0)
			complain(path, errno);
	} else {
		cli_message("'%s' is neither a file nor a folder", path);
		exit_code = CLI_FAILURE;
	}
}

/* ---- printing ---- */

/* The surest first, then by path. */
static int compare_findings(const void *a, const void *b)
{
	const struct finding *left = a, *right = b;

	if (left->verdict.confidence != right->verdict.confidence)
		return left->verdict.confidence > right->verdict.confidence ? -1 : 1;
	return strcmp(left->path, right->path);
}

/* "a; b; c" */
static void join(const char *const *texts, unsigned count, const char *separator, char *out,
		 size_t room)
{
	size_t used = 0;

	snprintf(out, room, "-");
	for (unsigned i = 0; i < count && used < room; i++)
		used +=
		    (size_t)snprintf(out + used, room - used, "%s%s", i ? separator : "", texts[i]);
}

static void print_table(void)
{
	static const char *const titles[] = {"CONFIDENCE", "FILE", "REASONS", "ALGORITHMS"};
	struct cli_table table = {.titles = titles, .columns = 4};

	for (size_t i = 0; i < finding_count; i++) {
		const struct finding *finding = &findings[i];
		char reasons[512], names[SCAN_NAMES_MAX * 48];
		const char *cells[] = {scan_confidences[finding->verdict.confidence], finding->path,
				       reasons, names};

		join(finding->verdict.reasons, finding->verdict.reason_count, "; ", reasons,
		     sizeof(reasons));
		join(finding->evidence.names, finding->evidence.name_count, " ", names,
		     sizeof(names));
		if (cli_table_add(&table, cells) < 0)
			complain(finding->path, ENOMEM);
	}
	cli_table_print(&table);
}

static void print_json_array(const char *key, const char *const *texts, unsigned count)
{
	printf(", \"%s\": [", key);
	for (unsigned i = 0; i < count; i++) {
		printf("%s", i ? ", " : "");
		cli_json_string(texts[i]);
	}
	printf("]");
}

static void print_json(void)
{
	printf("[");
	for (size_t i = 0; i < finding_count; i++) {
		const struct finding *finding = &findings[i];

		printf("%s\n  {\"confidence\": \"%s\", \"file\": ", i ? "," : "",
		       scan_confidences[finding->verdict.confidence]);
		cli_json_string(finding->path);
		print_json_array("reasons", finding->verdict.reasons,
				 finding->verdict.reason_count);
		print_json_array("algorithms", finding->evidence.names,
				 finding->evidence.name_count);
		printf("}");
	}
	printf("\n]\n");
}

static int scan(int argc, char **argv)
{
	int printed;

	if (argc == 0) {
		cli_message("a path is missing: ualg scan [OPTIONS] PATH ...");
		return CLI_USAGE;
	}
	for (int i = 0; i < argc; i++)
		scan_operand(argv[i]);
	if (findings)
		qsort(findings, finding_count, sizeof(*findings), compare_findings);
	if (as_json)
		print_json();
	else
		print_table();
	for (size_t i = 0; i < finding_count; i++)
		free(findings[i].path);
	free(findings);
	printed = cli_finish_output();
	return printed == CLI_OK ? exit_code : printed;
}

const struct cli_command cli_scan_command = {
    .name = "scan",
    .help = "List the programs, libraries and scripts that refer to AF_ALG",
    .operands = "PATH ...",
    .details =
	"Files are read, not run; folders with all that is in them, each file once.  Links to\n"
	"files are followed, links to folders only where they are named as a PATH.\n\n"
	"CONFIDENCE is 'high': the file calls socket(AF_ALG) or holds such an address, and\n"
	"imports what a user of it needs, or it links libkcapi; 'medium': it may, as far as can\n"
	"be seen (an interpreter, a script, a static program without more signs); 'low': it\n"
	"mentions what has to do with it (a tracer's table, a test's text).  Calls are told\n"
	"from the machine code of x86-64, i386, aarch64 and s390x; of other machines only\n"
	"texts, imports and libraries tell.  ALGORITHMS are names of algorithms that stand in\n"
	"the file, which may be there for other reasons.\n\n"
	"Not seen: who uses it through a library that does (libell, OpenSSL's engine) is not\n"
	"listed, that library is; nor what makes the numbers only as it runs.  'ualg run\n"
	"--record' tells what programs do in fact.\n\n"
	"Exit status: 1 if something could not be read.\n",
    .options = options,
    .usage_exit = CLI_USAGE,
    .run = scan,
};
