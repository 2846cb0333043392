/* SPDX-License-Identifier: MIT */
/* Asynchronous I/O on alg sockets (rules I), alone and beside files, by number and by name. */
#include "aio_calls.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/aio_abi.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>

/* Submits one call and gives its result: bytes or a negative errno. */
static long result_of(aio_context_t context, struct iocb one)
{
	struct io_event event;

	assert_int_equal(submit(context, &one, 1), 1);
	assert_int_equal(reap(context, 1, 1, &event), 1);
	assert_true(event.obj == (uint64_t)(uintptr_t)&one);
	assert_int_equal(event.data, 0);
	assert_int_equal(event.res2, 0);
	return (long)event.res;
}

static void calls_are_reads_and_writes(void **state)
{
	aio_context_t context = open_context(EVENTS);
	uint8_t digest[DIGEST_SIZE] = {0};
	struct iovec in[] = {{"a", 1}, {"bc", 2}}, out[] = {{digest, 5}, {digest + 5, 27}};
	int op = hash_op();

	(void)state;
	assert_int_equal(result_of(context, control(IOCB_CMD_PWRITE, op, "abc", 3)), 3);
	assert_int_equal(result_of(context, control(IOCB_CMD_PREAD, op, digest, 32)), 32);
	assert_memory_equal(digest, digest_abc, DIGEST_SIZE);
	memset(digest, 0, sizeof(digest));
	assert_int_equal(result_of(context, control(IOCB_CMD_PWRITEV, op, in, 2)), 3);
	assert_int_equal(result_of(context, control(IOCB_CMD_PREADV, op, out, 2)), 32);
	assert_memory_equal(digest, digest_abc, DIGEST_SIZE);
	close(op);
	close_context(context);
}

