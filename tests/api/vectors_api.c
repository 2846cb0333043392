/* SPDX-License-Identifier: MIT */
/*
 * Vector files through the consumer library:
 *
 *     vectors_api direct|kernel FILE...
 *
 * With $UALG_TEST_SKIP_MISSING the vectors of unknown names are skipped.
 *
 * The pieces of a message, as the runner cuts them, are the updates of a stream or the pieces of a
 * list by turns; a message in one piece is one call, in place by turns.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ualg/ualg.h>

#include "support/afalg.h"
#include "support/vector_run.h"

#define MAX_PIECES 64
#define GAP        32 /* bytes between pieces, so that what is written beside them shows */
#define GAP_BYTE   0x5a

static enum ualg_transport transport;

/* The keyed handle of a type. */
struct keyed {
	enum ualg_type type;
	struct ualg_digest *digest;
	struct ualg_skcipher *cipher;
	struct ualg_aead *aead;
};

/* A message on its way, and what the turn is. */
struct message {
	struct keyed *keyed;
	struct afalg_control control;
	uint8_t iv[128];
	uint8_t *data;
	size_t size;
	size_t cut[MAX_PIECES]; /* the sizes of its pieces */
	size_t pieces;
	bool ended; /* the next piece is another message's */
	unsigned turn;
};

/* What the runner's handle is. */
struct handle {
	struct keyed *keyed;     /* a parent */
	struct message *message; /* an op */
};

static void *allocate(size_t size)
{
	void *memory = calloc(1, size ? size : 1);

	if (!memory) {
		printf("Bail out! no memory for %zu bytes\n", size);
		exit(1);
	}
	return memory;
}

static void complain(const char *what)
{
	printf("Bail out! %s\n", what);
	exit(1);
}

static int open_keyed(const char *type, const char *alg, struct keyed *keyed)
{
	if (strcmp(type, "hash") == 0) {
		keyed->type = UALG_TYPE_HASH;
		return ualg_digest_open(&keyed->digest, alg, transport);
	}
	if (strcmp(type, "skcipher") == 0) {
		keyed->type = UALG_TYPE_SKCIPHER;
		return ualg_skcipher_open(&keyed->cipher, alg, transport);
	}
	keyed->type = UALG_TYPE_AEAD;
	return ualg_aead_open(&keyed->aead, alg, transport);
}

static int api_bind(const char *type, const char *alg, void **parent)
{
	struct handle *handle = allocate(sizeof(*handle));
	int result;

	handle->keyed = allocate(sizeof(*handle->keyed));
	result = open_keyed(type, alg, handle->keyed);
	if (result < 0) {
		free(handle->keyed);
		free(handle);
		return result;
	}
	*parent = handle;
	return 0;
}

static int api_set_key(void *parent, const void *key, size_t size)
{
	struct keyed *keyed = ((struct handle *)parent)->keyed;

	switch (keyed->type) {
	case UALG_TYPE_HASH:
		return ualg_digest_set_key(keyed->digest, key, size);
	case UALG_TYPE_SKCIPHER:
		return ualg_skcipher_set_key(keyed->cipher, key, size);
	default:
		return ualg_aead_set_key(keyed->aead, key, size);
	}
}

static int api_set_authsize(void *parent, size_t size)
{
	return ualg_aead_set_tag_size(((struct handle *)parent)->keyed->aead, size);
}

static int api_accept(void *parent, void **op)
{
	struct handle *handle = allocate(sizeof(*handle));

	handle->message = allocate(sizeof(*handle->message));
	handle->message->keyed = ((struct handle *)parent)->keyed;
	*op = handle;
	return 0;
}

static void begin(struct message *message, const struct afalg_control *control)
{
	message->size = message->pieces = 0;
	message->ended = false;
	message->turn++;
	if (!control)
		return;
	message->control = *control;
	if (control->iv)
		memcpy(message->iv, control->iv, control->iv_size);
}

static ssize_t api_send(void *op, const struct afalg_control *control, const void *data,
			size_t size, bool more)
{
	struct message *message = ((struct handle *)op)->message;
	uint8_t *grown;

	if (message->ended || message->pieces == 0)
		begin(message, control);
	if (message->pieces == MAX_PIECES)
		complain("more pieces than the runner makes");
	grown = allocate(message->size + size);
	if (message->size)
		memcpy(grown, message->data, message->size);
	if (size)
		memcpy(grown + message->size, data, size);
	free(message->data);
	message->data = grown;
	message->size += size;
	message->cut[message->pieces++] = size;
	message->ended = !more;
	return (ssize_t)size;
}

