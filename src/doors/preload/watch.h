/* SPDX-License-Identifier: MIT */
/*
 * Readiness (rules P).  A placeholder shows a fresh socket's; it is kept true from then on only
 * while somebody watches, so that other programs pay nothing for it.
 *
 * All functions want the socket's lock held.
 */
#ifndef UALG_DOORS_PRELOAD_WATCH_H
#define UALG_DOORS_PRELOAD_WATCH_H

#include "socket/sock.h"

/* Brings the placeholder under number up to date and keeps it so until preload_watch_end. */
void preload_watch_begin(struct sock *sock, int number);
void preload_watch_end(struct sock *sock);

/* As preload_watch_begin, for the life of the socket, and every change shows as an edge. */
void preload_watch_edges(struct sock *sock, int number);

/* sock_host.changed: wakes sleeping calls, tells watchers. */
void preload_changed(struct sock *sock);

#endif
