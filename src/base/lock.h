/* SPDX-License-Identifier: MIT */
/*
 * A lock of one word that never allocates, may live in memory that is reused (it needs no
 * destruction), knows its owner, and can be forced free in a fork's child.
 *
 * Why not pthread_mutex_t: a signal handler that interrupts the owner and wants the same lock must
 * get an error, not a deadlock; and a late locker may touch a lock whose object has been given to
 * another use, which POSIX forbids for its mutexes.
 */
#ifndef UALG_BASE_LOCK_H
#define UALG_BASE_LOCK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#if defined(__has_include) && __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#define LOCK_ALONE __libc_single_threaded
#else
#define LOCK_ALONE 0
#endif

/* 0: free; otherwise the owner's thread id, with LOCK_CONTENDED set while others wait. */
struct lock {
	_Atomic uint32_t word;
};

#define LOCK_CONTENDED 0x80000000u

/* This thread's id, cached; lock_forget_self() drops the cache in a fork's child. */
extern _Thread_local uint32_t lock_self_cached;
uint32_t lock_self_slow(void);

static inline uint32_t lock_self(void)
{
	uint32_t self = lock_self_cached;

	return self ? self : lock_self_slow();
}

bool lock_acquire_slow(struct lock *lock, uint32_t self);
void lock_release_slow(struct lock *lock);

/*
 * Takes the lock, sleeping while another thread has it.  False, and nothing taken, if this very
 * thread has it already (a signal handler that interrupted the owner).
 */
static inline bool lock_acquire(struct lock *lock)
{
	uint32_t self = lock_self();
	uint32_t expected = 0;

	/*
	 * While there is one thread, only its own signal handlers can come between, and they leave
	 * the lock as they found it: no need for the price of an atomic exchange.
	 */
	if (LOCK_ALONE) {
		if (atomic_load_explicit(&lock->word, memory_order_relaxed) == 0) {
			atomic_store_explicit(&lock->word, self, memory_order_relaxed);
			atomic_signal_fence(memory_order_seq_cst);
			return true;
		}
	} else if (atomic_compare_exchange_strong_explicit(
		       &lock->word, &expected, self, memory_order_acquire, memory_order_relaxed)) {
		return true;
	}
	return lock_acquire_slow(lock, self);
}

/* Takes the lock if nobody has it. */
static inline bool lock_try(struct lock *lock)
{
	uint32_t expected = 0;

	return atomic_compare_exchange_strong_explicit(&lock->word, &expected, lock_self(),
						       memory_order_acquire, memory_order_relaxed);
}

static inline void lock_release(struct lock *lock)
{
	uint32_t held;

	if (LOCK_ALONE) {
		atomic_signal_fence(memory_order_seq_cst);
		atomic_store_explicit(&lock->word, 0, memory_order_relaxed);
		return;
	}
	held = atomic_exchange_explicit(&lock->word, 0, memory_order_release);
	if (held & LOCK_CONTENDED)
		lock_release_slow(lock);
}

/* In a fork's child: forget the thread id of the parent's thread. */
void lock_forget_self(void);

/* Whether this thread has it. */
bool lock_is_mine(const struct lock *lock);

/* Frees a lock if this thread has it. */
void lock_release_if_mine(struct lock *lock);

/* In a fork's child: frees a lock, whichever thread of the parent held it. */
void lock_reset(struct lock *lock);

/* Sleeps while *word is value: 0 when woken or changed, -EINTR by a signal. */
int lock_futex_wait(_Atomic uint32_t *word, uint32_t value);

/* Wakes everybody who sleeps on word. */
void lock_futex_wake_all(_Atomic uint32_t *word);

#endif