static int receive_digest(struct message *message, void *out, size_t size)
{
	struct ualg_digest *digest = message->keyed->digest;
	const uint8_t *at = message->data;
	int result = 0;

	if (message->pieces <= 1)
		return ualg_digest_once(digest, message->data, message->size, out, size);
	for (size_t i = 0; i < message->pieces && result == 0; at += message->cut[i++])
		result = ualg_digest_update(digest, at, message->cut[i]);
	return result < 0 ? result : ualg_digest_final(digest, out, size);
}

/* Pieces of memory with gaps between, filled from data (NULL: with zeros). */
static size_t scatter(const struct message *message, const uint8_t *data, size_t first, size_t size,
		      struct iovec *pieces, uint8_t **memory)
{
	uint8_t *at;
	size_t count = 0;

	*memory = at = allocate(size + (MAX_PIECES + 1) * GAP);
	memset(at, GAP_BYTE, size + (MAX_PIECES + 1) * GAP);
	for (size_t i = first; size > 0; i++) {
		size_t share =
		    i < message->pieces && message->cut[i] < size && count + 1 < MAX_PIECES
			? message->cut[i]
			: size;

		at += GAP;
		if (data && share)
			memcpy(at, data, share);
		pieces[count++] = (struct iovec){at, share};
		at += share;
		data = data ? data + share : NULL;
		size -= share;
	}
	return count;
}

static void gather(const struct iovec *pieces, size_t count, uint8_t *out, uint8_t *memory)
{
	const uint8_t *before = memory;

	for (size_t i = 0; i < count; i++) {
		for (size_t gap = 0; gap < GAP; gap++)
			if (before[gap] != GAP_BYTE)
				complain("bytes beside a piece were written");
		if (pieces[i].iov_len)
			memcpy(out, pieces[i].iov_base, pieces[i].iov_len);
		out += pieces[i].iov_len;
		before = (const uint8_t *)pieces[i].iov_base + pieces[i].iov_len;
	}
	free(memory);
}

static int crypt_list(struct message *message, uint8_t *out)
{
	struct iovec in[MAX_PIECES], to[MAX_PIECES];
	uint8_t *in_memory, *out_memory;
	size_t in_count = scatter(message, message->data, 0, message->size, in, &in_memory);
	bool in_place = message->turn % 4 == 0;
	size_t out_count =
	    in_place ? in_count : scatter(message, NULL, 1, message->size, to, &out_memory);
	const struct iovec *result_pieces = in_place ? in : to;
	int result =
	    (message->control.encrypt ? ualg_skcipher_encrypt_iov : ualg_skcipher_decrypt_iov)(
		message->keyed->cipher, message->iv, in, in_count, result_pieces, out_count);

	if (in_place) {
		gather(in, in_count, out, in_memory);
		return result;
	}
	gather(to, out_count, out, out_memory);
	free(in_memory);
	return result;
}

static int crypt_stream(struct message *message, uint8_t *out)
{
	struct ualg_skcipher *cipher = message->keyed->cipher;
	const uint8_t *at = message->data;
	size_t written, left = message->size;
	int result = ualg_skcipher_start(
	    cipher, message->control.encrypt ? UALG_ENCRYPT : UALG_DECRYPT, message->iv);

	for (size_t i = 0; i < message->pieces && result == 0; at += message->cut[i++]) {
		result = ualg_skcipher_update(cipher, at, message->cut[i], out, left, &written);
		out += written;
		left -= written;
	}
	if (result == 0)
		result = ualg_skcipher_finish(cipher, out, left, &written);
	if (result == 0 && written != left)
		complain("a stream gave less than it took");
	return result;
}

static int receive_skcipher(struct message *message, uint8_t *out)
{
	struct ualg_skcipher *cipher = message->keyed->cipher;
	const uint8_t *in = message->data;

	if (message->pieces > 1)
		return message->turn % 2 && ualg_alg_streams(ualg_skcipher_alg(cipher))
			   ? crypt_stream(message, out)
			   : crypt_list(message, out);
	if (message->turn % 2) {
		if (message->size)
			memcpy(out, in, message->size);
		in = out;
	}
	return (message->control.encrypt ? ualg_skcipher_encrypt : ualg_skcipher_decrypt)(
	    cipher, message->iv, in, out, message->size);
}

/* The runner's messages have the AAD before the text, and the tag behind. */
struct parts {
	const uint8_t *aad, *in;
	size_t aad_size, size;
	uint8_t *out, *tag;
};

