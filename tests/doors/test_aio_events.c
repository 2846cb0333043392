/* SPDX-License-Identifier: MIT */
/* How events come out of a context (rules I): beside those of files, in pieces, to who sleeps. */
#include "aio_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
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
	assert_int_equal(reap(context, 0, 0, NULL), 0);
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

/* Room for two events, with no memory behind it. */
static struct io_event *open_edge(char **page)
{
	const size_t size = (size_t)sysconf(_SC_PAGESIZE);

	*page = mmap(NULL, 2 * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(*page, MAP_FAILED);
	assert_int_equal(munmap(*page + size, size), 0);
	return (struct io_event *)(void *)(*page + size) - 2;
}

/* A buffer of events that ends where memory does; and counts that are none. */
static void events_that_cannot_be_written_stay(void **state)
{
	aio_context_t context = open_context(EVENTS);
	int op = hash_op(), zero = open("/dev/zero", O_RDONLY);
	char *page;
	struct io_event events[EVENTS], *edge = open_edge(&page);
	uint8_t digest[32];

	(void)state;
	for (unsigned round = 0; round < 2; round++) {
		struct iocb calls[4];

		for (unsigned i = 0; i < 4; i++)
			calls[i] = control(IOCB_CMD_PREAD, round ? zero : op, digest, 32);
		assert_int_equal(submit(context, calls, 4), 4);
		assert_fails(reap(context, 0, 4, (struct io_event *)8), EFAULT);
		assert_fails(reap(context, 1, 4, edge), EFAULT);
		assert_fails(reap(context, 5, 8, edge), EFAULT);
		assert_fails(reap(context, 0, -1, events), EINVAL);
		assert_fails(reap(context, -1, 0, events), EINVAL);
		assert_fails(reap(context, 3, 2, events), EINVAL);
		assert_int_equal(reap(context, 1, 2, edge), 2);
		assert_int_equal(reap(context, 2, 4, edge), 2);
		assert_int_equal(reap(context, 0, 4, events), 0);
	}
	close(op);
	close(zero);
	close_context(context);
	assert_int_equal(munmap(page, (size_t)sysconf(_SC_PAGESIZE)), 0);
}

/* More than are copied at once, of both kinds, and round the end of the ring. */
static void many_events_come_once(void **state)
{
	enum { EACH = 75, ROUNDS = 7 };
	aio_context_t context = open_context(4 * EACH);
	static struct iocb calls[2 * EACH];
	struct io_event events[2 * EACH];
	int op = hash_op(), zero = open("/dev/zero", O_RDONLY);
	uint8_t byte;

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		uint8_t seen[2 * EACH] = {0};
		long got;

		for (unsigned i = 0; i < 2 * EACH; i++)
			calls[i] = control(IOCB_CMD_PREAD, i < EACH ? op : zero, &byte, 1);
		for (unsigned i = 0; i < 2 * EACH; i += 15)
			assert_int_equal(submit(context, calls + i, 15), 15);
		got = reap(context, 1, EACH + round, events);
		assert_int_equal(got, EACH + round);
		got += reap(context, EACH - round, 2 * EACH, events + got);
		assert_int_equal(got, 2 * EACH);
		for (unsigned i = 0; i < 2 * EACH; i++) {
			ptrdiff_t which = (struct iocb *)(uintptr_t)events[i].obj - calls;

			assert_true(which >= 0 && which < 2 * EACH);
			assert_int_equal(events[i].data, which % 15);
			assert_int_equal(events[i].res, 1);
			assert_int_equal(seen[which]++, 0);
		}
	}
	close(op);
	close(zero);
	close_context(context);
}

/* What was accepted has its event, whatever becomes of the numbers that it was for. */
static void closed_numbers_leave_their_events(void **state)
{
	enum { MOST = 4000 };
	static struct iocb controls[MOST];
	aio_context_t context = open_context(1);
	int op = hash_op(), signalled = eventfd(0, EFD_NONBLOCK);
	unsigned accepted = 0, reaped = 0;
	struct io_event events[7];
	uint8_t byte;

	(void)state;
	for (; accepted < MOST; accepted++) {
		struct iocb *one = &controls[accepted];

		*one = control(IOCB_CMD_PREAD, op, &byte, 1);
		one->aio_flags = IOCB_FLAG_RESFD;
		one->aio_resfd = (uint32_t)signalled;
		if (syscall(SYS_io_submit, context, 1L, &one) != 1)
			break;
	}
	assert_int_equal(errno, EAGAIN);
	close(op);
	close(signalled);
	while (reaped < accepted) {
		long got = reap(context, 1, 7, events);

		assert_true(got > 0);
		for (long i = 0; i < got; i++)
			assert_int_equal(events[i].res, 1);
		reaped += (unsigned)got;
	}
	assert_int_equal(reap(context, 0, 7, events), 0);
	close_context(context);
}

