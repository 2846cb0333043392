/* SPDX-License-Identifier: MIT */
/*
 * A socket from the bytes of another (sock.h, block.h).  Reading never passes the end; what was
 * read is judged before anything is made of it.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/secmem.h"
#include "crypto/registry.h"
#include "crypto/rng/rng.h"
#include "socket/block.h"
#include "socket/internal.h"

struct reader {
	const uint8_t *at;
	size_t left;
	bool failed; /* the block ended too early */
};

static const uint8_t *get_raw(struct reader *reader, size_t size)
{
	const uint8_t *at = reader->at;

	if (reader->failed || reader->left < size) {
		reader->failed = true;
		return NULL;
	}
	reader->at += size;
	reader->left -= size;
	return at;
}

static uint32_t get_word(struct reader *reader)
{
	const uint8_t *at = get_raw(reader, sizeof(uint32_t));
	uint32_t value = 0;

	if (at)
		memcpy(&value, at, sizeof(value));
	return value;
}

/* A byte string: where it lies in the block. */
struct view {
	const uint8_t *data;
	size_t size;
};

static struct view get_bytes(struct reader *reader)
{
	size_t size = get_word(reader);
	const uint8_t *data = get_raw(reader, size);

	return (struct view){data, data ? size : 0};
}

static void get_text(struct reader *reader, char *out, size_t room)
{
	struct view view = get_bytes(reader);

	if (view.size >= room || (view.size && memchr(view.data, '\0', view.size)))
		reader->failed = true;
	else if (view.size)
		memcpy(out, view.data, view.size);
	out[reader->failed ? 0 : view.size] = '\0';
}

struct algorithm {
	bool has_key; /* an op socket: it is not keyless */
	enum alg_type type;
	char name[ALG_NAME_MAX];
	char driver[ALG_NAME_MAX];
	bool set;
	unsigned authsize;
	struct view bytes;
	bool known_answers;
	struct view generator;
};

static int get_algorithm(struct reader *reader, struct algorithm *out)
{
	out->has_key = get_word(reader) != 0;
	out->type = get_word(reader);
	get_text(reader, out->name, sizeof(out->name));
	get_text(reader, out->driver, sizeof(out->driver));
	out->set = get_word(reader) != 0;
	out->authsize = get_word(reader);
	out->bytes = get_bytes(reader);
	out->known_answers = get_word(reader) != 0;
	if (out->type == ALG_TYPE_RNG)
		out->generator = get_bytes(reader);
	if (reader->failed || out->type <= ALG_TYPE_CIPHER || out->type > ALG_TYPE_RNG ||
	    out->bytes.size > SOCK_KEY_MAX)
		return -EINVAL;
	return 0;
}

static int restore_generator(struct sock_key *key, const struct algorithm *from)
{
	int result = 0;

	key->set = from->set;
	key->known_answers = from->known_answers;
	if (from->generator.size)
		result = rng_import(key->tfm, from->generator.data, from->generator.size);
	return result < 0 ? -EINVAL : 0;
}

/* An algorithm with the key that the block has. */
static int make_key(const struct alg *alg, const struct algorithm *from, struct sock_key **out)
{
	int result;
	struct sock_key *key = sock_key_new(alg, &result);
	struct sock_key *with_bytes;

	if (!key)
		return result;
	if (alg->type == ALG_TYPE_RNG) {
		result = restore_generator(key, from);
	} else if (alg->type == ALG_TYPE_AEAD) {
		result = tfm_setauthsize(key->tfm, from->authsize);
		if (result < 0 && from->authsize == alg->digestsize)
			result = 0; /* the default, which need not be settable (O-12) */
		key->authsize = from->authsize;
	}
	if (result == 0 && from->set && alg->type != ALG_TYPE_RNG) {
		result = sock_key_with_bytes(key, from->bytes.data, from->bytes.size, &with_bytes);
		sock_key_put(key);
		key = with_bytes;
	}
	if (result < 0) {
		sock_key_put(key);
		return result == -ENOMEM ? result : -EINVAL;
	}
	*out = key;
	return 0;
}

static int make_parent(const struct sock_host *host, const struct algorithm *from,
		       struct sock **out)
{
	const struct alg *alg;
	struct sock *parent;
	struct sock_key *key;
	int result = registry_find(from->type, from->driver, &alg);

