/* SPDX-License-Identifier: MIT */
/* To and from the caller's memory, always under the host's guard. */
#include <errno.h>
#include <string.h>

#include "base/compiler.h"
#include "socket/internal.h"

struct copy {
	uint8_t *to;
	const uint8_t *from;
	size_t size;
	const struct iovec *iov;
	size_t offset; /* into iov's buffers, where iov is used */
};

CALLERS_POINTERS static int copy_flat(void *argument)
{
	struct copy *copy = argument;

	memcpy(copy->to, copy->from, copy->size);
	return 0;
}

int sock_copy_in(const struct sock *sock, void *to, const void *from, size_t size)
{
	struct iovec piece = {(void *)(uintptr_t)from, size};
	struct copy copy = {.to = to, .from = from, .size = size};

	return size ? sock->host->guard(&piece, 1, copy_flat, &copy) : 0;
}

/* Where an offset of the buffers lies: which iovec, and what is left of the offset in it. */
static const struct iovec *seek(const struct iovec *iov, size_t *offset)
{
	while (*offset >= iov->iov_len) {
		*offset -= iov->iov_len;
		iov++;
	}
	return iov;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

CALLERS_POINTERS static int gather(void *argument)
{
	struct copy *copy = argument;
	const struct iovec *iov = copy->iov;
	size_t offset = copy->offset;

	for (size_t done = 0; done < copy->size;) {
		size_t size;

		iov = seek(iov, &offset);
		size = least(iov->iov_len - offset, copy->size - done);
		memcpy(copy->to + done, (const uint8_t *)iov->iov_base + offset, size);
		done += size;
		offset += size;
	}
	return 0;
}

CALLERS_POINTERS static int scatter(void *argument)
{
	struct copy *copy = argument;
	const struct iovec *iov = copy->iov;
	size_t offset = copy->offset;

	for (size_t done = 0; done < copy->size;) {
		size_t size;

		iov = seek(iov, &offset);
		size = least(iov->iov_len - offset, copy->size - done);
		memcpy((uint8_t *)iov->iov_base + offset, copy->from + done, size);
		done += size;
		offset += size;
	}
	return 0;
}

int sock_gather(const struct sock *sock, const struct sock_io *io, size_t offset, uint8_t *to,
		size_t size)
{
	struct copy copy = {.to = to, .size = size, .iov = io->iov, .offset = offset};

	return size ? sock->host->guard(io->iov, io->iov_count, gather, &copy) : 0;
}

int sock_scatter(const struct sock *sock, const struct sock_io *io, size_t offset,
		 const uint8_t *from, size_t size)
{
	struct copy copy = {.from = from, .size = size, .iov = io->iov, .offset = offset};

	return size ? sock->host->guard(io->iov, io->iov_count, scatter, &copy) : 0;
}

/* Writes a byte of each page as it is: a buffer's content is nobody's while a call fills it. */
CALLERS_POINTERS static int touch(void *argument)
{
	const struct copy *copy = argument;
	const struct iovec *iov = copy->iov;
	size_t offset = copy->offset;

	for (size_t done = 0; done < copy->size;) {
		volatile uint8_t *byte;
		size_t size;

		iov = seek(iov, &offset);
		byte = (uint8_t *)iov->iov_base + offset;
		size = SOCK_PAGE - ((uintptr_t)byte & (SOCK_PAGE - 1));
		size = least(size, least(iov->iov_len - offset, copy->size - done));
		*byte = *byte;
		done += size;
		offset += size;
	}
	return 0;
}

int sock_check_room(const struct sock *sock, const struct sock_io *io, size_t offset, size_t size)
{
	struct copy copy = {.size = size, .iov = io->iov, .offset = offset};

	return size ? sock->host->guard(io->iov, io->iov_count, touch, &copy) : 0;
}

uint8_t *sock_in_one_piece(const struct sock_io *io, size_t offset, size_t size,
			   struct iovec *piece)
{
	const struct iovec *iov = seek(io->iov, &offset);

	if (iov->iov_len - offset < size)
		return NULL;
	piece->iov_base = (uint8_t *)iov->iov_base + offset;
	piece->iov_len = size;
	return piece->iov_base;
}