/* Submits reads of a file, one by one, until there is no room for more: how many. */
static long fill_ring(aio_context_t context, int file, uint8_t *byte)
{
	enum { MOST = 4000 };
	static struct iocb controls[MOST];
	long accepted = 0;

	for (; accepted < MOST; accepted++) {
		struct iocb *one = &controls[accepted];

		*one = control(IOCB_CMD_PREAD, file, byte, 1);
		if (syscall(SYS_io_submit, context, 1L, &one) != 1)
			break;
	}
	assert_int_equal(errno, EAGAIN);
	return accepted;
}

/* A call that shares its list with one that was refused is made when it is accepted, once; and its
 * block can be used again. */
static void what_was_refused_is_made_once(void **state)
{
	aio_context_t context = open_context(1);
	int op = hash_op(), zero = open("/dev/zero", O_RDONLY);
	uint8_t byte, digest[32];
	struct io_event events[2];
	long filled;

	(void)state;
	for (unsigned round = 0; round < 3; round++) {
		struct iocb calls[2] = {control(IOCB_CMD_PREAD, zero, &byte, 1),
					control(IOCB_CMD_PREAD, op, digest, 32)};

		assert_int_equal(send(op, "abc", 3, 0), 3);
		filled = fill_ring(context, zero, &byte);
		assert_fails(submit(context, calls, 2), EAGAIN);
		if (round == 1)
			assert_fails(submit(context, calls, 2), EAGAIN);
		while (filled-- > 0)
			assert_int_equal(reap(context, 1, 1, events), 1);
		for (unsigned i = 0; i < 2; i++) {
			unsigned first =
			    round == 2 ? 0 : 1; /* alone, or once more with the file's */

			assert_int_equal(submit(context, calls + first, 2 - first), 2 - first);
			assert_int_equal(reap(context, 2 - first, 2, events), 2 - first);
			if (events[0].obj == (uint64_t)(uintptr_t)&calls[0])
				events[0] = events[1];
			assert_true(events[0].obj == (uint64_t)(uintptr_t)&calls[1]);
			assert_int_equal(events[0].res, 32);
			assert_int_equal(memcmp(digest, digest_abc, 32) == 0, i == 0);
		}
	}
	close(op);
	close(zero);
	close_context(context);
}

static uint64_t count_of(int counter)
{
	uint64_t count = 0;

	return read(counter, &count, sizeof(count)) == sizeof(count) ? count : 0;
}

/* Several in one list, and one that is none, behind which nothing is begun. */
static void eventfds_count_their_events(void **state)
{
	aio_context_t context = open_context(EVENTS);
	int counters[2] = {eventfd(0, EFD_NONBLOCK), eventfd(0, EFD_NONBLOCK)};
	struct iocb calls[EVENTS];
	struct io_event events[EVENTS];
	uint8_t digest[32];
	int op = hash_op();

	(void)state;
	for (unsigned i = 0; i < EVENTS; i++) {
		calls[i] = control(IOCB_CMD_PREAD, op, digest, 32);
		calls[i].aio_flags = i == 1 ? 0 : IOCB_FLAG_RESFD;
		calls[i].aio_resfd = (uint32_t)counters[i > 9 && i < 13];
	}
	assert_int_equal(submit(context, calls, EVENTS), EVENTS);
	assert_int_equal(count_of(counters[0]), EVENTS - 4);
	assert_int_equal(count_of(counters[1]), 3);
	assert_int_equal(reap(context, EVENTS, EVENTS, events), EVENTS);
	calls[5].aio_resfd = (uint32_t)op;
	assert_int_equal(submit(context, calls, EVENTS), 5);
	assert_int_equal(count_of(counters[0]), 4);
	assert_int_equal(count_of(counters[1]), 0);
	assert_int_equal(reap(context, 5, EVENTS, events), 5);
	assert_int_equal(close(counters[0]), 0);
	assert_fails(submit(context, calls, 1), EBADF);
	assert_int_equal(submit(context, calls + 10, 3), 3);
	assert_int_equal(count_of(counters[1]), 3);
	close(counters[1]);
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

/* Sleeps for an event of the kernel's own, from a timer. */
static void wait_for_timer(aio_context_t context)
{
	const struct itimerspec soon = {.it_value.tv_nsec = 30000000};
	int timer = timerfd_create(CLOCK_MONOTONIC, 0);
	struct iocb call = control(IOCB_CMD_POLL, timer, (void *)POLLIN, 0);
	struct io_event event;

	assert_int_equal(submit(context, &call, 1), 1);
	assert_int_equal(reap(context, 0, 1, &event), 0);
	assert_int_equal(timerfd_settime(timer, 0, &soon, NULL), 0);
	assert_int_equal(reap(context, 1, 1, &event), 1);
	assert_true(event.obj == (uint64_t)(uintptr_t)&call);
	assert_int_equal(event.res, POLLIN);
	close(timer);
}

static void *pause_a_moment(void *unused)
{
	const struct timespec moment = {.tv_nsec = 100000000};

	nanosleep(&moment, NULL);
	return unused;
}

/* Alone, with alg sockets and their events beside it, and beside another thread. */
static void a_sleeper_is_woken_by_others_events(void **state)
{
	aio_context_t context = open_context(EVENTS), other = open_context(EVENTS);
	struct iocb call;
	struct io_event events[EVENTS];
	pthread_t thread;
	uint8_t digest[32];
	int op;

	(void)state;
	wait_for_timer(context);
	op = hash_op();
	wait_for_timer(context);
	call = control(IOCB_CMD_PREAD, op, digest, 32);
	assert_int_equal(submit(other, &call, 1), 1);
	wait_for_timer(context);
	assert_int_equal(reap(other, 1, EVENTS, events), 1);
	assert_int_equal(pthread_create(&thread, NULL, pause_a_moment, NULL), 0);
	wait_for_timer(context);
	assert_int_equal(pthread_join(thread, NULL), 0);
	close(op);
	close_context(context);
	close_context(other);
}

/* ---- signal handlers ---- */

static aio_context_t handled;
static struct iocb handled_call;
static volatile long handled_events;

static void set_handler(void (*handler)(int), long microseconds)
{
	const struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
	const struct itimerval time = {
	    .it_value.tv_usec = microseconds,
	    .it_interval.tv_usec = handler ? microseconds : 0,
	};

	if (handler)
		assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &time, NULL), 0);
}

