/* SPDX-License-Identifier: MIT */
#include "doors/supervisor/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doors/common/generic.h"
#include "doors/common/record.h"
#include "doors/supervisor/keys.h"
#include "doors/supervisor/memory.h"
#include "doors/supervisor/proc.h"

struct sock_host supervisor_host;
unsigned host_sndbuf, host_rcvbuf;
struct timeval host_patience;

static const struct supervisor_call *served;

void host_serve(const struct supervisor_call *call)
{
	served = call;
}

const struct supervisor_call *host_served(void)
{
	return served;
}

/* As the kernel's own check: over the whole machine, by the calling thread's effective set. */
static bool capable(enum sock_capability capability)
{
	char path[64];
	struct stat status;

	if (!served || !door_generic_capable(proc_capabilities(served->thread), capability))
		return false;
	(void)snprintf(path, sizeof(path), "/proc/%d/ns/user", served->thread);
	return stat(path, &status) == 0 && status.st_ino == DOOR_FIRST_USER_NAMESPACE;
}

/* The supervisor looks for changes itself, after each call. */
static void changed(struct sock *sock)
{
	(void)sock;
}

static struct timeval shortest_patience(int descriptor)
{
	struct timeval time = {.tv_usec = 1};
	socklen_t size = sizeof(time);

	(void)setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time));
	(void)getsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, &size);
	return time;
}

void host_begin(void)
{
	int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	door_generic_new_buffers(&host_sndbuf, &host_rcvbuf);
	host_patience = shortest_patience(descriptor);
	if (descriptor >= 0)
		(void)close(descriptor);
	record_begin(getenv(RECORD_VARIABLE), getpid());
	supervisor_host = (struct sock_host){
	    .profile = supervisor_options->profile,
	    .guard = memory_guard,
	    .probe = memory_probe,
	    .capable = capable,
	    .key_lookup = supervisor_key_lookup,
	    .changed = changed,
	    .ended = record_end,
	};
}
