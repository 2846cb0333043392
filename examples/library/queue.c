/* SPDX-License-Identifier: MIT */
/*
 * Digests of files, side by side on all processors; each is printed as soon as it is done:
 *
 *     queue FILE...
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <ualg/ualg.h>
#include <unistd.h>

struct job {
	const char *path;
	void *data;
	size_t size;
	struct ualg_digest *digest;
	unsigned char result[32];
};

static int map_file(struct job *job)
{
	struct stat status;
	int fd = open(job->path, O_RDONLY | O_CLOEXEC);
	int error = fd < 0 || fstat(fd, &status) < 0 ? -errno : 0;

	if (error == 0 && status.st_size > 0) {
		job->size = (size_t)status.st_size;
		job->data = mmap(NULL, job->size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (job->data == MAP_FAILED) {
			job->data = NULL;
			error = -errno;
		}
	}
	if (fd >= 0)
		close(fd);
	return error;
}

/* The handle and the memory belong to the queue until the job is done. */
static int submit(struct ualg_queue *queue, struct job *job)
{
	int error = map_file(job);

	if (error < 0) {
		fprintf(stderr, "queue: %s: %s\n", job->path, strerror(-error));
		return error;
	}
	error = ualg_digest_open(&job->digest, "sha256", UALG_TRANSPORT_DEFAULT);
	if (error == 0)
		error = ualg_queue_digest(queue, job->digest, job->data, job->size, job->result,
					  sizeof(job->result), NULL, job);
	return error;
}

static void finish(struct job *job, int error)
{
	if (error < 0)
		fprintf(stderr, "queue: %s: %s\n", job->path, ualg_error_text(error));
	for (size_t i = 0; i < sizeof(job->result) && error == 0; i++)
		printf("%02x", job->result[i]);
	if (error == 0)
		printf("  %s\n", job->path);
	ualg_digest_close(job->digest);
	if (job->data)
		munmap(job->data, job->size);
}

int main(int argc, char **argv)
{
	struct job *jobs = calloc((size_t)argc, sizeof(*jobs));
	struct ualg_queue *queue;
	struct ualg_completion completion;
	int failed = 0;

	if (!jobs || ualg_queue_open(&queue, 0) < 0)
		return 1;
	for (int i = 1; i < argc; i++) {
		jobs[i].path = argv[i];
		failed |= submit(queue, &jobs[i]) < 0;
	}
	while (ualg_queue_wait(queue, -1, &completion) == 0) {
		finish(completion.user, completion.result);
		failed |= completion.result < 0;
	}
	ualg_queue_close(queue);
	free(jobs);
	return failed;
}
