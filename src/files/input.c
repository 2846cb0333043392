/* SPDX-License-Identifier: MIT */
#include "files/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ualg/ualg.h"

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

/* As realloc, but what is given back is wiped. */
static uint8_t *grow(uint8_t *old, size_t old_size, size_t size)
{
	uint8_t *larger = malloc(size);

	if (larger && old)
		memcpy(larger, old, old_size);
	if (old)
		ualg_secure_wipe(old, old_size);
	free(old);
	return larger;
}

int input_read_all(struct files_input *input, size_t most, size_t behind, uint8_t **data,
		   size_t *size)
{
	uint8_t *all = NULL;
	size_t done = 0;
	ssize_t got;

	/* One byte beyond the most tells whether there is more. */
	for (size_t room = INPUT_PIECE;; room = room < most / 2 ? 2 * room : most + 1) {
		all = grow(all, done, room + behind);
		if (!all)
			return -ENOMEM;
		got = input_read(input, all + done, room - done);
		done += got > 0 ? (size_t)got : 0;
		if (got < 0 || done > most)
			break;
		if (done < room) {
			*data = all;
			*size = done;
			return 0;
		}
	}
	ualg_secure_wipe(all, done);
	free(all);
	return got < 0 ? (int)got : -EFBIG;
}

void input_close(struct files_input *input)
{
	if (input->fd > STDIN_FILENO)
		close(input->fd);
	input->fd = -1;
}
