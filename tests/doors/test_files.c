/* SPDX-License-Identifier: MIT */
/*
 * The files by which programs ask about the kernel's crypto (rules X, S-20), by every call that
 * takes a path.  The same on a kernel that has AF_ALG.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/afalg.h"

/* What fortified programs call instead of open and openat. */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int folder, const char *path, int flags);
int __openat64_2(int folder, const char *path, int flags);

#if defined(__SANITIZE_ADDRESS__)
#define UNDER_ASAN true
#else
#define UNDER_ASAN false
#endif

#define CRYPTO    "/proc/crypto"
#define FIPS      "/proc/sys/crypto/fips_enabled"
#define PROTOCOLS "/proc/net/protocols"

static int by_open(const char *path, int flags)
{
	return open(path, flags);
}

static int by_open64(const char *path, int flags)
{
	return open64(path, flags);
}

static int by_openat(const char *path, int flags)
{
	return openat(AT_FDCWD, path, flags);
}

static int by_openat64(const char *path, int flags)
{
	return openat64(3000, path, flags);
}

static int by_open_2(const char *path, int flags)
{
	return __open_2(path, flags);
}

static int by_open64_2(const char *path, int flags)
{
	return __open64_2(path, flags);
}

static int by_openat_2(const char *path, int flags)
{
	return __openat_2(AT_FDCWD, path, flags);
}

static int by_openat64_2(const char *path, int flags)
{
	return __openat64_2(AT_FDCWD, path, flags);
}

static int by_system_call(const char *path, int flags)
{
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags);
}

static int (*const openers[])(const char *path, int flags) = {
    by_open,     by_open64,   by_openat,     by_openat64,    by_open_2,
    by_open64_2, by_openat_2, by_openat64_2, by_system_call,
};

#define OPENERS (sizeof(openers) / sizeof(openers[0]))

static char text[1 << 20];

static const char *read_number(int fd)
{
	size_t size = 0;
	ssize_t got;

	assert_true(fd >= 0);
	while ((got = read(fd, text + size, sizeof(text) - 1 - size)) > 0)
		size += (size_t)got;
	assert_int_equal(got, 0);
	text[size] = '\0';
	close(fd);
	return text;
}

static const char *read_path(const char *path)
{
	return read_number(open(path, O_RDONLY));
}

static void assert_fails(long result, int error)
{
	int got = errno;

	assert_int_equal(result, -1);
	assert_int_equal(got, error);
}

static bool lists(const char *name)
{
	char line[128];

	snprintf(line, sizeof(line), "name         : %s\n", name);
	return strstr(read_path(CRYPTO), line) != NULL;
}

/* the lines of a hash in their order. */
static void test_paragraph(void **state)
{
	static const char *const keys[] = {"driver", "module",    "priority",
					   "refcnt", "selftest",  "internal",
					   "type",   "blocksize", "digestsize"};
	const char *at;

	(void)state;
	(void)afalg_bind("hash", "sha256");
	at = strstr(read_path(CRYPTO), "name         : sha256\n");
	assert_non_null(at);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		char start[32];

		at = strchr(at, '\n') + 1;
		snprintf(start, sizeof(start), "%-13s: ", keys[i]);
		assert_memory_equal(at, start, strlen(start));
	}
	assert_memory_equal(strchr(at, '\n'), "\n\n", 2);
	assert_int_equal(strtoul(at + 15, NULL, 10), 32);
}

/* */
static void test_instances(void **state)
{
	(void)state;
	assert_false(lists("hmac(sha224)"));
	assert_true(afalg_bind("hash", "hmac(sha224)") >= 0);
	assert_true(lists("hmac(sha224)"));
}

