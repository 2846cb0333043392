/* SPDX-License-Identifier: MIT */
/* Op sockets of type rng (abi.md section 12). */
#include <errno.h>
#include <string.h>

#include "base/secmem.h"
#include "socket/internal.h"

/* additional data for the next read, where known answers are tested. */
ssize_t sock_rng_send(struct sock *sock, struct sock_io *io)
{
	int result;

	if (!sock->additional_allowed || io->pull)
		return -EOPNOTSUPP; /* R-04, Z-03 */
	if (io->size > SOCK_RNG_MAX)
		return -EMSGSIZE;
	if (!sock->additional)
		sock->additional = secmem_alloc(SOCK_RNG_MAX);
	if (!sock->additional)
		return -ENOMEM;
	sock->additional_size = 0;
	result = sock_gather(sock, io, 0, sock->additional, io->size);
	if (result < 0)
		return result;
	sock->additional_size = io->size;
	return (ssize_t)io->size;
}

/* Draws from the one generator of all op sockets of a parent. */
static int generate(struct sock *sock, uint8_t *out, size_t size)
{
	struct sock_key *key = sock_key_of(sock);
	const struct rng_ops *ops = &key->alg->rng;
	int result;

	if (!lock_acquire(&key->lock))
		return -EBUSY;
	result = ops->generate(key->tfm, sock->additional, sock->additional_size, out, size);
	if (result == -EINVAL && !key->set && (sock->variants & SOCK_VARIANT_AUTOSEED)) {
		result = ops->seed(key->tfm, NULL, 0); /* */
		if (result == 0) {
			key->set = true;
			result = ops->generate(key->tfm, sock->additional, sock->additional_size,
					       out, size);
		}
	}
	lock_release(&key->lock);
	if (sock->additional)
		secmem_wipe(sock->additional, SOCK_RNG_MAX);
	sock->additional_size = 0;
	return result;
}

ssize_t sock_rng_recv(struct sock *sock, struct sock_io *io)
{
	uint8_t bytes[SOCK_RNG_MAX];
	size_t size = io->size < sizeof(bytes) ? io->size : sizeof(bytes); /* */
	int result;

	if (size == 0)
		return 0;
	result = generate(sock, bytes, size);
	if (result == 0)
		result = sock_scatter(sock, io, 0, bytes, size); /* */
	secmem_wipe(bytes, sizeof(bytes));
	return result < 0 ? result : (ssize_t)size;
}

void sock_rng_end(struct sock *sock)
{
	secmem_free(sock->additional, SOCK_RNG_MAX);
	sock_op_end(sock);
}
