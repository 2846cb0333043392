/* SPDX-License-Identifier: MIT */
/* A cipher whose stream no IV tells: parts of a message go on, messages begin anew (V-07). */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/engine.h"
#include "ualg/if_alg.h"

#define SIZE 200u

static const uint8_t key[5] = {1, 2, 3, 4, 5};

static struct sock *open_arc4(struct sock **parent)
{
	int error = 0;
	struct sock *op;

	*parent = engine_open("skcipher", "arc4", &error);
	assert_non_null(*parent);
	assert_int_equal(engine_key(*parent, key, sizeof(key)), 0);
	op = engine_accept(*parent, &error);
	assert_non_null(op);
	return op;
}

/* Sends size bytes of in, and reads them in pieces of at most piece bytes. */
static void crypt(struct sock *op, uint8_t *out, const uint8_t *in, size_t size, size_t piece)
{
	assert_int_equal(engine_send_with(op, in, size, 0, 1, NULL, 0, -1), size);
	for (size_t at = 0; at < size; at += piece) {
		size_t part = size - at < piece ? size - at : piece;

		assert_int_equal(engine_recv(op, out + at, part), part);
	}
}

static void parts_of_a_message_go_on(void **state)
{
	uint8_t in[SIZE] = {0};
	uint8_t whole[SIZE];
	uint8_t parts[SIZE];
	struct sock *parent;
	struct sock *op = open_arc4(&parent);

	(void)state;
	crypt(op, whole, in, SIZE, SIZE);
	for (size_t piece = 1; piece <= SIZE; piece += 7) {
		crypt(op, parts, in, SIZE, piece);
		assert_memory_equal(parts, whole, SIZE);
	}
	engine_close(op);
	engine_close(parent);
}

/* Read while more of it is announced, and left before its end. */
static void an_open_message_goes_on_and_can_be_left(void **state)
{
	uint8_t in[SIZE] = {0};
	uint8_t whole[SIZE];
	uint8_t parts[SIZE];
	struct sock *parent;
	struct sock *op = open_arc4(&parent);
	int error = 0;

	(void)state;
	crypt(op, whole, in, SIZE, SIZE);
	assert_int_equal(engine_send(op, in, 90, SOCK_MSG_MORE), 90);
	assert_int_equal(engine_recv(op, parts, 90), 90);
	assert_int_equal(engine_send(op, in, SIZE - 90, SOCK_MSG_MORE), SIZE - 90);
	assert_int_equal(engine_recv(op, parts + 90, SIZE - 100), SIZE - 100);
	assert_memory_equal(parts, whole, SIZE - 10);
	engine_close(op);
	op = engine_accept(parent, &error);
	assert_non_null(op);
	crypt(op, parts, in, SIZE, 33);
	assert_memory_equal(parts, whole, SIZE);
	engine_close(op);
	engine_close(parent);
}

/* C-12: a read that faults takes nothing; the next gets the same bytes. */
static int fault_once;

static int faulting_guard(const struct iovec *iov, size_t count, int (*work)(void *),
			  void *argument)
{
	int result = work(argument);

	(void)iov;
	(void)count;
	if (!fault_once)
		return result;
	fault_once--;
	return -EFAULT;
}

static void a_lost_output_is_made_again(void **state)
{
	uint8_t in[SIZE] = {0};
	uint8_t whole[SIZE];
	uint8_t parts[SIZE];
	struct sock *parent;
	struct sock *op;

	(void)state;
	engine_host.guard = faulting_guard;
	op = open_arc4(&parent);
	crypt(op, whole, in, SIZE, SIZE);
	for (size_t at = 0; at < SIZE; at += 50) {
		if (at == 0)
			assert_int_equal(engine_send(op, in, SIZE, 0), SIZE);
		fault_once = 1;
		assert_int_equal(engine_recv(op, parts + at, 50), -EFAULT);
		fault_once = 1;
		assert_int_equal(engine_recv(op, parts + at, 50), -EFAULT);
		assert_int_equal(engine_recv(op, parts + at, 50), 50);
	}
	assert_memory_equal(parts, whole, SIZE);
	engine_close(op);
	engine_close(parent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parts_of_a_message_go_on),
	    cmocka_unit_test(an_open_message_goes_on_and_can_be_left),
	    cmocka_unit_test(a_lost_output_is_made_again),
	};

	return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
