/* SPDX-License-Identifier: MIT */
/*
 * Keys by serial number through the preload door (O-15):  test_keys kernel|refused
 *
 * The same tables hold for the kernel's keyrings and, where a filter refuses the key calls with
 * ENOSYS as a kernel without keyrings does, for the door's own.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/afalg.h"
#include "ualg/if_alg.h"

#define RING KEY_SPEC_PROCESS_KEYRING
#define NONE 0x7ffffff0 /* a serial that no key has */

static const char key_bytes[] = "sixteen byte key and sixteen...";

/* The result of a system call, or its negative errno. */
static int outcome(long result)
{
	return result < 0 ? -errno : (int)result;
}

static int add(const char *type, const char *description, const void *payload, size_t size,
	       int ring)
{
	return outcome(syscall(SYS_add_key, type, description, payload, size, ring));
}

static int control(int operation, long a, long b, long c, long d)
{
	return outcome(syscall(SYS_keyctl, operation, a, b, c, d));
}

static int give(const char *type, const char *name, int serial)
{
	int parent = afalg_bind(type, name);
	int result;

	assert_true(parent >= 0);
	result = outcome(
	    setsockopt(parent, SOL_ALG, ALG_SET_KEY_BY_KEY_SERIAL, &serial, sizeof(serial)));
	close(parent);
	return result;
}

static int give_aes(int serial)
{
	return give("skcipher", "cbc(aes)", serial);
}

/* The tag of "message" under a parent's key. */
static void tag(int parent, uint8_t out[32])
{
	int op = afalg_accept(parent);

	assert_true(op >= 0);
	assert_int_equal(send(op, "message", 7, 0), 7);
	assert_int_equal(recv(op, out, 32, 0), 32);
	close(op);
}

static void test_payload_is_the_key(void **state)
{
	static const char *const types[] = {"user", "logon"};
	uint8_t by_bytes[32], by_serial[32];
	int parent = afalg_bind("hash", "hmac(sha256)");

	(void)state;
	assert_int_equal(afalg_set_key(parent, key_bytes, 16), 0);
	tag(parent, by_bytes);
	for (unsigned i = 0; i < 2; i++) {
		int serial = add(types[i], "test:payload", key_bytes, 16, RING);
		int other = afalg_bind("hash", "hmac(sha256)");

		assert_true(serial > 0);
		assert_int_equal(setsockopt(other, SOL_ALG, ALG_SET_KEY_BY_KEY_SERIAL, &serial, 4),
				 0);
		tag(other, by_serial);
		assert_memory_equal(by_bytes, by_serial, 32);
		/* Another payload, by keyctl and by add_key: another key. */
		assert_int_equal(control(KEYCTL_UPDATE, serial, (long)"another", 7, 0), 0);
		assert_int_equal(setsockopt(other, SOL_ALG, ALG_SET_KEY_BY_KEY_SERIAL, &serial, 4),
				 0);
		tag(other, by_serial);
		assert_memory_not_equal(by_bytes, by_serial, 32);
		assert_int_equal(add(types[i], "test:payload", key_bytes, 16, RING), serial);
		assert_int_equal(setsockopt(other, SOL_ALG, ALG_SET_KEY_BY_KEY_SERIAL, &serial, 4),
				 0);
		tag(other, by_serial);
		assert_memory_equal(by_bytes, by_serial, 32);
		close(other);
	}
	close(parent);
}

