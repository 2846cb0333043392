/* SPDX-License-Identifier: MIT */
/*
 * System calls by the instruction itself, which pass libc by, on a socket that libc's calls have
 * made.  The kernel sees no difference, and both doors together must not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "doors/common/handover.h"
#include "doors/common/system.h"
#include "support/afalg.h"
#include "support/skip.h"
#include "ualg/if_alg.h"

/* FIPS 180-2, appendix B.1: "abc". */
static const uint8_t digest_begins[] = {0xba, 0x78, 0x16, 0xbf};

/* write(2) with what the registers of other arguments happen to hold. */
static long write_inline(int number, const void *data, size_t size)
{
#if defined(__x86_64__)
	long result = SYS_write;

	__asm__ volatile("syscall"
			 : "+a"(result)
			 : "D"((long)number), "S"(data), "d"(size)
			 : "rcx", "r11", "memory");
	return result;
#else
	register long x8 __asm__("x8") = SYS_write;
	register long x0 __asm__("x0") = number;
	register const void *x1 __asm__("x1") = data;
	register size_t x2 __asm__("x2") = size;

	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
	return x0;
#endif
}

/* An op socket of sha256 that has taken "ab". */
static int begun(void)
{
	int parent = afalg_bind("hash", "sha256");
	int op = afalg_accept(parent);

	assert_true(op >= 0);
	close(parent);
	assert_int_equal(send(op, "ab", 2, MSG_MORE), 2);
	return op;
}

static void assert_abc(int op)
{
	uint8_t digest[32] = {0};

	assert_int_equal(recv(op, digest, sizeof(digest), 0), sizeof(digest));
	assert_memory_equal(digest, digest_begins, sizeof(digest_begins));
	close(op);
}

static bool is_supervised(void)
{
	struct handover_hello hello;

	return DOOR_CALL_4(SYS_socket, AF_ALG, HANDOVER_HELLO, HANDOVER_VERSION, &hello) == 0;
}

static bool is_supervisors(int op)
{
	return DOOR_CALL_2(SYS_ioctl, op, HANDOVER_ASK) == 1;
}

/* Libc's calls are served in this process, until one has passed it by. */
static void changes_hands(void **state)
{
	int op;

	(void)state;
	if (!is_supervised())
		LEAVE_OUT("the kernel itself serves");
	op = begun();
	assert_false(is_supervisors(op));
	assert_int_equal(write_inline(op, "c", 1), 1);
	assert_true(is_supervisors(op));
	assert_abc(op);
}

static void ignore(int number)
{
	(void)number;
}

/* Directly behind a call that makes system calls in the library. */
static void after_sigaction(void **state)
{
	const struct sigaction action = {.sa_handler = ignore};
	struct sigaction before;
	int op = begun();

	(void)state;
	assert_int_equal(sigaction(SIGSEGV, NULL, &before), 0);
	sigaction(SIGSEGV, &action, NULL);
	assert_int_equal(write_inline(op, "c", 1), 1);
	sigaction(SIGSEGV, &before, NULL);
	assert_abc(op);
}

static volatile int handlers_op = -1;
static volatile long handlers_result;

static void write_in_handler(int number)
{
	int op = handlers_op;

	(void)number;
	if (op < 0)
		return;
	handlers_op = -1;
	handlers_result = write_inline(op, "c", 1);
}

/* A handler has the registers of what it interrupts: here often a system call of the library's. */
static void in_handlers(void **state)
{
	const struct itimerval often = {{0, 50}, {0, 50}}, never = {{0, 0}, {0, 0}};
	const struct sigaction action = {.sa_handler = write_in_handler, .sa_flags = SA_RESTART};
	struct sigaction segv;

	(void)state;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (unsigned i = 0; i < 200; i++) {
		int op = begun();

		handlers_op = op;
		while (handlers_op >= 0) {
			sigaction(SIGSEGV, NULL, &segv);
			sigaction(SIGSEGV, &segv, NULL);
		}
		assert_int_equal(handlers_result, 1);
		assert_abc(op);
	}
	setitimer(ITIMER_REAL, &never, NULL);
}

