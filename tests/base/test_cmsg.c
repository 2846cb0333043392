/* SPDX-License-Identifier: MIT */
/* Control data that tells lies about its lengths. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "base/cmsg.h"

#define HEADER sizeof(struct cmsghdr)

/* A block of the heap, so that a sanitizer sees its end. */
static uint8_t *block_make(size_t size)
{
	uint8_t *block = calloc(1, size);

	assert_non_null(block);
	return block;
}

static void put(uint8_t *block, size_t at, size_t length, int level)
{
	struct cmsghdr header = {.cmsg_len = length, .cmsg_level = level, .cmsg_type = 7};

	memcpy(block + at, &header, sizeof(header));
}

static void walks(void **state)
{
	size_t second = CMSG_SPACE(5), size = second + CMSG_LEN(3) + 9, offset = 0;
	uint8_t *block = block_make(size);
	struct cmsg message;

	(void)state;
	put(block, 0, CMSG_LEN(5), 1);
	put(block, second, CMSG_LEN(3), 2);
	assert_int_equal(cmsg_next(block, size, &offset, &message), 1);
	assert_int_equal(message.level, 1);
	assert_int_equal(message.type, 7);
	assert_int_equal(message.at, HEADER);
	assert_int_equal(message.size, 5);
	assert_int_equal(cmsg_next(block, size, &offset, &message), 1);
	assert_int_equal(message.level, 2);
	assert_int_equal(message.at, second + HEADER);
	assert_int_equal(message.size, 3);
	assert_int_equal(cmsg_next(block, size, &offset, &message), 0); /* 4 bytes are left */
	free(block);
}

/* The last message's padding is not there. */
static void ends_unaligned(void **state)
{
	size_t offset = 0;
	uint8_t *block = block_make(CMSG_LEN(1));
	struct cmsg message;

	(void)state;
	put(block, 0, CMSG_LEN(1), 1);
	assert_int_equal(cmsg_next(block, CMSG_LEN(1), &offset, &message), 1);
	assert_int_equal(cmsg_next(block, CMSG_LEN(1), &offset, &message), 0);
	assert_int_equal(offset, CMSG_LEN(1));
	free(block);
}

static void refuses_lengths(void **state)
{
	static const size_t lengths[] = {0,        1,           HEADER - 1,         HEADER + 9,
					 SIZE_MAX, (size_t)-16, (size_t)-HEADER - 8};
	uint8_t *block = block_make(HEADER + 8);
	struct cmsg message;

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		size_t offset = 0;

		put(block, 0, lengths[i], 1);
		assert_int_equal(cmsg_next(block, HEADER + 8, &offset, &message), -EINVAL);
	}
	for (size_t size = 0; size < HEADER; size++) {
		size_t offset = 0;

		assert_int_equal(cmsg_next(block, size, &offset, &message), 0);
	}
	free(block);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(walks),
	    cmocka_unit_test(ends_unaligned),
	    cmocka_unit_test(refuses_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
