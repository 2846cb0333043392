/* SPDX-License-Identifier: MIT */
/* Reading from op sockets of type skcipher (abi.md section 10). */
#include <errno.h>
#include <string.h>

#include "base/secmem.h"
#include "socket/internal.h"

struct crypt {
	struct sock *sock;
	uint8_t iv[ALG_MAX_IV];
	uint8_t *out;
	size_t size;
	int result; /* of the cipher, apart from a fault */
};

static int crypt(void *argument)
{
	struct crypt *call = argument;
	struct sock *sock = call->sock;
	const struct skcipher_ops *ops = &sock->tfm->alg->skcipher;

	call->result = (sock->encrypt ? ops->encrypt : ops->decrypt)(
	    sock->tfm, call->iv, call->out, sock_queue_bytes(sock), call->size);
	return 0;
}

/* After a refusal: the IV that the whole blocks leave to what comes next (C-04). */
static void keep_late_iv(struct sock *sock, const struct crypt *refused)
{
	struct crypt call = *refused;
	const struct alg *alg = sock->tfm->alg;

	if (refused->result != -EINVAL || !alg->refuses_late)
		return;
	call.size -= call.size % alg->chunksize;
	memcpy(call.iv, sock->iv, sizeof(call.iv));
	call.out = secmem_alloc(call.size);
	if (!call.out)
		return;
	crypt(&call);
	if (call.result == 0)
		memcpy(sock->iv, call.iv, sizeof(call.iv));
	secmem_free(call.out, call.size);
}

/* Into one piece of the caller's memory, or by way of a buffer of ours.  -EFAULT: queue as it was.
 */
static int crypt_to_caller(struct crypt *call, const struct sock_io *io)
{
	struct sock *sock = call->sock;
	struct iovec piece;
	int result;

	call->out = sock_in_one_piece(io, io->done, call->size, &piece);
	if (call->out) {
		result = sock->host->guard(&piece, 1, crypt, call);
		return result < 0 ? result : 0;
	}
	call->out = secmem_alloc(call->size);
	if (!call->out)
		return -ENOMEM;
	result = 0;
	if (crypt(call) == 0)
		result = sock_scatter(sock, io, io->done, call->out, call->size);
	secmem_free(call->out, call->size);
	return result;
}

/* How much of the queue a read of room bytes takes: whole chunks, unless it is the message's end
 * (C-05, C-06).  -EINVAL: not even one. */
static ssize_t portion(const struct sock *sock, size_t room)
{
	size_t chunk = sock->tfm->alg->chunksize;
	size_t size = room;

	if (sock->more || size < sock->queue.used) {
		size -= size % chunk;
		if (size == 0)
			return -EINVAL;
	}
	return (ssize_t)size;
}

void sock_skcipher_settle_iv(struct sock *sock)
{
	if (sock->iv_outstanding)
		sock->tfm->alg->next_iv(sock->tfm, sock->iv, sock->iv_outstanding);
	sock->iv_outstanding = 0;
}

static void keep_iv(struct sock *sock, const uint8_t *iv, size_t size)
{
	memcpy(sock->iv, iv, ALG_MAX_IV); /* C-08 */
	sock->iv_outstanding = sock->tfm->alg->next_iv ? size : 0;
}

static void consume(struct sock *sock, size_t size)
{
	sock_cipher_consumed(sock, size);
	sock->tfm->position = sock->init ? sock->tfm->position + size : 0;
}

/* One round of recv: bytes delivered, or an errno. */
static ssize_t round_of(struct sock *sock, struct sock_io *io)
{
	size_t left = io->size - io->done;
	size_t room = left < sock->queue.used ? left : sock->queue.used;
	ssize_t size = portion(sock, room);
	struct crypt call = {.sock = sock};
	int result;

	if (size < 0) {
		result = sock_check_room(sock, io, io->done, room);
		return result < 0 ? result : size;
	}
	sock_skcipher_settle_iv(sock);
	call.size = (size_t)size;
	memcpy(call.iv, sock->iv, sizeof(call.iv));
	result = crypt_to_caller(&call, io);
	if (result == 0 && call.result < 0)
		result = sock_check_room(sock, io, io->done, call.size);
	if (result < 0)
		return result; /* C-12: bad memory is found before anything else */
	if (call.result == 0)
		keep_iv(sock, call.iv, call.size);
	else
		keep_late_iv(sock, &call);
	consume(sock, call.size); /* also when the cipher refused: C-04 */
	return call.result < 0 ? call.result : size;
}

/* The last block continues the message (C-08). */
static void take_iv(struct sock_plan *plan)
{
	memcpy(plan->iv, plan->out + plan->size - plan->iv_size, plan->iv_size);
}

static void commit_plan(struct sock *sock, const struct sock_plan *plan)
{
	keep_iv(sock, plan->iv, plan->size);
	consume(sock, plan->size);
}

/* Encryption of a whole message of whole blocks, to one piece of memory that has just its size. */
bool sock_skcipher_plan(struct sock *sock, const struct sock_io *io, struct sock_plan *plan)
{
	size_t size = sock->queue.used;

	if (!sock->init || sock->more || !sock->encrypt || !sock->tfm || size == 0 ||
	    io->size != size || size % sock->tfm->alg->blocksize != 0)
		return false;
	*plan = (struct sock_plan){.in = sock_queue_bytes(sock),
				   .size = size,
				   .iv_size = sock->tfm->alg->ivsize,
				   .keep = take_iv,
				   .commit = commit_plan};
	sock_skcipher_settle_iv(sock);
	memcpy(plan->iv, sock->iv, sizeof(plan->iv));
	plan->out = sock_in_one_piece(io, 0, size, &plan->memory);
	return plan->out != NULL;
}

static bool must_wait(const struct sock *sock)
{
	return !sock->init || (sock->more && sock->queue.used < sock->tfm->alg->chunksize);
}

ssize_t sock_skcipher_recv(struct sock *sock, struct sock_io *io)
{
	while (io->done < io->size) {
		ssize_t result;

		if (must_wait(sock)) {
			if (sock_cipher_short(sock, io))
				break;
			return sock_cipher_sleep(sock, io);
		}
		result = round_of(sock, io);
		if (result <= 0)
			return io->done > 0 ? (ssize_t)io->done : result;
		io->done += (size_t)result;
	}
	return (ssize_t)io->done;
}