static void submit_in_handler(int number)
{
	struct iocb *list = &handled_call;

	(void)number;
	(void)syscall(SYS_io_submit, handled, 1L, &list);
}

/* The sleep ends by the signal, and what the handler did is there for the next one. */
static void a_handler_may_submit(void **state)
{
	uint8_t digest[32];
	struct io_event event;
	int op = hash_op();

	(void)state;
	handled = open_context(EVENTS);
	handled_call = control(IOCB_CMD_PREAD, op, digest, 32);
	set_handler(submit_in_handler, 50000);
	assert_fails(reap(handled, 1, 1, &event), EINTR);
	set_handler(NULL, 0);
	assert_int_equal(reap(handled, 1, 1, &event), 1);
	assert_true(event.obj == (uint64_t)(uintptr_t)&handled_call);
	assert_int_equal(event.res, 32);
	close(op);
	close_context(handled);
}

#define MANY 256

static void reap_in_handler(int number)
{
	struct io_event events[MANY];
	int error = errno;
	long got;

	(void)number;
	got = reap(handled, 0, MANY, events);
	if (got > 0)
		handled_events += got;
	errno = error;
}

/* Submits until all are accepted, or none is for long. */
static unsigned submit_all(struct iocb *calls, unsigned wanted)
{
	unsigned accepted = 0;
	time_t last = time(NULL);

	while (accepted < wanted && time(NULL) < last + 5) {
		long result = submit(handled, calls, EVENTS);

		if (result <= 0)
			continue;
		accepted += (unsigned)result;
		last = time(NULL);
	}
	return accepted;
}

/* A handler takes events whenever it comes, also while the program is just about to bring some: so
 * many that none may be lost for good of those that the preload door has room for. */
static void a_handler_may_take(void **state)
{
	const unsigned wanted = getenv("LD_PRELOAD") ? 1000000 : 20000;
	int op = hash_op(), signalled = eventfd(0, EFD_NONBLOCK);
	struct iocb calls[EVENTS];
	unsigned accepted;
	uint8_t byte;

	(void)state;
	handled = open_context(MANY);
	for (unsigned i = 0; i < EVENTS; i++) {
		calls[i] = control(IOCB_CMD_PREAD, op, &byte, 1);
		calls[i].aio_flags = IOCB_FLAG_RESFD;
		calls[i].aio_resfd = (uint32_t)signalled;
	}
	set_handler(reap_in_handler, 200);
	accepted = submit_all(calls, wanted);
	set_handler(NULL, 0);
	assert_in_range(accepted, wanted, wanted + EVENTS);
	for (unsigned i = 0; i < 1000 && handled_events < accepted; i++)
		reap_in_handler(0);
	assert_int_equal(handled_events, accepted);
	close(op);
	close(signalled);
	close_context(handled);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(events_come_as_they_are_asked_for),
	    cmocka_unit_test(events_that_cannot_be_written_stay),
	    cmocka_unit_test(many_events_come_once),
	    cmocka_unit_test(closed_numbers_leave_their_events),
	    cmocka_unit_test(what_was_refused_is_made_once),
	    cmocka_unit_test(eventfds_count_their_events),
	    cmocka_unit_test(a_sleeper_is_woken),
	    cmocka_unit_test(a_sleeper_is_woken_by_others_events),
	    cmocka_unit_test(a_handler_may_submit),
	    cmocka_unit_test(a_handler_may_take),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
