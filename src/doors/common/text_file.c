/* SPDX-License-Identifier: MIT */
#include "doors/common/text_file.h"

#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "doors/common/system.h"

#define TEXT_MOST   ((rlim_t)8 << 20) /* bytes: more than any text has */
#define PIPE_WANTED (1 << 20)         /* bytes that a pipe may have without privilege */
#define HIGH_NUMBER 64                /* out of the way of the lowest free number */

static bool may_grow(void)
{
	struct rlimit limit;

	return DOOR_CALL_4(SYS_prlimit64, 0, RLIMIT_FSIZE, NULL, &limit) < 0 ||
	       limit.rlim_cur >= TEXT_MOST;
}

static int lift(int number)
{
	int high = (int)DOOR_CALL_3(SYS_fcntl, number, F_DUPFD_CLOEXEC, HIGH_NUMBER);

	if (high < 0)
		return number;
	(void)DOOR_CALL_1(SYS_close, number);
	return high;
}

static bool make_pipe(struct door_text_file *file)
{
	int ends[2];

	/* Nobody reads yet: what has no room is an error. */
	if (DOOR_CALL_2(SYS_pipe2, ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return false;
	(void)DOOR_CALL_3(SYS_fcntl, ends[1], F_SETPIPE_SZ, PIPE_WANTED);
	file->reader = lift(ends[0]);
	file->writer = lift(ends[1]);
	return true;
}

bool door_text_file_make(struct door_text_file *file)
{
	int number;

	if (!may_grow())
		return make_pipe(file);
	number = (int)DOOR_CALL_2(SYS_memfd_create, "proc", MFD_CLOEXEC);
	if (number < 0)
		return false;
	file->reader = file->writer = lift(number);
	return true;
}

void door_text_file_end(const struct door_text_file *file)
{
	(void)DOOR_CALL_1(SYS_close, file->reader);
	if (file->writer != file->reader)
		(void)DOOR_CALL_1(SYS_close, file->writer);
}
