/* SPDX-License-Identifier: MIT */
/* sha1hmac ... sha512hmac: keyed checksums, with a key that is built in unless one is given. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/secret.h"
#include "tools/keys.h"
#include "tools/lists.h"
#include "tools/tools.h"

enum { HELP = 256, VERSION, STATUS, TAG };

static const struct option options[] = {
    {"check", required_argument, NULL, 'c'}, {"quiet", no_argument, NULL, 'q'},
    {"status", no_argument, NULL, STATUS},   {"unkeyed", no_argument, NULL, 'u'},
    {"hash", required_argument, NULL, 'h'},  {"key-file", required_argument, NULL, 'k'},
    {"key", required_argument, NULL, 'K'},   {"truncate", required_argument, NULL, 't'},
    {"tag", no_argument, NULL, TAG},         {"help", no_argument, NULL, HELP},
    {"version", no_argument, NULL, VERSION}, {0},
};

struct choice {
	struct lists_job job;
	const char *algorithm, *list, *key_file, *key, *bits;
	bool unkeyed;
};

static int print_help(const struct tools_program *program)
{
	printf("Usage: %s [OPTION]... [FILE]...\n"
	       "       %s [OPTION]... -c LIST\n"
	       "Print or check keyed checksums.\n\n"
	       "With no FILE, or when FILE is -, read standard input.\n"
	       "  -c, --check LIST     check the files that LIST names\n"
	       "  -q, --quiet          with -c: print nothing about files that are right\n"
	       "      --status         with -c: print nothing: the exit status tells\n"
	       "  -u, --unkeyed        plain checksums, without a key\n"
	       "  -h, --hash NAME      another digest than the program's name says\n"
	       "  -k, --key-file FILE  the key is what FILE holds\n"
	       "  -K, --key TEXT       the key itself; other users can see it\n"
	       "  -t, --truncate BITS  only the first bits of the checksum\n"
	       "      --tag            create BSD-style lines\n"
	       "      --help           display this help and exit\n"
	       "      --version        output version information and exit\n"
	       "Without a key of yours a built-in one is used, that anybody knows.\n",
	       program->name, program->name);
	return tools_finish_output();
}

static bool take_option(struct choice *choice, int option)
{
	switch (option) {
	case 'c':
		choice->list = optarg;
		return true;
	case 'q':
		choice->job.quiet = true;
		return true;
	case STATUS:
		choice->job.status = true;
		return true;
	case 'u':
		choice->unkeyed = true;
		return true;
	case 'h':
		choice->algorithm = optarg;
		return true;
	case 'k':
		choice->key_file = optarg;
		return true;
	case 'K':
		choice->key = optarg;
		return true;
	case 't':
		choice->bits = optarg;
		return true;
	case TAG:
		choice->job.tagged = true;
		return true;
	default:
		return false;
	}
}

static int set_key(const struct choice *choice)
{
	const char *text = choice->key ? choice->key : KEY_HMACCALC;
	struct files_secret key = {0};
	int error;

	if (choice->unkeyed)
		return 0;
	if (!choice->key_file)
		return ualg_digest_set_key(choice->job.digest, text, strlen(text));
	error = secret_read_file(&key, choice->key_file);
	if (error != 0) {
		tools_message("%s: %s", tools_quoted(choice->key_file), strerror(-error));
		return error;
	}
	error = ualg_digest_set_key(choice->job.digest, key.data, key.size);
	secret_free(&key);
	return error;
}

static int set_size(struct choice *choice)
{
	size_t most = ualg_digest_size(choice->job.digest);
	char *end;
	unsigned long bits;

	choice->job.size = most;
	if (!choice->bits)
		return 0;
	bits = strtoul(choice->bits, &end, 10);
	if (*end != '\0' || bits == 0 || bits % 8 || bits / 8 > most) {
		tools_message("'%s' is not a multiple of 8 from 8 to %zu", choice->bits, 8 * most);
		return 1;
	}
	choice->job.size = bits / 8;
	return 0;
}

static int open_digest(struct choice *choice)
{
	char name[160];
	int error;

	snprintf(name, sizeof(name), choice->unkeyed ? "%s" : "hmac(%s)", choice->algorithm);
	error = ualg_digest_open(&choice->job.digest, name, UALG_TRANSPORT_DEFAULT);
	if (error != 0)
		tools_message("'%s': %s", name, ualg_error_text(error));
	return error;
}

int tools_hmac(const struct tools_program *program, int argc, char **argv)
{
	struct choice choice = {.job = {.tag = program->tag}, .algorithm = program->algorithm};
	int option;

	argv[0] = (char *)program->name;
	while ((option = getopt_long(argc, argv, "c:quh:k:K:t:", options, NULL)) != -1) {
		if (option == HELP)
			return print_help(program);
		if (option == VERSION)
			return tools_version(program);
		if (!take_option(&choice, option))
			return 1;
	}
	if (choice.unkeyed + (choice.key_file != NULL) + (choice.key != NULL) > 1) {
		tools_message("-u, -k and -K exclude each other");
		return 1;
	}
	if (choice.key && !choice.job.quiet)
		tools_message("warning: other users can see a key on the command line; -k FILE "
			      "keeps it to you");
	if (open_digest(&choice) != 0)
		return 1;
	if (set_key(&choice) != 0 || set_size(&choice) != 0) {
		ualg_digest_close(choice.job.digest);
		return 1;
	}
	if (!choice.list)
		return lists_run(&choice.job, false, argc - optind, argv + optind);
	if (optind < argc) {
		tools_message("-c takes one list, and no files: '%s'", argv[optind]);
		ualg_digest_close(choice.job.digest);
		return 1;
	}
	return lists_run(&choice.job, true, 1, (char *[]){(char *)choice.list});
}
