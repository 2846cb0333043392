/* SPDX-License-Identifier: MIT */
/*
 * System calls by the instruction itself.
 *
 * For what the doors do to their own descriptors: such a call is no cancellation point, leaves
 * errno alone, may be made in a signal handler, and cannot come back through a libc function that
 * the preload door has taken the place of.
 */
#ifndef UALG_DOORS_COMMON_SYSTEM_H
#define UALG_DOORS_COMMON_SYSTEM_H

#include <sys/syscall.h>

#include "doors/common/handover.h"

/*
 * Makes a system call with six arguments; returns its result, or a negative errno.
 *
 * The sixth is gone from its register afterwards: a system call of the program's with fewer
 * arguments leaves there what it finds, and a mark (below) is not to be found.
 */
static inline long door_system_call(long number, long a, long b, long c, long d, long e, long f)
{
#if defined(__x86_64__)
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result = number;

	__asm__ volatile("syscall\n\t"
			 "xorl %%r9d, %%r9d"
			 : "+a"(result), "+r"(r9)
			 : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory", "cc");
	return result;
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc 0\n\t"
			 "mov x5, xzr"
			 : "+r"(x0), "+r"(x5)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4)
			 : "memory", "cc");
	return x0;
#else
#error "the doors need the system call instruction of this architecture here"
#endif
}

/*
 * The same with fewer arguments written out.  The sixth one, of which the kernel takes no notice,
 * tells a supervisor that a door makes this very call, and means the placeholder.
 */
#define DOOR_CALL_1(number, a)             DOOR_CALL_5(number, a, 0, 0, 0, 0)
#define DOOR_CALL_2(number, a, b)          DOOR_CALL_5(number, a, b, 0, 0, 0)
#define DOOR_CALL_3(number, a, b, c)       DOOR_CALL_5(number, a, b, c, 0, 0)
#define DOOR_CALL_4(number, a, b, c, d)    DOOR_CALL_5(number, a, b, c, d, 0)
#define DOOR_CALL_5(number, a, b, c, d, e) DOOR_CALL_6(number, a, b, c, d, e, HANDOVER_MARK(number))
#define DOOR_CALL_6(number, a, b, c, d, e, f)                                                      \
	door_system_call(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

#endif
