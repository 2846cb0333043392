/* SPDX-License-Identifier: MIT */
/*
 * NETLINK_CRYPTO sockets (rules U): requests are answered here (catalog/netlink.h), and the answers
 * are read from a real socket.
 *
 * doors/common/netlink.h says what that socket is.
 *
 * What differs from the kernel's: a listing comes in datagrams of CATALOG_NETLINK_PAGE bytes, all
 * queued at once; credentials that come along (SO_PASSCRED) are the process's own; after execve,
 * and in a process that was handed the descriptor, the socket answers no more.  Where the system
 * keeps programs from netlink sockets altogether, there are none here either.
 */
#ifndef UALG_DOORS_PRELOAD_NETLINK_H
#define UALG_DOORS_PRELOAD_NETLINK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "doors/preload/table.h"

/* Whether there has been such a socket, and which numbers are one. */
extern _Atomic bool preload_netlink_active;
extern _Atomic uint8_t preload_netlink_numbers[PRELOAD_TABLE_SIZE];

/* Whether a number is marked as such a socket: for any int, at the price of a load. */
static inline bool preload_netlink_marked(int number)
{
	return __builtin_expect(atomic_load_explicit(&preload_netlink_active, memory_order_relaxed),
				0) &&
	       (unsigned)number < PRELOAD_TABLE_SIZE &&
	       atomic_load_explicit(&preload_netlink_numbers[number], memory_order_relaxed);
}

/* Looks whether a marked number still is a netlink socket; unmarks it where not. */
bool preload_netlink_check(int number);

/* Whether calls on a number are for the functions below. */
static inline bool preload_netlink_has(int number)
{
	return preload_netlink_marked(number) && preload_netlink_check(number);
}

/* The two below for numbers that are concerned; in a vfork's child they do nothing. */
void preload_netlink_mark(int number, bool marked);

/* A number is about to be closed, or is another file now. */
static inline void preload_netlink_forget(int number)
{
	if (preload_netlink_marked(number))
		preload_netlink_mark(number, false);
}

/* to is a duplicate of from now; either may be any number. */
static inline void preload_netlink_copy(int from, int to)
{
	if (preload_netlink_marked(from) != preload_netlink_marked(to))
		preload_netlink_mark(to, preload_netlink_marked(from));
}

/* All numbers from first to last are about to be closed. */
void preload_netlink_forget_range(unsigned first, unsigned last);

/*
 * socket(AF_NETLINK, type, NETLINK_CRYPTO) as libc gives it: a descriptor, or -1 and errno: of the
 * kernel (ESOCKTNOSUPPORT: type is neither SOCK_RAW nor SOCK_DGRAM, U-07), EMFILE.
 */
int preload_netlink_socket(int type);

/* After a successful bind: lets in no datagrams but our own. */
void preload_netlink_bound(int number);

/*
 * The calls of these names as the kernel does them: their result or a negative errno.
 *
 * sendmsg: message may lie anywhere, its pointers are the program's.  -EFAULT; -EINVAL, -EMSGSIZE:
 * sizes; -EOPNOTSUPP: MSG_OOB; -ENODATA: no bytes; -EPERM: to another port or a group without
 * CAP_NET_ADMIN; -ECONNREFUSED: to another port; -ENOBUFS: the queue has no room for the answer.
 */
ssize_t preload_netlink_sendmsg(int number, const struct msghdr *message, int flags);
ssize_t preload_netlink_sendto(int number, const void *buffer, size_t size, int flags,
			       const void *to, socklen_t to_size);
ssize_t preload_netlink_writev(int number, const struct iovec *vector, int count);
int preload_netlink_sendmmsg(int number, struct mmsghdr *messages, unsigned count, int flags);

/* -EINVAL: size or family; -EPERM: not the kernel, and without CAP_NET_ADMIN; -EFAULT. */
int preload_netlink_connect(int number, const void *address, socklen_t size);

/*
 * The calls of these names as libc gives them (-1 and errno): the real ones, after which the port
 * of whom we have an answer or a connection with is the kernel's, 0.
 */
ssize_t preload_netlink_recvfrom(int number, void *buffer, size_t size, int flags, void *from,
				 socklen_t *from_size);
ssize_t preload_netlink_recvmsg(int number, struct msghdr *message, int flags);
int preload_netlink_recvmmsg(int number, struct mmsghdr *messages, unsigned count, int flags,
			     struct timespec *timeout);
int preload_netlink_getpeername(int number, void *address, socklen_t *size);

#endif
