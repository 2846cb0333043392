/* SPDX-License-Identifier: MIT */
/* The kernel's keyrings, and what little else this room asks of the kernel. */
#include <errno.h>
#include <inttypes.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

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

/* Looking something up in a key asks the same, and then says ENOTDIR where it is no keyring. */
int keys_kernel_searchable(const struct keys_host *host, int32_t serial)
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

int keys_kernel_facts(const struct keys_host *host, int32_t serial, struct keys_facts *out)
{
	char whole[KEYS_DESCRIPTION_MAX + 128]; /* the kernel gives all of it or nothing */
	long size = control(host, KEYCTL_DESCRIBE, serial, (long)whole, sizeof(whole) - 1, 0);
	int fields;

	if (size < 0)
		return (int)size;
	if ((size_t)size > sizeof(whole) - 1)
		return -EINVAL;
	whole[size] = '\0';
	fields =
	    sscanf(whole, "%31[^;];%u;%u;%x;", out->type, &out->uid, &out->gid, &out->permissions);
	secmem_wipe(whole, sizeof(whole));
	return fields == 4 ? 0 : -EINVAL;
}

int keys_kernel_read(const struct keys_host *host, int32_t serial, uint8_t **payload, size_t *size)
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
	struct keys_facts facts;
	int result = keys_kernel_searchable(host, serial);

	if (result == -ENOKEY || result == -EKEYREVOKED)
		keys_logon_drop(serial);
	if (result < 0)
		return result;
	if (keys_logon_kept(serial))
		return keys_logon_copy(serial, payload, size);
	result = keys_kernel_facts(host, serial, &facts);
	if (result < 0)
		return result;
	return strcmp(facts.type, "user") == 0 ? keys_kernel_read(host, serial, payload, size)
					       : -ENOPROTOOPT;
}

bool keys_kernel_is_logon(const struct keys_host *host, int32_t serial)
{
	struct keys_facts facts;

	return keys_kernel_facts(host, serial, &facts) == 0 && strcmp(facts.type, "logon") == 0;
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

bool keys_kernel_origin(long process, long *parent, int64_t *start)
{
	char path[32], line[1024];
	const char *behind_name;
	FILE *file;
	bool read;

	snprintf(path, sizeof(path), "/proc/%ld/stat", process);
	file = fopen(path, "re");
	if (!file)
		return false;
	read = fgets(line, sizeof(line), file) != NULL;
	(void)fclose(file);
	behind_name = read ? strrchr(line, ')') : NULL; /* which may have anything in it */
	/* proc(5): state, ppid, 17 others, starttime. */
	return behind_name &&
	       sscanf(behind_name + 1,
		      " %*c %ld %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
		      "%*s %" SCNd64,
		      parent, start) == 2;
}

int64_t keys_kernel_moment(void)
{
	long ticks = sysconf(_SC_CLK_TCK);
	struct timespec time;

	if (ticks <= 0 || clock_gettime(CLOCK_BOOTTIME, &time) < 0)
		return 0;
	return (int64_t)time.tv_sec * ticks + time.tv_nsec / (1000000000 / ticks);
}

bool keys_kernel_has_session(const struct keys_host *host)
{
	long session = control(host, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0, 0, 0);

	return session !=
	       control(host, KEYCTL_GET_KEYRING_ID, KEY_SPEC_USER_SESSION_KEYRING, 0, 0, 0);
}

#define LIST_LINE 8192u /* of /proc/keys: a description and what is before it */

/* A line of the list: serial, flags, uses, time, permissions, user, group, type, what it is. */
static bool read_line(const char *line, struct keys_listed *out)
{
	unsigned serial, permissions;
	char flags[8], time[8], type[KEYS_TYPE_MAX];
	long uid, gid;
	int at = 0;

	if (sscanf(line, "%x %7s %*d %7s %x %ld %ld %31s %n", &serial, flags, time, &permissions,
		   &uid, &gid, type, &at) != 7 ||
	    at == 0)
		return false;
	out->serial = (int32_t)serial;
	out->expired = strcmp(time, "expd") == 0;
	memcpy(out->type, type, sizeof(out->type));
	out->text = line + at;
	return true;
}

bool keys_kernel_list(bool (*each)(void *argument, const struct keys_listed *key), void *argument)
{
	FILE *list = fopen("/proc/keys", "re");
	char line[LIST_LINE];
	struct keys_listed key;
	bool found = false;

	if (!list)
		return false;
	while (!found && fgets(line, sizeof(line), list)) {
		line[strcspn(line, "\n")] = '\0';
		if (read_line(line, &key))
			found = each(argument, &key);
	}
	(void)fclose(list);
	return found;
}
