/* SPDX-License-Identifier: MIT */
/*
 * Op sockets of type hash (abi.md section 9): data is absorbed when it is sent, straight from the
 * caller's memory.
 */
#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "base/scratch.h"
#include "base/secmem.h"
#include "socket/internal.h"

#define PULL_PIECE 16384u /* bytes of data that is not in memory yet, at once */

static size_t block_size(const struct alg *alg)
{
	return sock_hash_digest_offset(alg) + alg->digestsize;
}

int sock_hash_prepare(struct sock *sock)
{
	const struct alg *alg = sock_key_of(sock)->alg;

	if (!sock->hash_state)
		sock->hash_state = secmem_alloc(block_size(alg));
	return sock->hash_state ? 0 : -ENOMEM;
}

static void set_open(struct sock *sock, bool more, bool result)
{
	sock->more = more;
	sock->result = result;
	atomic_store_explicit(&sock->busy, more || result, memory_order_relaxed);
}

/* Begins a message, with the key of this moment; an unread digest goes. */
static int start(struct sock *sock)
{
	struct sock_key *key;
	int result = 0;

	if (!sock_op_key_current(sock))
		result = sock_op_adopt_key(sock);
	if (result == 0 && !sock->hash_state)
		result = sock_hash_prepare(sock);
	if (result < 0)
		return result;
	key = sock_key_of(sock);
	sock->result = false;
	key->alg->hash.init(key->tfm, sock->hash_state);
	return 0;
}

static int finish(struct sock *sock)
{
	const struct sock_key *key = sock_key_of(sock);
	int result = key->alg->hash.final(key->tfm, sock->hash_state,
					  sock->hash_state + sock_hash_digest_offset(key->alg));

	set_open(sock, false, result == 0);
	return result;
}

/* Bytes of the caller's memory that are guarded, and so perhaps copied, at once. */
#define ABSORB_PIECE ((size_t)1 << 20)

struct absorb {
	const struct tfm *tfm;
	void *state;
	struct iovec piece;
};

static int absorb(void *argument)
{
	const struct absorb *call = argument;

	return call->tfm->alg->hash.update(call->tfm, call->state, call->piece.iov_base,
					   call->piece.iov_len);
}

static int absorb_buffer(const struct sock *sock, struct absorb *call, const struct iovec *buffer)
{
	uint8_t *next = buffer->iov_base;
	size_t left = buffer->iov_len;
	int result = 0;

	while (left > 0 && result == 0) {
		call->piece.iov_base = next;
		call->piece.iov_len = left < ABSORB_PIECE ? left : ABSORB_PIECE;
		next += call->piece.iov_len;
		left -= call->piece.iov_len;
		result = sock->host->guard(&call->piece, 1, absorb, call);
	}
	return result;
}

static int absorb_all(struct sock *sock, const struct sock_io *io)
{
	struct absorb call = {.tfm = sock_key_of(sock)->tfm, .state = sock->hash_state};
	int result = 0;

	for (size_t i = 0; result == 0 && i < io->iov_count; i++)
		result = absorb_buffer(sock, &call, &io->iov[i]);
	return result;
}

/* Data that is not in memory yet comes in pieces that stay in the cache. */
static int absorb_pieces(struct sock *sock, struct sock_io *io, uint8_t piece[PULL_PIECE])
{
	const struct tfm *tfm = sock_key_of(sock)->tfm;
	size_t size;
	ssize_t got;
	int result;

	do {
		size = io->size - io->done < PULL_PIECE ? io->size - io->done : PULL_PIECE;
		got = io->pull(io, piece, size);
		if (got < 0) {
			if (io->paged && io->done >= SOCK_PAGE)
				io->flags |= SOCK_MSG_MORE; /* Z-07 */
			return io->done ? 0 : (int)got;
		}
		result = tfm->alg->hash.update(tfm, sock->hash_state, piece, (size_t)got);
		io->done += (size_t)got;
	} while (result == 0 && (size_t)got == size && io->done < io->size);
	return result;
}

