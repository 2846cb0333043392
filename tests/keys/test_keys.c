/* SPDX-License-Identifier: MIT */
/*
 * The room keys/ with a kernel that is played:  test_keys kernel|own
 *
 * What real keyrings answer is looked at by tests/doors/test_keys.c; here is what a test machine
 * has no keys, rights or time for.
 */
#include <errno.h>
#include <linux/keyctl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/secmem.h"
#include "keys/keys.h"

#define SERIAL 4711

/* What the played kernel answers. */
static struct {
	long search, search_elsewhere, describe, read, add, update;
	const char *description;
	const char *payload;
} kernel;

static int64_t clock_now;
static long uid;

static long play_keyctl(long operation, long a, long b, long d)
{
	switch (operation) {
	case KEYCTL_SEARCH:
		return d ? kernel.search_elsewhere : kernel.search;
	case KEYCTL_DESCRIBE:
		if (a == 0)
			return -EINVAL;
		if (kernel.describe == 0 && b)
			strcpy((char *)b, kernel.description);
		return kernel.describe < 0 ? kernel.describe : (long)strlen(kernel.description) + 1;
	case KEYCTL_READ:
		if (kernel.read == 0 && b)
			strcpy((char *)b, kernel.payload);
		return kernel.read < 0 ? kernel.read : (long)strlen(kernel.payload);
	case KEYCTL_UPDATE:
		return kernel.update;
	default:
		return 0;
	}
}

static long play(long number, long a, long b, long c, long d, long e)
{
	switch (number) {
	case SYS_keyctl:
		return play_keyctl(a, b, c, e);
	case SYS_add_key:
		return a ? kernel.add : -EFAULT;
	case SYS_geteuid:
	case SYS_getegid:
		return uid;
	default:
		return syscall(number, a, b, c, d, e);
	}
}

static long refuse(long number, long a, long b, long c, long d, long e)
{
	return number == SYS_keyctl || number == SYS_add_key ? -ENOSYS
							     : play(number, a, b, c, d, e);
}

static int copy_in(void *to, const void *from, size_t size)
{
	memcpy(to, from, size);
	return 0;
}

static int64_t now(void)
{
	return clock_now;
}

static const struct keys_host with_kernel = {play, copy_in, copy_in, now, NULL};
static const struct keys_host without = {refuse, copy_in, copy_in, now, NULL};

static long answer_keyctl, answer_add;

static long answer(long number, long a, long b, long c, long d, long e)
{
	(void)a, (void)b, (void)c, (void)d, (void)e;
	return number == SYS_keyctl ? answer_keyctl : answer_add;
}

static void test_probe(void **state)
{
	static const struct {
		long keyctl, add;
		enum keys_source source;
		int error;
	} rows[] = {
	    {-EINVAL, -EFAULT, KEYS_KERNEL, 0}, {-ENOSYS, -ENOSYS, KEYS_OWN, ENOSYS},
	    {-EPERM, -EPERM, KEYS_OWN, EPERM},  {-EACCES, -EFAULT, KEYS_OWN, EACCES},
	    {-EINVAL, -EPERM, KEYS_OWN, EPERM}, {-EINVAL, -ENOSYS, KEYS_OWN, ENOSYS},
	};
	const struct keys_host host = {answer, copy_in, copy_in, now, NULL};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int error = -1;

		answer_keyctl = rows[i].keyctl;
		answer_add = rows[i].add;
		assert_int_equal(keys_source_probe(&host, &error), rows[i].source);
		assert_int_equal(error, rows[i].error);
	}
}

/* The payload's errno, or that it is as expected. */
static int look_up(const struct keys_host *host, int32_t serial, const char *expected)
{
	uint8_t *payload = NULL;
	size_t size = 0;
	int result = keys_payload(host, serial, &payload, &size);

	if (result < 0)
		return result;
	assert_int_equal(size, strlen(expected));
	assert_memory_equal(payload, expected, size);
	secmem_free(payload, size);
	return 0;
}

