/* SPDX-License-Identifier: MIT */
/* Messages that are queued on many sockets at once: their rooms are handed on from one to another.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "support/engine.h"
#include "ualg/if_alg.h"

#define SOCKETS   40u
#define SIZE_MOST 200000u /* within a socket's buffer: no send waits */
#define ROUNDS    12u

static const uint8_t key[16] = "sixteen letters";
static const uint8_t iv[16];

static struct sock *parent;
static uint8_t *text, *expected, *out;

static struct sock *accept_op(void)
{
	int error = 0;
	struct sock *op = engine_accept(parent, &error);

	assert_non_null(op);
	return op;
}

static void send_to(struct sock *op, size_t size)
{
	assert_int_equal(engine_send_with(op, text, size, 0, ALG_OP_ENCRYPT, iv, sizeof(iv), -1),
			 size);
}

static int set_up(void **state)
{
	int error = 0;
	struct sock *op;

	(void)state;
	parent = engine_open("skcipher", "ctr(aes)", &error);
	assert_non_null(parent);
	assert_int_equal(engine_key(parent, key, sizeof(key)), 0);
	text = malloc(SIZE_MOST);
	expected = malloc(SIZE_MOST);
	out = malloc(SIZE_MOST);
	assert_true(text && expected && out);
	for (size_t i = 0; i < SIZE_MOST; i++)
		text[i] = (uint8_t)(i * i >> 3);
	op = accept_op();
	send_to(op, SIZE_MOST);
	assert_int_equal(engine_recv(op, expected, SIZE_MOST), SIZE_MOST);
	engine_close(op);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	engine_close(parent);
	free(text);
	free(expected);
	free(out);
	return 0;
}

/* A counter mode's result of less is the beginning of its result of more. */
static void receive(struct sock *op, size_t size)
{
	assert_int_equal(engine_recv(op, out, size), size);
	assert_memory_equal(out, expected, size);
}

static void messages_in_hand_do_not_mix(void **state)
{
	struct sock *op[SOCKETS];
	size_t size[SOCKETS];

	(void)state;
	for (unsigned i = 0; i < SOCKETS; i++)
		op[i] = accept_op();
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (unsigned i = 0; i < SOCKETS; i++) {
			size[i] = 1 + (size_t)rand() % (round % 3 ? SIZE_MOST : 40000);
			send_to(op[i], size[i]);
		}
		for (unsigned i = 0; i < SOCKETS; i++) {
			unsigned turn = round & 1 ? i : SOCKETS - 1 - i;

			receive(op[turn], size[turn]);
		}
	}
	for (unsigned i = 0; i < SOCKETS; i++)
		engine_close(op[i]);
}

/* Parts make a room grow while others wait; a socket may end with its message unread. */
static void rooms_grow_and_are_left(void **state)
{
	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct sock *op = accept_op(), *left = accept_op();
		size_t first = 1 + (size_t)rand() % (SIZE_MOST / 2);
		size_t second = 1 + (size_t)rand() % (SIZE_MOST / 2);

		assert_int_equal(engine_send_with(op, text, first, SOCK_MSG_MORE, ALG_OP_ENCRYPT,
						  iv, sizeof(iv), -1),
				 first);
		send_to(left, SIZE_MOST / 4 * (round % 4) + 1);
		assert_int_equal(engine_send(op, text + first, second, 0), second);
		engine_close(left);
		receive(op, first + second);
		engine_close(op);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(messages_in_hand_do_not_mix),
	    cmocka_unit_test(rooms_grow_and_are_left),
	};
	const char *given = getenv("UALG_TEST_SEED");
	unsigned seed = given ? (unsigned)strtoul(given, NULL, 0) : (unsigned)time(NULL);

	srand(seed);
	printf("# UALG_TEST_SEED=%u\n", seed);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
