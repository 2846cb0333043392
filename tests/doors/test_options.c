/* SPDX-License-Identifier: MIT */
/*
 * Options of SOL_SOCKET that ask who calls, as the kernel answers them to its alg sockets: the same
 * program passes there as root.  The profile is strict.
 */
#include "preload_common.h"

#include <errno.h>

#define BEYOND 20000000 /* the usual limit of a buffer's size, many times */
#define LIMIT  212992   /* 6.1: net.core.wmem_max and rmem_max */
#define NOBODY 65534

static const struct {
	int plain, force;
} buffers[] = {{SO_SNDBUF, SO_SNDBUFFORCE}, {SO_RCVBUF, SO_RCVBUFFORCE}};

#define BUFFERS (sizeof(buffers) / sizeof(buffers[0]))

/* 0 or a negative errno. */
static int set(int socket, int option, const void *value, socklen_t size)
{
	return setsockopt(socket, SOL_SOCKET, option, value, size) < 0 ? -errno : 0;
}

static int get(int socket, int option)
{
	int value = -1;
	socklen_t size = sizeof(value);

	return getsockopt(socket, SOL_SOCKET, option, &value, &size) < 0 ? -errno : value;
}

/* S-15, in a process that has given its privileges away; in a child, so without asserts. */
static int nobody_forces(void)
{
	const int beyond = BEYOND;
	int op = cipher_op();

	if (op < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
	    setresuid(NOBODY, NOBODY, NOBODY) < 0)
		return 2;
	for (size_t i = 0; i < BUFFERS; i++) {
		int before = get(op, buffers[i].plain);

		if (set(op, buffers[i].force, &beyond, sizeof(beyond)) != -EPERM ||
		    set(op, buffers[i].force, NULL, sizeof(beyond)) != -EFAULT ||
		    set(op, buffers[i].force, &beyond, 2) != -EINVAL ||
		    get(op, buffers[i].plain) != before)
			return 1;
	}
	return 0;
}

static void force_is_for_the_privileged(void **state)
{
	(void)state;
	if (getuid() != 0)
		skip();
	assert_exits_well(in_child(nobody_forces));
}

static void force_knows_no_limit(void **state)
{
	const int beyond = BEYOND;
	int op = cipher_op();

	(void)state;
	if (set(op, SO_SNDBUFFORCE, &beyond, sizeof(beyond)) == -EPERM)
		skip();
	for (size_t i = 0; i < BUFFERS; i++) {
		assert_int_equal(set(op, buffers[i].force, &beyond, sizeof(beyond)), 0);
		assert_int_equal(get(op, buffers[i].plain), 2 * BEYOND);
		assert_int_equal(set(op, buffers[i].plain, &beyond, sizeof(beyond)), 0);
		assert_int_equal(get(op, buffers[i].plain), 2 * LIMIT);
	}
	close(op);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(force_is_for_the_privileged),
	    cmocka_unit_test(force_knows_no_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
