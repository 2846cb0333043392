/* SPDX-License-Identifier: MIT */
/* What a signal handler finds that has interrupted a call: a lock that its own thread holds. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "socket/internal.h"
#include "support/engine.h"
#include "ualg/if_alg.h"

static const uint8_t key[16];

static struct sock *open_parent(void)
{
	int error;
	struct sock *parent = engine_open("skcipher", "cbc(aes)", &error);

	assert_int_equal(error, 0);
	assert_int_equal(engine_key(parent, key, sizeof(key)), 0);
	return parent;
}

static struct sock *accept_one(struct sock *parent)
{
	int error;
	struct sock *op = engine_accept(parent, &error);

	assert_int_equal(error, 0);
	return op;
}

/* An op socket that ends while its parent is held leaves the parent's list as it was. */
static void test_end_of_op(void **state)
{
	struct sock *parent = open_parent();
	struct sock *first = accept_one(parent);
	struct sock *second = accept_one(parent);
	struct sock *third;

	(void)state;
	assert_true(sock_lock(parent));
	engine_close(second);
	sock_unlock(parent);
	third = accept_one(parent);
	assert_ptr_not_equal(third, second);
	/* This walks the list (O-01). */
	assert_int_equal(engine_key(first, key, sizeof(key)), 0);
	engine_close(first);
	assert_int_equal(engine_key(third, key, sizeof(key)), 0);
	engine_close(third);
	engine_close(parent);
}

/* A fork keeps what the interrupted call holds. */
static void test_fork(void **state)
{
	struct sock *parent = open_parent();
	struct sock *op = accept_one(parent);

	(void)state;
	assert_true(sock_lock(op));
	sock_fork_prepare();
	assert_false(sock_lock(parent));
	sock_fork_parent();
	assert_false(sock_lock(op));
	sock_unlock(op);
	assert_true(sock_lock(parent));
	sock_unlock(parent);
	engine_close(op);
	engine_close(parent);
}

static bool always(enum sock_capability capability)
{
	(void)capability;
	return true;
}

/* By an op socket (O-01) a generator is not changed while it is read from. */
static void test_generator(void **state)
{
	int error;
	struct sock *parent = engine_open("rng", "stdrng", &error);
	struct sock *op = accept_one(parent);
	struct lock *generator = &sock_key_of(parent)->lock;
	bool (*capable)(enum sock_capability) = engine_host.capable;

	(void)state;
	engine_host.capable = always;
	assert_true(lock_acquire(generator));
	assert_int_equal(engine_option(op, ALG_SET_DRBG_ENTROPY, key, sizeof(key)), -EBUSY);
	assert_int_equal(engine_key(op, key, sizeof(key)), -EBUSY);
	lock_release(generator);
	assert_int_equal(engine_option(op, ALG_SET_DRBG_ENTROPY, key, sizeof(key)), 0);
	engine_host.capable = capable;
	engine_close(op);
	engine_close(parent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_end_of_op),
	    cmocka_unit_test(test_fork),
	    cmocka_unit_test(test_generator),
	};

	engine_host.profile = SOCK_PROFILE_DEFAULT;
	return cmocka_run_group_tests_name("interrupted calls", tests, NULL, NULL);
}
