/* SPDX-License-Identifier: MIT */
/* Calls that sleep: what they wait for, what wakes them, how they end early. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "support/engine.h"
#include "ualg/if_alg.h"

#define ROOM 212992u /* of a queue at first (C-10) */

static const uint8_t key_bytes[16];
static const uint8_t iv_bytes[16];
static uint8_t data[ROOM + 4096];
static unsigned changes;

static void count_change(struct sock *sock)
{
	(void)sock;
	changes++;
}

struct fixture {
	struct sock *parent;
	struct sock *op;
};

static struct fixture open_cipher(const char *type, const char *name)
{
	struct fixture fixture;
	int error;

	fixture.parent = engine_open(type, name, &error);
	assert_int_equal(error, 0);
	assert_int_equal(engine_key(fixture.parent, key_bytes, 16), 0);
	fixture.op = engine_accept(fixture.parent, &error);
	assert_int_equal(error, 0);
	return fixture;
}

static void close_fixture(struct fixture fixture)
{
	engine_close(fixture.op);
	engine_close(fixture.parent);
}

/* A call as a door makes it, able to sleep. */
struct call {
	struct iovec iov;
	struct sock_io io;
};

static void prepare(struct call *call, void *buffer, size_t size)
{
	*call = (struct call){.iov = {buffer, size}};
	call->io.iov = &call->iov;
	call->io.iov_count = 1;
	call->io.size = size;
}

static ssize_t step(struct sock *sock, struct call *call,
		    ssize_t (*how)(struct sock *, struct sock_io *))
{
	ssize_t result;

	(void)sock_lock(sock);
	result = how(sock, &call->io);
	sock_unlock(sock);
	return result;
}

static bool woken(struct sock *sock, const struct call *call)
{
	return atomic_load(sock_sequence(sock)) != call->io.ticket;
}

/* C-02, C-19: a read larger than the data keeps what it has and waits for the rest. */
static void test_recv_waits(void **state)
{
	struct fixture fixture = open_cipher("skcipher", "cbc(aes)");
	uint8_t out[32];
	struct call recv;

	(void)state;
	prepare(&recv, out, 32);
	assert_int_equal(step(fixture.op, &recv, sock_recv), SOCK_WAIT);
	assert_int_equal(engine_send_with(fixture.op, data, 16, 0, 1, iv_bytes, 16, -1), 16);
	assert_true(woken(fixture.op, &recv));
	assert_int_equal(step(fixture.op, &recv, sock_recv), SOCK_WAIT);
	assert_int_equal(recv.io.done, 16);
	assert_int_equal(engine_send(fixture.op, data, 16, 0), 16);
	assert_int_equal(step(fixture.op, &recv, sock_recv), 32);
	close_fixture(fixture);
}

/* C-24: a signal ends it with what it has, or EINTR. */
static void test_recv_interrupted(void **state)
{
	struct fixture fixture = open_cipher("skcipher", "cbc(aes)");
	uint8_t out[32];
	struct call recv;

	(void)state;
	prepare(&recv, out, 32);
	assert_int_equal(step(fixture.op, &recv, sock_recv), SOCK_WAIT);
	assert_int_equal(step(fixture.op, &recv, sock_interrupt), -EINTR);
	prepare(&recv, out, 32);
	assert_int_equal(engine_send_with(fixture.op, data, 16, 0, 1, iv_bytes, 16, -1), 16);
	assert_int_equal(step(fixture.op, &recv, sock_recv), SOCK_WAIT);
	assert_int_equal(step(fixture.op, &recv, sock_interrupt), 16);
	close_fixture(fixture);
}

