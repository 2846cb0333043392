/* SPDX-License-Identifier: MIT */
#include "doors/common/pipe.h"

#include <asm/ioctls.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "doors/common/system.h"

#define CAPACITY_MOST ((size_t)1 << 20) /* bytes: pipe-max-size, as kernels have it (pipe(7)) */

static long access_mode(int descriptor)
{
	long flags = DOOR_CALL_2(SYS_fcntl, descriptor, F_GETFL);

	return flags < 0 ? flags : flags & O_ACCMODE;
}

static bool is_pipe(int descriptor)
{
	struct stat status;

	return DOOR_CALL_2(SYS_fstat, descriptor, &status) == 0 && S_ISFIFO(status.st_mode);
}

bool door_pipe_is_readable(int descriptor, bool *both_ways)
{
	long mode = access_mode(descriptor);

	*both_ways = mode == O_RDWR;
	return (mode == O_RDONLY || *both_ways) && is_pipe(descriptor);
}

bool door_pipe_is_writable(int descriptor)
{
	long mode = access_mode(descriptor);

	return (mode == O_WRONLY || mode == O_RDWR) && is_pipe(descriptor);
}

ssize_t door_pipe_waiting(int descriptor)
{
	int bytes = 0;
	long result = DOOR_CALL_3(SYS_ioctl, descriptor, FIONREAD, &bytes);

	return result < 0 ? result : bytes;
}

/* By a pipe of our own, which nobody else empties. */
static ssize_t take_by_pipe(int descriptor, void *to, size_t size)
{
	int ends[2];
	ssize_t result = DOOR_CALL_2(SYS_pipe2, ends, O_CLOEXEC);

	if (result < 0)
		return result;
	result = DOOR_CALL_6(SYS_splice, descriptor, NULL, ends[1], NULL, size, SPLICE_F_NONBLOCK);
	if (result > 0)
		result = DOOR_CALL_3(SYS_read, ends[0], to, result);
	(void)DOOR_CALL_1(SYS_close, ends[0]);
	(void)DOOR_CALL_1(SYS_close, ends[1]);
	return result;
}

/*
 * read would sleep where somebody else has taken what was there.  vmsplice does not, but writes on
 * a descriptor for both directions.
 */
ssize_t door_pipe_take(int descriptor, bool both_ways, void *to, size_t size)
{
	struct iovec iov = {.iov_base = to, .iov_len = size};
	ssize_t result;

	if (both_ways)
		result = take_by_pipe(descriptor, to, size);
	else
		result = DOOR_CALL_4(SYS_vmsplice, descriptor, &iov, 1, SPLICE_F_NONBLOCK);
	return result ? result : -EAGAIN;
}

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

size_t door_pipe_room(int descriptor)
{
	long capacity = DOOR_CALL_2(SYS_fcntl, descriptor, F_GETPIPE_SZ);
	ssize_t waiting = door_pipe_waiting(descriptor);
	size_t page = page_size(), used;

	if (capacity < 0 || waiting < 0)
		return page;
	used = ((size_t)waiting + page - 1) / page * page;
	return (size_t)capacity > used ? (size_t)capacity - used : page;
}

/*
 * Makes room in a pipe that is full although it holds fewer bytes than it could: never more than a
 * program may have without privilege, since a supervisor's own are not the program's.
 */
static void enlarge(int descriptor, size_t size)
{
	long capacity = DOOR_CALL_2(SYS_fcntl, descriptor, F_GETPIPE_SZ);

	if (capacity > 0 && (size_t)capacity + size <= CAPACITY_MOST)
		(void)DOOR_CALL_3(SYS_fcntl, descriptor, F_SETPIPE_SZ, (size_t)capacity + size);
}

static void wait_for_room(int descriptor)
{
	struct pollfd entry = {.fd = descriptor, .events = POLLOUT};

	(void)DOOR_CALL_5(SYS_ppoll, &entry, 1, NULL, NULL, 0);
}

static long put(int descriptor, const void *pages, size_t size)
{
	struct iovec iov = {.iov_base = (void *)(uintptr_t)pages, .iov_len = size};
	long result;

	do {
		result = DOOR_CALL_4(SYS_vmsplice, descriptor, &iov, 1, SPLICE_F_NONBLOCK);
	} while (result == -EINTR);
	return result;
}

ssize_t door_pipe_put(int descriptor, const void *pages, size_t size)
{
	long result = put(descriptor, pages, size);

	if (result != -EAGAIN)
		return result;
	enlarge(descriptor, size);
	return put(descriptor, pages, size);
}

ssize_t door_pipe_give(int descriptor, const void *pages, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t result =
		    door_pipe_put(descriptor, (const uint8_t *)pages + done, size - done);

		if (result > 0)
			done += (size_t)result;
		else if (result == -EAGAIN)
			wait_for_room(descriptor);
		else
			return done ? (ssize_t)done : result;
	}
	return (ssize_t)size;
}

void *door_pipe_pages(size_t size)
{
	void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return pages == MAP_FAILED ? NULL : pages;
}

void door_pipe_pages_free(void *pages, size_t size)
{
	(void)munmap(pages, size);
}