static void test_option_sizes(void **state)
{
	static const struct {
		int size;
		int result;
	} rows[] = {{4, 0}, {0, -EINVAL}, {3, -EINVAL}, {5, -EINVAL}, {8, -EINVAL}, {-1, -EINVAL}};
	int parent = afalg_bind("skcipher", "cbc(aes)");
	int unbound = socket(AF_ALG, SOCK_SEQPACKET, 0);
	int32_t serial[2] = {add("user", "size", key_bytes, 16, RING), 0};
	int op;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(outcome(setsockopt(parent, SOL_ALG, ALG_SET_KEY_BY_KEY_SERIAL,
						    serial, (socklen_t)rows[i].size)),
				 rows[i].result);
	assert_int_equal(
	    outcome(setsockopt(parent, SOL_ALG, ALG_SET_KEY_BY_KEY_SERIAL, (void *)8, 4)), -EFAULT);
	assert_int_equal(
	    outcome(setsockopt(unbound, SOL_ALG, ALG_SET_KEY_BY_KEY_SERIAL, serial, 4)),
	    -ENOPROTOOPT);
	op = afalg_accept(parent); /* O-05 */
	assert_int_equal(outcome(setsockopt(parent, SOL_ALG, ALG_SET_KEY_BY_KEY_SERIAL, serial, 4)),
			 -EBUSY);
	close(op);
	close(parent);
	close(unbound);
}

/* What stands for a serial in the tables. */
enum { USER_16 = 1, USER_17, LOGON_16, KEYRING, REVOKED, UNLINKED, INVALIDATED };

static int make(int what)
{
	int serial;

	switch (what) {
	case USER_16:
		return add("user", "u16", key_bytes, 16, RING);
	case USER_17:
		return add("user", "u17", key_bytes, 17, RING);
	case LOGON_16:
		return add("logon", "l:16", key_bytes, 16, RING);
	case KEYRING:
		return add("keyring", "ring", NULL, 0, RING);
	case REVOKED:
		serial = add("logon", "l:revoked", key_bytes, 16, RING);
		assert_int_equal(control(KEYCTL_REVOKE, serial, 0, 0, 0), 0);
		return serial;
	case UNLINKED:
		serial = add("logon", "l:unlinked", key_bytes, 16, RING);
		assert_int_equal(control(KEYCTL_UNLINK, serial, RING, 0, 0), 0);
		usleep(200000); /* the kernel drops it a moment later */
		return serial;
	case INVALIDATED:
		serial = add("user", "invalid", key_bytes, 16, RING);
		assert_int_equal(control(KEYCTL_INVALIDATE, serial, 0, 0, 0), 0);
		return serial;
	default:
		return what; /* a number as it is */
	}
}

