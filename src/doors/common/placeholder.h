/* SPDX-License-Identifier: MIT */
/*
 * Placeholders: the real socket, with an inode of its own, that stands for an alg socket, so that
 * dup, fstat, fchown, poll and the like keep their kernel meaning.
 *
 * Two kinds.  One that never shows an event (rules P-01, P-02): an autobound, listening SEQPACKET
 * unix socket, whose own reads and writes fail with ENOTCONN.  One with readiness (P-03): an
 * autobound DGRAM unix socket.  An empty datagram from itself makes it readable, a full queue of
 * them makes it unwritable.  It is not connected, so that writes past the door fail with ENOTCONN,
 * and a filter (placeholder_filter.h) drops every datagram that is not empty, so that no read past
 * the door ever gives bytes that could be taken for a result.
 *
 * All of this is system calls: safe in signal handlers, no cancellation point, errno unchanged.
 */
#ifndef UALG_DOORS_COMMON_PLACEHOLDER_H
#define UALG_DOORS_COMMON_PLACEHOLDER_H

#include "socket/sock.h"

/* Whether sockets of this kind ever show an event. */
bool door_placeholder_has_readiness(enum sock_kind kind);

/* The type of the unix socket that stands for sockets of this kind. */
int door_placeholder_type(enum sock_kind kind);

/*
 * Makes a placeholder of a fresh unix socket of that type: 0, or the negative errno of bind or
 * listen.
 */
int door_placeholder_set_up(int descriptor, enum sock_kind kind);

/*
 * Makes a placeholder; flags: SOCK_CLOEXEC, SOCK_NONBLOCK.  With readiness it starts as IN and OUT,
 * as a fresh op socket does.  Returns the descriptor, the lowest free one, or the negative errno of
 * socket, bind or listen (-EMFILE, -ENFILE, -ENOMEM, -ENOBUFS).
 */
int door_placeholder_open(enum sock_kind kind, int flags);

/*
 * Makes a placeholder with readiness show SOCK_POLLIN and SOCK_POLLOUT as in wanted; at least one
 * of them is set there (no state of an alg socket has neither).  Watchers of an edge see one even
 * where the state stays the same.
 */
void door_placeholder_show(int descriptor, unsigned wanted);

#endif
