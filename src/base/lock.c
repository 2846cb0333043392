/* SPDX-License-Identifier: MIT */
#include "base/lock.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

_Thread_local uint32_t lock_self_cached;

/*
 * The preload door interposes syscall(), so system calls here must not come back to it: they go
 * through lock_system_call, which is the instruction itself.
 */
static long futex(_Atomic uint32_t *word, int operation, uint32_t value)
{
#if defined(__x86_64__) && defined(__LP64__)
	register long timeout __asm__("r10") = 0;
	long result = SYS_futex;

	__asm__ volatile("syscall"
			 : "+a"(result)
			 : "D"(word), "S"((long)operation), "d"((long)value), "r"(timeout)
			 : "rcx", "r11", "memory");
	return result;
#else
	int saved = errno;
	long result = syscall(SYS_futex, word, operation, value, NULL, NULL, 0);

	if (result < 0)
		result = -errno;
	errno = saved;
	return result;
#endif
}

uint32_t lock_self_slow(void)
{
	lock_self_cached = (uint32_t)gettid();
	return lock_self_cached;
}

void lock_forget_self(void)
{
	lock_self_cached = 0;
}

bool lock_acquire_slow(struct lock *lock, uint32_t self)
{
	uint32_t seen = atomic_load_explicit(&lock->word, memory_order_relaxed);

	for (;;) {
		uint32_t wanted;

		if ((seen & ~LOCK_CONTENDED) == self)
			return false;
		if (seen == 0) {
			/* Others may sleep still: take it as contended, so that release wakes. */
			if (atomic_compare_exchange_weak_explicit(
				&lock->word, &seen, self | LOCK_CONTENDED, memory_order_acquire,
				memory_order_relaxed))
				return true;
			continue;
		}
		wanted = seen | LOCK_CONTENDED;
		if (seen != wanted &&
		    !atomic_compare_exchange_weak_explicit(
			&lock->word, &seen, wanted, memory_order_relaxed, memory_order_relaxed))
			continue;
		(void)futex(&lock->word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, wanted);
		seen = atomic_load_explicit(&lock->word, memory_order_relaxed);
	}
}

void lock_release_slow(struct lock *lock)
{
	(void)futex(&lock->word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1);
}

bool lock_is_mine(const struct lock *lock)
{
	uint32_t word = atomic_load_explicit(&lock->word, memory_order_relaxed);

	return (word & ~LOCK_CONTENDED) == lock_self();
}

void lock_release_if_mine(struct lock *lock)
{
	if (lock_is_mine(lock))
		lock_release(lock);
}

void lock_reset(struct lock *lock)
{
	atomic_store_explicit(&lock->word, 0, memory_order_release);
}

int lock_futex_wait(_Atomic uint32_t *word, uint32_t value)
{
	long result = futex(word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, value);

	return result == -EINTR ? -EINTR : 0;
}

void lock_futex_wake_all(_Atomic uint32_t *word)
{
	(void)futex(word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, INT_MAX);
}
