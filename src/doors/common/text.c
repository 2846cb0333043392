/* SPDX-License-Identifier: MIT */
#include "doors/common/text.h"

#include <fcntl.h>
#include <string.h>

#include "doors/common/pipe.h"
#include "doors/common/system.h"

#define PROTOCOLS_MAX 16384 /* bytes of the kernel's file; a longer one is left as it is */

/* What a line of /proc/net/protocols has before the flags, of which there is one for each call. */
#define PROTOCOLS_LINE  "ALG        808      0      -1   NI       0   no   af_alg    "
#define PROTOCOLS_FLAGS "module" /* the last word of the heading before those of the flags */

static bool write_all(int file, const char *text, size_t size)
{
	while (size) {
		long written = DOOR_CALL_3(SYS_write, file, text, size);

		if (written <= 0)
			return false;
		text += written;
		size -= (size_t)written;
	}
	return true;
}

bool door_text_fips_enabled(int file, bool present)
{
	return !present && write_all(file, "0\n", 2);
}

static size_t read_protocols(char *text, size_t room)
{
	int file =
	    (int)DOOR_CALL_4(SYS_openat, AT_FDCWD, "/proc/net/protocols", O_RDONLY | O_CLOEXEC, 0);
	size_t size = 0;
	long got = 1;

	if (file < 0)
		return 0;
	while (got > 0 && size < room) {
		got = DOOR_CALL_3(SYS_read, file, text + size, room - size);
		size += got > 0 ? (size_t)got : 0;
	}
	(void)DOOR_CALL_1(SYS_close, file);
	return got == 0 ? size : 0;
}

/* One "  n" for each word of the heading from behind PROTOCOLS_FLAGS to its end. */
static bool write_flags(int file, const char *heading, const char *end)
{
	const char *at =
	    memmem(heading, (size_t)(end - heading), PROTOCOLS_FLAGS, sizeof(PROTOCOLS_FLAGS) - 1);

	if (!at)
		return false;
	for (at += sizeof(PROTOCOLS_FLAGS) - 1; at < end; at++)
		if (at[0] == ' ' && at + 1 < end && at[1] != ' ' && !write_all(file, "  n", 3))
			return false;
	return write_all(file, "\n", 1);
}

static bool write_protocols(int file, const char *text, size_t size)
{
	const char *end = memchr(text, '\n', size);

	if (!end || memmem(text, size, "\nALG ", 5))
		return false;
	end++;
	return write_all(file, text, (size_t)(end - text)) &&
	       write_all(file, PROTOCOLS_LINE, sizeof(PROTOCOLS_LINE) - 1) &&
	       write_flags(file, text, end - 1) &&
	       write_all(file, end, size - (size_t)(end - text));
}

bool door_text_protocols(int file, bool present)
{
	char *text = present ? door_pipe_pages(PROTOCOLS_MAX) : NULL;
	bool written;

	if (!text)
		return false;
	written = write_protocols(file, text, read_protocols(text, PROTOCOLS_MAX));
	door_pipe_pages_free(text, PROTOCOLS_MAX);
	return written;
}
