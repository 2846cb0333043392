/* SPDX-License-Identifier: MIT */
#include "cli/values.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "files/hex.h"
#include "ualg/ualg.h"

static unsigned unit_shift(const char *unit)
{
	static const char units[] = "KMG";
	const char *found = *unit ? strchr(units, *unit) : NULL;

	if (!found || unit[1] != '\0')
		return 0;
	return 10 * (unsigned)(found - units + 1);
}

int cli_number(const char *what, const char *text, uint64_t low, uint64_t high, uint64_t *out)
{
	char *end = NULL;
	unsigned shift;

	errno = 0;
	*out = text[0] >= '0' && text[0] <= '9' ? strtoull(text, &end, 10) : 0;
	shift = end ? unit_shift(end) : 0;
	if (end && errno == 0 && (*end == '\0' || shift) && *out <= UINT64_MAX >> shift) {
		*out <<= shift;
		if (*out >= low && *out <= high)
			return CLI_OK;
	}
	cli_message("%s: '%s' is not a number from %" PRIu64 " to %" PRIu64, what, text, low, high);
	return CLI_USAGE;
}

int cli_size(const char *what, const char *text, size_t low, size_t high, size_t *out)
{
	uint64_t number;
	int result = cli_number(what, text, low, high, &number);

	*out = result == CLI_OK ? (size_t)number : 0;
	return result;
}

int cli_hex(const char *what, const char *text, uint8_t *out, size_t room, size_t *size)
{
	ssize_t got = hex_read(out, room, text, strlen(text));

	if (got >= 0) {
		*size = (size_t)got;
		return CLI_OK;
	}
	if (got == -ENOBUFS)
		cli_message("%s: '%s' is longer than %zu bytes", what, text, room);
	else
		cli_message("%s: '%s' is not pairs of hexadecimal digits", what, text);
	return CLI_USAGE;
}

int cli_cannot(const char *verb, const char *name, int error)
{
	cli_message("cannot %s '%s': %s", verb, name, strerror(-error));
	return CLI_FAILURE;
}

/* The library takes a wrong word in its variable for an argument that is not valid. */
static bool refuse_transport(void)
{
	const char *name = getenv("UALG_TRANSPORT");
	enum ualg_transport transport;

	if (!name || !*name || ualg_transport_parse(name, &transport) == 0)
		return false;
	cli_message("$UALG_TRANSPORT: '%s' is not known; expected direct, kernel or auto", name);
	return true;
}

int cli_refused(const char *algorithm, int error)
{
	if (error == -ENOENT)
		cli_message("'%s' is not an algorithm for this; 'ualg list' has names", algorithm);
	else if (error != -EINVAL || !refuse_transport())
		cli_message("'%s': %s", algorithm, ualg_error_text(error));
	return CLI_FAILURE;
}