static void test_lookup(void **state)
{
	static const struct {
		const char *type, *name;
		int what;
		int result;
	} rows[] = {
	    {"skcipher", "cbc(aes)", USER_16, 0},
	    {"skcipher", "cbc(aes)", LOGON_16, 0},
	    {"aead", "gcm(aes)", LOGON_16, 0},
	    {"hash", "hmac(sha256)", USER_17, 0},
	    {"rng", "drbg_nopr_hmac_sha256", USER_16, 0},
	    {"skcipher", "cbc(aes)", USER_17, -EINVAL},
	    {"hash", "sha256", USER_16, -ENOSYS},
	    {"hash", "sha256", NONE, -ENOKEY}, /* before it is known that none is taken */
	    {"skcipher", "cbc(aes)", 0, -EINVAL},
	    {"skcipher", "cbc(aes)", NONE, -ENOKEY},
	    {"skcipher", "cbc(aes)", KEYRING, -ENOPROTOOPT},
	    {"hash", "sha256", KEYRING, -ENOPROTOOPT},
	    {"skcipher", "cbc(aes)", REVOKED, -EKEYREVOKED},
	    {"skcipher", "cbc(aes)", UNLINKED, -ENOKEY},
	    {"skcipher", "cbc(aes)", INVALIDATED, -ENOKEY},
	    {"skcipher", "cbc(aes)", KEY_SPEC_THREAD_KEYRING, -ENOKEY},
	    {"skcipher", "cbc(aes)", KEY_SPEC_PROCESS_KEYRING, -ENOPROTOOPT},
	    {"skcipher", "cbc(aes)", KEY_SPEC_SESSION_KEYRING, -ENOPROTOOPT},
	    {"skcipher", "cbc(aes)", KEY_SPEC_USER_KEYRING, -ENOPROTOOPT},
	    {"skcipher", "cbc(aes)", KEY_SPEC_USER_SESSION_KEYRING, -ENOPROTOOPT},
	    {"skcipher", "cbc(aes)", KEY_SPEC_GROUP_KEYRING, -EINVAL},
	    {"skcipher", "cbc(aes)", KEY_SPEC_REQKEY_AUTH_KEY, -ENOKEY},
	    {"skcipher", "cbc(aes)", -9, -EINVAL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int serial = make(rows[i].what);
		int result = give(rows[i].type, rows[i].name, serial);

		if (result != rows[i].result)
			fail_msg("row %zu: %d, expected %d", i, result, rows[i].result);
	}
}

static void test_permissions(void **state)
{
	/* The view right is kept: see the limits in keys.h. */
	static const struct {
		unsigned permissions;
		int result;
	} rows[] = {
	    {0x3f000000, 0},       {0x0b000000, 0},       {0x09000000, 0},
	    {0x000b0000, 0},       {0x03000000, -EACCES}, {0x00030000, -EACCES},
	    {0x37373737, -EACCES}, {0x00000b00, -EACCES}, {0x0000000b, -EACCES},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static const char *const types[] = {"user", "logon"};

		for (unsigned type = 0; type < 2; type++) {
			char description[32];
			int serial, result;

			snprintf(description, sizeof(description), "permission:%zu", i);
			serial = add(types[type], description, key_bytes, 16, RING);
			assert_int_equal(control(KEYCTL_SETPERM, serial, rows[i].permissions, 0, 0),
					 0);
			result = give_aes(serial);
			if (result != rows[i].result)
				fail_msg("%s %08x: %d", types[type], rows[i].permissions, result);
		}
	}
}

static void test_expiry(void **state)
{
	int serials[] = {add("user", "short", key_bytes, 16, RING),
			 add("logon", "short:", key_bytes, 16, RING)};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(control(KEYCTL_SET_TIMEOUT, serials[i], 1, 0, 0), 0);
		assert_int_equal(give_aes(serials[i]), 0);
	}
	sleep(2);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(give_aes(serials[i]), -EKEYEXPIRED);
		assert_int_equal(control(KEYCTL_SET_TIMEOUT, serials[i], 0, 0, 0), -EKEYEXPIRED);
	}
	/* A new payload makes it new. */
	assert_int_equal(add("logon", "short:", key_bytes, 16, RING), serials[1]);
	assert_int_equal(give_aes(serials[1]), 0);
}

static void test_add(void **state)
{
	static char long_text[5000], large[1 << 20];
	static const struct {
		const char *type, *description;
		const void *payload;
		size_t size;
		int ring;
		int error;
	} rows[] = {
	    {"nosuch", "x", "k", 1, RING, ENODEV},
	    {"", "x", "k", 1, RING, EINVAL},
	    {".user", "x", "k", 1, RING, EPERM},
	    {"12345678901234567890123456789012", "x", "k", 1, RING, EINVAL},
	    {"user", NULL, "k", 1, RING, EINVAL},
	    {"user", "", "k", 1, RING, EINVAL},
	    {"user", long_text, "k", 1, RING, EINVAL},
	    {"user", (const char *)8, "k", 1, RING, EFAULT},
	    {(const char *)8, "x", "k", 1, RING, EFAULT},
	    {"user", "x", "k", 0, RING, EINVAL},
	    {"user", "x", NULL, 5, RING, EFAULT},
	    {"user", "x", large, 32768, RING, EINVAL},
	    {"user", "x", large, sizeof(large), RING, EINVAL},
	    {"logon", "no-colon", "k", 1, RING, EINVAL},
	    {"logon", ":x", "k", 1, RING, EINVAL},
	    {"keyring", "x", "k", 1, RING, EINVAL},
	    {"keyring", ".x", NULL, 0, RING, EPERM},
	    {"user", "x", "k", 1, 0, EINVAL},
	    {"user", "x", "k", 1, NONE, ENOKEY},
	    {"nosuch", "x", "k", 1, NONE, ENOKEY},
	};
	int serial = make(USER_16);

	(void)state;
	memset(long_text, 'd', sizeof(long_text) - 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int result = add(rows[i].type, rows[i].description, rows[i].payload, rows[i].size,
				 rows[i].ring);

		if (result != -rows[i].error)
			fail_msg("row %zu: %d, expected %d", i, result, -rows[i].error);
	}
	assert_int_equal(add("user", "x", "k", 1, serial), -ENOTDIR);
}

