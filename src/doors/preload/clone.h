/* SPDX-License-Identifier: MIT */
/*
 * clone and clone3 by their numbers.  syscall() of libc has no frame: a child with a stack of its
 * own returns from it by the address that the program has put there.
 */
#ifndef UALG_DOORS_PRELOAD_CLONE_H
#define UALG_DOORS_PRELOAD_CLONE_H

#include <stdarg.h>
#include <stdbool.h>

#include "doors/common/system.h"

/*
 * The arguments of libc's clone behind `last`, to x[3]: callers give as many as the flags ask for,
 * and what is read beyond them goes to the real function, which takes no notice of it.
 */
#define PRELOAD_CLONE_REST(last, x)                                                                \
	do {                                                                                       \
		va_list rest;                                                                      \
                                                                                                   \
		va_start(rest, last);                                                              \
		for (unsigned i = 0; i < 3; i++)                                                   \
			(x)[i] = va_arg(rest, void *);                                             \
		va_end(rest);                                                                      \
	} while (0)

static inline bool preload_is_clone(long number)
{
	return number == SYS_clone || number == SYS_clone3;
}

/* As door_system_call; a child on another stack returns there. */
static inline long preload_clone_call(long number, long a, long b, long c, long d, long e, long f)
{
#if defined(__x86_64__)
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result = number, stack;

	__asm__ volatile("mov %%rsp, %[stack]\n\t"
			 "syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 1f\n\t"
			 "cmp %%rsp, %[stack]\n\t"
			 "je 1f\n\t"
			 "ret\n"
			 "1:"
			 : "+a"(result), [stack] "=&r"(stack)
			 : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory", "cc");
	return result;
#else
	/* The address is in a register: the child goes on in the caller, which needs its frame. */
	return door_system_call(number, a, b, c, d, e, f);
#endif
}

#endif
