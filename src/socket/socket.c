/* SPDX-License-Identifier: MIT */
/* The life of a socket: made, referred to, ended; what every kind has in common. */
#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>

#include "socket/internal.h"

_Static_assert(offsetof(struct sock, lock) == 0, "sock_lock of sock.h");

#define TYPE_MAX 10 /* the generic layer knows socket types up to here (S-01) */

int sock_create_check(int type, int protocol)
{
	if (type < 0 || type > TYPE_MAX)
		return -EINVAL;
	if (type != SOCK_SEQPACKET)
		return -ESOCKTNOSUPPORT;
	return protocol == 0 ? 0 : -EPROTONOSUPPORT;
}

int sock_create(const struct sock_host *host, int type, int protocol, struct sock **out)
{
	int result = sock_create_check(type, protocol);

	*out = NULL;
	if (result < 0)
		return result;
	*out = sock_pool_take(host, &sock_state_unbound);
	return *out ? 0 : -ENOMEM;
}

void sock_get(struct sock *sock)
{
	sock->refs++;
}

void sock_put_unlock(struct sock *sock)
{
	if (--sock->refs > 0) {
		lock_release(&sock->lock);
		return;
	}
	if (sock->host->ended)
		sock->host->ended(sock);
	sock->state->end(sock);
	if (sock->ops_link)
		lock_release(&sock->lock); /* its parent could not let go of it: never used again */
	else
		sock_pool_give(sock);
}

void sock_set_buffers(struct sock *sock, unsigned sndbuf, unsigned rcvbuf)
{
	(void)rcvbuf; /* one read handles any amount (C-11, E-20) */
	sock->sndbuf = sndbuf;
	sock_changed(sock);
}

ssize_t sock_interrupt(struct sock *sock, struct sock_io *io)
{
	if (sock->sender == io)
		sock->sender = NULL;
	return io->done > 0 ? (ssize_t)io->done : -EINTR;
}

_Atomic uint32_t *sock_sequence(struct sock *sock)
{
	return &sock->sequence;
}

void sock_observe(struct sock *sock, int delta)
{
	sock->observers += (unsigned)delta;
}

struct sock *sock_parent(const struct sock *sock)
{
	return sock->parent;
}

void **sock_door_data(struct sock *sock)
{
	return &sock->door;
}

void **sock_door_record(struct sock *sock)
{
	return &sock->record;
}

const char *sock_alg_name(const struct sock *sock)
{
	return sock->parent ? sock->parent->name : sock->name;
}

const char *sock_alg_driver(const struct sock *sock)
{
	const struct sock_key *key = sock_key_of(sock->parent ? sock->parent : sock);

	return key ? key->alg->driver : NULL;
}

bool sock_facts(const struct sock *sock, struct sock_facts *out)
{
	const struct sock_key *key = sock_key_of(sock);
	struct sock *parent = NULL;

	if (!key && sock->parent && lock_acquire(&sock->parent->lock))
		parent = sock->parent; /* a keyless op socket: its parent's may be replaced */
	if (parent)
		key = sock_key_of(parent);
	if (key) {
		out->type = alg_type_name(key->alg->type);
		out->name = sock_alg_name(sock);
		out->driver = key->alg->driver;
		out->key_size = key->set ? key->size : 0;
		out->encrypt = sock->encrypt;
	}
	if (parent)
		lock_release(&parent->lock);
	return key != NULL;
}
