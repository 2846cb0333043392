/* SPDX-License-Identifier: MIT */
/* The options by which a subcommand is given a key or a password, and what is behind them. */
#ifndef UALG_CLI_KEY_H
#define UALG_CLI_KEY_H

#include <stdbool.h>

#include "cli/cli.h"
#include "files/secret.h"

struct cli_key_source {
	const char *file;
	const char *fd;
	bool hex;
	const char *password_file;
	const char *password_fd;
};

/* Rows for a command's table of options. */
#define CLI_KEY_OPTIONS(source)                                                                    \
	{"key-file", "FILE", "read the key from a file ('-': standard input)",                     \
	 NULL,       NULL,   &(source).file},                                                      \
	    {"key-fd", "N", "read the key from descriptor N", NULL, NULL, &(source).fd},           \
	{                                                                                          \
		"key-hex", NULL, "the key is written in hexadecimal digits", NULL, &(source).hex,  \
		    NULL                                                                           \
	}

#define CLI_PASSWORD_OPTIONS(source)                                                               \
	{"password-file",        "FILE", "read the password from a file's first line", NULL, NULL, \
	 &(source).password_file},                                                                 \
	{                                                                                          \
		"password-fd", "N", "read the password from descriptor N", NULL, NULL,             \
		    &(source).password_fd                                                          \
	}

/* Whether a key, or a password, was named.  Neither: a person is to be asked. */
bool cli_key_is_named(const struct cli_key_source *source);
bool cli_password_is_named(const struct cli_key_source *source);

/*
 * Reads the key, or the password; asks on the terminal where none was named; again: twice.  CLI_OK,
 * or the exit code with a message printed.  The caller gives it to secret_free.
 */
int cli_key_read(const struct cli_key_source *source, struct files_secret *key);
int cli_password_read(const struct cli_key_source *source, bool again,
		      struct files_secret *password);

#endif