/* Every way to the same text, with the flags asked for, at the lowest number; nothing is left. */
static void test_opening(void **state)
{
	char *first = strdup(read_path(CRYPTO));
	int lowest = dup(0);

	(void)state;
	close(lowest);
	for (size_t i = 0; i < OPENERS; i++) {
		int fd = openers[i](CRYPTO, O_RDONLY);

		assert_int_equal(fd, lowest);
		assert_int_equal(fcntl(fd, F_GETFD), 0);
		assert_int_equal(fcntl(fd, F_GETFL) & (O_ACCMODE | O_NONBLOCK), O_RDONLY);
		assert_fails(write(fd, "x", 1), EBADF);
		assert_string_equal(read_number(fd), first);
		fd = openers[i](CRYPTO, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
		assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
		assert_string_equal(read_number(fd), first);
	}
	for (int fd = lowest; fd < 1000; fd++)
		assert_fails(fcntl(fd, F_GETFD), EBADF);
	free(first);
}

static void test_position(void **state)
{
	char start[5] = "";
	int fd = open(CRYPTO, O_RDONLY);

	(void)state;
	assert_int_equal(read(fd, start, 4), 4);
	assert_string_equal(start, "name");
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(read(fd, start, 4), 4);
	assert_string_equal(start, "name");
	close(fd);
}

static const char *read_stream(FILE *stream)
{
	size_t size;

	assert_non_null(stream);
	size = fread(text, 1, sizeof(text) - 1, stream);
	text[size] = '\0';
	fclose(stream);
	return text;
}

static void test_streams(void **state)
{
	char *first = strdup(read_path(CRYPTO));

	(void)state;
	assert_string_equal(read_stream(fopen(CRYPTO, "r")), first);
	assert_string_equal(read_stream(fopen64(CRYPTO, "re")), first);
	assert_string_equal(read_stream(freopen(CRYPTO, "r", fopen("/dev/null", "r"))), first);
	assert_string_equal(read_stream(freopen64(CRYPTO, "rb", fopen(CRYPTO, "r"))), first);
	free(first);
}

/* */
static void check_mode(const char *path)
{
	struct stat status;
	struct stat64 status64;
	struct statx more;

	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode, S_IFREG | 0444);
	assert_int_equal(status.st_size, 0);
	assert_int_equal(lstat(path, &status), 0);
	assert_int_equal(status.st_mode, S_IFREG | 0444);
	assert_int_equal(fstatat(AT_FDCWD, path, &status, 0), 0);
	assert_int_equal(status.st_mode, S_IFREG | 0444);
	assert_int_equal(stat64(path, &status64), 0);
	assert_int_equal(lstat64(path, &status64), 0);
	assert_int_equal(fstatat64(AT_FDCWD, path, &status64, 0), 0);
	assert_int_equal(status64.st_mode, S_IFREG | 0444);
	assert_int_equal(statx(AT_FDCWD, path, 0, STATX_MODE, &more), 0);
	assert_int_equal(more.stx_mode, S_IFREG | 0444);
	assert_int_equal(access(path, R_OK), 0);
	assert_fails(access(path, X_OK), EACCES);
	assert_int_equal(eaccess(path, R_OK), 0);
	assert_int_equal(euidaccess(path, F_OK), 0);
	assert_int_equal(faccessat(AT_FDCWD, path, R_OK, 0), 0);
	assert_int_equal(syscall(SYS_faccessat, AT_FDCWD, path, R_OK), 0);
	assert_int_equal(syscall(SYS_newfstatat, AT_FDCWD, path, &status, 0), 0);
	assert_fails(open(path, O_RDONLY | O_CREAT | O_EXCL, 0600), EEXIST);
	assert_fails(open(path, O_RDONLY | O_DIRECTORY), ENOTDIR);
	assert_int_equal(close(open(path, O_RDONLY | O_CREAT, 0600)), 0);
	assert_int_equal(close(open(path, O_PATH)), 0);
}

static void test_modes(void **state)
{
	(void)state;
	check_mode(CRYPTO);
	check_mode(FIPS);
}

