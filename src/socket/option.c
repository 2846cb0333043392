/* SPDX-License-Identifier: MIT */
/* setsockopt at every level but SOL_SOCKET (abi.md section 6), as a table of options. */
#include <errno.h>

#include "base/secmem.h"
#include "socket/internal.h"
#include "ualg/if_alg.h"

/* A copy of the caller's bytes in secret memory. */
static int copy_secret(const struct sock *sock, const void *value, unsigned size, uint8_t **out)
{
	int result;

	*out = secmem_alloc(size);
	if (!*out)
		return -ENOMEM;
	result = sock_copy_in(sock, *out, value, size);
	if (result < 0) {
		secmem_free(*out, size);
		*out = NULL;
	}
	return result;
}

/* Puts another key in force; op sockets that use the old one keep it until their message ends. */
static void replace_key(struct sock *parent, struct sock_key *key)
{
	sock_key_put(atomic_exchange(&parent->key, key));
}

/* Whether the old key outlives one that was rejected (O-10). */
static bool keeps_old_key(const struct alg *alg, unsigned size)
{
	switch (alg->type) {
	case ALG_TYPE_SKCIPHER:
		return size < alg->min_keysize || size > alg->max_keysize;
	case ALG_TYPE_HASH:
		return alg->key != ALG_KEY_NEEDED;
	case ALG_TYPE_AEAD:
	case ALG_TYPE_CIPHER:
	case ALG_TYPE_RNG:
		break;
	}
	return false;
}

static int drop_key(struct sock *parent, const struct sock_key *old)
{
	int result;
	struct sock_key *empty = sock_key_new(old->alg, &result);

	if (!empty)
		return result;
	empty->authsize = old->authsize;
	replace_key(parent, empty);
	return 0;
}

/* A generator is seeded where it is: it is one for all op sockets. */
static int seed(struct sock_key *key, const uint8_t *bytes, unsigned size)
{
	int result;

	if (!lock_acquire(&key->lock))
		return -EBUSY;
	result = key->alg->rng.seed(key->tfm, bytes, size);
	if (result == 0)
		key->set = true;
	lock_release(&key->lock);
	return result;
}

static int apply_key(struct sock *parent, const uint8_t *bytes, unsigned size)
{
	struct sock_key *old = sock_key_of(parent);
	struct sock_key *key;
	int result;

	if (old->alg->type == ALG_TYPE_RNG)
		return seed(old, bytes, size);
	result = sock_key_with_bytes(old, bytes, size, &key);
	if (result == 0)
		replace_key(parent, key);
	else if (result == -EINVAL && !keeps_old_key(old->alg, size))
		(void)drop_key(parent, old);
	return result;
}

static int set_key(struct sock *parent, const void *value, unsigned size)
{
	uint8_t *bytes;
	int result;

	if (size > SOCK_KEY_MAX)
		return -ENOMEM; /* L-01 */
	result = copy_secret(parent, value, size, &bytes);
	if (result < 0)
		return result;
	result = apply_key(parent, bytes, size);
	secmem_free(bytes, size);
	return result;
}

/* O-15 */
static int set_key_by_serial(struct sock *parent, const void *value, unsigned size)
{
	int32_t serial;
	uint8_t *bytes;
	size_t count;
	int result;

	if (size != sizeof(serial))
		return -EINVAL;
	result = sock_copy_in(parent, &serial, value, sizeof(serial));
	if (result < 0)
		return result;
	if (!parent->host->key_lookup)
		return -ENOPROTOOPT;
	result = parent->host->key_lookup(serial, &bytes, &count);
	if (result < 0)
		return result;
	result = count > SOCK_KEY_MAX ? -ENOMEM : apply_key(parent, bytes, (unsigned)count);
	secmem_free(bytes, count);
	return result;
}

/* O-12: the size of the option is the value. */
static int set_authsize(struct sock *parent, const void *value, unsigned size)
{
	struct sock_key *old = sock_key_of(parent);
	struct sock_key *key;
	int result;

	(void)value;
	if (old->alg->type != ALG_TYPE_AEAD)
		return -ENOPROTOOPT;
	result = sock_key_with_authsize(old, size, &key);
	if (result == 0)
		replace_key(parent, key);
	return result;
}

/* Op sockets may be open, where the option came by one of them (O-01), and draw at this moment. */
static int replace_entropy(struct sock_key *key, const uint8_t *bytes, unsigned size)
{
	int result;

	if (!lock_acquire(&key->lock))
		return -EBUSY;
	result = key->alg->rng.set_entropy(key->tfm, bytes, size);
	key->known_answers = result == 0;
	lock_release(&key->lock);
	return result;
}

/* R-10, O-14 */
static int set_entropy(struct sock *parent, const void *value, unsigned size)
{
	struct sock_key *key = sock_key_of(parent);
	uint8_t *bytes;
	int result;

	if (key->alg->type != ALG_TYPE_RNG || !key->alg->rng.set_entropy ||
	    !(parent->variants & SOCK_VARIANT_KNOWN_ANSWERS))
		return -ENOPROTOOPT;
	if (!parent->host->capable(SOCK_CAP_SYS_ADMIN))
		return -EACCES;
	if (key->known_answers)
		return -EINVAL;
	if (size > SOCK_RNG_MAX)
		return -EMSGSIZE;
	result = copy_secret(parent, value, size, &bytes);
	if (result < 0)
		return result;
	if (size > 0)
		result = replace_entropy(key, bytes, size);
	secmem_free(bytes, size);
	return result;
}

static const struct {
	int option;
	int (*set)(struct sock *parent, const void *value, unsigned size);
} options[] = {
    {ALG_SET_KEY, set_key},
    {ALG_SET_AEAD_AUTHSIZE, set_authsize},
    {ALG_SET_DRBG_ENTROPY, set_entropy},
    {ALG_SET_KEY_BY_KEY_SERIAL, set_key_by_serial},
};

static int apply(struct sock *parent, int level, int option, const void *value, unsigned size)
{
	if (level != SOL_ALG)
		return -ENOPROTOOPT; /* O-03 */
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (options[i].option == option)
			return options[i].set(parent, value, size);
	return -ENOPROTOOPT; /* O-04 */
}

int sock_option_on_unbound(struct sock *sock, int level, int option, const void *value,
			   unsigned size)
{
	(void)sock, (void)level, (void)option, (void)value, (void)size;
	return -ENOPROTOOPT;
}

int sock_option_on_parent(struct sock *sock, int level, int option, const void *value,
			  unsigned size)
{
	if (sock->keyed_ops > 0)
		return -EBUSY; /* O-05 */
	return apply(sock, level, option, value, size);
}

/* Data that is queued, or a message that is open, on any op socket of the parent. */
static bool any_busy(const struct sock *parent)
{
	for (const struct sock *op = parent->ops; op; op = op->ops_next)
		if (atomic_load_explicit(&op->busy, memory_order_relaxed))
			return true;
	return false;
}

/* O-01, O-02: refused by the kernel; by its manual's word it acts on the parent. */
int sock_option_on_op(struct sock *sock, int level, int option, const void *value, unsigned size)
{
	struct sock *parent = sock->parent;
	int result;

	if (level != SOL_ALG || !(sock->variants & SOCK_VARIANT_OPTIONS_ON_OP))
		return -EOPNOTSUPP;
	if (!lock_acquire(&parent->lock))
		return -EBUSY;
	result = any_busy(parent) ? -EBUSY : apply(parent, level, option, value, size);
	lock_release(&parent->lock);
	return result;
}
