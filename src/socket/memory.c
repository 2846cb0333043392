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
};

CALLERS_POINTERS static int copy_flat(void *argument)
{
	struct copy *copy = argument;

	memcpy(copy->to, copy->from, copy->size);
	return 0;
}

static int copy_in(const struct sock *sock, const struct iovec *piece, uint8_t *ours)
{
	struct copy copy = {.to = ours, .from = piece->iov_base, .size = piece->iov_len};

	return sock->host->guard(piece, 1, copy_flat, &copy);
}

static int copy_out(const struct sock *sock, const struct iovec *piece, uint8_t *ours)
{
	struct copy copy = {.to = piece->iov_base, .from = ours, .size = piece->iov_len};

	return sock->host->guard(piece, 1, copy_flat, &copy);
}

static int probe(const struct sock *sock, const struct iovec *piece, uint8_t *ours)
{
	(void)ours;
	return sock->host->probe(piece);
}

int sock_copy_in(const struct sock *sock, void *to, const void *from, size_t size)
{
	const struct iovec piece = {(void *)(uintptr_t)from, size};

	return size ? copy_in(sock, &piece, to) : 0;
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

/* Goes over size bytes of the caller's buffers, piece by piece, with the same bytes of ours. */
static int each_piece(const struct sock *sock, const struct sock_io *io, size_t offset,
		      uint8_t *ours, size_t size,
		      int (*work)(const struct sock *, const struct iovec *, uint8_t *))
{
	const struct iovec *iov = io->iov;
	int result = 0;

	while (size > 0 && result == 0) {
		struct iovec piece;

		iov = seek(iov, &offset);
		piece.iov_base = (uint8_t *)iov->iov_base + offset;
		piece.iov_len = iov->iov_len - offset < size ? iov->iov_len - offset : size;
		result = work(sock, &piece, ours);
		offset += piece.iov_len;
		size -= piece.iov_len;
		if (ours)
			ours += piece.iov_len;
	}
	return result;
}

int sock_gather(const struct sock *sock, const struct sock_io *io, size_t offset, uint8_t *to,
		size_t size)
{
	struct iovec piece;

	if (size && sock_in_one_piece(io, offset, size, &piece))
		return copy_in(sock, &piece, to);
	return each_piece(sock, io, offset, to, size, copy_in);
}

int sock_scatter(const struct sock *sock, const struct sock_io *io, size_t offset,
		 const uint8_t *from, size_t size)
{
	struct iovec piece;

	if (size && sock_in_one_piece(io, offset, size, &piece))
		return copy_out(sock, &piece, (uint8_t *)(uintptr_t)from);
	return each_piece(sock, io, offset, (uint8_t *)(uintptr_t)from, size, copy_out);
}

int sock_check_room(const struct sock *sock, const struct sock_io *io, size_t offset, size_t size)
{
	return each_piece(sock, io, offset, NULL, size, probe);
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
