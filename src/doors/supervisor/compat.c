/* SPDX-License-Identifier: MIT */
/* socketcall(2): the one call by which 32-bit x86 programs make all calls on sockets. */
#include <errno.h>
#include <linux/net.h>
#include <sys/syscall.h>

#include "doors/supervisor/calls.h"
#include "doors/supervisor/memory.h"

static const struct {
	unsigned arguments; /* the others are 0 */
	long number;
} inner[] = {
    [SYS_SOCKET] = {3, SYS_socket},
    [SYS_BIND] = {3, SYS_bind},
    [SYS_CONNECT] = {3, SYS_connect},
    [SYS_LISTEN] = {2, SYS_listen},
    [SYS_ACCEPT] = {3, SYS_accept},
    [SYS_GETSOCKNAME] = {3, SYS_getsockname},
    [SYS_GETPEERNAME] = {3, SYS_getpeername},
    [SYS_SOCKETPAIR] = {4, SYS_socketpair},
    [SYS_SEND] = {4, SYS_sendto},
    [SYS_RECV] = {4, SYS_recvfrom},
    [SYS_SENDTO] = {6, SYS_sendto},
    [SYS_RECVFROM] = {6, SYS_recvfrom},
    [SYS_SHUTDOWN] = {2, SYS_shutdown},
    [SYS_SETSOCKOPT] = {5, SYS_setsockopt},
    [SYS_GETSOCKOPT] = {5, SYS_getsockopt},
    [SYS_SENDMSG] = {3, SYS_sendmsg},
    [SYS_RECVMSG] = {3, SYS_recvmsg},
    [SYS_ACCEPT4] = {4, SYS_accept4},
    [SYS_RECVMMSG] = {5, SYS_recvmmsg},
    [SYS_SENDMMSG] = {4, SYS_sendmmsg},
};

CALLS_HANDLER(serve_socketcall)
{
	unsigned which = (unsigned)supervisor_int(call, 0);
	uint32_t args[6];

	if (which >= sizeof(inner) / sizeof(inner[0]) || !inner[which].arguments)
		return SUPERVISOR_PROCEED;
	if (memory_read(call, args, supervisor_pointer(call, 1),
			inner[which].arguments * sizeof(args[0])) < 0)
		return SUPERVISOR_PROCEED; /* the kernel says so */
	for (unsigned i = 0; i < 6; i++)
		call->args[i] = i < inner[which].arguments ? args[i] : 0;
	call->number = inner[which].number;
	return calls_serve(call, calls_find(false, call->number));
}
