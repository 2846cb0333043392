/* SPDX-License-Identifier: MIT */
#include "doors/common/splice.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doors/common/system.h"

off_t door_splice_file(int file, const off_t *offset, size_t count)
{
	long mode = DOOR_CALL_2(SYS_fcntl, file, F_GETFL);
	struct stat status;
	off_t position;

	if (mode < 0 || mode & O_PATH || (mode & O_ACCMODE) == O_WRONLY ||
	    DOOR_CALL_2(SYS_fstat, file, &status) < 0)
		return -EBADF;
	if (!offset)
		position = DOOR_CALL_3(SYS_lseek, file, 0, SEEK_CUR);
	else if (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode))
		return -ESPIPE;
	else
		position = *offset;
	if ((!S_ISREG(status.st_mode) && !S_ISBLK(status.st_mode)) || position < 0 ||
	    count > SSIZE_MAX)
		return -EINVAL;
	return position;
}