static void errors_are_in_the_event(void **state)
{
	aio_context_t context = open_context(EVENTS);
	int parent = afalg_bind("hash", "hmac(sha256)"), keyless = afalg_accept(parent);
	int op = hash_op(), cipher = cipher_op();
	uint8_t buffer[64];
	struct iocb at = control(IOCB_CMD_PREAD, op, buffer, sizeof(buffer));

	(void)state;
	assert_int_equal(result_of(context, control(IOCB_CMD_PREAD, parent, buffer, 32)),
			 -EOPNOTSUPP);
	assert_int_equal(result_of(context, control(IOCB_CMD_PREAD, keyless, buffer, 32)), -ENOKEY);
	assert_int_equal(result_of(context, control(IOCB_CMD_PREAD, parent, buffer, 0)), 0);
	assert_int_equal(result_of(context, control(IOCB_CMD_PWRITE, parent, buffer, 0)),
			 -EOPNOTSUPP);
	assert_int_equal(result_of(context, control(IOCB_CMD_PWRITE, op, (void *)8, 3)), -EFAULT);
	at.aio_offset = 1;
	assert_int_equal(result_of(context, at), -ESPIPE);
	assert_int_equal(send(cipher, buffer, 15, 0), 15);
	assert_int_equal(result_of(context, control(IOCB_CMD_PREAD, cipher, buffer, 16)), -EINVAL);
	assert_int_equal(fcntl(cipher, F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(result_of(context, control(IOCB_CMD_PREAD, cipher, buffer, 16)), -EAGAIN);
	close(parent);
	close(keyless);
	close(op);
	close(cipher);
	close_context(context);
}

#define WASTE ((size_t)1 << 33) /* addresses to no memory */

/* A list is read as far as it goes, whatever its length is said to be. */
static void a_list_ends_where_its_memory_does(void **state)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
	aio_context_t context = open_context(EVENTS);
	int op = hash_op();
	struct iocb call = control(IOCB_CMD_PWRITE, op, "abc", 3);
	char *memory = mmap(NULL, WASTE, PROT_NONE, flags, -1, 0);
	struct iocb **list = (struct iocb **)(void *)(memory + page) - 1;

	(void)state;
	assert_ptr_not_equal(memory, MAP_FAILED);
	assert_int_equal(mprotect(memory, page, PROT_READ | PROT_WRITE), 0);
	*list = &call;
	assert_int_equal(syscall(SYS_io_submit, context, LONG_MAX, list), 1);
	assert_int_equal(reap(context, 1, EVENTS, (struct io_event[EVENTS]){{0}}), 1);
	assert_fails(syscall(SYS_io_submit, context, LONG_MAX, list + 1), EFAULT);
	munmap(memory, WASTE);
	close(op);
	close_context(context);
}

/* What is refused by io_submit itself has not been done. */
static void what_is_not_begun_is_not_done(void **state)
{
	aio_context_t context = open_context(EVENTS);
	int op = hash_op();
	uint8_t digest[DIGEST_SIZE];
	struct iocb good = control(IOCB_CMD_PREAD, op, digest, sizeof(digest)), bad[8];
	static const int errors[8] = {EINVAL, EINVAL, EBADF,  EINVAL,
				      EINVAL, EFAULT, EINVAL, EOPNOTSUPP};

	(void)state;
	assert_int_equal(send(op, "abc", 3, 0), 3);
	for (unsigned i = 0; i < 8; i++)
		bad[i] = good;
	bad[0].aio_reserved2 = 1;
	bad[1].aio_offset = -1;
	bad[2].aio_flags = IOCB_FLAG_RESFD;
	bad[2].aio_resfd = 999;
	bad[3].aio_flags = IOCB_FLAG_RESFD;
	bad[3].aio_resfd = (uint32_t)op; /* no eventfd */
	bad[4].aio_lio_opcode = 99;
	bad[5].aio_buf = UINT64_MAX - 4096;
	bad[6].aio_nbytes = UINT64_MAX;
	bad[7].aio_rw_flags = RWF_NOWAIT;
	for (unsigned i = 0; i < 8; i++)
		assert_fails(submit(context, &bad[i], 1), errors[i]);
	assert_fails(submit(context + 4096, &good, 1), EINVAL);
	assert_fails(syscall(SYS_io_submit, context, 1L, NULL), EFAULT);
	assert_fails(syscall(SYS_io_submit, context, -1L, NULL), EINVAL);
	assert_int_equal(reap(context, 0, EVENTS, (struct io_event[EVENTS]){{0}}), 0);
	assert_int_equal(recv(op, digest, sizeof(digest), 0), DIGEST_SIZE);
	assert_memory_equal(digest, digest_abc, DIGEST_SIZE);

	/* The rest of a list is not begun behind one that is refused. */
	bad[0] = control(IOCB_CMD_PWRITE, op, "abc", 3);
	bad[2] = good;
	assert_int_equal(submit(context, bad, 3), 1);
	assert_int_equal(reap(context, 1, EVENTS, (struct io_event[EVENTS]){{0}}), 1);
	assert_int_equal(recv(op, digest, sizeof(digest), 0), DIGEST_SIZE);
	assert_memory_equal(digest, digest_abc, DIGEST_SIZE);
	close(op);
	close_context(context);
}

static void sockets_and_files_share_a_list(void **state)
{
	aio_context_t context = open_context(EVENTS);
	int op = hash_op(), file = memfd_create("data", 0), signalled = eventfd(0, EFD_NONBLOCK);
	uint8_t digest[DIGEST_SIZE] = {0}, content[8] = {0};
	struct iocb list[] = {
	    control(IOCB_CMD_PWRITE, file, "content", 7),
	    control(IOCB_CMD_PWRITE, op, "abc", 3),
	    control(IOCB_CMD_PREAD, op, digest, sizeof(digest)),
	    control(IOCB_CMD_PREAD, file, content, 7),
	    control(IOCB_CMD_PREAD, op, content, 0),
	};
	const long wanted[] = {7, 3, 32, 7, 0};
	struct pollfd entry = {.fd = signalled, .events = POLLIN};
	struct io_event events[EVENTS];
	uint64_t count = 0;
	unsigned seen = 0;

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		list[i].aio_flags = IOCB_FLAG_RESFD;
		list[i].aio_resfd = (uint32_t)signalled;
	}
	assert_int_equal(submit(context, list, 5), 5);
	assert_int_equal(reap(context, 5, EVENTS, events), 5);
	for (unsigned i = 0; i < 5; i++) {
		assert_true(events[i].data < 5);
		assert_true(events[i].obj == (uint64_t)(uintptr_t)&list[events[i].data]);
		assert_int_equal(events[i].res, wanted[events[i].data]);
		seen |= 1u << events[i].data;
	}
	assert_int_equal(seen, 31);
	assert_memory_equal(digest, digest_abc, DIGEST_SIZE);
	assert_string_equal(content, "content");
	assert_int_equal(poll(&entry, 1, 0), 1);
	assert_int_equal(read(signalled, &count, sizeof(count)), sizeof(count));
	assert_int_equal(count, 5);
	close(op);
	close(file);
	close(signalled);
	close_context(context);
}

