/* SPDX-License-Identifier: MIT */
/*
 * UALG_WHEN: whether the kernel is asked first.  kernel_below.c plays the kernel; its sockets have
 * a name for getsockname, ours do not (S-08).
 *
 * Argument: always, missing (a kernel that has AF_ALG), refused (one that has not).
 */
#include "preload_common.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/un.h>

static bool is_kernels(int number)
{
	struct sockaddr_storage name;
	socklen_t size = sizeof(name);

	return getsockname(number, (struct sockaddr *)&name, &size) == 0;
}

static bool works(int parent)
{
	int op = accept(parent, NULL, NULL);
	bool good = op >= 0 && hashes_abc(op);

	close(op);
	return good;
}

static void served_here(void **state)
{
	int md5 = afalg_bind("hash", "md5"), sha256 = afalg_bind("hash", "sha256");

	(void)state;
	assert_true(md5 >= 0 && sha256 >= 0);
	assert_false(is_kernels(md5));
	assert_true(works(sha256));
	assert_int_equal(afalg_bind("hash", "nonsense"), -ENOENT);
	close(md5);
	close(sha256);
}

static void kernel_first(void **state)
{
	int md5 = afalg_bind("hash", "md5");

	(void)state;
	assert_true(md5 >= 0);
	assert_true(is_kernels(md5));
	assert_int_equal(afalg_bind("hash", "nonsense"), -ENOENT);
	close(md5);
}

static int bind_name(int number, const char *name)
{
	struct ualg_sockaddr address = {.salg_family = AF_ALG, .salg_type = "hash"};

	memcpy(address.salg_name, name, strlen(name));
	return bind(number, (const struct sockaddr *)&address, sizeof(address));
}

/* A name that the kernel lacks: our socket takes the number, with the flags it had. */
static void names_that_the_kernel_lacks(void **state)
{
	const int flags = SOCK_CLOEXEC | SOCK_NONBLOCK;
	int number = socket(AF_ALG, SOCK_SEQPACKET | flags, 0), plain;

	(void)state;
	assert_true(is_kernels(number));
	assert_int_equal(bind_name(number, "nonsense"), -1);
	assert_int_equal(errno, ENOENT);
	assert_true(is_kernels(number));
	errno = 77;
	assert_int_equal(bind_name(number, "sha256"), 0);
	assert_int_equal(errno, 77);
	assert_false(is_kernels(number));
	assert_true(fcntl(number, F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(number, F_GETFL) & O_NONBLOCK);
	assert_true(works(number));
	close(number);

	plain = socket(AF_ALG, SOCK_SEQPACKET, 0);
	assert_int_equal(bind_name(plain, "sha256"), 0);
	assert_int_equal(fcntl(plain, F_GETFD), 0);
	assert_int_equal(fcntl(plain, F_GETFL), O_RDWR);
	assert_true(works(plain));
	close(plain);
}

/* ENOENT of another family's bind is its own. */
static void other_families(void **state)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "/nonexistent/name"};
	int number = socket(AF_UNIX, SOCK_STREAM, 0);
	int kernels = socket(AF_ALG, SOCK_SEQPACKET, 0);

	(void)state;
	assert_int_equal(bind(number, (struct sockaddr *)&name, sizeof(name)), -1);
	assert_int_equal(errno, ENOENT);
	close(number);
	close(kernels);
}

int main(int count, char **arguments)
{
	const char *story = count > 1 ? arguments[1] : "";
	const struct CMUnitTest here[] = {
	    cmocka_unit_test(served_here),
	    cmocka_unit_test(other_families),
	};
	const struct CMUnitTest missing[] = {
	    cmocka_unit_test(kernel_first),
	    cmocka_unit_test(names_that_the_kernel_lacks),
	    cmocka_unit_test(other_families),
	};

	if (strcmp(story, "missing") == 0)
		return cmocka_run_group_tests(missing, NULL, NULL);
	return cmocka_run_group_tests(here, NULL, NULL);
}
