/* SPDX-License-Identifier: MIT */
/*
 * However a message is cut, its result is the same: for every well-known name, random messages in
 * one send, byte by byte, in random pieces with MSG_MORE, and in pieces of which most are spliced;
 * into another buffer and into the one it came from (H-04, C-16 to C-18, E-09, E-14, Z-01, Z-02,
 * Z-04).  $UALG_TEST_SEED repeats a run.
 *
 *     test_split engine|door
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "catalog/names.h"
#include "crypto/registry.h"
#include "support/afalg.h"
#include "support/transport.h"

#define CASES       10000u
#define MAX_MESSAGE 8192u
#define MAX_BYTES   400u /* the longest message that goes byte by byte */
#define MAX_KEY     1088u

static const struct vector_transport *transport;
static uint64_t random_state;

static uint32_t random_number(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)(random_state >> 16);
}

static size_t below(size_t bound)
{
	return random_number() % bound;
}

static void fill(uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		data[i] = (uint8_t)random_number();
}

static void seed(void)
{
	const char *given = getenv("UALG_TEST_SEED");

	random_state = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL) * 2654435761u;
	random_state |= 1;
	printf("# UALG_TEST_SEED=%llu\n", (unsigned long long)random_state);
}

/* A message, and what has to come of it. */
struct message {
	const struct alg *alg;
	void *parent;
	uint8_t key[MAX_KEY];
	size_t key_size;
	struct afalg_control control;
	uint8_t iv[ALG_MAX_IV];
	uint8_t in[MAX_MESSAGE];
	size_t in_size;
	size_t out_size;
};

static const char *failure;

static bool fail(const char *what)
{
	failure = what;
	return false;
}

/* ---- keys ---- */

/* Whether keys of an AEAD are blobs (K-10). */
static bool wants_blob(const struct alg *alg)
{
	return strstr(alg->name, "authenc") || strstr(alg->name, "krb5enc");
}

static size_t make_blob(uint8_t *key)
{
	static const uint8_t hash_sizes[] = {0, 16, 20, 32, 64};
	static const uint8_t cipher_sizes[] = {0, 8, 16, 20, 24, 28, 32, 36};
	const uint16_t header[2] = {8, 1};
	size_t hash = hash_sizes[below(sizeof(hash_sizes))];
	uint8_t cipher = cipher_sizes[below(sizeof(cipher_sizes))];

	memcpy(key, header, sizeof(header));
	memset(key + 4, 0, 3);
	key[7] = cipher;
	fill(key + 8, hash + cipher);
	return 8 + hash + cipher;
}

static size_t make_key(const struct alg *alg, uint8_t *key)
{
	size_t high = alg->max_keysize < MAX_KEY ? alg->max_keysize : MAX_KEY;
	size_t size;

	if (alg->type == ALG_TYPE_AEAD && wants_blob(alg))
		return make_blob(key);
	if (high > 200 && alg->min_keysize < 200)
		high = 200;
	size = alg->min_keysize + below(high - alg->min_keysize + 1);
	fill(key, size);
	return size;
}

/* Sets a key that suits, where one is wanted.  false: none was found. */
static bool set_key(struct message *message)
{
	if (message->alg->type == ALG_TYPE_HASH && message->alg->key == ALG_KEY_NONE)
		return true;
	for (unsigned tries = 0; tries < 1000; tries++) {
		message->key_size = make_key(message->alg, message->key);
		if (transport->set_key(message->parent, message->key, message->key_size) == 0)
			return true;
	}
	return false;
}

/* ---- sends ---- */

enum way { WHOLE, BYTES, PIECES, SPLICED, WAYS };

static unsigned long spliced; /* pieces, in and out */

static size_t next_piece(enum way way, size_t left)
{
	if (way == WHOLE)
		return left;
	if (way == BYTES)
		return left ? 1 : 0;
	if (way == SPLICED && below(4) == 0)
		return left;
	return below(4) == 0 ? below(left + 1) : below((left < 40 ? left : 40) + 1);
}

/* One piece.  Of those to be spliced some are sent all the same; control messages always are. */
static ssize_t send_piece(void *op, const struct afalg_control *control, const uint8_t *data,
			  size_t size, bool more, enum way way)
{
	if (way != SPLICED || control || size == 0 || below(5) == 0)
		return transport->send(op, control, data, size, more);
	spliced++;
	return transport->splice_in(op, data, size, more);
}

