/* SPDX-License-Identifier: MIT */
/*
 * The real functions: those that come next in the order of libraries.  Front and door keep a table
 * each; only the front looks anything up, since the order is seen from its place.
 */
#ifndef UALG_DOORS_PRELOAD_REAL_H
#define UALG_DOORS_PRELOAD_REAL_H

#include <stdatomic.h>

#include "doors/preload/functions.h"

enum preload_real_index {
#define X(result, name, ...) PRELOAD_REAL_##name,
	PRELOAD_EARLY(X) PRELOAD_OPENERS(X) PRELOAD_VARIADIC(X) PRELOAD_FILES_EARLY(X)
	    PRELOAD_REAL_EARLY_COUNT,
	PRELOAD_REAL_LATE_FIRST = PRELOAD_REAL_EARLY_COUNT - 1,
	PRELOAD_LATE(X) PRELOAD_FILES_LATE(X)
#undef X
	    PRELOAD_REAL_COUNT,
};

extern _Atomic(void *) preload_real_table[PRELOAD_REAL_COUNT];

/* Finds one function and keeps it; where there is none, one that fails with ENOSYS. */
void *preload_real_find(enum preload_real_index index);

#define X(result, name, parameters, ...)                                                           \
	typedef result(*preload_real_##name##_type) parameters;                                    \
	static inline preload_real_##name##_type preload_real_##name(void)                         \
	{                                                                                          \
		void *found = atomic_load_explicit(&preload_real_table[PRELOAD_REAL_##name],       \
						   memory_order_relaxed);                          \
                                                                                                   \
		if (__builtin_expect(!found, 0))                                                   \
			found = preload_real_find(PRELOAD_REAL_##name);                            \
		return (preload_real_##name##_type)found;                                          \
	}
PRELOAD_EARLY(X)
PRELOAD_LATE(X) PRELOAD_OPENERS(X) PRELOAD_VARIADIC(X) PRELOAD_FILES_EARLY(X) PRELOAD_FILES_LATE(X)
#undef X

/* REAL(read)(fd, buffer, size) */
#define REAL(name) (preload_real_##name())

/*
 * Marks a definition that takes the place of a libc function.  It has that function's name inside
 * the door's library only: programs see the front's wrapper (front.c), which comes here.
 */
#define PRELOAD_EXPORT __attribute__((visibility("hidden")))

/* Another name of libc for the same function. */
#if defined(__has_attribute) && __has_attribute(copy)
#define PRELOAD_ALIAS(name) __attribute__((visibility("hidden"), alias(#name), copy(name)))
#else
#define PRELOAD_ALIAS(name) __attribute__((visibility("hidden"), alias(#name)))
#endif

#endif
