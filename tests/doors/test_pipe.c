/* SPDX-License-Identifier: MIT */
/* Taking from a pipe that others read as well. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "doors/common/pipe.h"

#define ROUNDS  20000
#define LIMIT_S 20

/* A pipe, and its reading end in a mode. */
static int open_pipe(int ends[2], int mode)
{
	char path[32];
	int reader;

	assert_int_equal(pipe(ends), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[0]);
	reader = open(path, mode);
	assert_true(reader >= 0);
	return reader;
}

static void close_pipe(int ends[2], int reader)
{
	close(ends[0]);
	close(ends[1]);
	close(reader);
}

static void takes_what_waits(int mode)
{
	static char data[70000], taken[sizeof(data)];
	int ends[2], reader = open_pipe(ends, mode);
	bool both_ways;
	size_t total = 0;
	ssize_t got;

	assert_true(door_pipe_is_readable(reader, &both_ways));
	assert_int_equal(both_ways, mode == O_RDWR);
	memset(data, 'x', sizeof(data));
	assert_int_equal(door_pipe_take(reader, both_ways, taken, 10), -EAGAIN);
	assert_int_equal(write(ends[1], "abc", 3), 3);
	assert_int_equal(door_pipe_take(reader, both_ways, taken, 2), 2);
	assert_memory_equal(taken, "ab", 2);
	assert_int_equal(door_pipe_take(reader, both_ways, taken, 10), 1);
	assert_int_equal(taken[0], 'c');
	assert_true(fcntl(ends[1], F_SETPIPE_SZ, 1 << 17) > 0);
	assert_int_equal(write(ends[1], data, sizeof(data)), sizeof(data));
	while ((got = door_pipe_take(reader, both_ways, taken + total, sizeof(taken) - total)) > 0)
		total += (size_t)got;
	assert_int_equal(total, sizeof(data));
	assert_memory_equal(taken, data, sizeof(data));
	close_pipe(ends, reader);
}

static void takes_from_a_reading_end(void **state)
{
	(void)state;
	takes_what_waits(O_RDONLY);
}

static void takes_from_both_directions(void **state)
{
	(void)state;
	takes_what_waits(O_RDWR);
}

static struct {
	int reader;
	bool both_ways;
	pthread_barrier_t begin, end;
	atomic_int taken, refused;
} shared;

static void take_once(void)
{
	char byte;
	ssize_t result;

	pthread_barrier_wait(&shared.begin);
	result = door_pipe_take(shared.reader, shared.both_ways, &byte, 1);
	if (result == 1)
		atomic_fetch_add(&shared.taken, 1);
	else if (result == -EAGAIN)
		atomic_fetch_add(&shared.refused, 1);
	pthread_barrier_wait(&shared.end);
}

static void *take_in_rounds(void *argument)
{
	(void)argument;
	for (unsigned i = 0; i < ROUNDS; i++)
		take_once();
	return NULL;
}

/* One byte a round for two who take: one has it, the other is told so instead of sleeping. */
static void share_in_mode(int mode)
{
	int ends[2];
	pthread_t thread;

	shared.reader = open_pipe(ends, mode);
	shared.both_ways = mode == O_RDWR;
	shared.taken = shared.refused = 0;
	pthread_barrier_init(&shared.begin, NULL, 2);
	pthread_barrier_init(&shared.end, NULL, 2);
	alarm(LIMIT_S);
	assert_int_equal(pthread_create(&thread, NULL, take_in_rounds, NULL), 0);
	for (unsigned i = 0; i < ROUNDS; i++) {
		assert_int_equal(write(ends[1], "x", 1), 1);
		take_once();
	}
	pthread_join(thread, NULL);
	alarm(0);
	assert_int_equal(shared.taken, ROUNDS);
	assert_int_equal(shared.refused, ROUNDS);
	close_pipe(ends, shared.reader);
}

static void shares_a_reading_end(void **state)
{
	(void)state;
	share_in_mode(O_RDONLY);
}

static void shares_both_directions(void **state)
{
	(void)state;
	share_in_mode(O_RDWR);
}

/* Pieces of one byte take a page each; whoever puts them has no more room than anybody. */
static void is_not_enlarged_without_end(void **state)
{
	int ends[2];
	void *page = door_pipe_pages(4096);

	(void)state;
	assert_non_null(page);
	assert_int_equal(pipe(ends), 0);
	for (unsigned i = 0; i < 2000 && door_pipe_put(ends[1], page, 1) == 1; i++)
		;
	assert_int_equal(door_pipe_put(ends[1], page, 1), -EAGAIN);
	assert_true(fcntl(ends[1], F_GETPIPE_SZ) <= 1 << 20);
	close(ends[0]);
	close(ends[1]);
	door_pipe_pages_free(page, 4096);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(takes_from_a_reading_end),
	    cmocka_unit_test(takes_from_both_directions),
	    cmocka_unit_test(shares_a_reading_end),
	    cmocka_unit_test(shares_both_directions),
	    cmocka_unit_test(is_not_enlarged_without_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
