/* SPDX-License-Identifier: MIT */
#include "doors/common/descriptors.h"

#include <dirent.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "doors/common/system.h"

/* The names in a folder, but for the two that every folder has. */
static rlim_t count_names(int folder)
{
	_Alignas(struct dirent64) uint8_t names[4096];
	rlim_t found = 0;
	long size;

	while ((size = DOOR_CALL_3(SYS_getdents64, folder, names, sizeof(names))) > 0)
		for (long at = 0; at < size; found++)
			at += ((const struct dirent64 *)(names + at))->d_reclen;
	return found > 2 ? found - 2 : 0;
}

/* mine: those of them that are there because it is read. */
static rlim_t count(const char *folder, rlim_t mine)
{
	struct stat status;
	rlim_t found;
	int opened;

	if (DOOR_CALL_4(SYS_newfstatat, AT_FDCWD, folder, &status, 0) < 0)
		return 0;
	if (status.st_size > 0)
		return (rlim_t)status.st_size; /* since Linux 6.2 */
	opened =
	    (int)DOOR_CALL_4(SYS_openat, AT_FDCWD, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	if (opened < 0)
		return 0;
	found = count_names(opened);
	(void)DOOR_CALL_1(SYS_close, opened);
	return found > mine ? found - mine : 0;
}

rlim_t door_descriptors_own(void)
{
	return count("/proc/self/fd", 1);
}

rlim_t door_descriptors_of(const char *folder)
{
	return count(folder, 0);
}