/* The thread's mask is what it was, and nothing is left over. */
static void with_all_blocked(void **state)
{
	sigset_t all, before, now, pending;
	int op = begun();

	(void)state;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	sigprocmask(SIG_BLOCK, NULL, &all); /* as far as it can be */
	assert_int_equal(write_inline(op, "c", 1), 1);
	sigprocmask(SIG_SETMASK, NULL, &now);
	sigpending(&pending);
	sigprocmask(SIG_SETMASK, &before, NULL);
	for (int i = 1; i < SIGRTMIN; i++)
		assert_int_equal(sigismember(&now, i), sigismember(&all, i));
	assert_true(sigismember(&now, SIGSEGV));
	assert_false(sigismember(&pending, SIGSEGV));
	assert_abc(op);
}

/* Where nothing may be queued, signals are sent, but what they are for is lost. */
static void with_no_queue(void **state)
{
	struct rlimit none, before;
	int op = begun();

	(void)state;
	getrlimit(RLIMIT_SIGPENDING, &before);
	none = before;
	none.rlim_cur = 0;
	setrlimit(RLIMIT_SIGPENDING, &none);
	assert_int_equal(write_inline(op, "c", 1), 1);
	setrlimit(RLIMIT_SIGPENDING, &before);
	assert_abc(op);
}

/* The kernel refused: the program goes on as it was. */
static void after_failed_exec(void **state)
{
	int op = begun();

	(void)state;
	assert_int_equal(fcntl(op, F_SETFD, FD_CLOEXEC), 0);
	assert_int_equal(execl("/nonexistent/program", "program", (char *)NULL), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(write_inline(op, "c", 1), 1);
	assert_abc(op);
}

static volatile int segv_count;

static void count_segv(int number)
{
	(void)number;
	segv_count++;
}

/* Signals of that number that somebody else sends are the program's. */
static void signals_of_its_own(void **state)
{
	const struct sigaction action = {.sa_handler = count_segv};
	struct sigaction before;
	int op = begun();

	(void)state;
	sigaction(SIGSEGV, &action, &before);
	raise(SIGSEGV);
	assert_int_equal(segv_count, 1);
	assert_int_equal(write_inline(op, "c", 1), 1);
	assert_int_equal(segv_count, 1);
	raise(SIGSEGV);
	assert_int_equal(segv_count, 2);
	sigaction(SIGSEGV, &before, NULL);
	assert_abc(op);
}

enum { THREADS = 4, ROUNDS = 50 };

/* Returns how many rounds were right. */
static void *rounds(void *unused)
{
	uintptr_t right = 0;
	sigset_t all;

	(void)unused;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	for (unsigned i = 0; i < ROUNDS; i++) {
		int parent = afalg_bind("hash", "sha256"), op = afalg_accept(parent);
		uint8_t digest[32] = {0};

		right += send(op, "ab", 2, MSG_MORE) == 2 && write_inline(op, "c", 1) == 1 &&
			 recv(op, digest, sizeof(digest), 0) == sizeof(digest) &&
			 memcmp(digest, digest_begins, sizeof(digest_begins)) == 0;
		close(op);
		close(parent);
	}
	return (void *)right;
}

static void threads_at_once(void **state)
{
	pthread_t threads[THREADS];

	(void)state;
	for (unsigned i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, rounds, NULL), 0);
	for (unsigned i = 0; i < THREADS; i++) {
		void *right;

		pthread_join(threads[i], &right);
		assert_int_equal((uintptr_t)right, ROUNDS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(changes_hands),   cmocka_unit_test(after_sigaction),
	    cmocka_unit_test(in_handlers),     cmocka_unit_test(with_all_blocked),
	    cmocka_unit_test(with_no_queue),   cmocka_unit_test(signals_of_its_own),
	    cmocka_unit_test(threads_at_once), cmocka_unit_test(after_failed_exec),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