/* The number of what went wrong. */
static int user_work(void)
{
	static const char *const paths[] = {CRYPTO, FIPS, PROTOCOLS};

	if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0)
		return 1;
	for (int i = 0; i < 3; i++) {
		if (open(paths[i], O_WRONLY) >= 0 || errno != EACCES)
			return 10 + i;
		if (open(paths[i], O_RDWR | O_TRUNC) >= 0 || errno != EACCES)
			return 20 + i;
		if (fopen(paths[i], "w") || errno != EACCES)
			return 30 + i;
		if (fopen(paths[i], "r+") || errno != EACCES)
			return 40 + i;
		if (access(paths[i], W_OK) == 0 || errno != EACCES)
			return 50 + i;
		if (open(paths[i], O_RDONLY) < 0)
			return 60 + i;
	}
	return 0;
}

static void test_writing(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	assert_true(child >= 0);
	if (child == 0)
		_exit(user_work());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_fips_enabled(void **state)
{
	(void)state;
	assert_string_equal(read_path(FIPS), "0\n");
	assert_string_equal(read_stream(fopen(FIPS, "r")), "0\n");
	assert_string_equal(read_stream(freopen(FIPS, "r", fopen("/dev/null", "r"))), "0\n");
}

static unsigned count_words(const char *line)
{
	unsigned count = 0;
	bool inside = false;

	for (; *line && *line != '\n'; line++) {
		count += *line != ' ' && !inside;
		inside = *line != ' ';
	}
	return count;
}

/* S-20: one line, with a word for each of the heading. */
static void test_protocols(void **state)
{
	const char *all, *line;

	(void)state;
	(void)afalg_bind("hash", "sha256");
	all = read_path(PROTOCOLS);
	line = strstr(all, "\nALG ");
	assert_non_null(line);
	assert_int_equal(count_words(line + 1), count_words(all));
	assert_null(strstr(line + 1, "\nALG "));
	assert_non_null(strstr(all, "\nUNIX "));
	assert_non_null(strstr(all, "\nNETLINK "));
}

/* Pointers that lead nowhere are the kernel's to refuse. */
static void test_bad_pointers(void **state)
{
	const char *volatile nowhere = (const char *)8;
	struct stat status;
	FILE *null;

	(void)state;
	if (UNDER_ASAN)
		return; /* its own fopen reads the path before the kernel does */
	for (size_t i = 0; i < OPENERS; i++)
		assert_fails(openers[i](nowhere, O_RDONLY), EFAULT);
	assert_null(fopen(nowhere, "r"));
	assert_int_equal(errno, EFAULT);
	assert_fails(stat(nowhere, &status), EFAULT);
	assert_fails(access(nowhere, F_OK), EFAULT);
	null = fopen("/dev/null", "r");
	assert_null(freopen(nowhere, "r", null));
	assert_int_equal(errno, EFAULT);
}

/* Every other path is as ever, and errno too. */
static void test_other_paths(void **state)
{
	static const char *const absent[] = {"/proc/crypt", "/proc/cryptox", "/proc/sys/crypto/x",
					     "/proc/net/protocols/x", ""};
	int fd;

	(void)state;
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
		assert_int_equal(open(absent[i], O_RDONLY), -1);
		assert_int_equal(access(absent[i], F_OK), -1);
		assert_null(fopen(absent[i], "r"));
	}
	errno = 0;
	fd = open("/proc/version", O_RDONLY);
	assert_non_null(strstr(read_number(fd), "Linux"));
	assert_int_equal(errno, 0);
	(void)read_path(CRYPTO);
	(void)read_path(FIPS);
	assert_int_equal(errno, 0);
	assert_null(fopen(CRYPTO, "nonsense"));
	assert_int_equal(errno, EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_paragraph),   cmocka_unit_test(test_instances),
	    cmocka_unit_test(test_opening),     cmocka_unit_test(test_position),
	    cmocka_unit_test(test_streams),     cmocka_unit_test(test_modes),
	    cmocka_unit_test(test_writing),     cmocka_unit_test(test_fips_enabled),
	    cmocka_unit_test(test_protocols),   cmocka_unit_test(test_bad_pointers),
	    cmocka_unit_test(test_other_paths),
	};

	return cmocka_run_group_tests_name("files", tests, NULL, NULL);
}
