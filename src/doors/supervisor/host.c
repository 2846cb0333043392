/* SPDX-License-Identifier: MIT */
#include "doors/supervisor/host.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doors/common/record.h"
#include "doors/supervisor/keys.h"
#include "doors/supervisor/memory.h"

/* The inode of the first user namespace: a constant of the kernel's interface (namespaces(7)). */
#define FIRST_USER_NAMESPACE 0xeffffffdu

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

static uint64_t effective_capabilities(pid_t thread)
{
	char path[64], line[256];
	uint64_t set = 0;
	FILE *status;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", thread);
	status = fopen(path, "re");
	if (!status)
		return 0;
	while (fgets(line, sizeof(line), status))
		if (strncmp(line, "CapEff:", 7) == 0)
			set = strtoull(line + 7, NULL, 16);
	(void)fclose(status);
	return set;
}

/* As the kernel's own check: over the whole machine, by the calling thread's effective set. */
static bool capable(enum sock_capability capability)
{
	static const unsigned bits[] = {
	    [SOCK_CAP_SYS_ADMIN] = CAP_SYS_ADMIN,
	    [SOCK_CAP_NET_ADMIN] = CAP_NET_ADMIN,
	};
	char path[64];
	struct stat status;

	if (!served || !(effective_capabilities(served->thread) >> bits[capability] & 1))
		return false;
	(void)snprintf(path, sizeof(path), "/proc/%d/ns/user", served->thread);
	return stat(path, &status) == 0 && status.st_ino == FIRST_USER_NAMESPACE;
}

/* The supervisor looks for changes itself, after each call. */
static void changed(struct sock *sock)
{
	(void)sock;
}

static unsigned buffer_of(int descriptor, int option)
{
	const unsigned usual = 212992; /* S-13 */
	unsigned size = usual;
	socklen_t length = sizeof(size);

	return getsockopt(descriptor, SOL_SOCKET, option, &size, &length) < 0 ? usual : size;
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

	host_sndbuf = buffer_of(descriptor, SO_SNDBUF);
	host_rcvbuf = buffer_of(descriptor, SO_RCVBUF);
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
