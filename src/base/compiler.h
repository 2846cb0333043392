/* SPDX-License-Identifier: MIT */
/* What is said to compilers and sanitizers. */
#ifndef UALG_BASE_COMPILER_H
#define UALG_BASE_COMPILER_H

/*
 * A function that copies from or to a caller's pointers under a guard: they may be NULL or
 * anything. memcpy then faults, which is what is wanted, and nothing that a sanitizer should
 * report.
 */
#define CALLERS_POINTERS                                                                           \
	__attribute__((no_sanitize("nonnull-attribute", "null", "pointer-overflow")))

#endif
