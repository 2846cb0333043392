/* SPDX-License-Identifier: MIT */
/* The kernel's keyrings, and what little else this room asks of the kernel. */
#include <errno.h>
#include <linux/keyctl.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/secmem.h"
#include "keys/internal.h"

/* No keyring has this serial, and no special one. */
#define NO_KEYRING (-100)

/* What nobody calls a key. */
static const char nobody[] = "ualg: the description of no key";

static long control(const struct keys_host *host, int operation, long a, long b, long c, long d)
{
	return host->system_call(SYS_keyctl, operation, a, b, c, d);
}

enum keys_source keys_source_probe(const struct keys_host *host, int *error)
{
	/* Where there are keyrings serial 0 is invalid, and a type that is no address a fault. */
	long describe = control(host, KEYCTL_DESCRIBE, 0, 0, 0, 0);
	long add = host->system_call(SYS_add_key, 0, 0, 0, 0, KEY_SPEC_PROCESS_KEYRING);

	*error = 0;
	if (describe == -EINVAL && add == -EFAULT)
		return KEYS_KERNEL;
	*error = (int)-(describe == -EINVAL ? add : describe);
	return KEYS_OWN;
}

/*
 * Search permission and validity exactly as the kernel's own AF_ALG asks for them: looking
 * something up in a key asks the same, and then says ENOTDIR where the key is no keyring.
 */
static int check_searchable(const struct keys_host *host, int32_t serial)
{
	long result = control(host, KEYCTL_SEARCH, serial, (long)"user", (long)nobody, 0);

	if (result == -ENOTDIR)
		return 0;
	if (result >= 0)
		return -ENOPROTOOPT;
	if (result != -ENOKEY)
		return (int)result;
	/* No such key, or nothing in it?  Only in a keyring a bad destination is looked at. */
	result = control(host, KEYCTL_SEARCH, serial, (long)"user", (long)nobody, NO_KEYRING);
	return result == -EINVAL ? -ENOPROTOOPT : -ENOKEY;
}

/* The type of a key, with its NUL. */
static int type_of(const struct keys_host *host, int32_t serial, char type[KEYS_TYPE_MAX])
{
	char whole[KEYS_DESCRIPTION_MAX + 128]; /* the kernel gives all of it or nothing */
	long size = control(host, KEYCTL_DESCRIBE, serial, (long)whole, sizeof(whole) - 1, 0);
	size_t length;

	if (size < 0)
		return (int)size;
	if ((size_t)size > sizeof(whole) - 1)
		return -EINVAL;
	whole[size] = '\0';
	length = strcspn(whole, ";");
	if (length < KEYS_TYPE_MAX) {
		memcpy(type, whole, length);
		type[length] = '\0';
	}
	secmem_wipe(whole, sizeof(whole));
	return length < KEYS_TYPE_MAX ? 0 : -EINVAL;
}

static int read_payload(const struct keys_host *host, int32_t serial, uint8_t **payload,
			size_t *size)
{
	uint8_t *block = secmem_alloc(KEYS_PAYLOAD_MAX);
	long result;

	if (!block)
		return -ENOMEM;
	result = control(host, KEYCTL_READ, serial, (long)block, KEYS_PAYLOAD_MAX, 0);
	if (result > (long)KEYS_PAYLOAD_MAX)
		result = -EINVAL;
	if (result >= 0) {
		*size = (size_t)result;
		*payload = secmem_alloc(*size);
		if (*payload)
			memcpy(*payload, block, *size);
		result = *payload ? 0 : -ENOMEM;
	}
	secmem_free(block, KEYS_PAYLOAD_MAX);
	return (int)result;
}

int keys_kernel_payload(const struct keys_host *host, int32_t serial, uint8_t **payload,
			size_t *size)
{
	char type[KEYS_TYPE_MAX];
	int result = check_searchable(host, serial);

	if (result == -ENOKEY || result == -EKEYREVOKED)
		keys_logon_drop(serial);
	if (result < 0)
		return result;
	if (keys_logon_kept(serial))
		return keys_logon_copy(serial, payload, size);
	result = type_of(host, serial, type);
	if (result < 0)
		return result;
	return strcmp(type, "user") == 0 ? read_payload(host, serial, payload, size) : -ENOPROTOOPT;
}

bool keys_kernel_is_logon(const struct keys_host *host, int32_t serial)
{
	char type[KEYS_TYPE_MAX];

	return type_of(host, serial, type) == 0 && strcmp(type, "logon") == 0;
}

bool keys_kernel_is_gone(const struct keys_host *host, int32_t serial)
{
	long result = control(host, KEYCTL_DESCRIBE, serial, 0, 0, 0);

	return result == -ENOKEY || result == -EKEYREVOKED;
}

bool keys_kernel_thread_lives(const struct keys_host *host, uint32_t thread)
{
	long process = host->system_call(SYS_getpid, 0, 0, 0, 0, 0);

	return host->system_call(SYS_tgkill, process, (long)thread, 0, 0, 0) == 0;
}

uint32_t keys_kernel_uid(const struct keys_host *host)
{
	return (uint32_t)host->system_call(SYS_geteuid, 0, 0, 0, 0, 0);
}

uint32_t keys_kernel_gid(const struct keys_host *host)
{
	return (uint32_t)host->system_call(SYS_getegid, 0, 0, 0, 0, 0);
}

uint32_t keys_kernel_random(const struct keys_host *host)
{
	static _Atomic uint32_t counter = 1;
	uint32_t value;

	if (host->system_call(SYS_getrandom, (long)&value, sizeof(value), 0, 0, 0) ==
	    (long)sizeof(value))
		return value;
	return atomic_fetch_add(&counter, 1);
}