static void test_operations(void **state)
{
	int user = make(USER_16), logon = make(LOGON_16), ring = make(KEYRING);
	int inner = add("keyring", "inner", NULL, 0, ring);
	char text[64];
	int32_t members[4];

	(void)state;
	/* Describing and reading: sizes first, nothing written where the room is too small. */
	assert_int_equal(control(KEYCTL_DESCRIBE, logon, 0, 0, 0),
			 control(KEYCTL_DESCRIBE, logon, (long)text, sizeof(text), 0));
	assert_non_null(strstr(text, "3d010000;l:16"));
	assert_int_equal(control(KEYCTL_READ, user, (long)text, sizeof(text), 0), 16);
	assert_memory_equal(text, key_bytes, 16);
	text[0] = 'x';
	assert_int_equal(control(KEYCTL_READ, user, (long)text, 15, 0), 16);
	assert_int_equal(text[0], 'x');
	assert_int_equal(control(KEYCTL_READ, logon, (long)text, sizeof(text), 0), -EOPNOTSUPP);
	assert_int_equal(control(KEYCTL_READ, ring, (long)members, sizeof(members), 0), 4);
	assert_int_equal(members[0], inner);
	assert_int_equal(control(KEYCTL_READ, NONE, (long)text, sizeof(text), 0), -ENOKEY);

	/* Links and searches. */
	assert_int_equal(control(KEYCTL_LINK, logon, inner, 0, 0), 0);
	assert_int_equal(control(KEYCTL_SEARCH, ring, (long)"logon", (long)"l:16", 0), logon);
	assert_int_equal(control(KEYCTL_SEARCH, ring, (long)"user", (long)"l:16", 0), -ENOKEY);
	assert_int_equal(control(KEYCTL_SEARCH, logon, (long)"user", (long)"x", 0), -ENOTDIR);
	assert_int_equal(control(KEYCTL_LINK, ring, inner, 0, 0), -EDEADLK);
	assert_int_equal(control(KEYCTL_LINK, user, logon, 0, 0), -ENOTDIR);
	assert_int_equal(control(KEYCTL_UNLINK, user, inner, 0, 0), -ENOENT);
	assert_int_equal(outcome(syscall(SYS_request_key, "logon", "l:16", NULL, 0)), logon);
	assert_int_equal(outcome(syscall(SYS_request_key, "logon", "l:none", NULL, 0)), -ENOKEY);
	assert_int_equal(outcome(syscall(SYS_request_key, ".logon", "l:16", NULL, 0)), -EPERM);

	/* Changes. */
	assert_int_equal(control(KEYCTL_SETPERM, user, 0x40000000, 0, 0), -EINVAL);
	assert_int_equal(control(KEYCTL_UPDATE, ring, (long)"x", 1, 0), -EOPNOTSUPP);
	assert_int_equal(control(KEYCTL_UPDATE, user, (long)"x", 0, 0), -EINVAL);
	assert_int_equal(control(KEYCTL_UPDATE, user, 0, 5, 0), -EFAULT);
	assert_int_equal(control(KEYCTL_CLEAR, inner, 0, 0, 0), 0);
	assert_int_equal(control(KEYCTL_CLEAR, user, 0, 0, 0), -ENOTDIR);
	assert_int_equal(control(KEYCTL_SEARCH, ring, (long)"logon", (long)"l:16", 0), -ENOKEY);
	assert_int_equal(control(KEYCTL_GET_KEYRING_ID, KEY_SPEC_GROUP_KEYRING, 1, 0, 0), -EINVAL);
	assert_int_equal(control(99, 0, 0, 0, 0), -EOPNOTSUPP);
}

