/* SPDX-License-Identifier: MIT */
/*
 * RLIMIT_NOFILE: sockets come up to the soft limit, which stays the program's own (F-08).  The same
 * program passes on a kernel.
 */
#include "preload_common.h"
#include "support/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>

#define LIMIT 300

static int sockets[LIMIT + 2];

static int count_open(void)
{
	int count = folder_names("/proc/self/fd");

	assert_true(count > 0);
	return count - 1; /* the folder itself */
}

static rlim_t soft_limit(void)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	return limit.rlim_cur;
}

static int lower_limit(void **state)
{
	struct rlimit limit;

	(void)state;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_max < 4 * LIMIT)
		return -1;
	limit.rlim_cur = LIMIT;
	return setrlimit(RLIMIT_NOFILE, &limit);
}

/* How many there are of before the call fails, which it has to by EMFILE. */
static int open_all(void)
{
	int count = 0;

	while (count <= LIMIT && (sockets[count] = socket(AF_ALG, SOCK_SEQPACKET, 0)) >= 0)
		count++;
	assert_int_equal(sockets[count], -1);
	assert_int_equal(errno, EMFILE);
	return count;
}

static void sockets_come_up_to_the_limit(void **state)
{
	int before, count;

	(void)state;
	/* What a door keeps open, it has opened by then. */
	close(hash_op());
	before = count_open();
	count = open_all();
	assert_int_equal(before + count, LIMIT);
	assert_int_equal(soft_limit(), LIMIT);
	assert_int_equal(listen(sockets[count - 1], 1), -1);
	assert_int_equal(errno, EOPNOTSUPP);
	while (count > 0)
		close(sockets[--count]);
}

static void files_stay_below_the_limit(void **state)
{
	int count = open_all(), file;

	(void)state;
	while ((file = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
		assert_true(file < LIMIT);
	assert_int_equal(errno, EMFILE);
	while (count > 0)
		close(sockets[--count]);
	for (file = 3; file < LIMIT; file++)
		close(file);
}

static void copies_are_asked_for_below_the_limit(void **state)
{
	int op = hash_op();

	(void)state;
	assert_int_equal(fcntl(op, F_DUPFD, LIMIT), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(fcntl(op, F_DUPFD_CLOEXEC, 1 << 20), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(fcntl(op, F_DUPFD, -1), -1);
	assert_int_equal(errno, EINVAL);
	assert_true(hashes_abc(op));
	close(op);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sockets_come_up_to_the_limit),
	    cmocka_unit_test(files_stay_below_the_limit),
	    cmocka_unit_test(copies_are_asked_for_below_the_limit),
	};

	return cmocka_run_group_tests(tests, lower_limit, NULL);
}