static void test_kernel_lookup(void **state)
{
	static const struct {
		const char *description;
		long search, search_elsewhere, describe, read;
		int result;
	} rows[] = {
	    {"user;0;0;3f010000;a", -ENOTDIR, 0, 0, 0, 0},
	    {"user;0;0;3f010000;a", -ENOTDIR, 0, 0, -EACCES, -EACCES},
	    {"user;0;0;3f010000;a", -ENOTDIR, 0, 0, -EKEYREVOKED, -EKEYREVOKED},
	    {"user;0;0;3f010000;a", -ENOTDIR, 0, -EACCES, 0, -EACCES},
	    {"user;0;0;3f010000;a", -EACCES, 0, 0, 0, -EACCES},
	    {"user;0;0;3f010000;a", -EKEYEXPIRED, 0, 0, 0, -EKEYEXPIRED},
	    {"user;0;0;3f010000;a", -ENOKEY, -ENOKEY, 0, 0, -ENOKEY},
	    {"user;0;0;3f010000;a", -ENOKEY, -EINVAL, 0, 0, -ENOPROTOOPT},
	    {"keyring;0;0;3f010000;a", 12, 0, 0, 0, -ENOPROTOOPT},
	    /* Reading gives the sealed blob, which is not the key. */
	    {"encrypted;0;0;3f010000;a", -ENOTDIR, 0, 0, 0, -ENOPROTOOPT},
	    {"trusted;0;0;3f010000;a", -ENOTDIR, 0, 0, 0, -ENOPROTOOPT},
	    {"logon;0;0;3d010000;a:a", -ENOTDIR, 0, 0, 0, -ENOPROTOOPT},
	    {"users;0;0;3d010000;user", -ENOTDIR, 0, 0, 0, -ENOPROTOOPT},
	};

	(void)state;
	kernel.payload = "payload";
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		kernel.description = rows[i].description;
		kernel.search = rows[i].search;
		kernel.search_elsewhere = rows[i].search_elsewhere;
		kernel.describe = rows[i].describe;
		kernel.read = rows[i].read;
		if (look_up(&with_kernel, SERIAL, "payload") != rows[i].result)
			fail_msg("row %zu", i);
	}
}

static long add(const struct keys_host *host, const char *type, const char *description,
		const char *payload, long ring)
{
	const long x[5] = {(long)type, (long)description, (long)payload,
			   payload ? (long)strlen(payload) : 0, ring};

	return keys_call(host, SYS_add_key, x);
}

static long control(const struct keys_host *host, long operation, long a, long b, long c)
{
	const long x[5] = {operation, a, b, c, 0};

	return keys_call(host, SYS_keyctl, x);
}

static void play_logon(void)
{
	kernel.description = "logon;0;0;3d010000;a:a";
	kernel.search = -ENOTDIR;
	kernel.describe = kernel.read = kernel.update = 0;
}

/* A logon key's payload is known as long as the kernel has the key, and not a moment longer. */
static void test_logon_kept(void **state)
{
	(void)state;
	play_logon();
	kernel.add = SERIAL;
	assert_int_equal(look_up(&with_kernel, SERIAL, ""), -ENOPROTOOPT);
	assert_int_equal(add(&with_kernel, "logon", "a:a", "first", -2), SERIAL);
	assert_int_equal(look_up(&with_kernel, SERIAL, "first"), 0);
	assert_int_equal(control(&with_kernel, KEYCTL_UPDATE, SERIAL, (long)"second", 6), 0);
	assert_int_equal(look_up(&with_kernel, SERIAL, "second"), 0);
	kernel.update = -EACCES;
	assert_int_equal(control(&with_kernel, KEYCTL_UPDATE, SERIAL, (long)"third", 5), -EACCES);
	assert_int_equal(look_up(&with_kernel, SERIAL, "second"), 0);
	kernel.search = -EKEYEXPIRED;
	assert_int_equal(look_up(&with_kernel, SERIAL, ""), -EKEYEXPIRED);
	play_logon();
	assert_int_equal(look_up(&with_kernel, SERIAL, "second"), 0);
	kernel.search = -EKEYREVOKED; /* by somebody else */
	assert_int_equal(look_up(&with_kernel, SERIAL, ""), -EKEYREVOKED);
	play_logon();
	assert_int_equal(look_up(&with_kernel, SERIAL, ""), -ENOPROTOOPT);
	assert_int_equal(add(&with_kernel, "logon", "a:a", "fourth", -2), SERIAL);
	assert_int_equal(look_up(&with_kernel, SERIAL, "fourth"), 0);
	assert_int_equal(control(&with_kernel, KEYCTL_REVOKE, SERIAL, 0, 0), 0);
	assert_int_equal(look_up(&with_kernel, SERIAL, ""), -ENOPROTOOPT);
}

