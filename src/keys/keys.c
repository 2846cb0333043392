/* SPDX-License-Identifier: MIT */
#include "keys/keys.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <sys/syscall.h>

#include "base/secmem.h"
#include "keys/internal.h"

struct lock keys_lock;

/* Chosen once: a process that saw the kernel's serials never gets others. */
enum { SOURCE_UNKNOWN, SOURCE_KERNEL, SOURCE_OWN };
static _Atomic int chosen;

bool keys_are_own(const struct keys_host *host)
{
	int source = atomic_load_explicit(&chosen, memory_order_relaxed);
	int error;

	if (source == SOURCE_UNKNOWN) {
		int unknown = SOURCE_UNKNOWN;

		source = keys_source_probe(host, &error) == KEYS_OWN ? SOURCE_OWN : SOURCE_KERNEL;
		if (!atomic_compare_exchange_strong(&chosen, &unknown, source))
			source = unknown;
	}
	return source == SOURCE_OWN;
}

int keys_payload(const struct keys_host *host, int32_t serial, uint8_t **payload, size_t *size)
{
	bool own = keys_are_own(host);
	int result;

	if (!lock_acquire(&keys_lock))
		return -EBUSY;
	result = (own ? keys_own_payload : keys_kernel_payload)(host, serial, payload, size);
	lock_release(&keys_lock);
	return result;
}

static long make_own(const struct keys_host *host, long number, const long arguments[5])
{
	if (number == SYS_add_key)
		return keys_own_add(host, arguments);
	if (number == SYS_request_key)
		return keys_own_request(host, arguments);
	return keys_own_control(host, arguments);
}

/* The payload that the kernel has just taken for a key; of other types than logon none is kept. */
static void keep(const struct keys_host *host, int32_t serial, long from, size_t size)
{
	uint8_t *payload;

	if (!lock_acquire(&keys_lock))
		return;
	if (!keys_logon_kept(serial) && !keys_kernel_is_logon(host, serial))
		size = 0;
	if (size == 0 || keys_take_payload(host, from, size, &payload) < 0)
		keys_logon_drop(serial);
	else
		keys_logon_keep(host, serial, payload, size);
	lock_release(&keys_lock);
}

static void drop(int32_t serial)
{
	if (!lock_acquire(&keys_lock))
		return;
	keys_logon_drop(serial);
	lock_release(&keys_lock);
}

/* Learns what matters of a call that the kernel has made. */
static void learn(const struct keys_host *host, long number, const long x[5], long result)
{
	if (number == SYS_add_key) {
		keep(host, (int32_t)result, x[2], (size_t)x[3]);
		return;
	}
	if (number != SYS_keyctl)
		return;
	switch ((int)x[0]) {
	case KEYCTL_UPDATE:
		keep(host, (int32_t)x[1], x[2], (size_t)x[3]);
		return;
	case KEYCTL_REVOKE:
	case KEYCTL_INVALIDATE:
		drop((int32_t)x[1]);
		return;
	default:
		return;
	}
}

long keys_call(const struct keys_host *host, long number, const long arguments[5])
{
	long result;

	if (keys_are_own(host))
		return make_own(host, number, arguments);
	result = host->system_call(number, arguments[0], arguments[1], arguments[2], arguments[3],
				   arguments[4]);
	if (result >= 0)
		learn(host, number, arguments, result);
	return result;
}

void keys_fork_prepare(void)
{
	(void)lock_acquire(&keys_lock);
}

void keys_fork_parent(void)
{
	lock_release_if_mine(&keys_lock);
}

/* Keyrings of the parent and its threads are not the child's, though they are there. */
void keys_fork_child(void)
{
	lock_reset(&keys_lock);
	if (keys_of_process)
		keys_of_process->held = true;
	keys_of_process = NULL;
	for (unsigned i = 0; i < KEYS_MAX; i++) {
		keys_store[i].held = keys_store[i].held || keys_store[i].thread;
		keys_store[i].thread = 0;
	}
}
