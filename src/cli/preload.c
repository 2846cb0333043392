/* SPDX-License-Identifier: MIT */
#include "cli/preload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cli/elf.h"

#define LIBRARY_NAME "libualg-preload.so"
#define MAX_INTERPRETERS                                                                           \
	5 /* a script's interpreter may be a script: as deep as the kernel goes                    \
	   */

/* The directory of this executable. */
static int own_directory(char out[PATH_MAX])
{
	ssize_t size = readlink("/proc/self/exe", out, PATH_MAX - 1);

	if (size <= 0)
		return -ENOENT;
	out[size] = '\0';
	*strrchr(out, '/') = '\0';
	return 0;
}

static int try_path(char out[PATH_MAX], const char *directory, const char *rest)
{
	char path[PATH_MAX];
	int size = snprintf(path, sizeof(path), "%s/%s", directory, rest);

	if (size < 0 || (size_t)size >= sizeof(path))
		return -ENOENT;
	if (realpath(path, out))
		return 0;
	memcpy(out, path, (size_t)size + 1);
	return -ENOENT;
}

int preload_find(char out[PATH_MAX])
{
	const char *named = secure_getenv("UALG_PRELOAD_LIBRARY");
	char directory[PATH_MAX];

	if (named && named[0]) {
		if (realpath(named, out))
			return 0;
		snprintf(out, PATH_MAX, "%s", named);
		return -ENOENT;
	}
	if (own_directory(directory) == 0) {
		if (try_path(out, directory, "src/doors/preload/" LIBRARY_NAME) == 0)
			return 0;
		/* An installation that was moved as a whole. */
		if (try_path(out, directory, UALG_LIBRARY_FROM_BIN "/" LIBRARY_NAME) == 0)
			return 0;
	}
	return try_path(out, UALG_LIBRARY_DIR, LIBRARY_NAME);
}

/* What of an ELF file decides. */
struct facts {
	struct elf elf;
	bool dynamic;          /* has a dynamic loader */
	char loader[PATH_MAX]; /* its path */
};

/* False: not an ELF file, or not one that can be read. */
static bool read_facts(int fd, struct facts *out)
{
	if (!elf_open(fd, &out->elf))
		return false;
	out->dynamic = elf_loader(&out->elf, out->loader, sizeof(out->loader));
	return true;
}

static bool read_facts_of(const char *path, struct facts *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool result = fd >= 0 && read_facts(fd, out);

	if (fd >= 0)
		close(fd);
	return result;
}

static bool is_program(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

/* Where execvp would find a program. */
static bool search_path(const char *program, char out[PATH_MAX])
{
	const char *path = getenv("PATH");

	if (strchr(program, '/'))
		return (size_t)snprintf(out, PATH_MAX, "%s", program) < PATH_MAX;
	if (!path)
		path = "/bin:/usr/bin";
	while (true) {
		size_t size = strcspn(path, ":");
		int written =
		    snprintf(out, PATH_MAX, "%.*s%s%s", (int)size, path, size ? "/" : "", program);

		if (written > 0 && written < PATH_MAX && is_program(out))
			return true;
		if (path[size] == '\0')
			return false;
		path += size + 1;
	}
}

/* Replaces path by the interpreter that a script names; false: no script. */
static bool follow_script(int fd, char path[PATH_MAX])
{
	char line[512];
	ssize_t size = pread(fd, line, sizeof(line) - 1, 0);
	char *start = line + 2;

	if (size < 3 || line[0] != '#' || line[1] != '!')
		return false;
	line[size] = '\0';
	start += strspn(start, " \t");
	start[strcspn(start, " \t\r\n")] = '\0';
	return start[0] && snprintf(path, PATH_MAX, "%s", start) > 0;
}

/* Whether execution gives other ids or capabilities than we have, so that AT_SECURE is set. */
static bool gains_privileges(int fd)
{
	struct stat status;
	struct statvfs filesystem;

	if (fstat(fd, &status) < 0 || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return false;
	if (fstatvfs(fd, &filesystem) == 0 && (filesystem.f_flag & ST_NOSUID))
		return false;
	if ((status.st_mode & S_ISUID) && status.st_uid != getuid())
		return true;
	if ((status.st_mode & S_ISGID) && (status.st_mode & S_IXGRP) && status.st_gid != getgid())
		return true;
	return getuid() != 0 && fgetxattr(fd, "security.capability", NULL, 0) > 0;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool is_alike(const struct elf *a, const struct elf *b)
{
	return a->is64 == b->is64 && a->big_endian == b->big_endian && a->machine == b->machine;
}

static enum preload_obstacle judge(const struct facts *program, const char *library, char *detail,
				   size_t room)
{
	struct facts ours, self;

	if (!program->dynamic)
		return PRELOAD_STATIC;
	if (!read_facts_of(library, &ours))
		return PRELOAD_UNKNOWN;
	if (!is_alike(&program->elf, &ours.elf)) {
		snprintf(detail, room, "%s-bit, machine %u", program->elf.is64 ? "64" : "32",
			 program->elf.machine);
		return PRELOAD_OTHER_ELF;
	}
	/* The library is for the libc that this very program runs on. */
	if (!read_facts_of("/proc/self/exe", &self) || !self.dynamic ||
	    strcmp(base_name(self.loader), base_name(program->loader)) == 0)
		return PRELOAD_REACHED;
	snprintf(detail, room, "%s", program->loader);
	return PRELOAD_OTHER_LOADER;
}

enum preload_obstacle preload_reach(const char *program, const char *library, char *detail,
				    size_t room)
{
	char path[PATH_MAX];
	struct facts facts;

	detail[0] = '\0';
	if (!search_path(program, path))
		return PRELOAD_UNKNOWN;
	for (unsigned depth = 0; depth < MAX_INTERPRETERS; depth++) {
		enum preload_obstacle result;
		int fd = open(path, O_RDONLY | O_CLOEXEC);

		if (fd < 0)
			return PRELOAD_UNKNOWN;
		if (follow_script(fd, path)) {
			close(fd);
			continue;
		}
		if (!read_facts(fd, &facts))
			result = PRELOAD_UNKNOWN;
		else if (facts.dynamic && gains_privileges(fd))
			result = PRELOAD_PRIVILEGED;
		else
			result = judge(&facts, library, detail, room);
		close(fd);
		return result;
	}
	return PRELOAD_UNKNOWN;
}
