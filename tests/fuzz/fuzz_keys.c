/* SPDX-License-Identifier: MIT */
/*
 * add_key, request_key and keyctl on keyrings of our own: an input is a row of calls.  Addresses
 * are places in the input, so that whatever is read of a program is hostile.
 */
#include <errno.h>
#include <linux/keyctl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/secmem.h"
#include "fuzz/fuzz.h"
#include "keys/keys.h"

#define BASE  0x10000l /* the address of the input's first byte */
#define CALL  6        /* bytes of one call: its number and five arguments */
#define KNOWN 8

static const uint8_t *input;
static size_t input_size;
static int64_t seconds;
static uint32_t drawn;

static long system_call(long number, long a, long b, long c, long d, long e)
{
	(void)b, (void)c, (void)d, (void)e;
	switch (number) {
	case SYS_getrandom: /* serials that an input can guess */
		drawn++;
		memcpy((void *)a, &drawn, sizeof(drawn));
		return sizeof(drawn);
	case SYS_geteuid:
	case SYS_getegid:
		return seconds % 3;
	case SYS_getpid:
	case SYS_tgkill:
		return 0;
	default:
		return -ENOSYS;
	}
}

static int copy_in(void *to, const void *from, size_t size)
{
	size_t place = (size_t)from - (size_t)BASE;

	if ((size_t)from < (size_t)BASE || place > input_size || size > input_size - place)
		return -EFAULT;
	memcpy(to, input + place, size);
	return 0;
}

static int copy_out(void *to, const void *from, size_t size)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum ^= ((const uint8_t *)from)[i];
	return to == NULL && sum ? -EFAULT : 0;
}

static int64_t now(void)
{
	return seconds;
}

static const struct keys_host host = {system_call, copy_in, copy_out, now, NULL};

/* A small number: a special keyring, a key made before, or a place in the input. */
static long argument(uint8_t byte, const int32_t known[KNOWN])
{
	if (byte < 16)
		return -(long)byte;
	if (byte < 16 + KNOWN)
		return known[byte - 16];
	return byte < 64 ? byte - 24 : BASE + byte;
}

/* What a lookup hands out has to be a whole block. */
static void look_up(int32_t serial)
{
	uint8_t *payload;
	size_t size;
	int result = keys_payload(&host, serial, &payload, &size);

	if (result > 0 || (result == 0 && size > KEYS_PAYLOAD_MAX))
		abort();
	if (result == 0)
		secmem_free(payload, size);
}

static const uint8_t sample[] = {
    0, 200, 206, 230, 36,  2, /* add_key: a user key of 12 bytes */
    0, 230, 206, 230, 34,  3, /* a logon key, in the session */
    0, 210, 206, 0,   24,  2, /* a keyring */
    1, 2,   16,  218, 30,  0, /* update */
    1, 8,   17,  18,  0,   0, /* link */
    1, 10,  2,   230, 206, 0, /* search */
    1, 11,  18,  214, 63,  0, /* read */
    1, 6,   16,  214, 255, 0, /* describe */
    1, 15,  16,  30,  0,   0, /* set a timeout */
    1, 5,   17,  0,   0,   0, /* take all rights */
    3, 200, 206, 0,   2,   0, /* request_key */
    1, 3,   16,  0,   0,   0, /* revoke */
    1, 9,   16,  2,   0,   0, /* unlink */
};

/* With the names at their places. */
static uint8_t whole[256];
static __attribute__((constructor)) void make_sample(void)
{
	memcpy(whole, sample, sizeof(sample));
	memcpy(whole + 200, "user", 5);
	memcpy(whole + 206, "a:b", 4);
	memcpy(whole + 210, "keyring", 8);
	memcpy(whole + 230, "logon", 6);
}

const struct fuzz_sample fuzz_samples[] = {{whole, sizeof(whole)}, {sample, sizeof(sample)}};
const size_t fuzz_samples_count = sizeof(fuzz_samples) / sizeof(fuzz_samples[0]);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const long numbers[] = {SYS_add_key, SYS_keyctl, SYS_keyctl, SYS_request_key};
	int32_t known[KNOWN] = {0};
	unsigned count = 0;

	input = data;
	input_size = size;
	for (size_t at = 0; at + CALL <= size; at += CALL) {
		long number = numbers[data[at] % 4], x[5], result;

		for (unsigned i = 0; i < 5; i++)
			x[i] = argument(data[at + 1 + i], known);
		if (number == SYS_keyctl)
			x[0] = data[at + 1] % 32;
		result = keys_call(&host, number, x);
		if (result > INT32_MAX || result < -4095)
			abort();
		if (number == SYS_add_key && result > 0)
			known[count++ % KNOWN] = (int32_t)result;
		look_up((int32_t)x[1]);
		seconds += data[at] / 128;
	}
	for (int ring = 1; ring <= 5; ring++) {
		const long x[5] = {KEYCTL_INVALIDATE, -ring, 0, 0, 0};

		(void)keys_call(&host, SYS_keyctl, x);
	}
	return 0;
}
