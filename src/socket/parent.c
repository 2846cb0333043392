/* SPDX-License-Identifier: MIT */
/* Bound sockets: bind, accept, and what op sockets ask of their parent. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/secmem.h"
#include "crypto/registry.h"
#include "socket/internal.h"
#include "ualg/if_alg.h"

#define TYPE_SIZE sizeof(((struct ualg_sockaddr *)0)->salg_type)

/* An address taken apart; texts end with NUL (B-03). */
struct address {
	char type[TYPE_SIZE];
	uint32_t feat;
	uint32_t mask;
	char name[UALG_SOCKADDR_MAX - UALG_SOCKADDR_NAME_OFFSET];
};

static int parse_address(const void *bytes, size_t size, struct address *out)
{
	struct ualg_sockaddr fixed = {0};

	if (size <= UALG_SOCKADDR_NAME_OFFSET || size > UALG_SOCKADDR_MAX)
		return -EINVAL; /* B-02 */
	memcpy(&fixed, bytes, UALG_SOCKADDR_NAME_OFFSET);
	memcpy(out->type, fixed.salg_type, TYPE_SIZE);
	out->type[TYPE_SIZE - 1] = '\0';
	out->feat = fixed.salg_feat;
	out->mask = fixed.salg_mask;
	size -= UALG_SOCKADDR_NAME_OFFSET;
	memcpy(out->name, (const char *)bytes + UALG_SOCKADDR_NAME_OFFSET, size);
	out->name[size - 1] = '\0';
	return 0;
}

static int parse_type(const char *name, enum alg_type *out)
{
	static const enum alg_type types[] = {ALG_TYPE_HASH, ALG_TYPE_SKCIPHER, ALG_TYPE_AEAD,
					      ALG_TYPE_RNG};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcmp(name, alg_type_name(types[i])) == 0) {
			*out = types[i];
			return 0;
		}
	}
	return -ENOENT; /* B-05 */
}

static int find(const struct address *address, const struct alg **out)
{
	enum alg_type type;
	int result;

	if ((address->feat | address->mask) & ~UALG_KERN_DRIVER_ONLY)
		return -EINVAL; /* B-07, before the type: B-08 */
	result = parse_type(address->type, &type);
	if (result < 0)
		return result;
	/* Only accelerator drivers wanted: there are none in user space (B-07). */
	if (address->feat & address->mask & UALG_KERN_DRIVER_ONLY)
		return -ENOENT;
	return registry_find(type, address->name, out);
}

int sock_parent_bind(struct sock *sock, const void *bytes, size_t size)
{
	struct address address;
	const struct alg *alg;
	struct sock_key *key;
	char *name;
	int result = parse_address(bytes, size, &address);

	if (result < 0)
		return result;
	result = find(&address, &alg);
	if (result < 0)
		return result;
	if (sock->keyed_ops + sock->keyless_ops > 0)
		return -EBUSY; /* B-12 */
	key = sock_key_new(alg, &result);
	if (!key)
		return result;
	name = strdup(address.name);
	if (!name) {
		sock_key_put(key);
		return -ENOMEM;
	}
	free(sock->name);
	sock->name = name;
	sock_key_put(atomic_exchange(&sock->key, key)); /* B-13: the old key goes */
	sock->state = &sock_state_bound;
	return 0;
}

void sock_parent_end(struct sock *sock)
{
	sock_key_put(sock_key_of(sock));
	free(sock->name);
}

static void link_op(struct sock *parent, struct sock *op)
{
	op->ops_next = parent->ops;
	op->ops_link = &parent->ops;
	if (parent->ops)
		parent->ops->ops_link = &op->ops_next;
	parent->ops = op;
}

static void unlink_op(struct sock *op)
{
	*op->ops_link = op->ops_next;
	if (op->ops_next)
		op->ops_next->ops_link = op->ops_link;
	op->ops_next = NULL;
	op->ops_link = NULL;
}

struct sock_key *sock_parent_ready_key(const struct sock *parent)
{
	struct sock_key *key = sock_key_of(parent);

	return sock_key_ready(key) ? key : NULL;
}

int sock_op_new(struct sock *parent, struct sock_key *key, struct sock **out)
{
	enum alg_type type = sock_key_of(parent)->alg->type;
	struct sock *op = sock_pool_take(parent->host, sock_state_of_op(type, key == NULL));

	if (!op)
		return -ENOMEM;
	if (key) {
		sock_key_get(key);
		atomic_store(&op->key, key);
		op->additional_allowed = key->known_answers;
	}
	*(key ? &parent->keyed_ops : &parent->keyless_ops) += 1;
	op->parent = parent;
	sock_get(parent);
	link_op(parent, op);
	*out = op;
	return 0;
}

int sock_parent_accept(struct sock *sock, struct sock **out)
{
	return sock_op_new(sock, sock_parent_ready_key(sock), out);
}

void sock_op_end(struct sock *sock)
{
	struct sock *parent = sock->parent;
	struct sock_key *key = sock_key_of(sock);

	/* Fails only in a signal handler that interrupted a call that has the parent: its op socket
	 * then stays in its list and count, which a program sees as EBUSY and nothing worse. */
	atomic_store(&sock->busy, false);
	if (lock_acquire(&parent->lock)) {
		*(key ? &parent->keyed_ops : &parent->keyless_ops) -= 1;
		unlink_op(sock);
		sock_put_unlock(parent);
	}
	sock_key_put(key);
}

int sock_op_adopt_key(struct sock *sock)
{
	struct sock *parent = sock->parent;
	struct sock_key *old = sock_key_of(sock);
	struct sock_key *key;
	struct tfm *tfm = NULL;
	int result = 0;

	if (!lock_acquire(&parent->lock))
		return -EBUSY;
	key = sock_key_of(parent);
	if (!sock_key_ready(key)) {
		lock_release(&parent->lock);
		return -ENOKEY;
	}
	if (sock->tfm) /* a cipher that had another key: its instance is made anew */
		result = sock_key_instance(key, &tfm);
	if (result == 0) {
		sock_key_get(key);
		atomic_store(&sock->key, key);
		if (!old) {
			parent->keyless_ops--;
			parent->keyed_ops++;
		}
	}
	lock_release(&parent->lock);
	if (result < 0)
		return result;
	if (sock->tfm) {
		sock_skcipher_settle_iv(sock); /* with the key that it belongs to */
		tfm_free(sock->tfm);
		sock->tfm = tfm;
	}
	sock_key_put(old);
	return 0;
}
