/* SPDX-License-Identifier: MIT */
/*
 * The system calls that the supervisor answers: one table, from which the filter is made and calls
 * are dispatched.
 */
#ifndef UALG_DOORS_SUPERVISOR_CALLS_H
#define UALG_DOORS_SUPERVISOR_CALLS_H

#include "doors/supervisor/process.h"
#include "doors/supervisor/supervisor.h"

/* When a call comes to the supervisor. */
enum calls_when {
	CALLS_SOCKET,     /* socket, socketpair: of a family and protocol of ours */
	CALLS_DESCRIPTOR, /* an argument is a descriptor of the window, or the trap is for all */
	CALLS_ALWAYS,
	CALLS_ALL_ONLY, /* only where the trap is for all */
};

struct calls_entry {
	const char *name; /* libseccomp's */
	long number;      /* SYS_ of this machine; -1: it has none, only 32-bit calls have */
	enum calls_when when;
	unsigned char descriptors; /* bit i: argument i is one */
	/* A result, a negative errno, or SUPERVISOR_PROCEED or SUPERVISOR_ANSWERED. */
	long (*serve)(struct supervisor_call *call);
};

extern const struct calls_entry calls_table[];
extern const unsigned calls_count;

/* The row of a native or 32-bit number, or NULL. */
const struct calls_entry *calls_find(bool compat, long number);

/* Serves a call by its row, or as one on a socket of NETLINK_CRYPTO. */
long calls_serve(struct supervisor_call *call, const struct calls_entry *entry);

/* Rows of the table, by file.  The object is looked up in the rows of numbers of the window; a
 * handler that is given none of ours proceeds. */
#define CALLS_HANDLER(name) long name(struct supervisor_call *call)
/* sockets.c: how sockets come to be */
CALLS_HANDLER(serve_socket);
CALLS_HANDLER(serve_socketpair);
CALLS_HANDLER(serve_bind);
CALLS_HANDLER(serve_accept);
CALLS_HANDLER(serve_accept4);
/* numbers.c: what becomes of numbers */
CALLS_HANDLER(serve_close);
CALLS_HANDLER(serve_close_range);
CALLS_HANDLER(serve_dup);
CALLS_HANDLER(serve_dup_to);
CALLS_HANDLER(serve_fcntl);
CALLS_HANDLER(serve_exec);
/* transfer.c: data */
CALLS_HANDLER(serve_read);
CALLS_HANDLER(serve_write);
CALLS_HANDLER(serve_readv);
CALLS_HANDLER(serve_writev);
CALLS_HANDLER(serve_preadv2);
CALLS_HANDLER(serve_pwritev2);
CALLS_HANDLER(serve_sendto);
CALLS_HANDLER(serve_recvfrom);
CALLS_HANDLER(serve_sendmsg);
CALLS_HANDLER(serve_recvmsg);
CALLS_HANDLER(serve_sendmmsg);
CALLS_HANDLER(serve_recvmmsg);
CALLS_HANDLER(serve_recvmmsg_time64);
/* options.c */
CALLS_HANDLER(serve_setsockopt);
CALLS_HANDLER(serve_getsockopt);
CALLS_HANDLER(serve_ioctl);
CALLS_HANDLER(serve_connect);
CALLS_HANDLER(serve_refused); /* listen, getsockname, getpeername, shutdown (S-07..S-10) */
CALLS_HANDLER(serve_fgetxattr);
/* splice.c */
CALLS_HANDLER(serve_splice);
CALLS_HANDLER(serve_sendfile);
CALLS_HANDLER(serve_sendfile64);
/* aio.c, getevents.c */
CALLS_HANDLER(serve_io_submit);
CALLS_HANDLER(serve_io_getevents); /* io_pgetevents, too */
CALLS_HANDLER(serve_io_pgetevents_time64);
CALLS_HANDLER(serve_io_destroy);
/* netlink.c: on sockets of NETLINK_CRYPTO; and making one */
CALLS_HANDLER(serve_netlink_socket);
CALLS_HANDLER(netlink_bind);
CALLS_HANDLER(netlink_connect);
CALLS_HANDLER(netlink_getpeername);
CALLS_HANDLER(netlink_write);
CALLS_HANDLER(netlink_writev);
CALLS_HANDLER(netlink_pwritev2);
CALLS_HANDLER(netlink_sendto);
CALLS_HANDLER(netlink_sendmsg);
CALLS_HANDLER(netlink_sendmmsg);
CALLS_HANDLER(netlink_recvfrom);
CALLS_HANDLER(netlink_recvmsg);
CALLS_HANDLER(netlink_recvmmsg);
CALLS_HANDLER(netlink_getsockopt); /* options.c */
/* keys.c: add_key, request_key, keyctl */
CALLS_HANDLER(serve_keys);
/* files.c */
CALLS_HANDLER(serve_open);
CALLS_HANDLER(serve_openat);
CALLS_HANDLER(serve_openat2);
/* watch.c */
CALLS_HANDLER(serve_epoll_ctl);
/* compat.c: the 32-bit call with many calls inside */
CALLS_HANDLER(serve_socketcall);

#endif
