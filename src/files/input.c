/* SPDX-License-Identifier: MIT */
#include "files/input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int input_open(struct files_input *input, const char *path)
{
	struct stat status;

	*input = (struct files_input){.fd = STDIN_FILENO, .name = "standard input"};
	if (strcmp(path, "-") != 0) {
		input->name = path;
		input->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
		if (input->fd < 0)
			return -errno;
	}
	if (fstat(input->fd, &status) != 0)
		return 0;
	if (S_ISDIR(status.st_mode)) {
		input_close(input);
		return -EISDIR;
	}
	if (S_ISREG(status.st_mode)) {
		input->size = (uint64_t)status.st_size;
		/* Advice only. */
		(void)posix_fadvise(input->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	}
	return 0;
}

ssize_t input_read(struct files_input *input, void *out, size_t room)
{
	size_t done = 0;

	while (done < room) {
		ssize_t got = read(input->fd, (uint8_t *)out + done, room - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

void input_close(struct files_input *input)
{
	if (input->fd > STDIN_FILENO)
		close(input->fd);
	input->fd = -1;
}