/* Depth that a search goes to, and a keyring that nobody may search. */
static void test_nesting(void **state)
{
	int rings[8], key, found;

	(void)state;
	rings[0] = add("keyring", "level 0", NULL, 0, RING);
	for (int i = 1; i < 8; i++) {
		char name[16];

		snprintf(name, sizeof(name), "level %d", i);
		rings[i] = add("keyring", name, NULL, 0, rings[i - 1]);
		assert_true(rings[i] > 0);
	}
	assert_int_equal(add("keyring", "level 8", NULL, 0, rings[7]), -EACCES);
	key = add("user", "deep", key_bytes, 16, rings[6]);
	found = control(KEYCTL_SEARCH, rings[0], (long)"user", (long)"deep", 0);
	assert_int_equal(found, key);
	assert_int_equal(outcome(syscall(SYS_request_key, "user", "deep", NULL, 0)), -ENOKEY);
	assert_int_equal(control(KEYCTL_LINK, rings[0], make(KEYRING), 0, 0), -ELOOP);
	key = add("user", "hidden", key_bytes, 16, rings[0]);
	assert_int_equal(give_aes(key), 0);
	assert_int_equal(control(KEYCTL_SETPERM, rings[0], 0x37000000, 0, 0), 0);
	assert_int_equal(give_aes(key), -EACCES);
}

static void *in_thread(void *argument)
{
	int *serial = argument;

	*serial = give_aes(*serial);
	return NULL;
}

static int in_child(int (*work)(int), int argument)
{
	int status;
	pid_t child = fork();

	if (child == 0)
		_exit(-work(argument) & 0xff);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return -WEXITSTATUS(status);
}

static void test_threads_and_children(void **state)
{
	int of_process = make(LOGON_16), of_session, of_thread, result;
	pthread_t thread;

	(void)state;
	of_session = add("logon", "l:session", key_bytes, 16, KEY_SPEC_SESSION_KEYRING);
	of_thread = add("logon", "l:thread", key_bytes, 16, KEY_SPEC_THREAD_KEYRING);
	assert_int_equal(give_aes(of_thread), 0);
	result = of_thread;
	assert_int_equal(pthread_create(&thread, NULL, in_thread, &result), 0);
	pthread_join(thread, NULL);
	assert_int_equal(result, -EACCES);
	result = of_process;
	assert_int_equal(pthread_create(&thread, NULL, in_thread, &result), 0);
	pthread_join(thread, NULL);
	assert_int_equal(result, 0);
	/* A child has the session, and no process and no thread keyring. */
	assert_int_equal(in_child(give_aes, of_session), 0);
	assert_int_equal(in_child(give_aes, of_process), -EACCES);
	assert_int_equal(in_child(give_aes, of_thread), -EACCES);
	assert_int_equal(give_aes(of_process), 0);
}

static int give_as_nobody(int serial)
{
	if (setgid(65534) < 0 || setuid(65534) < 0)
		return -errno;
	return give_aes(serial);
}

static int give_in_new_session(int serial)
{
	int session = control(KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0);

	return session < 0 ? session : give_aes(serial);
}

/* A child made in one session gives a key that was put there after its parent has left it. */
static int give_after_parent_left(int serial)
{
	char byte;
	int left[2], status, result;
	pid_t child;

	if (pipe(left) < 0)
		return -errno;
	child = fork();
	if (child == 0) {
		if (read(left[0], &byte, 1) != 1)
			_exit(1);
		_exit(-give_aes(serial) & 0xff);
	}
	usleep(50000); /* a child's age is known to a hundredth of a second */
	result = give_in_new_session(serial);
	if (write(left[1], "x", 1) != 1 || waitpid(child, &status, 0) != child)
		return -errno;
	return result == -EACCES && WIFEXITED(status) ? -WEXITSTATUS(status) : -EPROTO;
}

