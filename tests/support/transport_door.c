/* SPDX-License-Identifier: MIT */
/*
 * Messages through libc calls on AF_ALG sockets: under a door, or as it stands on a kernel that has
 * AF_ALG.
 */
#include "support/transport.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "support/afalg.h"
#include "ualg/if_alg.h"

/* A descriptor as a handle, and back. */
static void *to_handle(int fd)
{
	return (void *)(intptr_t)fd;
}

static int to_fd(const void *handle)
{
	return (int)(intptr_t)handle;
}

static int door_bind(const char *type, const char *alg, void **parent)
{
	int fd = afalg_bind(type, alg);

	*parent = to_handle(fd);
	return fd < 0 ? fd : 0;
}

static int door_set_key(void *parent, const void *key, size_t size)
{
	return afalg_set_key(to_fd(parent), key, size);
}

static int door_set_authsize(void *parent, size_t size)
{
	return afalg_set_authsize(to_fd(parent), size);
}

static int door_accept(void *parent, void **op)
{
	int fd = afalg_accept(to_fd(parent));

	*op = to_handle(fd);
	return fd < 0 ? fd : 0;
}

static ssize_t door_send(void *op, const struct afalg_control *control, const void *data,
			 size_t size, bool more)
{
	return afalg_send(to_fd(op), control, data, size, more ? MSG_MORE : 0);
}

static ssize_t door_receive(void *op, void *data, size_t size)
{
	return afalg_receive(to_fd(op), data, size);
}

/* What a call returned, or its errno; -EMSGSIZE where it is neither an error nor all. */
static ssize_t whole(ssize_t result, size_t size)
{
	if (result < 0)
		return -errno;
	return (size_t)result == size ? result : -EMSGSIZE;
}

/* Into the pipe by a copy, or, every other size, as the pages that the data is in. */
static ssize_t fill_pipe(int end, const void *data, size_t size)
{
	struct iovec iov = {(void *)(uintptr_t)data, size};

	return whole(size % 2 ? write(end, data, size) : vmsplice(end, &iov, 1, 0), size);
}

static ssize_t door_splice_in(void *op, const void *data, size_t size, bool more)
{
	int ends[2];
	ssize_t result;

	if (pipe(ends) < 0)
		return -errno;
	result = fill_pipe(ends[1], data, size);
	if (result > 0)
		result = whole(
		    splice(ends[0], NULL, to_fd(op), NULL, size, more ? SPLICE_F_MORE : 0), size);
	close(ends[0]);
	close(ends[1]);
	return result;
}

static ssize_t door_splice_out(void *op, void *data, size_t size)
{
	int ends[2];
	ssize_t result;

	if (pipe(ends) < 0)
		return -errno;
	result = whole(splice(to_fd(op), NULL, ends[1], NULL, size, 0), size);
	if (result > 0)
		result = whole(read(ends[0], data, size), size);
	close(ends[0]);
	close(ends[1]);
	return result;
}

static void door_close(void *handle)
{
	close(to_fd(handle));
}

const struct vector_transport transport_door = {
    .name = "libc",
    .bind = door_bind,
    .set_key = door_set_key,
    .set_authsize = door_set_authsize,
    .accept = door_accept,
    .send = door_send,
    .receive = door_receive,
    .splice_in = door_splice_in,
    .splice_out = door_splice_out,
    .close = door_close,
};

bool transport_door_works(void)
{
	int fd = socket(AF_ALG, SOCK_SEQPACKET, 0);

	if (fd < 0) {
		/* Not a reason to skip: this program is started where AF_ALG has to work. */
		printf("Bail out! socket(AF_ALG): %s\n", strerror(errno));
		return false;
	}
	close(fd);
	return true;
}