	if (result < 0)
		return result;
	if (strcmp(alg->driver, from->driver) != 0)
		return -ENOENT; /* a state of another implementation is not ours to read */
	result = make_key(alg, from, &key);
	if (result < 0)
		return result;
	parent = sock_pool_take(host, &sock_state_bound);
	if (!parent) {
		sock_key_put(key);
		return -ENOMEM;
	}
	atomic_store(&parent->key, key);
	parent->name = strdup(from->name);
	if (!parent->name) {
		(void)sock_lock(parent);
		sock_put_unlock(parent);
		return -ENOMEM;
	}
	*out = parent;
	return 0;
}

static int get_hash(struct reader *reader, struct sock *sock, const struct alg *alg)
{
	bool more = get_word(reader) != 0;
	bool result = get_word(reader) != 0;
	struct view state = {NULL, alg->statesize};
	struct view digest = {NULL, alg->digestsize};
	size_t digest_at = sock_hash_digest_offset(alg);
	int error;

	if (more)
		state = get_bytes(reader);
	if (result)
		digest = get_bytes(reader);
	if (reader->failed || (more && result) || state.size != alg->statesize ||
	    digest.size != alg->digestsize)
		return -EINVAL;
	if (!more && !result)
		return 0;
	if (!sock_key_of(sock))
		return -EINVAL; /* a keyless socket has no message */
	error = sock_hash_prepare(sock);
	if (error < 0)
		return error;
	if (more)
		memcpy(sock->hash_state, state.data, state.size);
	if (result && digest.size)
		memcpy(sock->hash_state + digest_at, digest.data, digest.size);
	if (more && alg->hash.state_valid &&
	    !alg->hash.state_valid(sock_key_of(sock)->tfm, sock->hash_state))
		return -EINVAL;
	sock->more = more;
	sock->result = result;
	atomic_store_explicit(&sock->busy, true, memory_order_relaxed);
	return 0;
}

/* Any bytes will do as what a cipher keeps: wrong ones give a wrong stream. */
static int get_stream(struct reader *reader, struct sock *sock)
{
	uint64_t position = get_word(reader);
	struct view kept;

	position |= (uint64_t)get_word(reader) << 32;
	kept = get_bytes(reader);
	if (reader->failed)
		return -EINVAL;
	if (position == 0 && kept.size == 0)
		return 0;
	if (!sock->tfm || sock->tfm->alg->type != ALG_TYPE_SKCIPHER ||
	    kept.size != sock->tfm->alg->statesize)
		return -EINVAL;
	sock->tfm->position = position;
	if (kept.size)
		memcpy(tfm_context(sock->tfm), kept.data, kept.size);
	return 0;
}

static int get_cipher(struct reader *reader, struct sock *sock)
{
	struct view iv, queue;
	uint32_t fill;
	int result = 0;

	sock->init = get_word(reader) != 0;
	sock->more = get_word(reader) != 0;
	sock->encrypt = get_word(reader) != 0;
	sock->aad_size = get_word(reader);
	sock->sndbuf = get_word(reader);
	iv = get_bytes(reader);
	fill = get_word(reader);
	queue = get_bytes(reader);
	if (reader->failed || iv.size != sizeof(sock->iv) || fill >= SOCK_PAGE ||
	    sock->aad_size >= 0x80000000u || (queue.size == 0 && fill > 0) ||
	    (queue.size > 0 && !sock->init) || (sock->init && !sock_key_of(sock)))
		return -EINVAL;
	memcpy(sock->iv, iv.data, iv.size);
	if (sock->init)
		result = sock_key_instance(sock_key_of(sock), &sock->tfm);
	if (result == 0)
		result = get_stream(reader, sock);
	if (result == 0 && queue.size)
		result = sock_queue_set(sock, queue.data, queue.size, fill);
	atomic_store_explicit(&sock->busy, sock->init, memory_order_relaxed);
	return result;
}

static int get_rng(struct reader *reader, struct sock *sock)
{
	struct view additional;

	sock->additional_allowed = get_word(reader) != 0;
	additional = get_bytes(reader);
	if (reader->failed || additional.size > SOCK_RNG_MAX)
		return -EINVAL;
	if (additional.size == 0)
		return 0;
	sock->additional = secmem_alloc(SOCK_RNG_MAX);
	if (!sock->additional)
		return -ENOMEM;
	memcpy(sock->additional, additional.data, additional.size);
	sock->additional_size = additional.size;
	return 0;
}