/* What is in the user's keyring is possessed where that is linked in the session. */
static int give_linked(int serial)
{
	int result = control(KEYCTL_LINK, KEY_SPEC_USER_KEYRING, KEY_SPEC_SESSION_KEYRING, 0, 0);

	if (result < 0)
		return result;
	result = give_aes(serial);
	(void)control(KEYCTL_UNLINK, KEY_SPEC_USER_KEYRING, KEY_SPEC_SESSION_KEYRING, 0, 0);
	return give_aes(serial) == -EACCES ? result : -EPROTO;
}

static void test_sessions(void **state)
{
	char name[32]; /* others may run this, too, and the user's keyring is one */
	int session, user;

	(void)state;
	snprintf(name, sizeof(name), "ualg test %d", (int)getpid());
	session = add("logon", "l:sessions", key_bytes, 16, KEY_SPEC_SESSION_KEYRING);
	user = add("user", name, key_bytes, 16, KEY_SPEC_USER_KEYRING);
	assert_true(user > 0);
	assert_int_equal(in_child(give_in_new_session, session), -EACCES);
	assert_int_equal(in_child(give_after_parent_left, session), 0);
	if (geteuid() == 0)
		assert_int_equal(in_child(give_as_nobody, session), 0);
	assert_int_equal(give_aes(user), -EACCES);
	assert_int_equal(in_child(give_linked, user), 0);
	assert_int_equal(in_child(give_in_new_session, user), -EACCES);
	assert_int_equal(control(KEYCTL_UNLINK, user, KEY_SPEC_USER_KEYRING, 0, 0), 0);
}

/* As a kernel that has no keyrings answers. */
static bool refuse_key_calls(void)
{
	const struct sock_filter filter[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_add_key, 3, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_keyctl, 2, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_request_key, 1, 0),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
	};
	const struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]),
					   (struct sock_filter *)(uintptr_t)filter};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* Whether there are keyrings, asked of the kernel and not of libc, which the door stands before. */
static bool kernel_has_keyrings(void)
{
#if defined(__x86_64__)
	long result = SYS_keyctl;

	__asm__ volatile("syscall"
			 : "+a"(result)
			 : "D"((long)KEYCTL_DESCRIBE), "S"(0L), "d"(0L)
			 : "rcx", "r11", "memory");
	return result == -EINVAL;
#else
	return outcome(syscall(SYS_keyctl, KEYCTL_DESCRIBE, 0, 0, 0, 0)) == -EINVAL;
#endif
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_payload_is_the_key),
	    cmocka_unit_test(test_option_sizes),
	    cmocka_unit_test(test_lookup),
	    cmocka_unit_test(test_permissions),
	    cmocka_unit_test(test_expiry),
	    cmocka_unit_test(test_add),
	    cmocka_unit_test(test_operations),
	    cmocka_unit_test(test_nesting),
	    cmocka_unit_test(test_threads_and_children),
	    cmocka_unit_test(test_sessions),
	};
	bool refused = argc > 1 && strcmp(argv[1], "refused") == 0;

	if (refused && !refuse_key_calls()) {
		printf("1..0 # SKIP no filter of system calls can be set here\n");
		return 0;
	}
	if (refused == kernel_has_keyrings()) {
		printf("1..0 # SKIP this machine refuses the key calls\n");
		return refused;
	}
	/* A session of its own, so that nothing is left behind in the user's keyrings. */
	if (!refused)
		(void)control(KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0);
	if (refused) /* whose sessions are others */
		cmocka_set_skip_filter("test_sessions");
	return cmocka_run_group_tests_name(refused ? "keys of our own" : "keys of the kernel",
					   tests, NULL, NULL);
}
