/* SPDX-License-Identifier: MIT */
/*
 * Sockets move between two engines in every state, and finish as if they had stayed.
 *
 * A scenario leaves an op socket in some state and then reads what it would give.  It runs twice:
 * undisturbed, and with parent and op exported and imported at the point in between; the answers
 * are the same.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/engine.h"
#include "ualg/if_alg.h"

static const uint8_t key_bytes[32] = "a key of thirty-two bytes, whole";
static const uint8_t iv_bytes[32] = "an IV that is long enough for it";
static const char text[] = "Sixteen bytes of plain text, and then some more of it, odd length..";

struct pair {
	struct sock *parent;
	struct sock *op;
};

static struct sock_host other_host;

/* ---- the scenarios: what happens before the move, and after ---- */

static void nothing(struct sock *op)
{
	(void)op;
}

static void open_message(struct sock *op)
{
	assert_int_equal(engine_send(op, text, 37, SOCK_MSG_MORE), 37);
}

static void long_open_message(struct sock *op)
{
	static const uint8_t zeros[5000];

	assert_int_equal(engine_send(op, zeros, sizeof(zeros), SOCK_MSG_MORE), sizeof(zeros));
	open_message(op);
}

static void finished_message(struct sock *op)
{
	assert_int_equal(engine_send(op, text, 37, 0), 37);
}

static void end_and_read(struct sock *op, uint8_t *out, ssize_t *size)
{
	assert_true(engine_send(op, text, 5, 0) == 5);
	*size = engine_recv(op, out, 512);
}

static void read_only(struct sock *op, uint8_t *out, ssize_t *size)
{
	*size = engine_recv(op, out, 512);
}

static void cipher_queued(struct sock *op)
{
	assert_int_equal(engine_send_with(op, text, 64, 0, ALG_OP_ENCRYPT, iv_bytes, 16, -1), 64);
}

static void cipher_open(struct sock *op)
{
	assert_int_equal(
	    engine_send_with(op, text, 40, SOCK_MSG_MORE, ALG_OP_ENCRYPT, iv_bytes, 16, -1), 40);
}

static void cipher_partly_read(struct sock *op)
{
	uint8_t out[32];

	cipher_queued(op);
	assert_int_equal(engine_recv(op, out, 20), 16);
}

static void cipher_chained(struct sock *op)
{
	uint8_t out[64];

	cipher_queued(op);
	assert_int_equal(engine_recv(op, out, 64), 64);
}

static void cipher_end(struct sock *op, uint8_t *out, ssize_t *size)
{
	assert_int_equal(engine_send(op, text, 8, 0), 8);
	*size = engine_recv(op, out, 512);
}

static void cipher_next(struct sock *op, uint8_t *out, ssize_t *size)
{
	assert_int_equal(engine_send(op, text, 32, 0), 32);
	*size = engine_recv(op, out, 512);
}

static void aead_queued(struct sock *op)
{
	assert_int_equal(engine_send_with(op, text, 50, 0, ALG_OP_ENCRYPT, iv_bytes, 12, 20), 50);
}

static void aead_open(struct sock *op)
{
	assert_int_equal(
	    engine_send_with(op, text, 50, SOCK_MSG_MORE, ALG_OP_ENCRYPT, iv_bytes, 12, 20), 50);
}

static void full_queue(struct sock *op)
{
	static const uint8_t zeros[300000]; /* more than fits (C-10) */

	assert_int_equal(
	    engine_send_with(op, zeros, sizeof(zeros), 0, ALG_OP_ENCRYPT, iv_bytes, 16, -1),
	    212992);
}

/* Nothing but its position tells where this cipher's stream is. */
static void stream_partly_read(struct sock *op)
{
	uint8_t out[21];

	assert_int_equal(engine_send_with(op, text, 64, 0, ALG_OP_ENCRYPT, NULL, 0, -1), 64);
	assert_int_equal(engine_recv(op, out, sizeof(out)), sizeof(out));
}

