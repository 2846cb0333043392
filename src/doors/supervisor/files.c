/* SPDX-License-Identifier: MIT */
/*
 * Opening the files by which programs ask about the kernel's crypto (X-01, S-20): a memory file
 * with the text of that moment.  Only where every call is seen, since a filter sees no paths; and
 * only by these very paths, for reading.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "doors/common/text.h"
#include "doors/common/text_file.h"
#include "doors/supervisor/calls.h"
#include "doors/supervisor/memory.h"

#define PATH_ROOM 64u /* bytes of the longest of the paths, and more */

static bool write_catalog(int file, bool present)
{
	(void)present;
	return door_text_catalog(file) == 0;
}

static const struct {
	const char *path;
	bool (*write)(int file, bool present);
} files[] = {
    {DOOR_TEXT_CATALOG, write_catalog},
    {DOOR_TEXT_FIPS_ENABLED, door_text_fips_enabled},
    {DOOR_TEXT_PROTOCOLS, door_text_protocols},
};

#define FILES (sizeof(files) / sizeof(files[0]))

static bool reads(uint64_t flags)
{
	return (flags & (O_ACCMODE | O_PATH | O_DIRECTORY | O_TRUNC | O_CREAT)) == O_RDONLY;
}

/* A descriptor of the text for reading, or -1: the kernel's file is the one. */
static int open_text(size_t which, int flags)
{
	struct door_text_file file;
	char path[32];
	int result = -1;

	if (!door_text_file_make(&file))
		return -1;
	if (files[which].write(file.writer, access(files[which].path, F_OK) == 0)) {
		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", file.reader);
		result = open(path, O_RDONLY | O_CLOEXEC | (flags & O_NONBLOCK));
	}
	door_text_file_end(&file);
	return result;
}

static long give_text(const struct supervisor_call *call, size_t which, int flags)
{
	int text = open_text(which, flags);
	int number;

	if (text < 0)
		return SUPERVISOR_PROCEED;
	number = call->way->inject(call, text, -1, flags & O_CLOEXEC);
	(void)close(text);
	if (number < 0)
		return number == -EBADF ? -EMFILE : number;
	process_forget(call->process, number);
	return SUPERVISOR_ANSWERED;
}

static long open_file(const struct supervisor_call *call, uintptr_t path, uint64_t flags)
{
	char text[PATH_ROOM];

	/* What cannot be read, or is longer, is the kernel's. */
	if (!reads(flags) || memory_read_string(call, text, path, sizeof(text)) < 0)
		return SUPERVISOR_PROCEED;
	for (size_t i = 0; i < FILES; i++)
		if (strcmp(text, files[i].path) == 0)
			return give_text(call, i, (int)flags);
	return SUPERVISOR_PROCEED;
}

CALLS_HANDLER(serve_open)
{
	return open_file(call, supervisor_pointer(call, 0), (uint32_t)supervisor_int(call, 1));
}

CALLS_HANDLER(serve_openat)
{
	return open_file(call, supervisor_pointer(call, 1), (uint32_t)supervisor_int(call, 2));
}

CALLS_HANDLER(serve_openat2)
{
	struct open_how how;

	if (supervisor_pointer(call, 3) < sizeof(how) ||
	    memory_read(call, &how, supervisor_pointer(call, 2), sizeof(how)) < 0 || how.resolve)
		return SUPERVISOR_PROCEED;
	return open_file(call, supervisor_pointer(call, 1), how.flags);
}
