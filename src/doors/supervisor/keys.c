/* SPDX-License-Identifier: MIT */
/*
 * add_key, request_key and keyctl.  Where the kernel has keyrings it makes the calls, and what goes
 * into keys is seen on the way; where it has none, the supervisor's own ones serve all processes.
 */
#include "doors/supervisor/keys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "doors/common/system.h"
#include "doors/supervisor/calls.h"
#include "doors/supervisor/host.h"
#include "doors/supervisor/memory.h"
#include "keys/keys.h"

#define GROUPS_MAX 256u

/* ---- who calls ---- */

struct identity {
	struct keys_caller caller;
	uint32_t euid, egid;
	uint32_t groups[GROUPS_MAX];
};

static void read_groups(struct identity *identity, const char *text)
{
	char *end;

	while (identity->caller.group_count < GROUPS_MAX) {
		unsigned long group = strtoul(text, &end, 10);

		if (end == text)
			return;
		identity->groups[identity->caller.group_count++] = (uint32_t)group;
		text = end;
	}
}

/* False: it is gone. */
static bool identify(const struct supervisor_call *call, struct identity *identity)
{
	char path[64], line[4096];
	unsigned found = 0;
	FILE *status;

	*identity = (struct identity){
	    .caller = {.process = call->process->pid, .thread = (uint32_t)call->thread}};
	identity->caller.groups = identity->groups;
	(void)snprintf(path, sizeof(path), "/proc/%d/status", call->thread);
	status = fopen(path, "re");
	if (!status)
		return false;
	while (fgets(line, sizeof(line), status)) {
		if (sscanf(line, "Uid: %*u %u %*u %u", &identity->euid, &identity->caller.uid) == 2)
			found++;
		if (sscanf(line, "Gid: %*u %u %*u %u", &identity->egid, &identity->caller.gid) == 2)
			found++;
		if (strncmp(line, "Groups:", 7) == 0)
			read_groups(identity, line + 7);
	}
	(void)fclose(status);
	identity->caller.same_user = identity->caller.uid == geteuid();
	return found == 2;
}

/* ---- the host of the room ---- */

static struct identity caller; /* of the call that is served */

/* What the room asks of its process is meant for the caller's. */
static long system_call(long number, long a, long b, long c, long d, long e)
{
	switch (number) {
	case SYS_geteuid:
		return (long)caller.euid;
	case SYS_getegid:
		return (long)caller.egid;
	case SYS_tgkill: /* whether a thread of any of the processes lives */
		return DOOR_CALL_2(SYS_tkill, b, c);
	default:
		return door_system_call(number, a, b, c, d, e, 0);
	}
}

static int copy_in(void *to, const void *from, size_t size)
{
	const struct supervisor_call *call = host_served();

	return call ? memory_read(call, to, (uintptr_t)from, size) : -EFAULT;
}

static int copy_out(void *to, const void *from, size_t size)
{
	const struct supervisor_call *call = host_served();

	return call ? memory_write(call, (uintptr_t)to, from, size) : -EFAULT;
}

static int64_t now(void)
{
	struct timespec time;

	return clock_gettime(CLOCK_BOOTTIME, &time) == 0 ? time.tv_sec : 0;
}

static uint32_t thread(void)
{
	const struct supervisor_call *call = host_served();

	return call ? (uint32_t)call->thread : 0;
}

static const struct keys_host host = {
    .system_call = system_call,
    .copy_in = copy_in,
    .copy_out = copy_out,
    .now = now,
    .thread = thread,
};

int supervisor_key_lookup(int32_t serial, uint8_t **payload, size_t *size)
{
	const struct supervisor_call *call = host_served();

	if (!call || !identify(call, &caller))
		return -ENOKEY;
	return keys_payload_for(&host, &caller.caller, serial, payload, size);
}

CALLS_HANDLER(serve_keys)
{
	long arguments[5];

	if (!identify(call, &caller))
		return SUPERVISOR_PROCEED;
	for (unsigned i = 0; i < 5; i++)
		arguments[i] = call->compat ? (long)(uint32_t)call->args[i] : (long)call->args[i];
	if (keys_are_own(&host))
		return keys_call(&host, call->number, arguments);
	keys_watch(&host, &caller.caller, call->number, arguments);
	return SUPERVISOR_PROCEED;
}
