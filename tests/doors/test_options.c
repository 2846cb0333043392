/* SPDX-License-Identifier: MIT */
/*
 * Options of SOL_SOCKET that ask who calls, and filters, as the kernel answers them to its alg
 * sockets: the same program passes there as root.  The profile is strict.
 */
#include "preload_common.h"

#include <errno.h>
#include <limits.h>
#include <linux/filter.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>

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
	if (getuid() == 0)
		assert_exits_well(in_child(nobody_forces));
	else
		puts("# left out: only root can give privileges away");
}

static void force_knows_no_limit(void **state)
{
	const int beyond = BEYOND;
	int op = cipher_op();

	(void)state;
	if (set(op, SO_SNDBUFFORCE, &beyond, sizeof(beyond)) == -EPERM) {
		puts("# left out: for CAP_NET_ADMIN alone");
		close(op);
		return;
	}
	for (size_t i = 0; i < BUFFERS; i++) {
		assert_int_equal(set(op, buffers[i].force, &beyond, sizeof(beyond)), 0);
		assert_int_equal(get(op, buffers[i].plain), 2 * BEYOND);
		assert_int_equal(set(op, buffers[i].plain, &beyond, sizeof(beyond)), 0);
		assert_int_equal(get(op, buffers[i].plain), 2 * LIMIT);
	}
	close(op);
}

/* ---- filters (S-22) ---- */

static const struct sock_filter nothing[] = {BPF_STMT(BPF_LD | BPF_IMM, 7),
					     BPF_STMT(BPF_RET | BPF_K, 0)};
/* Reads what it has not written. */
static const struct sock_filter wrong[] = {BPF_STMT(BPF_LD | BPF_MEM, 0),
					   BPF_STMT(BPF_RET | BPF_A, 0)};

static const struct sock_fprog fine = {2, (struct sock_filter *)(uintptr_t)nothing};
static const struct sock_fprog refused = {2, (struct sock_filter *)(uintptr_t)wrong};
static const struct sock_fprog empty = {0, (struct sock_filter *)(uintptr_t)nothing};
static const struct sock_fprog absent = {2, NULL};
static const struct sock_fprog unreadable = {2, (struct sock_filter *)8};
static const int one = 1, closed = -1;

#define BAD_POINTER ((const void *)8)

/* In this order, on one socket. */
static const struct filter_row {
	const char *what;
	int option;
	const void *value;
	socklen_t size;
	int want;
} filter_rows[] = {
    {"detach without", SO_DETACH_FILTER, &one, sizeof(one), -ENOENT},
    {"detach, no value", SO_DETACH_FILTER, NULL, 0, -EINVAL},
    {"detach, bad pointer", SO_DETACH_FILTER, BAD_POINTER, sizeof(one), -EFAULT},
    {"attach, short", SO_ATTACH_FILTER, &fine, sizeof(fine) - 1, -EINVAL},
    {"attach, long", SO_ATTACH_FILTER, &fine, sizeof(fine) + 1, -EINVAL},
    {"attach, bad pointer", SO_ATTACH_FILTER, BAD_POINTER, sizeof(fine), -EFAULT},
    {"attach, none", SO_ATTACH_FILTER, &empty, sizeof(empty), -EINVAL},
    {"attach, absent", SO_ATTACH_FILTER, &absent, sizeof(absent), -EINVAL},
    {"attach, unreadable", SO_ATTACH_FILTER, &unreadable, sizeof(unreadable), -EFAULT},
    {"attach, wrong", SO_ATTACH_FILTER, &refused, sizeof(refused), -EINVAL},
    {"nothing attached yet", SO_DETACH_FILTER, &one, sizeof(one), -ENOENT},
    {"attach", SO_ATTACH_FILTER, &fine, sizeof(fine), 0},
    {"attach another", SO_ATTACH_FILTER, &fine, sizeof(fine), 0},
    {"detach", SO_DETACH_FILTER, &one, sizeof(one), 0},
    {"detach anew", SO_DETACH_FILTER, &one, sizeof(one), -ENOENT},
    {"eBPF, closed", SO_ATTACH_BPF, &closed, sizeof(closed), -EBADF},
    {"eBPF, a stream", SO_ATTACH_BPF, &one, sizeof(one), -EINVAL},
    {"eBPF, long", SO_ATTACH_BPF, &closed, 8, -EINVAL},
    {"eBPF, bad pointer", SO_ATTACH_BPF, BAD_POINTER, sizeof(one), -EFAULT},
    {"reuseport, attach", SO_ATTACH_REUSEPORT_CBPF, &fine, sizeof(fine), -EINVAL},
    {"reuseport, eBPF", SO_ATTACH_REUSEPORT_EBPF, &one, sizeof(one), -EINVAL},
    {"reuseport, detach", SO_DETACH_REUSEPORT_BPF, &one, sizeof(one), -EINVAL},
    {"attach to lock", SO_ATTACH_FILTER, &fine, sizeof(fine), 0},
    {"lock", SO_LOCK_FILTER, &one, sizeof(one), 0},
    {"locked: attach", SO_ATTACH_FILTER, &fine, sizeof(fine), -EPERM},
    {"locked: attach, short", SO_ATTACH_FILTER, &fine, 3, -EINVAL},
    {"locked: attach, none", SO_ATTACH_FILTER, &empty, sizeof(empty), -EPERM},
    {"locked: detach", SO_DETACH_FILTER, &one, sizeof(one), -EPERM},
    {"locked: eBPF", SO_ATTACH_BPF, &one, sizeof(one), -EPERM},
};