/* A serial that now names a key of another type. */
static void test_logon_replaced(void **state)
{
	(void)state;
	play_logon();
	kernel.add = SERIAL;
	assert_int_equal(add(&with_kernel, "logon", "a:a", "first", -2), SERIAL);
	assert_int_equal(control(&with_kernel, KEYCTL_INVALIDATE, SERIAL, 0, 0), 0);
	kernel.description = "user;0;0;3f010000;a";
	kernel.payload = "payload";
	assert_int_equal(add(&with_kernel, "user", "a", "payload", -2), SERIAL);
	assert_int_equal(look_up(&with_kernel, SERIAL, "payload"), 0);
}

static void test_logon_bounds(void **state)
{
	(void)state;
	play_logon();
	for (unsigned i = 0; i <= KEYS_MAX; i++) {
		kernel.add = 10000 + (long)i;
		assert_int_equal(add(&with_kernel, "logon", "a:a", "many", -2), kernel.add);
	}
	assert_int_equal(look_up(&with_kernel, 10000 + KEYS_MAX - 1, "many"), 0);
	assert_int_equal(look_up(&with_kernel, 10000 + KEYS_MAX, "many"), -ENOPROTOOPT);
	/* Those that the kernel has dropped make room. */
	kernel.describe = -ENOKEY;
	kernel.add = 20000;
	assert_int_equal(add(&with_kernel, "user", "a", "gone", -2), 20000);
	kernel.describe = 0;
	kernel.add = 20001;
	kernel.describe = 0;
	assert_int_equal(control(&with_kernel, KEYCTL_INVALIDATE, 10000, 0, 0), 0);
	assert_int_equal(add(&with_kernel, "logon", "a:a", "new", -2), 20001);
	assert_int_equal(look_up(&with_kernel, 20001, "new"), 0);
}

/* ---- keyrings of our own ---- */

static void test_serials(void **state)
{
	long first = add(&without, "user", "one", "1", -2);
	long second = add(&without, "user", "two", "2", -2);

	(void)state;
	assert_true(keys_are_own(&without));
	assert_true(first >= 3 && first <= INT32_MAX);
	assert_true(second >= 3 && second <= INT32_MAX);
	assert_int_not_equal(first, second);
	assert_int_equal(control(&without, KEYCTL_CLEAR, -2, 0, 0), 0);
	assert_int_equal(look_up(&without, (int32_t)first, "1"), -ENOKEY);
}

static void test_quota(void **state)
{
	static char large[KEYS_BYTES_MAX];
	char name[16];
	long result = 1;
	unsigned made;

	(void)state;
	for (made = 0; result > 0 && made <= KEYS_MAX; made++) {
		snprintf(name, sizeof(name), "key %u", made);
		result = add(&without, "user", name, "x", -2);
	}
	assert_int_equal(result, -EDQUOT);
	assert_true(made > KEYS_MAX - 8);
	assert_int_equal(control(&without, KEYCTL_CLEAR, -2, 0, 0), 0);

	memset(large, 'x', sizeof(large) - 1);
	assert_int_equal(add(&without, "user", "large", large, -2), -EDQUOT);
	large[KEYS_BYTES_MAX / 2] = '\0';
	result = add(&without, "user", "half", large, -2);
	assert_true(result > 0);
	assert_int_equal(add(&without, "user", "other", large, -2), -EDQUOT);
	/* In the place of the first there is room. */
	assert_int_equal(add(&without, "user", "half", large, -2), result);
	assert_int_equal(control(&without, KEYCTL_CLEAR, -2, 0, 0), 0);
	assert_true(add(&without, "user", "other", large, -2) > 0);
	assert_int_equal(control(&without, KEYCTL_CLEAR, -2, 0, 0), 0);
}

