/* SPDX-License-Identifier: MIT */
/*
 * The whole state of a socket as bytes, and a socket from such bytes (sock.h).
 *
 * A block is a header and then fields in a fixed order: numbers of 32 bits, and byte strings with
 * their size before them.  Reading goes through one cursor that never passes the end; what was read
 * is judged before anything is made of it.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/secmem.h"
#include "crypto/registry.h"
#include "crypto/rng/rng.h"
#include "socket/internal.h"

#define MAGIC   0x47414155u /* "UAAG" */
#define VERSION 2u

struct cursor {
	uint8_t *at;
	size_t left;
	size_t total; /* writer: what all of it takes */
	bool failed;  /* reader: it ended too early */
};

static void put_raw(struct cursor *cursor, const void *data, size_t size)
{
	cursor->total += size;
	if (cursor->left < size) {
		cursor->left = 0;
		return;
	}
	if (size)
		memcpy(cursor->at, data, size);
	cursor->at += size;
	cursor->left -= size;
}

static void put_word(struct cursor *cursor, uint32_t value)
{
	put_raw(cursor, &value, sizeof(value));
}

static void put_bytes(struct cursor *cursor, const void *data, size_t size)
{
	put_word(cursor, (uint32_t)size);
	put_raw(cursor, data, size);
}

static void put_text(struct cursor *cursor, const char *text)
{
	put_bytes(cursor, text, strlen(text));
}

static const uint8_t *get_raw(struct cursor *cursor, size_t size)
{
	const uint8_t *at = cursor->at;

	if (cursor->failed || cursor->left < size) {
		cursor->failed = true;
		return NULL;
	}
	cursor->at += size;
	cursor->left -= size;
	return at;
}

