/* SPDX-License-Identifier: MIT */
#include "cli/result.h"

#include <errno.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/values.h"
#include "files/hex.h"
#include "files/output.h"
#include "ualg/ualg.h"

/* The digits are as secret as what they say. */
static int write_digits(struct files_output *output, const void *data, size_t size)
{
	char *line = ualg_secure_alloc(2 * size + 1);
	int error;

	if (!line)
		return -ENOMEM;
	hex_write(line, data, size);
	line[2 * size] = '\n';
	error = output_write(output, line, 2 * size + 1);
	ualg_secure_free(line);
	return error;
}

int cli_write_result(const char *path, const void *data, size_t size, bool hex, bool private)
{
	struct files_output output;
	int error;

	if (!hex && cli_spare_terminal(path, "bytes") != CLI_OK)
		return CLI_USAGE;
	error = output_open(&output, path ? path : "-", private);
	if (error != 0)
		return cli_cannot("write", path, error);
	error = hex ? write_digits(&output, data, size) : output_write(&output, data, size);
	if (error == 0)
		error = output_commit(&output);
	output_abandon(&output);
	return error ? cli_cannot("write", output.name, error) : CLI_OK;
}

int cli_spare_terminal(const char *path, const char *what)
{
	if (path || isatty(STDOUT_FILENO) != 1)
		return CLI_OK;
	cli_message(
	    "%s are not for a terminal; --output names a file, '-' the terminal all the same",
	    what);
	return CLI_USAGE;
}