static void test_time(void **state)
{
	long serial = add(&without, "logon", "a:timed", "timed", -2);

	(void)state;
	clock_now = 1000;
	assert_int_equal(control(&without, KEYCTL_SET_TIMEOUT, serial, 0xffffffff, 0), 0);
	clock_now += INT32_MAX;
	assert_int_equal(look_up(&without, (int32_t)serial, "timed"), 0);
	assert_int_equal(control(&without, KEYCTL_SET_TIMEOUT, serial, 10, 0), 0);
	clock_now += 9;
	assert_int_equal(look_up(&without, (int32_t)serial, "timed"), 0);
	clock_now += 1;
	assert_int_equal(look_up(&without, (int32_t)serial, "timed"), -EKEYEXPIRED);
	assert_int_equal(control(&without, KEYCTL_UNLINK, serial, -2, 0), 0);
}

/* Owner, group and others: of a key that is not possessed. */
static void test_ownership(void **state)
{
	static const struct {
		long uid;
		long permissions;
		int result;
	} rows[] = {
	    {0, 0x00080000, 0}, {0, 0x00000800, -EACCES}, {0, 0x00000008, -EACCES},
	    {7, 0x00000008, 0}, {7, 0x00080000, -EACCES}, {7, 0x00000800, -EACCES},
	};
	long serial;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uid = 0;
		serial = add(&without, "logon", "a:owned", "owned", -2);
		assert_int_equal(control(&without, KEYCTL_SETPERM, serial, rows[i].permissions, 0),
				 0);
		uid = rows[i].uid;
		if (look_up(&without, (int32_t)serial, "owned") != rows[i].result)
			fail_msg("row %zu", i);
		uid = 0;
		assert_int_equal(control(&without, KEYCTL_CLEAR, -2, 0, 0), 0);
	}
	serial = add(&without, "logon", "a:owned", "owned", -2);
	uid = 7;
	assert_int_equal(control(&without, KEYCTL_SETPERM, serial, 0x3f3f3f3f, 0), -EACCES);
	uid = 0;
	assert_int_equal(control(&without, KEYCTL_CLEAR, -2, 0, 0), 0);
}

static void test_fork(void **state)
{
	long mine = add(&without, "logon", "a:mine", "mine", -2);
	long ours = add(&without, "logon", "a:ours", "ours", -3);

	(void)state;
	keys_fork_prepare();
	assert_int_equal(add(&without, "user", "x", "x", -2),
			 -EBUSY); /* a handler of this thread */
	keys_fork_parent();
	assert_int_equal(look_up(&without, (int32_t)mine, "mine"), 0);
	keys_fork_prepare();
	keys_fork_child();
	assert_int_equal(look_up(&without, (int32_t)mine, "mine"), -EACCES);
	assert_int_equal(look_up(&without, (int32_t)ours, "ours"), 0);
	assert_int_equal(control(&without, KEYCTL_GET_KEYRING_ID, -2, 0, 0), -ENOKEY);
	assert_true(add(&without, "user", "own", "own", -2) > 0);
}

static long add_ring(const char *name, long to)
{
	const long arguments[5] = {(long)"keyring", (long)name, 0, 0, to};
	long serial = keys_call(&without, SYS_add_key, arguments);

	assert_true(serial > 0);
	return serial;
}

static void link_to(long serial, long ring)
{
	assert_int_equal(control(&without, KEYCTL_LINK, serial, ring, 0), 0);
}

static long search(long ring, const char *description)
{
	const long arguments[5] = {KEYCTL_SEARCH, ring, (long)"user", (long)description, 0};

	return keys_call(&without, SYS_keyctl, arguments);
}

/* Keyrings in layers, each with all of the next: ways without number from the first to the last. */
static void test_dense_rings(void **state)
{
	enum { LAYERS = 7, RINGS = 27 };
	long rings[LAYERS][RINGS];
	clock_t begin = clock();
	char name[16];

	(void)state;
	for (unsigned i = 0; i < LAYERS * RINGS; i++) {
		snprintf(name, sizeof(name), "ring %u", i);
		rings[i / RINGS][i % RINGS] = add_ring(name, -2);
	}
	for (unsigned layer = LAYERS - 1; layer-- > 0;)
		for (unsigned i = 0; i < RINGS * RINGS; i++)
			link_to(rings[layer + 1][i % RINGS], rings[layer][i / RINGS]);
	assert_int_equal(search(-2, "absent"), -ENOKEY);
	assert_int_equal(control(&without, KEYCTL_LINK, rings[0][0], rings[LAYERS - 1][0], 0),
			 -EDEADLK);
	assert_true(clock() - begin < 5 * CLOCKS_PER_SEC);
	assert_int_equal(control(&without, KEYCTL_CLEAR, -2, 0, 0), 0);
}