static int absorb_pulled(struct sock *sock, struct sock_io *io)
{
	size_t most = io->size < PULL_PIECE ? io->size : PULL_PIECE;
	struct scratch scratch;
	int result;

	if (!scratch_take(&scratch, PULL_PIECE))
		return -ENOMEM;
	result = absorb_pieces(sock, io, scratch.memory);
	secmem_wipe(scratch.memory, most);
	scratch_give(&scratch);
	io->size = io->done;
	return result;
}

ssize_t sock_hash_send(struct sock *sock, struct sock_io *io)
{
	int result = sock->more ? 0 : start(sock);

	if (result < 0)
		return result;
	if (io->size && io->pull)
		result = absorb_pulled(sock, io);
	else if (io->size)
		result = absorb_all(sock, io);
	if (result < 0 && io->pull && io->done == 0) {
		set_open(sock, sock->more, false); /* an open message may go on */
		return result;
	}
	if (result < 0) {
		set_open(sock, false, false); /* H-14, H-23 */
		return result;
	}
	if (io->flags & SOCK_MSG_MORE) {
		set_open(sock, true, false);
	} else {
		result = finish(sock);
		if (result < 0)
			return result;
	}
	return (ssize_t)io->size;
}

static void commit_plan(struct sock *sock, const struct sock_plan *plan)
{
	(void)plan;
	set_open(sock, false, true);
}

/* A whole message, from one piece of memory, by the key that the socket has. */
bool sock_hash_plan(struct sock *sock, const struct sock_io *io, struct sock_plan *plan)
{
	if (sock->more || io->flags & SOCK_MSG_MORE || io->pull || io->iov_count != 1 ||
	    io->size == 0 || !sock_key_of(sock) || !sock_op_key_current(sock) ||
	    sock_hash_prepare(sock) < 0)
		return false;
	*plan = (struct sock_plan){
	    .in = io->iov->iov_base, .size = io->size, .memory = *io->iov, .commit = commit_plan};
	plan->out = sock->hash_state + sock_hash_digest_offset(sock_key_of(sock)->alg);
	return true;
}

ssize_t sock_hash_recv(struct sock *sock, struct sock_io *io)
{
	const struct alg *alg;
	size_t size;
	int result = 0;

	if (!sock->result) {
		if (!sock->more)
			result = start(sock);
		if (result == 0)
			result = finish(sock);
		if (result < 0)
			return result;
	}
	alg = sock_key_of(sock)->alg;
	size = alg->digestsize;
	if (io->size < size) {
		size = io->size;
		io->out_flags = SOCK_MSG_TRUNC; /* H-07 */
	}
	set_open(sock, false, false); /* H-03, H-15 */
	result = sock_scatter(sock, io, 0, sock->hash_state + sock_hash_digest_offset(alg), size);
	return result < 0 ? result : (ssize_t)size;
}

/* A copy of the state of an open message; NULL: no memory. */
static uint8_t *copy_state(const struct sock *sock)
{
	const struct alg *alg = sock_key_of(sock)->alg;
	uint8_t *copy = secmem_alloc(block_size(alg));

	if (copy)
		memcpy(copy, sock->hash_state, alg->statesize);
	return copy;
}

/*
 * H-19: a sibling with a copy of the open message, if there is one.  Nobody knows the sibling yet,
 * so it is not locked, which with this one's lock held would be against the order of locks.
 */
int sock_hash_accept(struct sock *sock, struct sock **out)
{
	struct sock *parent = sock->parent;
	struct sock *clone = NULL;
	uint8_t *state = NULL;
	int result = -EBUSY;

	if (sock->more) {
		state = copy_state(sock);
		if (!state)
			return -ENOMEM;
	}
	if (!lock_acquire(&parent->lock))
		goto refused;
	/* An open message goes on with the key it began with. */
	result = sock_op_new(parent, sock->more ? sock_key_of(sock) : sock_parent_ready_key(parent),
			     &clone);
	lock_release(&parent->lock);
	if (result < 0)
		goto refused;
	clone->hash_state = state;
	if (state)
		set_open(clone, true, false);
	*out = clone;
	return 0;
refused:
	if (state)
		secmem_free(state, block_size(sock_key_of(sock)->alg));
	return result;
}

void sock_hash_end(struct sock *sock)
{
	const struct sock_key *key = sock_key_of(sock);

	if (sock->hash_state)
		secmem_free(sock->hash_state, block_size(key->alg));
	sock_op_end(sock);
}
