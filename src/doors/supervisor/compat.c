/* SPDX-License-Identifier: MIT */
/* socketcall(2): the one call by which 32-bit x86 programs make all calls on sockets. */
#include <errno.h>
#include <linux/net.h>

#include "doors/supervisor/calls.h"
#include "doors/supervisor/memory.h"

static const struct {
	unsigned arguments;
	long (*serve)(struct supervisor_call *call);
} inner[] = {
    [SYS_SOCKET] = {3, serve_socket},
    [SYS_BIND] = {3, serve_bind},
    [SYS_CONNECT] = {3, serve_connect},
    [SYS_LISTEN] = {2, serve_refused},
    [SYS_ACCEPT] = {3, serve_accept},
    [SYS_GETSOCKNAME] = {3, serve_refused},
    [SYS_GETPEERNAME] = {3, serve_refused},
    [SYS_SOCKETPAIR] = {4, serve_socketpair},
    [SYS_SEND] = {4, serve_send},
    [SYS_RECV] = {4, serve_recv},
    [SYS_SENDTO] = {6, serve_sendto},
    [SYS_RECVFROM] = {6, serve_recvfrom},
    [SYS_SHUTDOWN] = {2, serve_refused},
    [SYS_SETSOCKOPT] = {5, serve_setsockopt},
    [SYS_GETSOCKOPT] = {5, serve_getsockopt},
    [SYS_SENDMSG] = {3, serve_sendmsg},
    [SYS_RECVMSG] = {3, serve_recvmsg},
    [SYS_ACCEPT4] = {4, serve_accept4},
    [SYS_RECVMMSG] = {5, serve_recvmmsg},
    [SYS_SENDMMSG] = {4, serve_sendmmsg},
};

CALLS_HANDLER(serve_socketcall)
{
	unsigned which = (unsigned)supervisor_int(call, 0);
	uint32_t args[6];

	if (which >= sizeof(inner) / sizeof(inner[0]) || !inner[which].serve)
		return SUPERVISOR_PROCEED;
	if (memory_read(call, args, supervisor_pointer(call, 1),
			inner[which].arguments * sizeof(args[0])) < 0)
		return SUPERVISOR_PROCEED; /* the kernel says so */
	for (unsigned i = 0; i < 6; i++)
		call->args[i] = i < inner[which].arguments ? args[i] : 0;
	return inner[which].serve(call);
}
