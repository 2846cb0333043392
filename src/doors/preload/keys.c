/* SPDX-License-Identifier: MIT */
#include "doors/preload/keys.h"

#include <time.h>

#include "doors/common/system.h"
#include "doors/preload/fault.h"
#include "doors/preload/process.h"
#include "keys/keys.h"

static long system_call(long number, long a, long b, long c, long d, long e)
{
	return door_system_call(number, a, b, c, d, e, 0);
}

/* Handlers for faults and forks are there from the first byte that is taken of the program. */
static int copy_in(void *to, const void *from, size_t size)
{
	preload_begin();
	return preload_copy_in(to, from, size);
}

static int copy_out(void *to, const void *from, size_t size)
{
	preload_begin();
	return preload_copy_out(to, from, size);
}

static int64_t now(void)
{
	struct timespec time;

	return clock_gettime(CLOCK_BOOTTIME, &time) == 0 ? time.tv_sec : 0;
}

static const struct keys_host host = {
    .system_call = system_call,
    .copy_in = copy_in,
    .copy_out = copy_out,
    .now = now,
};

int preload_key_lookup(int32_t serial, uint8_t **payload, size_t *size)
{
	return keys_payload(&host, serial, payload, size);
}

long preload_keys_call(long number, const long arguments[5])
{
	/* Libraries that we load, and a vfork's child, are not the program. */
	if (preload_inside || (preload_is_active() && !preload_owns()))
		return system_call(number, arguments[0], arguments[1], arguments[2], arguments[3],
				   arguments[4]);
	if (keys_are_own(&host))
		preload_begin();
	return keys_call(&host, number, arguments);
}
