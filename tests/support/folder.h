/* SPDX-License-Identifier: MIT */
/* What /proc lists: a process's threads, its descriptors. */
#ifndef UALG_TESTS_FOLDER_H
#define UALG_TESTS_FOLDER_H

#include <dirent.h>
#include <stddef.h>

/* The names in a folder, but for "." and ".."; -1: it cannot be read. */
static inline int folder_names(const char *path)
{
	DIR *folder = opendir(path);
	int count = -2;

	if (!folder)
		return -1;
	while (readdir(folder))
		count++;
	(void)closedir(folder);
	return count;
}

#endif
