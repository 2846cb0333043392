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

/* 1 in builds with AddressSanitizer, and with the LeakSanitizer that comes with it; else 0. */
#if defined(__SANITIZE_ADDRESS__)
#define ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ADDRESS_SANITIZER 1
#endif
#endif
#ifndef ADDRESS_SANITIZER
#define ADDRESS_SANITIZER 0
#endif

#endif
