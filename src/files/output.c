/* SPDX-License-Identifier: MIT */
#include "files/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files/cleanup.h"

#define TRIES 100

/* The directory that a path names an entry of; the caller frees it. */
static char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return strdup(".");
	return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* A name that nobody has, beside the target, hidden; the caller frees it. */
static char *name_beside(const char *target)
{
	const char *slash = strrchr(target, '/');
	const char *base = slash ? slash + 1 : target;
	/* The base name is cut so that the whole stays within NAME_MAX. */
	size_t room = NAME_MAX - sizeof(".ualg-0123456789abcdef") - 1;
	uint64_t number;
	char *name;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return NULL;
	if (asprintf(&name, "%.*s.%.*s.ualg-%016llx", (int)(base - target), target, (int)room, base,
		     (unsigned long long)number) < 0)
		return NULL;
	return name;
}

/* A link has its name kept, and what it points to replaced. */
static char *resolve(const char *path)
{
	char *real = realpath(path, NULL);

	return real ? real : strdup(path);
}

static int open_named(struct files_output *output)
{
	for (int tries = 0; tries < TRIES; tries++) {
		char *name = name_beside(output->target);

		if (!name)
			return -ENOMEM;
		output->fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (output->fd >= 0) {
			output->temporary = name;
			cleanup_remove(name);
			return 0;
		}
		free(name);
		if (errno != EEXIST)
			return -errno;
	}
	return -EEXIST;
}

static int open_nameless(struct files_output *output)
{
	char *directory = directory_of(output->target);

	if (!directory)
		return -ENOMEM;
	output->fd = open(directory, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	free(directory);
	if (output->fd < 0)
		return -errno;
	/* It gets a name through /proc; where there is none, it never would. */
	if (access("/proc/self/fd", X_OK) == 0)
		return 0;
	close(output->fd);
	return -ENOENT;
}

static int open_beside(struct files_output *output, const char *path)
{
	int result;

	output->target = resolve(path);
	if (!output->target)
		return -ENOMEM;
	result = open_nameless(output);
	if (result != 0)
		result = open_named(output);
	if (result != 0) {
		output->fd = -1;
		output_abandon(output);
	}
	return result;
}

static mode_t mode_of_new_files(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

int output_open(struct files_output *output, const char *path, bool private)
{
	struct stat status;

	*output = (struct files_output){.fd = STDOUT_FILENO, .name = "standard output"};
	if (strcmp(path, "-") == 0)
		return 0;
	output->name = path;
	output->mode = private ? 0600 : mode_of_new_files();
	if (stat(path, &status) == 0) {
		if (S_ISDIR(status.st_mode))
			return -EISDIR;
		if (!S_ISREG(status.st_mode)) {
			output->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
			return output->fd < 0 ? -errno : 0;
		}
		/* What may not be written to may not be replaced either. */
		if (access(path, W_OK) != 0)
			return -errno;
		output->mode = status.st_mode & 07777;
	} else if (errno != ENOENT) {
		return -errno;
	}
	return open_beside(output, path);
}

int output_write_fd(int fd, const void *data, size_t size)
{
	const uint8_t *next = data;

	while (size > 0) {
		ssize_t done = write(fd, next, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		next += done;
		size -= (size_t)done;
	}
	return 0;
}

int output_write(struct files_output *output, const void *data, size_t size)
{
	return output_write_fd(output->fd, data, size);
}

/* linkat cannot replace, so the file gets a name of its own first. */
static int give_name(struct files_output *output)
{
	char self[64];

	if (output->temporary)
		return 0;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", output->fd);
	for (int tries = 0; tries < TRIES; tries++) {
		char *name = name_beside(output->target);

		if (!name)
			return -ENOMEM;
		cleanup_remove(name);
		if (linkat(AT_FDCWD, self, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0) {
			output->temporary = name;
			return 0;
		}
		cleanup_forget_file();
		free(name);
		if (errno != EEXIST)
			return -errno;
	}
	return -EEXIST;
}

/* The new name is on disk when its directory is; where that cannot be asked for, it is not. */
static void sync_directory(const char *target)
{
	char *directory = directory_of(target);
	int fd = directory ? open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	free(directory);
	if (fd < 0)
		return;
	(void)fsync(fd);
	close(fd);
}

static int put_in_place(struct files_output *output)
{
	int result;

	if (fchmod(output->fd, output->mode) != 0)
		return -errno;
	if (fsync(output->fd) != 0 && errno != EINVAL && errno != EROFS)
		return -errno;
	result = give_name(output);
	if (result != 0)
		return result;
	if (rename(output->temporary, output->target) != 0)
		return -errno;
	free(output->temporary);
	output->temporary = NULL;
	cleanup_forget_file();
	sync_directory(output->target);
	return 0;
}

int output_commit(struct files_output *output)
{
	int result = output->target ? put_in_place(output) : 0;

	output_abandon(output);
	return result;
}

void output_abandon(struct files_output *output)
{
	if (output->fd > STDERR_FILENO)
		close(output->fd);
	output->fd = -1;
	if (output->temporary) {
		unlink(output->temporary);
		cleanup_forget_file();
	}
	free(output->temporary);
	free(output->target);
	output->temporary = NULL;
	output->target = NULL;
}
