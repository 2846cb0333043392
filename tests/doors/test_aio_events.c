/* SPDX-License-Identifier: MIT */
/* How events come out of a context (rules I): beside those of files, in pieces, to who sleeps. */
#include "aio_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>

/* Events of files and of sockets come out together, as few or many as are asked for. */
static void events_come_as_they_are_asked_for(void **state)
{
	aio_context_t context = open_context(EVENTS);
	struct iocb sockets[EVENTS], file;
	struct io_event events[EVENTS];
	int op = hash_op(), zero = open("/dev/zero", O_RDONLY);
	uint8_t digest[32], byte;
	unsigned seen = 0;

	(void)state;
	for (unsigned i = 0; i < 6; i++)
		sockets[i] = control(IOCB_CMD_PREAD, op, digest, 1 + i);
	file = control(IOCB_CMD_PREAD, zero, &byte, 1);
	assert_int_equal(submit(context, sockets, 6), 6);
	assert_int_equal(submit(context, &file, 1), 1);
	file.aio_data = 6;
	assert_int_equal(reap(context, 0, 0, events), 0);
	assert_int_equal(reap(context, 2, 2, events), 2);
	assert_int_equal(reap(context, 1, 1, events + 2), 1);
	assert_int_equal(reap(context, 4, EVENTS - 3, events + 3), 4);
	for (unsigned i = 0; i < 7; i++) {
		const struct iocb *obj = (const struct iocb *)(uintptr_t)events[i].obj;

		assert_true(obj == &file || (obj >= sockets && obj < sockets + 6));
		if (obj == &file)
			continue;
		assert_int_equal(events[i].data, obj - sockets);
		assert_int_equal(events[i].res, 1 + obj - sockets);
		seen |= 1u << events[i].data;
	}
	assert_int_equal(seen, 0x3f);
	assert_int_equal(reap(context, 0, EVENTS, events), 0);
	close(zero);
	close(op);
	close_context(context);
}

/* A buffer of events that ends where memory does; and counts that are none. */
static void events_that_cannot_be_written_stay(void **state)
{
	aio_context_t context = open_context(EVENTS);
	struct iocb calls[4];
	struct io_event events[EVENTS];
	uint8_t digest[32];
	int op = hash_op();
	long got;

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		calls[i] = control(IOCB_CMD_PREAD, op, digest, 32);
	assert_int_equal(submit(context, calls, 4), 4);
	assert_fails(reap(context, 0, 4, (struct io_event *)8), EFAULT);
	assert_fails(reap(context, 0, -1, events), EINVAL);
	assert_fails(reap(context, 3, 2, events), EINVAL);
	got = reap(context, 4, 4, events);
	assert_int_equal(got, 4);
	close(op);
	close_context(context);
}

static void *reap_one(void *argument)
{
	struct io_event event;

	return (void *)(intptr_t)reap(*(aio_context_t *)argument, 1, 1, &event);
}

/* Whoever sleeps for an event is woken by one, also where another call has just taken some. */
static void a_sleeper_is_woken(void **state)
{
	aio_context_t context = open_context(EVENTS);
	struct timespec pause = {.tv_nsec = 2000000};
	struct io_event events[EVENTS];
	int op = hash_op();
	uint8_t digest[32];

	(void)state;
	for (unsigned round = 0; round < 20; round++) {
		struct iocb call = control(IOCB_CMD_PREAD, op, digest, 32);
		pthread_t thread;
		void *result;

		assert_int_equal(submit(context, &call, 1), 1);
		assert_int_equal(reap(context, 1, EVENTS, events), 1);
		assert_int_equal(pthread_create(&thread, NULL, reap_one, &context), 0);
		if (round % 2)
			nanosleep(&pause, NULL);
		assert_int_equal(submit(context, &call, 1), 1);
		assert_int_equal(pthread_join(thread, &result), 0);
		assert_int_equal((intptr_t)result, 1);
	}
	close(op);
	close_context(context);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(events_come_as_they_are_asked_for),
	    cmocka_unit_test(events_that_cannot_be_written_stay),
	    cmocka_unit_test(a_sleeper_is_woken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
