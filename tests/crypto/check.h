/* SPDX-License-Identifier: MIT */
/* What the tests of this folder share. */
#ifndef UALG_TESTS_CRYPTO_CHECK_H
#define UALG_TESTS_CRYPTO_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "crypto/registry.h"

/* Fails the test with a message that names the case. */
#define check(condition, ...)                                                                      \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			print_error("%s:%d: %s: ", __FILE__, __LINE__, #condition);                \
			fail_msg(__VA_ARGS__);                                                     \
		}                                                                                  \
	} while (0)

/* Random numbers that $UALG_TEST_SEED repeats; the seed is printed once. */
static inline uint32_t check_random(void)
{
	static uint64_t state;

	if (state == 0) {
		const char *seed = getenv("UALG_TEST_SEED");

		state = seed ? strtoull(seed, NULL, 0) : (uint64_t)time(NULL) * 2654435761u;
		state |= 1;
		print_message("# UALG_TEST_SEED=%llu\n", (unsigned long long)state);
	}
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 16);
}

static inline size_t check_random_below(size_t bound)
{
	return check_random() % bound;
}

static inline void check_random_bytes(uint8_t *out, size_t size)
{
	for (size_t i = 0; i < size; i++)
		out[i] = (uint8_t)check_random();
}

/* Writes the bytes of a hexadecimal string; returns how many. */
static inline size_t check_hex(uint8_t *out, const char *text)
{
	size_t size = strlen(text) / 2;

	for (size_t i = 0; i < size; i++) {
		char digits[3] = {text[2 * i], text[2 * i + 1], '\0'};

		out[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return size;
}

static inline bool check_is_filled(const uint8_t *data, uint8_t with, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (data[i] != with)
			return false;
	return true;
}

/* A tfm of that name; with a key where size is not 0. */
static inline struct tfm *check_tfm(enum alg_type type, const char *name, const uint8_t *key,
				    size_t size)
{
	const struct alg *alg;
	struct tfm *tfm;

	check(registry_find(type, name, &alg) == 0, "%s", name);
	check(tfm_new(alg, &tfm) == 0, "%s", name);
	check(size == 0 || tfm_setkey(tfm, key, size) == 0, "%s: key of %zu", name, size);
	return tfm;
}

/*
 * Memory whose end is the end of what can be touched: fault_call runs a function that touches what
 * lies behind it, and comes back as a door would, by a jump.
 */
struct fault_memory {
	uint8_t *data;
	size_t size;
};

void fault_memory_make(struct fault_memory *memory);
void fault_memory_free(struct fault_memory *memory);

/* Whether function(argument) faulted. */
bool fault_call(void (*function)(void *argument), void *argument);

#endif