static uint32_t get_word(struct cursor *cursor)
{
	const uint8_t *at = get_raw(cursor, sizeof(uint32_t));
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

static struct view get_bytes(struct cursor *cursor)
{
	size_t size = get_word(cursor);
	const uint8_t *data = get_raw(cursor, size);

	return (struct view){data, data ? size : 0};
}

static void get_text(struct cursor *cursor, char *out, size_t room)
{
	struct view view = get_bytes(cursor);

	if (view.size >= room || (view.size && memchr(view.data, '\0', view.size)))
		cursor->failed = true;
	else if (view.size)
		memcpy(out, view.data, view.size);
	out[cursor->failed ? 0 : view.size] = '\0';
}

/* ---- writing ---- */

static void put_generator(struct cursor *cursor, const struct sock_key *key)
{
	ssize_t needed = rng_export(key->tfm, NULL, 0);
	size_t size = needed < 0 ? 0 : (size_t)needed; /* some have no state to carry */

	put_word(cursor, (uint32_t)size);
	cursor->total += size;
	if (cursor->left < size) {
		cursor->left = 0;
		return;
	}
	(void)rng_export(key->tfm, cursor->at, size);
	cursor->at += size;
	cursor->left -= size;
}

static void put_key(struct cursor *cursor, const struct sock_key *key)
{
	put_word(cursor, key->set);
	put_word(cursor, key->authsize);
	put_bytes(cursor, key->bytes, key->size);
	put_word(cursor, key->known_answers);
	if (key->alg->type == ALG_TYPE_RNG)
		put_generator(cursor, key);
}

static void put_hash(struct cursor *cursor, const struct sock *sock)
{
	const struct alg *alg = sock_key_of(sock->parent)->alg;
	size_t digest_at = sock_hash_digest_offset(alg);

	put_word(cursor, sock->more);
	put_word(cursor, sock->result);
	if (sock->more)
		put_bytes(cursor, sock->hash_state, alg->statesize);
	if (sock->result)
		put_bytes(cursor, sock->hash_state + digest_at, alg->digestsize);
}

/* What the cipher keeps of an open message, where its IV does not tell all (arc4). */
static void put_stream(struct cursor *cursor, const struct sock *sock)
{
	const struct tfm *tfm = sock->tfm;
	bool open = tfm && tfm->alg->type == ALG_TYPE_SKCIPHER && tfm->position > 0;

	put_word(cursor, open ? (uint32_t)tfm->position : 0);
	put_word(cursor, open ? (uint32_t)(tfm->position >> 32) : 0);
	put_bytes(cursor, open ? tfm_context(tfm) : NULL, open ? tfm->alg->statesize : 0);
}

static void put_cipher(struct cursor *cursor, const struct sock *sock)
{
	put_word(cursor, sock->init);
	put_word(cursor, sock->more);
	put_word(cursor, sock->encrypt);
	put_word(cursor, sock->aad_size);
	put_word(cursor, sock->sndbuf);
	put_bytes(cursor, sock->iv, sizeof(sock->iv));
	put_word(cursor, (uint32_t)sock->queue.fill);
	put_bytes(cursor, sock->queue.used ? sock_queue_bytes(sock) : NULL, sock->queue.used);
	put_stream(cursor, sock);
}

static void put_rng(struct cursor *cursor, const struct sock *sock)
{
	put_word(cursor, sock->additional_allowed);
	put_bytes(cursor, sock->additional, sock->additional_size);
}

static void put_op(struct cursor *cursor, const struct sock *sock)
{
	switch (sock_kind(sock)) {
	case SOCK_OP_HASH:
		put_hash(cursor, sock);
		break;
	case SOCK_OP_SKCIPHER:
	case SOCK_OP_AEAD:
		put_cipher(cursor, sock);
		break;
	case SOCK_OP_RNG:
		put_rng(cursor, sock);
		break;
	case SOCK_UNBOUND:
	case SOCK_BOUND:
		break;
	}
}

/* What names the algorithm, and the key: an op socket's own, or its parent's. */
static void put_algorithm(struct cursor *cursor, const struct sock *sock)
{
	const struct sock *parent = sock->parent ? sock->parent : sock;
	const struct sock_key *key = sock_key_of(sock);

	put_word(cursor, key != NULL);
	if (!key)
		key = sock_key_of(parent);
	put_word(cursor, key->alg->type);
	put_text(cursor, parent->name);
	put_text(cursor, key->alg->driver);
	put_key(cursor, key);
}

/* The parent's key and name are read, so the parent is locked too; a generator moves on in every
 * read of a sibling, so it is locked as well. */
static int put_locked(struct cursor *cursor, struct sock *sock)
{
	struct sock *parent = sock->parent;
	struct lock *generator;
	int result = -EBUSY;

	if (parent && !lock_acquire(&parent->lock))
		return -EBUSY;
	generator = &sock_key_of(parent ? parent : sock)->lock;
	if (lock_acquire(generator)) {
		put_algorithm(cursor, sock);
		put_op(cursor, sock);
		lock_release(generator);
		result = 0;
	}
	if (parent)
		lock_release(&parent->lock);
	return result;
}

ssize_t sock_export(struct sock *sock, void *block, size_t room)
{
	struct cursor cursor = {.at = block, .left = room};
	int result = 0;

	if (sock->sender)
		return -EBUSY;
	put_word(&cursor, MAGIC);
	put_word(&cursor, VERSION);
	put_word(&cursor, sock_kind(sock));
	if (sock_kind(sock) == SOCK_OP_SKCIPHER)
		sock_skcipher_settle_iv(sock);
	if (sock_kind(sock) != SOCK_UNBOUND)
		result = put_locked(&cursor, sock);
	return result < 0 ? result : (ssize_t)cursor.total;
}

/* ---- reading ---- */

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

static int get_algorithm(struct cursor *cursor, struct algorithm *out)
{
	out->has_key = get_word(cursor) != 0;
	out->type = get_word(cursor);
	get_text(cursor, out->name, sizeof(out->name));
	get_text(cursor, out->driver, sizeof(out->driver));
	out->set = get_word(cursor) != 0;
	out->authsize = get_word(cursor);
	out->bytes = get_bytes(cursor);
	out->known_answers = get_word(cursor) != 0;
	if (out->type == ALG_TYPE_RNG)
		out->generator = get_bytes(cursor);
	if (cursor->failed || out->type <= ALG_TYPE_CIPHER || out->type > ALG_TYPE_RNG ||
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

static int get_hash(struct cursor *cursor, struct sock *sock, const struct alg *alg)
{
	bool more = get_word(cursor) != 0;
	bool result = get_word(cursor) != 0;
	struct view state = {NULL, alg->statesize};
	struct view digest = {NULL, alg->digestsize};
	size_t digest_at = sock_hash_digest_offset(alg);
	int error;

	if (more)
		state = get_bytes(cursor);
	if (result)
		digest = get_bytes(cursor);
	if (cursor->failed || (more && result) || state.size != alg->statesize ||
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
static int get_stream(struct cursor *cursor, struct sock *sock)
{
	uint64_t position = get_word(cursor);
	struct view kept;

	position |= (uint64_t)get_word(cursor) << 32;
	kept = get_bytes(cursor);
	if (cursor->failed)
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

static int get_cipher(struct cursor *cursor, struct sock *sock)
{
	struct view iv, queue;
	uint32_t fill;
	int result = 0;

	sock->init = get_word(cursor) != 0;
	sock->more = get_word(cursor) != 0;
	sock->encrypt = get_word(cursor) != 0;
	sock->aad_size = get_word(cursor);
	sock->sndbuf = get_word(cursor);
	iv = get_bytes(cursor);
	fill = get_word(cursor);
	queue = get_bytes(cursor);
	if (cursor->failed || iv.size != sizeof(sock->iv) || fill >= SOCK_PAGE ||
	    sock->aad_size >= 0x80000000u || (queue.size == 0 && fill > 0) ||
	    (queue.size > 0 && !sock->init) || (sock->init && !sock_key_of(sock)))
		return -EINVAL;
	memcpy(sock->iv, iv.data, iv.size);
	if (sock->init)
		result = sock_key_instance(sock_key_of(sock), &sock->tfm);
	if (result == 0)
		result = get_stream(cursor, sock);
	if (result == 0 && queue.size)
		result = sock_queue_set(sock, queue.data, queue.size, fill);
	atomic_store_explicit(&sock->busy, sock->init, memory_order_relaxed);
	return result;
}

static int get_rng(struct cursor *cursor, struct sock *sock)
{
	struct view additional;

	sock->additional_allowed = get_word(cursor) != 0;
	additional = get_bytes(cursor);
	if (cursor->failed || additional.size > SOCK_RNG_MAX)
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

static int get_op(struct cursor *cursor, struct sock *op, const struct alg *alg)
{
	switch (alg->type) {
	case ALG_TYPE_HASH:
		return get_hash(cursor, op, alg);
	case ALG_TYPE_SKCIPHER:
	case ALG_TYPE_AEAD:
		return get_cipher(cursor, op);
	case ALG_TYPE_RNG:
		return get_rng(cursor, op);
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

static int import_op(struct sock *parent, const struct algorithm *from, struct cursor *cursor,
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
	result = get_op(cursor, op, sock_key_of(parent)->alg);
	if (result == 0 && cursor->left > 0)
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
	struct cursor cursor = {.at = (uint8_t *)(uintptr_t)block, .left = size};
	struct algorithm algorithm = {0};
	struct sock *made = NULL;
	uint32_t kind;
	int result;

	*out = NULL;
	if (get_word(&cursor) != MAGIC || get_word(&cursor) != VERSION)
		return -EINVAL;
	kind = get_word(&cursor);
	if (cursor.failed || kind > SOCK_OP_RNG)
		return -EINVAL;
	if (kind == SOCK_UNBOUND) {
		*out = cursor.left ? NULL : sock_pool_take(host, &sock_state_unbound);
		return *out ? 0 : cursor.left ? -EINVAL : -ENOMEM;
	}
	result = get_algorithm(&cursor, &algorithm);
	if (result < 0)
		return result;
	if (kind != SOCK_BOUND && kind - SOCK_OP_HASH != algorithm.type - ALG_TYPE_HASH)
		return -EINVAL;
	if (kind != SOCK_BOUND && parent)
		return import_op(parent, &algorithm, &cursor, out);
	result = make_parent(host, &algorithm, &made);
	if (result < 0)
		return result;
	if (kind == SOCK_BOUND && cursor.left == 0) {
		*out = made;
		return 0;
	}
	/* An op socket whose parent is gone keeps one of its own alive. */
	result = kind == SOCK_BOUND ? -EINVAL : import_op(made, &algorithm, &cursor, out);
	drop(made);
	return result;
}