static int get_op(struct reader *reader, struct sock *op, const struct alg *alg)
{
	switch (alg->type) {
	case ALG_TYPE_HASH:
		return get_hash(reader, op, alg);
	case ALG_TYPE_SKCIPHER:
	case ALG_TYPE_AEAD:
		return get_cipher(reader, op);
	case ALG_TYPE_RNG:
		return get_rng(reader, op);
	case ALG_TYPE_CIPHER:
		break;
	}
	return -EINVAL;
}

static bool same_key(const struct sock_key *key, const struct algorithm *from)
{
	return key->set == from->set && key->authsize == from->authsize &&
	       key->size == from->bytes.size &&
	       (key->size == 0 || secmem_equal(key->bytes, from->bytes.data, key->size));
}

/* The key that the op socket goes on with: its parent's, or an older one (O-01). */
static int key_of_op(struct sock *parent, const struct algorithm *from, struct sock_key **out)
{
	struct sock_key *key = sock_key_of(parent);

	if (!from->has_key) {
		*out = NULL;
		return 0;
	}
	if (key->alg->type == ALG_TYPE_RNG || same_key(key, from)) {
		sock_key_get(key);
		*out = key;
	} else {
		int result = make_key(key->alg, from, out);

		if (result < 0)
			return result;
	}
	if (sock_key_ready(*out))
		return 0;
	sock_key_put(*out);
	return -EINVAL;
}

static int make_op(struct sock *parent, const struct algorithm *from, struct sock **out)
{
	const struct alg *alg;
	struct sock_key *key;
	struct sock *op;
	int result;

	if (sock_kind(parent) != SOCK_BOUND)
		return -EINVAL;
	alg = sock_key_of(parent)->alg;
	if (alg->type != from->type || strcmp(alg->driver, from->driver) != 0)
		return -EINVAL;
	result = key_of_op(parent, from, &key);
	if (result < 0)
		return result;
	/* A socket that needs no key is never keyless. */
	result = key || alg_needs_key(alg) ? sock_op_new(parent, key, &op) : -EINVAL;
	sock_key_put(key);
	if (result == 0)
		*out = op;
	return result;
}

static int import_op(struct sock *parent, const struct algorithm *from, struct reader *reader,
		     struct sock **out)
{
	struct sock *op = NULL;
	int result;

	if (!sock_lock(parent))
		return -EBUSY;
	result = make_op(parent, from, &op);
	sock_unlock(parent);
	if (result < 0)
		return result;
	(void)sock_lock(op);
	result = get_op(reader, op, sock_key_of(parent)->alg);
	if (result == 0 && reader->left > 0)
		result = -EINVAL;
	if (result < 0) {
		sock_put_unlock(op);
		return result;
	}
	sock_unlock(op);
	*out = op;
	return 0;
}

static void drop(struct sock *sock)
{
	(void)sock_lock(sock);
	sock_put_unlock(sock);
}

int sock_import(const struct sock_host *host, struct sock *parent, const void *block, size_t size,
		struct sock **out)
{
	struct reader reader = {.at = block, .left = size};
	struct algorithm algorithm = {0};
	struct sock *made = NULL;
	uint32_t kind;
	int result;

	*out = NULL;
	if (get_word(&reader) != SOCK_BLOCK_MAGIC || get_word(&reader) != SOCK_BLOCK_VERSION)
		return -EINVAL;
	kind = get_word(&reader);
	if (reader.failed || kind > SOCK_OP_RNG)
		return -EINVAL;
	if (kind == SOCK_UNBOUND) {
		*out = reader.left ? NULL : sock_pool_take(host, &sock_state_unbound);
		return *out ? 0 : reader.left ? -EINVAL : -ENOMEM;
	}
	result = get_algorithm(&reader, &algorithm);
	if (result < 0)
		return result;
	if (kind != SOCK_BOUND && kind - SOCK_OP_HASH != algorithm.type - ALG_TYPE_HASH)
		return -EINVAL;
	if (kind != SOCK_BOUND && parent)
		return import_op(parent, &algorithm, &reader, out);
	result = make_parent(host, &algorithm, &made);
	if (result < 0)
		return result;
	if (kind == SOCK_BOUND && reader.left == 0) {
		*out = made;
		return 0;
	}
	/* An op socket whose parent is gone keeps one of its own alive. */
	result = kind == SOCK_BOUND ? -EINVAL : import_op(made, &algorithm, &reader, out);
	drop(made);
	return result;
}