static const struct scenario {
	const char *name;
	const char *type;
	const char *alg;
	size_t key_size;
	unsigned authsize;
	void (*before)(struct sock *op);
	void (*after)(struct sock *op, uint8_t *out, ssize_t *size);
} scenarios[] = {
    {"hash, fresh", "hash", "sha256", 0, 0, nothing, read_only},
    {"hash, open", "hash", "sha256", 0, 0, open_message, end_and_read},
    {"hash, finished", "hash", "sha256", 0, 0, finished_message, read_only},
    {"md5, open", "hash", "md5", 0, 0, long_open_message, end_and_read},
    {"sha1, open", "hash", "sha1", 0, 0, long_open_message, end_and_read},
    {"sha224, open", "hash", "sha224", 0, 0, open_message, end_and_read},
    {"sha384, open", "hash", "sha384", 0, 0, long_open_message, end_and_read},
    {"sha512, open", "hash", "sha512", 0, 0, open_message, end_and_read},
    {"sha3-224, open", "hash", "sha3-224", 0, 0, long_open_message, end_and_read},
    {"sha3-256, open", "hash", "sha3-256", 0, 0, open_message, end_and_read},
    {"sha3-384, open", "hash", "sha3-384", 0, 0, long_open_message, end_and_read},
    {"sha3-512, open", "hash", "sha3-512", 0, 0, open_message, end_and_read},
    {"hmac, open", "hash", "hmac(sha256)", 20, 0, open_message, end_and_read},
    {"hmac of sha3, open", "hash", "hmac(sha3-384)", 32, 0, long_open_message, end_and_read},
    {"hmac, empty key", "hash", "hmac(sha1)", 0, 0, open_message, end_and_read},
    {"cmac, open", "hash", "cmac(aes)", 16, 0, open_message, end_and_read},
    {"cbc, queued", "skcipher", "cbc(aes)", 32, 0, cipher_queued, read_only},
    {"cbc, open", "skcipher", "cbc(aes)", 16, 0, cipher_open, cipher_end},
    {"cbc, partly read", "skcipher", "cbc(aes)", 24, 0, cipher_partly_read, read_only},
    {"cbc, chained", "skcipher", "cbc(aes)", 16, 0, cipher_chained, cipher_next},
    {"ctr, chained", "skcipher", "ctr(aes)", 16, 0, cipher_chained, cipher_next},
    {"arc4, partly read", "skcipher", "arc4", 7, 0, stream_partly_read, read_only},
    {"xts, queued", "skcipher", "xts(aes)", 32, 0, cipher_queued, read_only},
    {"cbc, full", "skcipher", "cbc(aes)", 16, 0, full_queue, read_only},
    {"gcm, queued", "aead", "gcm(aes)", 32, 0, aead_queued, read_only},
    {"gcm, short tag", "aead", "gcm(aes)", 16, 12, aead_queued, read_only},
    {"gcm, open", "aead", "gcm(aes)", 16, 0, aead_open, end_and_read},
};

static struct pair make(const struct scenario *scenario)
{
	struct pair pair;
	int error;

	pair.parent = engine_open(scenario->type, scenario->alg, &error);
	assert_int_equal(error, 0);
	if (scenario->key_size || strncmp(scenario->alg, "hmac", 4) == 0)
		assert_int_equal(engine_key(pair.parent, key_bytes, scenario->key_size), 0);
	if (scenario->authsize)
		assert_int_equal(engine_option(pair.parent, ALG_SET_AEAD_AUTHSIZE, NULL,
					       (int)scenario->authsize),
				 0);
	pair.op = engine_accept(pair.parent, &error);
	assert_int_equal(error, 0);
	return pair;
}

static void *export_socket(struct sock *sock, size_t *size)
{
	ssize_t needed;
	void *block;

	(void)sock_lock(sock);
	needed = sock_export(sock, NULL, 0);
	assert_true(needed > 0);
	block = malloc((size_t)needed);
	assert_non_null(block);
	assert_int_equal(sock_export(sock, block, (size_t)needed), needed);
	sock_unlock(sock);
	*size = (size_t)needed;
	return block;
}

static struct sock *import_socket(struct sock *parent, const void *block, size_t size)
{
	struct sock *sock;

	assert_int_equal(sock_import(&other_host, parent, block, size, &sock), 0);
	assert_non_null(sock);
	return sock;
}

static void close_pair(struct pair pair)
{
	engine_close(pair.op);
	if (pair.parent)
		engine_close(pair.parent);
}

static struct pair move_both(struct pair from)
{
	struct pair to;
	size_t parent_size, op_size;
	void *parent = export_socket(from.parent, &parent_size);
	void *op = export_socket(from.op, &op_size);

	close_pair(from);
	to.parent = import_socket(NULL, parent, parent_size);
	to.op = import_socket(to.parent, op, op_size);
	free(parent);
	free(op);
	return to;
}

/* The op socket alone: its parent was closed before. */
static struct pair move_orphan(struct pair from)
{
	struct pair to = {0};
	size_t op_size;
	void *op;

	engine_close(from.parent);
	op = export_socket(from.op, &op_size);
	engine_close(from.op);
	to.op = import_socket(NULL, op, op_size);
	free(op);
	return to;
}

static struct pair stay(struct pair from)
{
	return from;
}

static ssize_t play(const struct scenario *scenario, struct pair (*move)(struct pair), uint8_t *out)
{
	struct pair pair = make(scenario);
	ssize_t size;

	scenario->before(pair.op);
	pair = move(pair);
	scenario->after(pair.op, out, &size);
	close_pair(pair);
	return size;
}

static void test_moves(void **state)
{
	const struct scenario *scenario = *state;
	uint8_t expected[512] = {0}, moved[512] = {0}, orphan[512] = {0};
	ssize_t size = play(scenario, stay, expected);

	assert_true(size > 0);
	assert_int_equal(play(scenario, move_both, moved), size);
	assert_memory_equal(moved, expected, (size_t)size);
	assert_int_equal(play(scenario, move_orphan, orphan), size);
	assert_memory_equal(orphan, expected, (size_t)size);
}

