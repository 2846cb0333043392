/* SPDX-License-Identifier: MIT */
/*
 * The state machine of AF_ALG as a table: one row a state, one column a call.  The functions of
 * sock.h only pick the row.
 */
#include <errno.h>

#include "socket/internal.h"

static int refuse_bind(struct sock *sock, const void *address, size_t size)
{
	(void)sock, (void)address, (void)size;
	return -EOPNOTSUPP; /* B-14 */
}

static int refuse_accept(struct sock *sock, struct sock **out)
{
	(void)sock, (void)out;
	return -EOPNOTSUPP; /* */
}

static int unbound_accept(struct sock *sock, struct sock **out)
{
	(void)sock, (void)out;
	return -EINVAL; /* */
}

static ssize_t refuse_io(struct sock *sock, struct sock_io *io)
{
	(void)sock, (void)io;
	return -EOPNOTSUPP; /* S-11, S-12 */
}

static unsigned never_ready(const struct sock *sock)
{
	(void)sock;
	return 0; /* P-01, P-02 */
}

static void nothing_to_end(struct sock *sock)
{
	(void)sock;
}

/* A keyless op socket: with its parent's key, if there is one now, it becomes a keyed one, and the
 * call starts again in that state (K-01, K-02). */
static int become_keyed(struct sock *sock)
{
	int result = sock_op_adopt_key(sock);

	if (result == 0)
		sock->state = sock_state_of_op(sock_key_of(sock)->alg->type, false);
	return result;
}

static ssize_t keyless_send(struct sock *sock, struct sock_io *io)
{
	int result = become_keyed(sock);

	return result < 0 ? result : sock->state->send(sock, io);
}

static ssize_t keyless_recv(struct sock *sock, struct sock_io *io)
{
	int result = become_keyed(sock);

	return result < 0 ? result : sock->state->recv(sock, io);
}

static int keyless_accept(struct sock *sock, struct sock **out)
{
	int result = become_keyed(sock);

	return result < 0 ? result : sock->state->accept(sock, out);
}

/* clang-format off */
const struct sock_state sock_state_unbound = {
    "unbound", SOCK_UNBOUND, sock_parent_bind, unbound_accept, sock_option_on_unbound,
    refuse_io, refuse_io, never_ready, nothing_to_end};

const struct sock_state sock_state_bound = {
    "bound", SOCK_BOUND, sock_parent_bind, sock_parent_accept, sock_option_on_parent,
    refuse_io, refuse_io, never_ready, sock_parent_end};

static const struct sock_state op_states[] = {
    {"hash op", SOCK_OP_HASH, refuse_bind, sock_hash_accept, sock_option_on_op,
     sock_hash_send, sock_hash_recv, never_ready, sock_hash_end},
    {"skcipher op", SOCK_OP_SKCIPHER, refuse_bind, refuse_accept, sock_option_on_op,
     sock_cipher_send, sock_skcipher_recv, sock_cipher_poll, sock_cipher_end},
    {"aead op", SOCK_OP_AEAD, refuse_bind, refuse_accept, sock_option_on_op,
     sock_cipher_send, sock_aead_recv, sock_cipher_poll, sock_cipher_end},
    {"rng op", SOCK_OP_RNG, refuse_bind, refuse_accept, sock_option_on_op,
     sock_rng_send, sock_rng_recv, never_ready, sock_rng_end},
};

static const struct sock_state keyless_states[] = {
    {"keyless hash op", SOCK_OP_HASH, refuse_bind, keyless_accept, sock_option_on_op,
     keyless_send, keyless_recv, never_ready, sock_hash_end},
    {"keyless skcipher op", SOCK_OP_SKCIPHER, refuse_bind, refuse_accept, sock_option_on_op,
     keyless_send, keyless_recv, sock_cipher_poll, sock_cipher_end},
    {"keyless aead op", SOCK_OP_AEAD, refuse_bind, refuse_accept, sock_option_on_op,
     keyless_send, keyless_recv, sock_cipher_poll, sock_cipher_end},
};
/* clang-format on */

const struct sock_state *sock_state_of_op(enum alg_type type, bool keyless)
{
	unsigned row = (unsigned)type - ALG_TYPE_HASH;

	return keyless ? &keyless_states[row] : &op_states[row];
}

int sock_bind(struct sock *sock, const void *address, size_t size)
{
	return sock->state->bind(sock, address, size);
}

int sock_accept(struct sock *sock, struct sock **out)
{
	*out = NULL;
	return sock->state->accept(sock, out);
}

int sock_setsockopt(struct sock *sock, int level, int option, const void *value, int size)
{
	if (size < 0)
		return -EINVAL; /* O-07 */
	return sock->state->setsockopt(sock, level, option, value, (unsigned)size);
}

ssize_t sock_send(struct sock *sock, struct sock_io *io)
{
	return sock->state->send(sock, io);
}

ssize_t sock_recv(struct sock *sock, struct sock_io *io)
{
	return sock->state->recv(sock, io);
}

unsigned sock_poll(const struct sock *sock)
{
	return sock->state->poll(sock);
}

enum sock_kind sock_kind(const struct sock *sock)
{
	return sock->state->kind;
}