/* I-03 */
static void several_reads_split_the_data(void **state)
{
	aio_context_t context = open_context(EVENTS);
	int op = cipher_op(), by_recv = cipher_op();
	uint8_t plain[64] = {1, 2, 3}, pieces[64], whole[64];
	struct iocb list[4];
	struct io_event events[4];

	(void)state;
	assert_int_equal(send(op, plain, 64, 0), 64);
	assert_int_equal(send(by_recv, plain, 64, 0), 64);
	assert_int_equal(recv(by_recv, whole, 64, 0), 64);
	for (unsigned i = 0; i < 4; i++)
		list[i] = control(IOCB_CMD_PREAD, op, pieces + i * 16, 16);
	assert_int_equal(submit(context, list, 4), 4);
	assert_int_equal(reap(context, 4, 4, events), 4);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(events[i].data, i);
		assert_int_equal(events[i].res, 16);
	}
	assert_memory_equal(pieces, whole, 64);
	close(op);
	close(by_recv);
	close_context(context);
}

static void *send_later(void *argument)
{
	static const uint8_t block[16];
	const int *op = argument;

	usleep(50000);
	(void)!send(*op, block, sizeof(block), 0);
	return NULL;
}

static void a_read_sleeps_in_io_submit(void **state)
{
	aio_context_t context = open_context(EVENTS);
	uint8_t block[16];
	int op = cipher_op();
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, send_later, &op), 0);
	assert_int_equal(result_of(context, control(IOCB_CMD_PREAD, op, block, 16)), 16);
	assert_int_equal(pthread_join(thread, NULL), 0);
	close(op);
	close_context(context);
}

/* Whatever the ring holds, each call that was accepted has its event, once. */
static void a_full_ring_loses_nothing(void **state)
{
	enum { MOST = 4000 };
	static struct iocb controls[MOST];
	static uint8_t seen[MOST];
	aio_context_t context = open_context(1);
	struct io_event events[7];
	int op = hash_op();
	unsigned accepted = 0, reaped = 0;
	uint8_t byte;

	(void)state;
	for (unsigned round = 0; round < 3; round++) {
		for (; accepted < MOST; accepted++) {
			struct iocb *one = &controls[accepted];

			*one = control(IOCB_CMD_PREAD, op, &byte, 1);
			one->aio_data = accepted;
			if (syscall(SYS_io_submit, context, 1L, &one) != 1)
				break;
		}
		assert_int_equal(errno, EAGAIN);
		assert_true(accepted > reaped && accepted < MOST);
		while (reaped + (round < 2 ? 20 : 0) < accepted) {
			long got = reap(context, 1, 7, events);

			assert_true(got > 0);
			for (long i = 0; i < got; i++) {
				assert_true(events[i].data < accepted);
				assert_int_equal(events[i].res, 1);
				assert_int_equal(seen[events[i].data], 0);
				seen[events[i].data] = 1;
			}
			reaped += (unsigned)got;
		}
	}
	assert_int_equal(reaped, accepted);
	assert_int_equal(reap(context, 0, 7, events), 0);
	close(op);
	close_context(context);
}