static ssize_t receive_all(void *op, uint8_t *out, size_t size, enum way way)
{
	if (way != SPLICED || size == 0 || below(2) == 0)
		return transport->receive(op, out, size);
	spliced++;
	return transport->splice_out(op, out, size);
}

/* Sends all in pieces; the control messages go with the first. */
static ssize_t send_all(void *op, const struct message *message, const uint8_t *data, enum way way)
{
	const struct afalg_control *control =
	    message->alg->type == ALG_TYPE_HASH ? NULL : &message->control;
	size_t done = 0;
	bool more;

	do {
		size_t size = next_piece(way, message->in_size - done);
		/* Sometimes the end comes by itself, as a send of nothing. */
		bool end_apart = way >= PIECES && below(3) == 0;
		ssize_t sent;

		more = done + size < message->in_size || end_apart;
		sent = send_piece(op, control, data + done, size, more, way);
		if (sent != (ssize_t)size)
			return sent < 0 ? sent : -EIO;
		done += size;
		control = NULL;
	} while (more);
	return 0;
}

/* One way of a message.  The result of recv. */
static ssize_t run(const struct message *message, enum way way, uint8_t *in, uint8_t *out)
{
	void *op;
	ssize_t result = transport->accept(message->parent, &op);

	if (result < 0)
		return result;
	result = send_all(op, message, in, way);
	if (result == 0)
		result = receive_all(op, out, message->out_size, way);
	transport->close(op);
	return result;
}

static uint8_t expected[MAX_MESSAGE + ALG_MAX_TAG];

/* Compares all ways with the first.  What recv gives there. */
static bool compare_ways(const struct message *message, ssize_t *result)
{
	static uint8_t in[MAX_MESSAGE + ALG_MAX_TAG], out[MAX_MESSAGE + ALG_MAX_TAG];

	memcpy(in, message->in, message->in_size);
	*result = run(message, WHOLE, in, expected);
	for (unsigned i = 0; i < 2 * WAYS; i++) {
		enum way way = (enum way)(i % WAYS);
		bool in_place = i >= WAYS;

		if (way == BYTES && message->in_size > MAX_BYTES)
			continue;
		if (way == SPLICED && !transport->splice_in)
			continue;
		memcpy(in, message->in, message->in_size);
		if (run(message, way, in, in_place ? in : out) != *result)
			return fail(in_place ? "another result in place" : "another result");
		if (*result > 0 && memcmp(in_place ? in : out, expected, message->out_size) != 0)
			return fail(in_place ? "other bytes in place" : "other bytes");
		if (!in_place && memcmp(in, message->in, message->in_size) != 0)
			return fail("the input is changed");
	}
	return true;
}

/* ---- the algorithm itself, in place and out of place ---- */

static bool compare_skcipher(const struct message *message)
{
	static uint8_t in_place[MAX_MESSAGE], apart[MAX_MESSAGE];
	uint8_t iv[2][ALG_MAX_IV];
	struct tfm *tfm;
	int result[2];

	if (tfm_new(message->alg, &tfm) < 0)
		return fail("no instance");
	if (tfm_setkey(tfm, message->key, message->key_size) < 0) {
		tfm_free(tfm);
		return fail("the algorithm refuses the key");
	}
	memcpy(iv[0], message->iv, sizeof(iv[0]));
	memcpy(iv[1], message->iv, sizeof(iv[1]));
	memcpy(in_place, message->in, message->in_size);
	result[0] =
	    message->alg->skcipher.encrypt(tfm, iv[0], apart, message->in, message->in_size);
	result[1] =
	    message->alg->skcipher.encrypt(tfm, iv[1], in_place, in_place, message->in_size);
	tfm_free(tfm);
	if (result[0] != result[1])
		return fail("the algorithm gives another result in place");
	if (result[0] == 0 && (memcmp(apart, in_place, message->in_size) != 0 ||
			       memcmp(iv[0], iv[1], message->alg->ivsize) != 0))
		return fail("the algorithm gives other bytes in place");
	return true;
}

/* ---- cases ---- */

static size_t random_size(const struct alg *alg)
{
	size_t size = below(20) ? below(MAX_BYTES) : below(MAX_MESSAGE - 200);

	if (alg->blocksize > 1 && below(2))
		size -= size % alg->blocksize;
	return size;
}

