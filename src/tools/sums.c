/* SPDX-License-Identifier: MIT */
/* md5sum, sha1sum ... sha512sum as coreutils has them; sha3sum and sm3sum in the same manner. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "tools/lists.h"
#include "tools/tools.h"

/* Options without a letter. */
enum { TAG = 256, IGNORE_MISSING, QUIET, STATUS, STRICT, HELP, VERSION };

static const struct option plain_options[] = {
    {"binary", no_argument, NULL, 'b'},
    {"check", no_argument, NULL, 'c'},
    {"ignore-missing", no_argument, NULL, IGNORE_MISSING},
    {"quiet", no_argument, NULL, QUIET},
    {"status", no_argument, NULL, STATUS},
    {"strict", no_argument, NULL, STRICT},
    {"tag", no_argument, NULL, TAG},
    {"text", no_argument, NULL, 't'},
    {"warn", no_argument, NULL, 'w'},
    {"zero", no_argument, NULL, 'z'},
    {"help", no_argument, NULL, HELP},
    {"version", no_argument, NULL, VERSION},
    {0},
};

/* sha3sum has several sizes. */
static const struct {
	const char *bits, *algorithm, *tag;
} sha3_sizes[] = {
    {"224", "sha3-224", "SHA3-224"},
    {"256", "sha3-256", "SHA3-256"},
    {"384", "sha3-384", "SHA3-384"},
    {"512", "sha3-512", "SHA3-512"},
};

struct choice {
	struct lists_job job;
	const char *algorithm;
	bool check;
	int binary; /* -1: not said */
};

static int try_help(const struct tools_program *program)
{
	fprintf(stderr, "Try '%s --help' for more information.\n", program->name);
	return 1;
}

static int print_help(const struct tools_program *program, bool has_sizes)
{
	printf("Usage: %s [OPTION]... [FILE]...\n"
	       "Print or check %s checksums.\n\n"
	       "With no FILE, or when FILE is -, read standard input.\n",
	       program->name, program->tag);
	if (has_sizes)
		printf("  -a BITS               224, 256, 384 or 512; 256 if it is not given\n");
	printf("  -b, --binary          read in binary mode\n"
	       "  -c, --check           read checksums from the FILEs and check them\n"
	       "      --tag             create a BSD-style checksum\n"
	       "  -t, --text            read in text mode (default)\n"
	       "  -z, --zero            end lines with NUL, not newline, and escape nothing\n\n"
	       "With --check:\n"
	       "      --ignore-missing  do not fail for missing files, and do not report them\n"
	       "      --quiet           do not print OK for each file\n"
	       "      --status          print nothing: the exit status tells\n"
	       "      --strict          fail for improperly formatted lines\n"
	       "  -w, --warn            warn about improperly formatted lines\n\n"
	       "      --help        display this help and exit\n"
	       "      --version     output version information and exit\n");
	return tools_finish_output();
}

static bool choose_size(struct choice *choice, const char *bits)
{
	for (size_t i = 0; i < sizeof(sha3_sizes) / sizeof(sha3_sizes[0]); i++) {
		if (strcmp(sha3_sizes[i].bits, bits) != 0)
			continue;
		choice->algorithm = sha3_sizes[i].algorithm;
		choice->job.tag = sha3_sizes[i].tag;
		return true;
	}
	tools_message("'%s' is not 224, 256, 384 or 512", bits);
	return false;
}

/* The last of --quiet, --status and --warn decides, as in coreutils. */
static bool take_option(struct choice *choice, int option)
{
	struct lists_job *job = &choice->job;

	switch (option) {
	case 'b':
	case 't':
		choice->binary = option == 'b';
		return true;
	case 'c':
		choice->check = true;
		return true;
	case 'z':
		job->zero = true;
		return true;
	case TAG:
		job->tagged = true;
		choice->binary = 1;
		return true;
	case IGNORE_MISSING:
		job->ignore_missing = true;
		return true;
	case STRICT:
		job->strict = true;
		return true;
	case 'w':
	case QUIET:
	case STATUS:
		job->warn = option == 'w';
		job->quiet = option == QUIET;
		job->status = option == STATUS;
		return true;
	default:
		return false;
	}
}

/* Options that contradict each other: the message, or NULL. */
static const char *contradiction(const struct choice *choice)
{
	const struct lists_job *job = &choice->job;
	static char message[96];
	const char *only = job->ignore_missing ? "ignore-missing"
			   : job->status       ? "status"
			   : job->warn         ? "warn"
			   : job->quiet        ? "quiet"
			   : job->strict       ? "strict"
					       : NULL;

	if (job->tagged && choice->binary == 0)
		return "--tag does not support --text mode";
	if (job->zero && choice->check)
		return "the --zero option is not supported when verifying checksums";
	if (job->tagged && choice->check)
		return "the --tag option is meaningless when verifying checksums";
	if (choice->binary >= 0 && choice->check)
		return "the --binary and --text options are meaningless when verifying checksums";
	if (!only || choice->check)
		return NULL;
	snprintf(message, sizeof(message),
		 "the --%s option is meaningful only when verifying checksums", only);
	return message;
}

int tools_sums(const struct tools_program *program, int argc, char **argv)
{
	bool has_sizes = strcmp(program->name, "sha3sum") == 0;
	struct choice choice = {
	    .job = {.tag = program->tag}, .algorithm = program->algorithm, .binary = -1};
	const char *wrong;
	int option, error;

	argv[0] = (char *)program->name;
	while ((option = getopt_long(argc, argv, has_sizes ? "bctwza:" : "bctwz", plain_options,
				     NULL)) != -1) {
		if (option == HELP)
			return print_help(program, has_sizes);
		if (option == VERSION)
			return tools_version(program);
		if (option == 'a' ? !choose_size(&choice, optarg) : !take_option(&choice, option))
			return try_help(program);
	}
	wrong = contradiction(&choice);
	if (wrong) {
		tools_message("%s", wrong);
		return try_help(program);
	}
	choice.job.binary = choice.binary == 1;
	error = ualg_digest_open(&choice.job.digest, choice.algorithm, UALG_TRANSPORT_DEFAULT);
	if (error != 0) {
		tools_message("'%s': %s", choice.algorithm, ualg_error_text(error));
		return 1;
	}
	choice.job.size = ualg_digest_size(choice.job.digest);
	return lists_run(&choice.job, choice.check, argc - optind, argv + optind);
}