/* More than there is memory for, if the end of a context did not free its events. */
static void contexts_take_their_events_along(void **state)
{
	enum { CONTEXTS = 14, EACH = 5000 };
	struct iocb controls[EVENTS];
	int op = hash_op();
	uint8_t byte;

	(void)state;
	for (unsigned i = 0; i < EVENTS; i++)
		controls[i] = control(IOCB_CMD_PREAD, op, &byte, 1);
	for (unsigned i = 0; i < CONTEXTS; i++) {
		aio_context_t context = open_context(EACH);

		for (unsigned done = 0; done < EACH; done += 10)
			assert_int_equal(submit(context, controls, 10), 10);
		close_context(context);
	}
	close(op);
}

static aio_context_t inherited;
static int inherited_op;

static int child_has_no_context(void)
{
	uint8_t digest[DIGEST_SIZE];
	struct iocb one = control(IOCB_CMD_PREAD, inherited_op, digest, sizeof(digest));
	struct io_event event;
	aio_context_t own = 0;

	if (submit(inherited, &one, 1) != -1 || errno != EINVAL)
		return 1;
	if (reap(inherited, 0, 1, &event) != -1 || errno != EINVAL)
		return 2;
	/* The digest was not taken by what was refused. */
	if (syscall(SYS_io_setup, 1, &own) < 0 || submit(own, &one, 1) != 1 ||
	    reap(own, 1, 1, &event) != 1)
		return 3;
	return event.res == DIGEST_SIZE && event.obj == (uint64_t)(uintptr_t)&one &&
		       memcmp(digest, digest_abc, DIGEST_SIZE) == 0
		   ? 0
		   : 4;
}

static void contexts_are_the_parents(void **state)
{
	uint8_t digest[DIGEST_SIZE];
	struct iocb one;
	struct io_event event;

	(void)state;
	inherited = open_context(EVENTS);
	inherited_op = hash_op();
	one = control(IOCB_CMD_PREAD, inherited_op, digest, 1);
	assert_int_equal(submit(inherited, &one, 1), 1);
	assert_int_equal(send(inherited_op, "abc", 3, 0), 3);
	assert_exits_well(in_child(child_has_no_context));
	assert_int_equal(reap(inherited, 1, 1, &event), 1);
	assert_int_equal(event.res, 1);
	assert_true(event.obj == (uint64_t)(uintptr_t)&one);
	close(inherited_op);
	close_context(inherited);
}

enum { SUBMITTERS = 3, CALLS = 2000 };

static aio_context_t shared;
static struct iocb shared_controls[SUBMITTERS][CALLS];

static void *submit_many(void *argument)
{
	struct iocb *controls = argument;
	static uint8_t bytes[SUBMITTERS];
	int op = hash_op();

	for (unsigned i = 0; i < CALLS; i++) {
		struct iocb *one = &controls[i];

		*one =
		    control(IOCB_CMD_PREAD, op, &bytes[(controls - shared_controls[0]) / CALLS], 1);
		while (syscall(SYS_io_submit, shared, 1L, &one) != 1)
			if (errno != EAGAIN)
				return NULL;
	}
	close(op);
	return argument;
}

static void threads_share_a_context(void **state)
{
	static uint8_t seen[SUBMITTERS * CALLS];
	struct io_event events[8];
	pthread_t threads[SUBMITTERS];
	unsigned reaped = 0;

	(void)state;
	shared = open_context(EVENTS);
	for (unsigned i = 0; i < SUBMITTERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, submit_many, shared_controls[i]),
				 0);
	while (reaped < SUBMITTERS * CALLS) {
		long got = reap(shared, 1, 8, events);

		assert_true(got > 0);
		for (long i = 0; i < got; i++) {
			ptrdiff_t which =
			    (struct iocb *)(uintptr_t)events[i].obj - shared_controls[0];

			assert_true(which >= 0 && which < SUBMITTERS * CALLS);
			assert_int_equal(seen[which], 0);
			assert_int_equal(events[i].res, 1);
			seen[which] = 1;
		}
		reaped += (unsigned)got;
	}
	for (unsigned i = 0; i < SUBMITTERS; i++) {
		void *done;

		assert_int_equal(pthread_join(threads[i], &done), 0);
		assert_non_null(done);
	}
	close_context(shared);
}

