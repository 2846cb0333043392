/* SPDX-License-Identifier: MIT */
/*
 * NETLINK_CRYPTO sockets (rules U): a socket of NETLINK_USERSOCK stands for one, so that the kernel
 * itself gives it a port id, queues the answers, and gives every flag of recv, poll, dup, fork and
 * the socket options their meaning.  It is connected to itself: nobody else can put an answer into
 * its queue.  A filter drops requests, so that one that gets past the door never comes back as if
 * it were an answer.
 *
 * The functions work on a descriptor of the calling process; they are no cancellation point, and
 * leave errno alone.
 */
#ifndef UALG_DOORS_COMMON_NETLINK_H
#define UALG_DOORS_COMMON_NETLINK_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* Makes a new socket of NETLINK_USERSOCK one that drops requests. */
void door_netlink_prepare(int descriptor);

/* Whether a descriptor is a netlink socket at all. */
bool door_netlink_is(int descriptor);

/* Its port, 0: it has none yet. */
uint32_t door_netlink_port(int descriptor);

/* Whether the program has connected it to another port than the kernel's. */
bool door_netlink_is_connected_elsewhere(int descriptor);

/* Connects it to itself, and gives it a port of this process where it has none: 0 or connect's
 * negative errno. */
int door_netlink_attach(int descriptor);

/*
 * Whether a message may be sent: to, with to_size bytes, is a copy of where; 0: no address.
 * privileged: the program has CAP_NET_ADMIN.  0; -EOPNOTSUPP: MSG_OOB; -EINVAL: size or family;
 * -EPERM: not to the kernel, and unprivileged; -ECONNREFUSED: not to the kernel.
 */
int door_netlink_judge(int descriptor, bool privileged, const struct sockaddr_nl *to,
		       size_t to_size, int flags);

/* Bytes of the largest message that may be sent (EMSGSIZE). */
long door_netlink_most(int descriptor);

/* connect(): to has size bytes, at least the family's.  0; -EINVAL, -EPERM as above. */
int door_netlink_connect(int descriptor, bool privileged, const struct sockaddr_nl *to,
			 size_t size);

/*
 * Answers a request of size bytes into the socket's queue, attached before.  0 or -ENOBUFS: no room
 * for the answer, or a negative errno of sendmsg.
 */
int door_netlink_serve(int descriptor, bool privileged, const void *data, size_t size);

#endif
