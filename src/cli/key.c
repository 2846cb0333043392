/* SPDX-License-Identifier: MIT */
#include "cli/key.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/values.h"

bool cli_key_is_named(const struct cli_key_source *source)
{
	return source->file || source->fd;
}

bool cli_password_is_named(const struct cli_key_source *source)
{
	return source->password_file || source->password_fd;
}

static const char *reason(int error)
{
	return error == -EFBIG ? "longer than a key can be" : strerror(-error);
}

/* From a descriptor, else from a file. */
static int read_named(const char *what, const char *file, const char *fd,
		      struct files_secret *secret)
{
	char option[32];
	uint64_t number;
	int error;

	if (file && fd) {
		cli_message("--%s-file and --%s-fd exclude each other", what, what);
		return CLI_USAGE;
	}
	if (file) {
		error = secret_read_file(secret, file);
		if (error != 0)
			cli_message("cannot read the %s from '%s': %s", what, file, reason(error));
		return error ? CLI_FAILURE : CLI_OK;
	}
	snprintf(option, sizeof(option), "--%s-fd", what);
	if (cli_number(option, fd, 0, INT32_MAX, &number) != CLI_OK)
		return CLI_USAGE;
	error = secret_read_fd(secret, (int)number);
	if (error != 0)
		cli_message("cannot read the %s from descriptor %s: %s", what, fd, reason(error));
	return error ? CLI_FAILURE : CLI_OK;
}

static int ask(const char *prompt, const char *what, bool again, struct files_secret *secret)
{
	int error = secret_ask(secret, prompt, again);

	if (error == 0)
		return CLI_OK;
	if (error == -EINVAL)
		cli_message("the %s was not typed the same twice", what);
	else
		cli_message("no %s: there is no terminal to ask on (%s); name a file or a "
			    "descriptor that has it",
			    what, strerror(-error));
	return CLI_FAILURE;
}

int cli_key_read(const struct cli_key_source *source, struct files_secret *key)
{
	int result;

	if (cli_key_is_named(source))
		result = read_named("key", source->file, source->fd, key);
	else
		result = ask(source->hex ? "Key (hexadecimal)" : "Key", "key", false, key);
	if (result != CLI_OK || !source->hex || secret_from_hex(key) == 0)
		return result;
	secret_free(key);
	cli_message("the key is not pairs of hexadecimal digits");
	return CLI_FAILURE;
}

int cli_password_read(const struct cli_key_source *source, bool again,
		      struct files_secret *password)
{
	int result;

	if (!cli_password_is_named(source))
		return ask("Password", "password", again, password);
	result = read_named("password", source->password_file, source->password_fd, password);
	if (result == CLI_OK)
		secret_cut_line(password);
	return result;
}