/* libaio's functions return what failed, and leave errno alone. */
static void by_the_names_of_libaio(void **state)
{
	int (*named_submit)(aio_context_t, long, struct iocb **);
	int (*named_getevents)(aio_context_t, long, long, struct io_event *, struct timespec *);
	int (*named_pgetevents)(aio_context_t, long, long, struct io_event *, struct timespec *,
				sigset_t *);
	int (*named_destroy)(aio_context_t);
	aio_context_t context = open_context(EVENTS);
	uint8_t digest[DIGEST_SIZE];
	int op = hash_op();
	struct iocb one = control(IOCB_CMD_PREAD, op, digest, sizeof(digest)), *list = &one;
	struct timespec now = {0};
	struct io_event event;

	(void)state;
	*(void **)&named_submit = dlsym(RTLD_DEFAULT, "io_submit");
	*(void **)&named_getevents = dlsym(RTLD_DEFAULT, "io_getevents");
	*(void **)&named_pgetevents = dlsym(RTLD_DEFAULT, "io_pgetevents");
	*(void **)&named_destroy = dlsym(RTLD_DEFAULT, "io_destroy");
	assert_true(named_submit && named_getevents && named_pgetevents && named_destroy);
	errno = 0;
	assert_int_equal(named_submit(context, 1, &list), 1);
	assert_int_equal(named_getevents(context, 1, 1, &event, NULL), 1);
	assert_true(event.obj == (uint64_t)(uintptr_t)&one);
	assert_int_equal(event.res, DIGEST_SIZE);
	assert_int_equal(named_submit(context, 1, &list), 1);
	assert_int_equal(named_pgetevents(context, 1, 1, &event, NULL, NULL), 1);
	assert_true(event.obj == (uint64_t)(uintptr_t)&one);
	assert_int_equal(named_getevents(context, 0, 1, &event, &now), 0);
	assert_int_equal(named_getevents(context, 2, 1, &event, &now), -EINVAL);
	assert_int_equal(named_destroy(context), 0);
	assert_int_equal(named_submit(context, 1, &list), -EINVAL);
	assert_int_equal(errno, 0);
	close(op);
}

static void poll_is_the_placeholders(void **state)
{
	aio_context_t context = open_context(EVENTS);
	int cipher = cipher_op(), op = hash_op();
	struct iocb one = control(IOCB_CMD_POLL, cipher, (void *)POLLIN, 0);
	struct iocb never = control(IOCB_CMD_POLL, op, (void *)POLLIN, 0);

	(void)state;
	assert_int_equal(result_of(context, one), POLLIN);
	assert_fails(submit(context, &never, 1), EINVAL);
	assert_fails(submit(context, (struct iocb[]){control(IOCB_CMD_FSYNC, op, NULL, 0)}, 1),
		     EINVAL);
	close(cipher);
	close(op);
	close_context(context);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(calls_are_reads_and_writes),
	    cmocka_unit_test(errors_are_in_the_event),
	    cmocka_unit_test(what_is_not_begun_is_not_done),
	    cmocka_unit_test(a_list_ends_where_its_memory_does),
	    cmocka_unit_test(sockets_and_files_share_a_list),
	    cmocka_unit_test(several_reads_split_the_data),
	    cmocka_unit_test(a_read_sleeps_in_io_submit),
	    cmocka_unit_test(a_full_ring_loses_nothing),
	    cmocka_unit_test(contexts_take_their_events_along),
	    cmocka_unit_test(contexts_are_the_parents),
	    cmocka_unit_test(threads_share_a_context),
	    cmocka_unit_test(poll_is_the_placeholders),
	    cmocka_unit_test(by_the_names_of_libaio),
	};
	size_t count = sizeof(tests) / sizeof(tests[0]);

	/* Nobody brings these but the preload door, or libaio. */
	if (!dlsym(RTLD_DEFAULT, "io_submit"))
		count--;
	return _cmocka_run_group_tests("aio", tests, count, NULL, NULL);
}