static int crypt_aead_list(struct message *message, const struct parts *parts)
{
	struct iovec aad[MAX_PIECES], in[MAX_PIECES], to[MAX_PIECES];
	uint8_t *aad_memory, *in_memory, *out_memory;
	size_t aad_count = scatter(message, parts->aad, 0, parts->aad_size, aad, &aad_memory);
	size_t in_count = scatter(message, parts->in, 0, parts->size, in, &in_memory);
	size_t out_count = scatter(message, NULL, message->turn % 3, parts->size, to, &out_memory);
	struct ualg_aead *aead = message->keyed->aead;
	int result = message->control.encrypt
			 ? ualg_aead_encrypt_iov(aead, message->iv, aad, aad_count, in, in_count,
						 to, out_count, parts->tag)
			 : ualg_aead_decrypt_iov(aead, message->iv, aad, aad_count, in, in_count,
						 to, out_count, parts->tag);

	gather(to, out_count, parts->out, out_memory);
	free(in_memory);
	free(aad_memory);
	return result;
}

static int crypt_aead(struct message *message, const struct parts *parts)
{
	struct ualg_aead *aead = message->keyed->aead;
	const uint8_t *in = parts->in;

	if (message->pieces > 1)
		return crypt_aead_list(message, parts);
	if (message->turn % 2) {
		if (parts->size)
			memcpy(parts->out, in, parts->size);
		in = parts->out;
	}
	return message->control.encrypt
		   ? ualg_aead_encrypt(aead, message->iv, parts->aad, parts->aad_size, in,
				       parts->out, parts->size, parts->tag)
		   : ualg_aead_decrypt(aead, message->iv, parts->aad, parts->aad_size, in,
				       parts->out, parts->size, parts->tag);
}

static int receive_aead(struct message *message, uint8_t *out)
{
	size_t aad_size = message->control.assoclen;
	size_t tag_size = ualg_aead_tag_size(message->keyed->aead);
	size_t size = message->size - aad_size - (message->control.encrypt ? 0 : tag_size);
	uint8_t *in = message->data + aad_size;
	struct parts parts = {
	    .aad = message->data,
	    .aad_size = aad_size,
	    .in = in,
	    .size = size,
	    .out = out + aad_size,
	    .tag = message->control.encrypt ? out + aad_size + size : in + size,
	};
	int result;

	if (aad_size)
		memcpy(out, message->data, aad_size);
	result = crypt_aead(message, &parts);
	for (size_t i = 0; result == -EBADMSG && i < size; i++)
		if (parts.out[i] != 0)
			complain("something was given out of what is not authentic");
	return result;
}

static ssize_t api_receive(void *op, void *data, size_t size)
{
	struct message *message = ((struct handle *)op)->message;
	int result;

	switch (message->keyed->type) {
	case UALG_TYPE_HASH:
		result = receive_digest(message, data, size);
		break;
	case UALG_TYPE_SKCIPHER:
		result = receive_skcipher(message, data);
		break;
	default:
		result = receive_aead(message, data);
		break;
	}
	message->ended = true;
	return result < 0 ? result : (ssize_t)size;
}

static void api_close(void *opaque)
{
	struct handle *handle = opaque;

	if (handle->keyed) {
		ualg_digest_close(handle->keyed->digest);
		ualg_skcipher_close(handle->keyed->cipher);
		ualg_aead_close(handle->keyed->aead);
		free(handle->keyed);
	}
	if (handle->message) {
		free(handle->message->data);
		free(handle->message);
	}
	free(handle);
}

static bool is_present(const char *type, const char *alg)
{
	struct keyed keyed = {0};
	int result = open_keyed(type, alg, &keyed);

	ualg_digest_close(keyed.digest);
	ualg_skcipher_close(keyed.cipher);
	ualg_aead_close(keyed.aead);
	return result == 0;
}

/*
 * For what the library has no call: what changes its AAD.  And, if that is asked for, what this
 * build does not have.
 */
static bool api_has(const char *type, const char *alg)
{
	if (strcmp(type, "aead") == 0 && strncmp(alg, "essiv(", 6) == 0)
		return false;
	return !getenv("UALG_TEST_SKIP_MISSING") || is_present(type, alg);
}

static const struct vector_transport transport_api = {
    .name = "libualg",
    .has = api_has,
    .bind = api_bind,
    .set_key = api_set_key,
    .set_authsize = api_set_authsize,
    .accept = api_accept,
    .send = api_send,
    .receive = api_receive,
    .close = api_close,
};

int main(int argc, char **argv)
{
	if (argc < 3 || ualg_transport_parse(argv[1], &transport) < 0) {
		fprintf(stderr, "usage: vectors_api TRANSPORT FILE...\n");
		return 2;
	}
	return vector_run(&transport_api, argc - 2, argv + 2);
}