/* What a walk meets first at the end of a long way counts by its short way, too, and the reverse.
 */
static void test_two_ways(void **state)
{
	long chain[6], last, top;
	char name[16];

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		snprintf(name, sizeof(name), "chain %u", i);
		chain[i] = add_ring(name, -2);
	}
	last = add_ring("last", -2);
	top = add_ring("top", -2);
	assert_true(add(&without, "user", "deep", "x", last) > 0);
	for (unsigned i = 5; i-- > 0;)
		link_to(chain[i + 1], chain[i]);
	link_to(chain[0], top); /* the last of the chain is the sixth below */
	link_to(last, chain[5]);
	assert_int_equal(search(top, "deep"), -ENOKEY);
	link_to(last, chain[1]);
	assert_true(search(top, "deep") > 0);
	assert_int_equal(control(&without, KEYCTL_LINK, top, add_ring("above", -2), 0), -ELOOP);
	assert_int_equal(control(&without, KEYCTL_CLEAR, -2, 0, 0), 0);
}

/* ---- secrets ---- */

#define STACK_SIZE (256u * 1024)

static const char secret_description[] = "a:description that is a secret";

static void *use_secret(void *argument)
{
	char text[64];

	(void)argument;
	if (add(&without, "logon", secret_description, "payload", -3) < 0)
		return NULL;
	const long search_it[5] = {KEYCTL_SEARCH, -3, (long)"logon", (long)secret_description, 0};
	const long request_it[5] = {(long)"logon", (long)secret_description, 0, 0, 0};
	long serial = keys_call(&without, SYS_keyctl, search_it);
	const long describe_it[5] = {KEYCTL_DESCRIBE, serial, (long)text, sizeof(text), 0};

	if (serial <= 0 || keys_call(&without, SYS_request_key, request_it) != serial ||
	    keys_call(&without, SYS_keyctl, describe_it) <= 0)
		return NULL;
	secmem_wipe(text, sizeof(text));
	return (void *)serial;
}

/* Runs calls on a stack that is looked at afterwards. */
static void test_stack(void **state)
{
	void *stack =
	    mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_attr_t attributes;
	pthread_t thread;
	void *result;

	(void)state;
	assert_ptr_not_equal(stack, MAP_FAILED);
	pthread_attr_init(&attributes);
	assert_int_equal(pthread_attr_setstack(&attributes, stack, STACK_SIZE), 0);
	assert_int_equal(pthread_create(&thread, &attributes, use_secret, NULL), 0);
	pthread_join(thread, &result);
	assert_non_null(result);
	assert_null(memmem(stack, STACK_SIZE, secret_description, sizeof(secret_description)));
	munmap(stack, STACK_SIZE);
	assert_int_equal(control(&without, KEYCTL_CLEAR, -3, 0, 0), 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest of_kernel[] = {
	    cmocka_unit_test(test_probe),        cmocka_unit_test(test_kernel_lookup),
	    cmocka_unit_test(test_logon_kept),   cmocka_unit_test(test_logon_replaced),
	    cmocka_unit_test(test_logon_bounds),
	};
	const struct CMUnitTest own[] = {
	    cmocka_unit_test(test_serials),     cmocka_unit_test(test_quota),
	    cmocka_unit_test(test_time),        cmocka_unit_test(test_ownership),
	    cmocka_unit_test(test_dense_rings), cmocka_unit_test(test_two_ways),
	    cmocka_unit_test(test_stack),       cmocka_unit_test(test_fork),
	};

	if (argc > 1 && strcmp(argv[1], "own") == 0)
		return cmocka_run_group_tests_name("keys of our own", own, NULL, NULL);
	return cmocka_run_group_tests_name("keys of the kernel", of_kernel, NULL, NULL);
}