static void make_message(struct message *message)
{
	static const uint8_t aads[] = {0, 8, 12, 16, 20, 33};
	const struct alg *alg = message->alg;
	size_t aad = alg->type == ALG_TYPE_AEAD ? aads[below(sizeof(aads))] : 0;

	fill(message->iv, sizeof(message->iv));
	if (strstr(alg->name, "ccm(") && alg->ivsize == 16)
		message->iv[0] = (uint8_t)(1 + below(7)); /* E-15 */
	message->in_size = aad + random_size(alg);
	fill(message->in, message->in_size);
	if (strncmp(alg->name, "vmac64", 6) == 0)
		message->in[0] &= 0x7f; /* H-23 */
	message->control = (struct afalg_control){
	    .encrypt = true,
	    .iv = message->iv,
	    .iv_size = alg->ivsize,
	    .has_assoclen = alg->type == ALG_TYPE_AEAD,
	    .assoclen = (uint32_t)aad,
	};
	message->out_size =
	    alg->type == ALG_TYPE_HASH
		? alg->digestsize
		: message->in_size + (alg->type == ALG_TYPE_AEAD ? alg->digestsize : 0);
}

/* What was encrypted is cut anew on its way back. */
static bool run_back(struct message *message)
{
	static uint8_t plain[MAX_MESSAGE];
	size_t size = message->in_size;
	ssize_t result;

	if (message->out_size > sizeof(message->in))
		return true;
	memcpy(plain, message->in, size);
	memcpy(message->in, expected, message->out_size);
	message->in_size = message->out_size;
	message->out_size = size;
	message->control.encrypt = false;
	return compare_ways(message, &result);
}

static bool run_case(struct message *message, unsigned *good)
{
	ssize_t result;

	make_message(message);
	if (!compare_ways(message, &result))
		return false;
	*good += result >= 0;
	if (message->alg->type == ALG_TYPE_SKCIPHER && !compare_skcipher(message))
		return false;
	if (message->alg->type == ALG_TYPE_HASH || result < 0)
		return true;
	return run_back(message);
}

/* The names that no key suits (N-10, O-09). */
static bool is_unusable(const char *name)
{
	return strcmp(name, "essiv(cbc(aes),sha1)") == 0 ||
	       strcmp(name, "authenc(sha256,cbc(aes))") == 0;
}

static bool run_name(const struct catalog_name *name, unsigned cases)
{
	static struct message message;
	unsigned good = 0;
	bool right = true;

	memset(&message, 0, sizeof(message));
	if (registry_find(name->type, name->name, &message.alg) < 0)
		return fail("not there");
	for (unsigned i = 0; i < cases && right; i++) {
		if (transport->bind(alg_type_name(name->type), name->name, &message.parent))
			return fail("bind");
		right = set_key(&message) || fail("no key suits");
		right = right && run_case(&message, &good);
		transport->close(message.parent);
	}
	/* Sizes are chosen by chance, of which a fifth suits the worst name. */
	return right && (good > 0 || fail("no message was accepted"));
}

static bool choose_transport(int argc, char **argv)
{
	const char *name = argc == 2 ? argv[1] : "";

	if (strcmp(name, "engine") == 0)
		transport = &transport_engine;
	else if (strcmp(name, "door") == 0)
		transport = &transport_door;
	else
		fprintf(stderr, "test_split: %s: engine or door was expected\n", name);
	return transport && (transport != &transport_door || transport_door_works());
}

int main(int argc, char **argv)
{
	unsigned names = 0, count = 0, failed = 0;

	if (!choose_transport(argc, argv))
		return 1;
	seed();
	for (size_t i = 0; i < catalog_names_count; i++)
		names +=
		    catalog_names[i].type != ALG_TYPE_RNG && !is_unusable(catalog_names[i].name);
	for (size_t i = 0; i < catalog_names_count; i++) {
		const struct catalog_name *name = &catalog_names[i];
		unsigned cases = CASES / names + (count < CASES % names);
		bool good;

		if (name->type == ALG_TYPE_RNG || is_unusable(name->name))
			continue;
		good = run_name(name, cases);
		printf("%s %u - %s: %u messages\n", good ? "ok" : "not ok", ++count, name->name,
		       cases);
		if (!good)
			printf("# %s\n", failure);
		failed += !good;
	}
	printf("# %lu pieces were spliced\n", spliced);
	printf("1..%u\n", count);
	return failed != 0 || count == 0;
}
