/* SPDX-License-Identifier: MIT */
/* The whole state of a socket as bytes (sock.h, block.h). */
#include <errno.h>
#include <string.h>

#include "crypto/rng/rng.h"
#include "socket/block.h"
#include "socket/internal.h"

/* Writes no further than the room goes, and counts on. */
struct writer {
	uint8_t *at;
	size_t left;
	size_t total; /* what all of it takes */
};

static void put_raw(struct writer *writer, const void *data, size_t size)
{
	writer->total += size;
	if (writer->left < size) {
		writer->left = 0;
		return;
	}
	if (size)
		memcpy(writer->at, data, size);
	writer->at += size;
	writer->left -= size;
}

static void put_word(struct writer *writer, uint32_t value)
{
	put_raw(writer, &value, sizeof(value));
}

static void put_bytes(struct writer *writer, const void *data, size_t size)
{
	put_word(writer, (uint32_t)size);
	put_raw(writer, data, size);
}

static void put_text(struct writer *writer, const char *text)
{
	put_bytes(writer, text, strlen(text));
}

static void put_generator(struct writer *writer, const struct sock_key *key)
{
	ssize_t needed = rng_export(key->tfm, NULL, 0);
	size_t size = needed < 0 ? 0 : (size_t)needed; /* some have no state to carry */

	put_word(writer, (uint32_t)size);
	writer->total += size;
	if (writer->left < size) {
		writer->left = 0;
		return;
	}
	(void)rng_export(key->tfm, writer->at, size);
	writer->at += size;
	writer->left -= size;
}

static void put_key(struct writer *writer, const struct sock_key *key)
{
	put_word(writer, key->set);
	put_word(writer, key->authsize);
	put_bytes(writer, key->bytes, key->size);
	put_word(writer, key->known_answers);
	if (key->alg->type == ALG_TYPE_RNG)
		put_generator(writer, key);
}

static void put_hash(struct writer *writer, const struct sock *sock)
{
	const struct alg *alg = sock_key_of(sock->parent)->alg;
	size_t digest_at = sock_hash_digest_offset(alg);

	put_word(writer, sock->more);
	put_word(writer, sock->result);
	if (sock->more)
		put_bytes(writer, sock->hash_state, alg->statesize);
	if (sock->result)
		put_bytes(writer, sock->hash_state + digest_at, alg->digestsize);
}

/* What the cipher keeps of an open message, where its IV does not tell all (arc4). */
static void put_stream(struct writer *writer, const struct sock *sock)
{
	const struct tfm *tfm = sock->tfm;
	bool open = tfm && tfm->alg->type == ALG_TYPE_SKCIPHER && tfm->position > 0;

	put_word(writer, open ? (uint32_t)tfm->position : 0);
	put_word(writer, open ? (uint32_t)(tfm->position >> 32) : 0);
	put_bytes(writer, open ? tfm_context(tfm) : NULL, open ? tfm->alg->statesize : 0);
}

static void put_cipher(struct writer *writer, const struct sock *sock)
{
	put_word(writer, sock->init);
	put_word(writer, sock->more);
	put_word(writer, sock->encrypt);
	put_word(writer, sock->aad_size);
	put_word(writer, sock->sndbuf);
	put_bytes(writer, sock->iv, sizeof(sock->iv));
	put_word(writer, (uint32_t)sock->queue.fill);
	put_bytes(writer, sock->queue.used ? sock_queue_bytes(sock) : NULL, sock->queue.used);
	put_stream(writer, sock);
}

static void put_rng(struct writer *writer, const struct sock *sock)
{
	put_word(writer, sock->additional_allowed);
	put_bytes(writer, sock->additional, sock->additional_size);
}

static void put_op(struct writer *writer, const struct sock *sock)
{
	switch (sock_kind(sock)) {
	case SOCK_OP_HASH:
		put_hash(writer, sock);
		break;
	case SOCK_OP_SKCIPHER:
	case SOCK_OP_AEAD:
		put_cipher(writer, sock);
		break;
	case SOCK_OP_RNG:
		put_rng(writer, sock);
		break;
	case SOCK_UNBOUND:
	case SOCK_BOUND:
		break;
	}
}

/* What names the algorithm, and the key: an op socket's own, or its parent's. */
static void put_algorithm(struct writer *writer, const struct sock *sock)
{
	const struct sock *parent = sock->parent ? sock->parent : sock;
	const struct sock_key *key = sock_key_of(sock);

	put_word(writer, key != NULL);
	if (!key)
		key = sock_key_of(parent);
	put_word(writer, key->alg->type);
	put_text(writer, parent->name);
	put_text(writer, key->alg->driver);
	put_key(writer, key);
}

/* The parent's key and name are read, so the parent is locked too; a generator moves on in every
 * read of a sibling, so it is locked as well. */
static int put_locked(struct writer *writer, struct sock *sock)
{
	struct sock *parent = sock->parent;
	struct lock *generator;
	int result = -EBUSY;

	if (parent && !lock_acquire(&parent->lock))
		return -EBUSY;
	generator = &sock_key_of(parent ? parent : sock)->lock;
	if (lock_acquire(generator)) {
		put_algorithm(writer, sock);
		put_op(writer, sock);
		lock_release(generator);
		result = 0;
	}
	if (parent)
		lock_release(&parent->lock);
	return result;
}

ssize_t sock_export(struct sock *sock, void *block, size_t room)
{
	struct writer writer = {.at = block, .left = room};
	int result = 0;

	if (sock->sender)
		return -EBUSY;
	put_word(&writer, SOCK_BLOCK_MAGIC);
	put_word(&writer, SOCK_BLOCK_VERSION);
	put_word(&writer, sock_kind(sock));
	if (sock_kind(sock) == SOCK_OP_SKCIPHER)
		sock_skcipher_settle_iv(sock);
	if (sock_kind(sock) != SOCK_UNBOUND)
		result = put_locked(&writer, sock);
	return result < 0 ? result : (ssize_t)writer.total;
}