static void test_unbound(void **state)
{
	struct sock *sock, *moved;
	size_t size;
	void *block;
	int error;

	(void)state;
	assert_int_equal(sock_create(&engine_host, 5, 0, &sock), 0);
	block = export_socket(sock, &size);
	engine_close(sock);
	moved = import_socket(NULL, block, size);
	free(block);
	assert_int_equal(sock_kind(moved), SOCK_UNBOUND);
	assert_null(engine_accept(moved, &error));
	assert_int_equal(error, -EINVAL);
	engine_close(moved);
}

/* A keyless op socket stays keyless, and takes the key that its parent gets later (K-02). */
static void test_keyless(void **state)
{
	const struct scenario scenario = {.type = "hash", .alg = "cmac(aes)"};
	uint8_t out[16];
	struct pair pair;

	(void)state;
	pair = move_both(make(&scenario));
	assert_int_equal(engine_send(pair.op, "a", 1, 0), -ENOKEY);
	assert_int_equal(engine_key(pair.parent, key_bytes, 16), 0);
	assert_int_equal(engine_send(pair.op, "a", 1, 0), 1);
	assert_int_equal(engine_recv(pair.op, out, 16), 16);
	assert_int_equal(engine_key(pair.parent, key_bytes, 16), -EBUSY);
	close_pair(pair);
}

/* A generator goes on elsewhere, seeded, and never gives the bytes of its copy. */
static void test_generator(void **state)
{
	const struct scenario scenario = {.type = "rng", .alg = "drbg_nopr_hmac_sha256"};
	struct pair pair = make(&scenario), copy;
	uint8_t first[32], second[32];
	size_t parent_size, op_size;
	void *parent, *op;

	(void)state;
	assert_int_equal(engine_recv(pair.op, first, 32), -EINVAL); /* */
	engine_close(pair.op);
	assert_int_equal(engine_key(pair.parent, "seed", 4), 0);
	pair.op = engine_accept(pair.parent, &(int){0});
	parent = export_socket(pair.parent, &parent_size);
	op = export_socket(pair.op, &op_size);
	copy.parent = import_socket(NULL, parent, parent_size);
	copy.op = import_socket(copy.parent, op, op_size);
	assert_int_equal(engine_recv(pair.op, first, 32), 32);
	assert_int_equal(engine_recv(copy.op, second, 32), 32);
	assert_memory_not_equal(first, second, 32);
	free(parent);
	free(op);
	close_pair(pair);
	close_pair(copy);
}

static uint64_t random_state;

static uint32_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)(random_state >> 16);
}

/* Damaged blocks are refused or make a socket that works; nothing else. */
static void damage(const struct scenario *scenario)
{
	struct pair pair = make(scenario);
	size_t size;
	uint8_t *block, *bad;

	scenario->before(pair.op);
	block = export_socket(pair.op, &size);
	bad = malloc(size);
	assert_non_null(bad);
	for (size_t cut = 0; cut < size; cut += 1 + size / 500) {
		struct sock *sock;

		assert_int_not_equal(sock_import(&other_host, pair.parent, block, cut, &sock), 0);
		assert_null(sock);
	}
	for (unsigned round = 0; round < 300; round++) {
		uint8_t out[512];
		struct sock *sock;

		memcpy(bad, block, size);
		for (unsigned i = 0; i <= round % 4; i++)
			bad[next_random() % (size < 400 ? size : 400)] = (uint8_t)next_random();
		if (sock_import(&other_host, round % 2 ? pair.parent : NULL, bad, size, &sock) < 0)
			continue;
		(void)engine_send(sock, text, 16, SOCK_MSG_MORE);
		(void)engine_send(sock, text, 16, 0);
		(void)engine_recv(sock, out, sizeof(out));
		engine_close(sock);
	}
	free(block);
	free(bad);
	close_pair(pair);
}

static void test_damaged(void **state)
{
	const char *seed = getenv("UALG_TEST_SEED");

	(void)state;
	random_state = seed ? strtoull(seed, NULL, 0) : 0x9e3779b97f4a7c15u;
	print_message("# UALG_TEST_SEED=0x%llx\n", (unsigned long long)random_state);
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
		damage(&scenarios[i]);
}

#define SCENARIOS (sizeof(scenarios) / sizeof(scenarios[0]))

int main(void)
{
	struct CMUnitTest tests[SCENARIOS + 4];
	size_t count = 0;

	other_host = engine_host;
	for (; count < SCENARIOS; count++)
		tests[count] =
		    (struct CMUnitTest){.name = scenarios[count].name,
					.test_func = test_moves,
					.initial_state = (void *)(uintptr_t)&scenarios[count]};
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(test_unbound);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(test_keyless);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(test_generator);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(test_damaged);
	return _cmocka_run_group_tests("moving sockets between engines", tests, count, NULL, NULL);
}
