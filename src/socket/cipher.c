/* SPDX-License-Identifier: MIT */
/* What op sockets of type skcipher and aead have in common (abi.md section 10). */
#include <errno.h>
#include <stdatomic.h>

#include "crypto/bytes.h"
#include "socket/internal.h"

static const struct alg *alg_of(const struct sock *sock)
{
	return sock_key_of(sock)->alg;
}

/* This socket's own instance, with the parent's key of this moment. */
static int prepare(struct sock *sock)
{
	if (!sock_op_key_current(sock)) {
		int result = sock_op_adopt_key(sock);

		if (result < 0)
			return result;
	}
	return sock->tfm ? 0 : sock_key_instance(sock_key_of(sock), &sock->tfm);
}

/* The first part of send: steps 1 to 4. */
static int begin(struct sock *sock, const struct sock_io *io)
{
	struct sock_control control;
	int result = sock_control_parse(alg_of(sock), io->control, io->control_size, &control);

	if (result < 0)
		return result;
	if (sock->sender)
		return -EBUSY; /* C-27 */
	if (sock->init && !sock->more && sock->queue.used > 0)
		return -EINVAL; /* C-07 */
	if (!sock->init) {
		result = prepare(sock);
		if (result < 0)
			return result;
	}
	sock->init = true;
	atomic_store_explicit(&sock->busy, true, memory_order_relaxed);
	if (control.present) {
		sock->encrypt = control.encrypt;
		sock->aad_size = control.aad_size;
		if (control.iv) {
			bytes_copy_iv(sock->iv, control.iv, alg_of(sock)->ivsize);
			sock->iv_outstanding = 0;
		}
	}
	return 0;
}

/* Ends a send that did not append all: what it did append counts, announced as before (C-10). */
static ssize_t end_short(struct sock *sock, const struct sock_io *io, int error)
{
	sock->sender = NULL;
	sock_changed(sock);
	return io->done > 0 ? (ssize_t)io->done : error;
}

ssize_t sock_cipher_send(struct sock *sock, struct sock_io *io)
{
	int result = io->begun ? 0 : begin(sock, io);

	if (result < 0)
		return result;
	result = sock_queue_append(sock, io);
	if (io->paged && io->done >= SOCK_PAGE)
		sock->more = true; /* until the last page has come (Z-07) */
	if (result < 0)
		return end_short(sock, io, result);
	if (io->done < io->size) {
		if (io->flags & SOCK_MSG_DONTWAIT)
			return end_short(sock, io, -EAGAIN);
		io->begun = true;
		sock->sender = io;
		sock_changed(sock);
		io->ticket = atomic_load(&sock->sequence);
		return SOCK_WAIT;
	}
	sock->sender = NULL;
	sock->more = (io->flags & SOCK_MSG_MORE) != 0;
	sock_changed(sock);
	return (ssize_t)io->size;
}

ssize_t sock_cipher_sleep(struct sock *sock, struct sock_io *io)
{
	if (io->flags & SOCK_MSG_DONTWAIT)
		return io->done > 0 ? (ssize_t)io->done : -EAGAIN;
	io->begun = true;
	io->ticket = atomic_load(&sock->sequence);
	return SOCK_WAIT;
}

bool sock_cipher_short(const struct sock *sock, const struct sock_io *io)
{
	return io->done > 0 && (sock->variants & SOCK_VARIANT_RECV_RETURNS_SHORT);
}

void sock_cipher_consumed(struct sock *sock, size_t size)
{
	sock_queue_consume(sock, size);
	if (sock->queue.used == 0) {
		sock->init = sock->more;
		atomic_store_explicit(&sock->busy, sock->init, memory_order_relaxed);
	}
	sock_changed(sock);
}

unsigned sock_cipher_poll(const struct sock *sock)
{
	unsigned events = 0;

	if (!sock->more || sock->queue.used > 0)
		events |= SOCK_POLLIN;
	if (sock_queue_writable(sock))
		events |= SOCK_POLLOUT;
	return events;
}

void sock_cipher_end(struct sock *sock)
{
	sock_queue_free(sock); /* C-23 */
	if (sock->tfm)
		sock_key_return(sock_key_of(sock), sock->tfm);
	sock_op_end(sock);
}
