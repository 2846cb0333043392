/* SPDX-License-Identifier: MIT */
#include "doors/supervisor/reader.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/secmem.h"
#include "doors/common/splice.h"
#include "doors/supervisor/loop.h"
#include "doors/supervisor/supervisor.h"

struct reader {
	int file;
	uint8_t *bytes; /* whole pages: some files are read without the cache */
	size_t have;    /* bytes that were read of those that are asked for */
	size_t wanted;
	off_t position;
	int error;
	bool ended; /* the file does, or an error came */
	bool busy;  /* a thread reads */
	bool given_up;
};

struct reader *reader_new(int file)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	void *bytes =
	    mmap(NULL, DOOR_FILE_CHUNK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (!reader || bytes == MAP_FAILED) {
		free(reader);
		if (bytes != MAP_FAILED)
			(void)munmap(bytes, DOOR_FILE_CHUNK);
		return NULL;
	}
	reader->file = file;
	reader->bytes = bytes;
	return reader;
}

static void end(struct reader *reader)
{
	secmem_wipe(reader->bytes, DOOR_FILE_CHUNK);
	(void)munmap(reader->bytes, DOOR_FILE_CHUNK);
	(void)close(reader->file);
	free(reader);
}

void reader_free(struct reader *reader)
{
	if (reader->busy)
		reader->given_up = true;
	else
		end(reader);
}

const uint8_t *reader_bytes(const struct reader *reader)
{
	return reader->bytes;
}

int reader_file(const struct reader *reader)
{
	return reader->file;
}

/* Reads on.  False: with these flags it cannot go on now. */
static bool read_on(struct reader *reader, int flags)
{
	while (reader->have < reader->wanted && !reader->ended) {
		struct iovec iov = {reader->bytes + reader->have, reader->wanted - reader->have};
		ssize_t got =
		    preadv2(reader->file, &iov, 1, reader->position + (off_t)reader->have, flags);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && flags && (errno == EAGAIN || errno == EOPNOTSUPP))
			return false;
		if (got < 0)
			reader->error = -errno;
		if (got <= 0)
			reader->ended = true;
		else
			reader->have += (size_t)got;
	}
	return true;
}

static void *read_slowly(void *argument)
{
	struct reader *reader = argument;

	(void)read_on(reader, 0);
	supervisor_lock();
	reader->busy = false;
	if (reader->given_up)
		end(reader);
	else
		loop_wake();
	supervisor_unlock();
	return NULL;
}

static bool start_thread(struct reader *reader)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int result = pthread_attr_init(&attributes);

	if (result != 0)
		return false;
	(void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	reader->busy = true;
	result = pthread_create(&thread, &attributes, read_slowly, reader);
	(void)pthread_attr_destroy(&attributes);
	if (result != 0)
		reader->busy = false;
	return result == 0;
}

long reader_read(struct reader *reader, off_t position, size_t size)
{
	if (reader->busy)
		return SOCK_WAIT;
	if (reader->position != position || reader->wanted != size) {
		reader->position = position;
		reader->wanted = size;
		reader->have = 0;
		reader->ended = false;
		reader->error = 0;
	}
	if (!read_on(reader, RWF_NOWAIT))
		return start_thread(reader) ? SOCK_WAIT : -ENOMEM;
	return reader->have ? (long)reader->have : reader->error;
}
