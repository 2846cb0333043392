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
		skip(); /* the kernel itself serves */
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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(changes_hands),
	    cmocka_unit_test(after_sigaction),
	    cmocka_unit_test(in_handlers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