static void change_filters(int op)
{
	for (size_t i = 0; i < sizeof(filter_rows) / sizeof(filter_rows[0]); i++) {
		const struct filter_row *row = &filter_rows[i];
		int got = set(op, row->option, row->value, row->size);

		if (got != row->want)
			fail_msg("%s: %d instead of %d", row->what, got, row->want);
	}
}

static void changes_of_filters(void **state)
{
	int ops[] = {cipher_op(), hash_op()};

	(void)state;
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		change_filters(ops[i]);
		assert_int_equal(get(ops[i], SO_LOCK_FILTER), 1);
		close(ops[i]);
	}
}

/* Its size is counted in instructions. */
static void filters_are_shown(void **state)
{
	int ops[] = {cipher_op(), hash_op()};

	(void)state;
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		struct sock_filter code[4];
		socklen_t size = 4;

		assert_int_equal(getsockopt(ops[i], SOL_SOCKET, SO_GET_FILTER, code, &size), 0);
		assert_int_equal(size, 0);
		assert_int_equal(set(ops[i], SO_ATTACH_FILTER, &fine, sizeof(fine)), 0);
		assert_int_equal(getsockopt(ops[i], SOL_SOCKET, SO_GET_FILTER, NULL, &size), 0);
		assert_int_equal(size, 2);
		size = 1;
		assert_int_equal(getsockopt(ops[i], SOL_SOCKET, SO_GET_FILTER, code, &size), -1);
		assert_int_equal(errno, EINVAL);
		size = 4;
		assert_int_equal(getsockopt(ops[i], SOL_SOCKET, SO_GET_FILTER, code, &size), 0);
		assert_int_equal(size, 2);
		assert_memory_equal(code, nothing, sizeof(nothing));
		close(ops[i]);
	}
}

static int shown(int op)
{
	struct pollfd entry = {.fd = op, .events = POLLIN | POLLOUT};

	return poll(&entry, 1, 0) < 0 ? -errno : entry.revents;
}

/* Attached or taken away, nothing is filtered. */
static void filters_filter_nothing(void **state)
{
	uint8_t block[16] = {0};
	int op = cipher_op();

	(void)state;
	assert_int_equal(set(op, SO_ATTACH_FILTER, &fine, sizeof(fine)), 0);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(send(op, block, sizeof(block), MSG_MORE), sizeof(block));
		assert_int_equal(shown(op), POLLIN | POLLOUT);
		assert_int_equal(recv(op, block, sizeof(block), 0), sizeof(block));
		assert_int_equal(shown(op), POLLOUT);
		if (i > 0)
			assert_int_equal(set(op, SO_DETACH_FILTER, &one, sizeof(one)),
					 i == 1 ? 0 : -ENOENT);
	}
	close(op);
}

#if ADDRESS_SANITIZER
#define STACK ((size_t)256 << 10) /* whose frames are larger */
#else
#define STACK ((size_t)PTHREAD_STACK_MIN)
#endif

/* Without asserts, as in any thread but the first one. */
static void *attach_and_get(void *argument)
{
	struct sock_filter code[2];
	socklen_t size = 2;
	int op = *(int *)argument;

	if (set(op, SO_ATTACH_FILTER, &fine, sizeof(fine)) == 0 &&
	    getsockopt(op, SOL_SOCKET, SO_GET_FILTER, code, &size) == 0 && size == 2)
		return NULL;
	return argument;
}

static void filters_fit_small_stacks(void **state)
{
	pthread_attr_t attributes;
	pthread_t thread;
	void *failed;
	int op = cipher_op();

	(void)state;
	assert_int_equal(pthread_attr_init(&attributes), 0);
	assert_int_equal(pthread_attr_setstacksize(&attributes, STACK), 0);
	assert_int_equal(pthread_create(&thread, &attributes, attach_and_get, &op), 0);
	assert_int_equal(pthread_join(thread, &failed), 0);
	assert_null(failed);
	pthread_attr_destroy(&attributes);
	close(op);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(force_is_for_the_privileged),
	    cmocka_unit_test(force_knows_no_limit),
	    cmocka_unit_test(changes_of_filters),
	    cmocka_unit_test(filters_are_shown),
	    cmocka_unit_test(filters_filter_nothing),
	    cmocka_unit_test(filters_fit_small_stacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
