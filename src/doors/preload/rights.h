/* SPDX-License-Identifier: MIT */
/*
 * Descriptors in messages (SCM_RIGHTS, rule F-03).
 *
 * What this process sends to itself works.  Another process gets the placeholder alone: all input
 * and output there fails, and nothing sleeps.  While a message may be under way its sockets are
 * kept, for the sender may close its own numbers meanwhile.
 */
#ifndef UALG_DOORS_PRELOAD_RIGHTS_H
#define UALG_DOORS_PRELOAD_RIGHTS_H

#include <stdint.h>
#include <sys/socket.h>

#include "socket/sock.h"

/*
 * Called before the real sendmsg and after the real recvmsg on sockets that are not ours, with the
 * program's header, which may point anywhere.  A received descriptor of a socket that a supervisor
 * answers for gets another number, in its window.
 */
void preload_rights_send(const struct msghdr *message);
void preload_rights_received(const struct msghdr *message);

/* The kept socket of a placeholder's inode, with a reference; or NULL. */
struct sock *preload_rights_find(uint64_t inode);

/* A number was closed: lets go of sockets whose placeholders are gone. */
void preload_rights_closed(void);

/* After a fork, in both: what was kept has copies now. */
void preload_rights_fork_parent(void);
void preload_rights_fork_child(void);

#endif
