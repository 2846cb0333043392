/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tools/tools.h"

static const struct tools_program programs[] = {
    {"md5sum", tools_sums, "md5", "MD5"},
    {"sha1sum", tools_sums, "sha1", "SHA1"},
    {"sha224sum", tools_sums, "sha224", "SHA224"},
    {"sha256sum", tools_sums, "sha256", "SHA256"},
    {"sha384sum", tools_sums, "sha384", "SHA384"},
    {"sha512sum", tools_sums, "sha512", "SHA512"},
    {"sha3sum", tools_sums, "sha3-256", "SHA3-256"},
    {"sm3sum", tools_sums, "sm3", "SM3"},
    {"sha1hmac", tools_hmac, "sha1", "SHA1"},
    {"sha224hmac", tools_hmac, "sha224", "SHA224"},
    {"sha256hmac", tools_hmac, "sha256", "SHA256"},
    {"sha384hmac", tools_hmac, "sha384", "SHA384"},
    {"sha512hmac", tools_hmac, "sha512", "SHA512"},
    {"sm3hmac", tools_hmac, "sm3", "SM3"},
    {"fipscheck", tools_fipscheck, NULL, NULL},
    {"fipshmac", tools_fipshmac, NULL, NULL},
    {"kcapi-dgst", tools_kcapi_dgst, NULL, NULL},
    {"kcapi-enc", tools_kcapi_enc, NULL, NULL},
    {"kcapi-rng", tools_kcapi_rng, NULL, NULL},
};

#define PROGRAMS (sizeof(programs) / sizeof(programs[0]))

static const char *current = "ualg-tools";

void tools_message(const char *format, ...)
{
	va_list arguments;

	fflush(stdout);
	fprintf(stderr, "%s: ", current);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

static bool is_plain(const char *name)
{
	for (const unsigned char *c = (const unsigned char *)name; *c; c++)
		if (!isalnum(*c) && !strchr("/._-+,:@%^=~", *c) && *c < 0x80)
			return false;
	return *name != '\0';
}

const char *tools_quoted(const char *name)
{
	static char quoted[4200];

	if (is_plain(name))
		return name;
	snprintf(quoted, sizeof(quoted), strchr(name, '\'') ? "\"%s\"" : "'%s'", name);
	return quoted;
}

int tools_finish_output(void)
{
	bool failed = ferror(stdout);

	errno = 0;
	if (fflush(stdout) == 0 && !failed)
		return 0;
	if (errno)
		tools_message("write error: %s", strerror(errno));
	else
		tools_message("write error");
	return 1;
}

int tools_version(const struct tools_program *program)
{
	printf("%s (ualg) %s\n", program->name, UALG_VERSION);
	return tools_finish_output();
}

static const struct tools_program *find(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	for (size_t i = 0; i < PROGRAMS; i++)
		if (strcmp(programs[i].name, name) == 0)
			return &programs[i];
	return NULL;
}

static int help(void)
{
	printf("Usage: ualg-tools PROGRAM [OPTIONS] ...\n       ualg-tools --list\n");
	return tools_finish_output();
}

static int list(void)
{
	for (size_t i = 0; i < PROGRAMS; i++)
		puts(programs[i].name);
	return tools_finish_output();
}

int main(int argc, char **argv)
{
	const struct tools_program *program = argc > 0 ? find(argv[0]) : NULL;

	/* Under its own name, the first word is the program's. */
	if (!program && argc > 1) {
		if (strcmp(argv[1], "--list") == 0)
			return list();
		if (strcmp(argv[1], "--help") == 0)
			return help();
		program = find(argv[1]);
		if (!program) {
			tools_message("'%s' is none of its programs; --list has their names",
				      argv[1]);
			return 2;
		}
		argc--;
		argv++;
	}
	if (!program) {
		tools_message("call it as the program it is to be, or with that as the first word; "
			      "--list has the names");
		return 2;
	}
	current = program->name;
	return program->run(program, argc, argv);
}