/* C-10, C-27: a send without room sleeps, keeps others out, and goes on when recv made room. */
static void test_send_waits(void **state)
{
	struct fixture fixture = open_cipher("skcipher", "cbc(aes)");
	static uint8_t out[ROOM + 4096];
	struct call send;

	(void)state;
	prepare(&send, data, ROOM + 16);
	assert_int_equal(step(fixture.op, &send, sock_send), SOCK_WAIT);
	assert_int_equal(send.io.done, ROOM);
	assert_int_equal(engine_send(fixture.op, data, 1, 0), -EBUSY);
	assert_int_equal(engine_recv(fixture.op, out, 4096), 4096);
	assert_true(woken(fixture.op, &send));
	assert_int_equal(step(fixture.op, &send, sock_send), ROOM + 16);
	assert_int_equal(engine_recv(fixture.op, out, ROOM), ROOM + 16 - 4096);
	close_fixture(fixture);
}

static void test_send_interrupted(void **state)
{
	struct fixture fixture = open_cipher("skcipher", "ctr(aes)");
	struct call send;

	(void)state;
	prepare(&send, data, ROOM + 1);
	assert_int_equal(step(fixture.op, &send, sock_send), SOCK_WAIT);
	assert_int_equal(step(fixture.op, &send, sock_interrupt), ROOM);
	/* What was appended counts as a whole message: nothing more may follow (C-10, C-07). */
	assert_int_equal(engine_send(fixture.op, data, 1, 0), -EINVAL);
	close_fixture(fixture);
}

/* E-09: nothing of an AEAD message is processed before its end. */
static void test_aead_waits_for_the_end(void **state)
{
	struct fixture fixture = open_cipher("aead", "gcm(aes)");
	uint8_t out[52];
	struct call recv;

	(void)state;
	assert_int_equal(engine_send_with(fixture.op, data, 30, SOCK_MSG_MORE, 1, iv_bytes, 12, 20),
			 30);
	prepare(&recv, out, 52);
	assert_int_equal(step(fixture.op, &recv, sock_recv), SOCK_WAIT);
	assert_int_equal(engine_send(fixture.op, data, 6, 0), 6);
	assert_true(woken(fixture.op, &recv));
	assert_int_equal(step(fixture.op, &recv, sock_recv), 52);
	close_fixture(fixture);
}

/* The host hears of changes only while somebody observes. */
static void test_observers(void **state)
{
	struct fixture fixture = open_cipher("skcipher", "ecb(aes)");

	(void)state;
	engine_host.changed = count_change;
	changes = 0;
	assert_int_equal(engine_send(fixture.op, data, 16, 0), 16);
	assert_int_equal(changes, 0);
	sock_observe(fixture.op, 1);
	assert_int_equal(engine_recv(fixture.op, data, 16), 16);
	assert_true(changes > 0);
	sock_observe(fixture.op, -1);
	close_fixture(fixture);
}

/* P-02..P-04 */
static void test_readiness(void **state)
{
	struct fixture cipher = open_cipher("skcipher", "ctr(aes)");
	struct fixture hash = open_cipher("hash", "hmac(sha256)");

	(void)state;
	assert_int_equal(sock_poll(hash.op), 0);
	assert_int_equal(sock_poll(cipher.parent), 0);
	assert_int_equal(sock_poll(cipher.op), SOCK_POLLIN | SOCK_POLLOUT);
	assert_int_equal(engine_send_with(cipher.op, data, 0, SOCK_MSG_MORE, 1, iv_bytes, 16, -1),
			 0);
	assert_int_equal(sock_poll(cipher.op), SOCK_POLLOUT);
	assert_int_equal(engine_send(cipher.op, data, ROOM - 4095, 0), ROOM - 4095);
	assert_int_equal(sock_poll(cipher.op), SOCK_POLLIN);
	close_fixture(cipher);
	close_fixture(hash);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_recv_waits),
	    cmocka_unit_test(test_recv_interrupted),
	    cmocka_unit_test(test_send_waits),
	    cmocka_unit_test(test_send_interrupted),
	    cmocka_unit_test(test_aead_waits_for_the_end),
	    cmocka_unit_test(test_observers),
	    cmocka_unit_test(test_readiness),
	};

	return cmocka_run_group_tests_name("sleeping and waking", tests, NULL, NULL);
}
