/* SPDX-License-Identifier: MIT */
/*
 * The sockets that the supervisor answers for (process.h says how they are known), and how their
 * end is found out.
 *
 * Nobody tells when the last descriptor of a placeholder goes: it may be closed, be lost with its
 * process, or in a message that nobody received.  But a placeholder has a name in the abstract
 * namespace of unix sockets, which is free again from then on.  So whenever a descriptor may have
 * gone, its object is doubted, and before anything that depends on it the name is tried.
 */
#ifndef UALG_DOORS_SUPERVISOR_OBJECT_H
#define UALG_DOORS_SUPERVISOR_OBJECT_H

#include "doors/supervisor/process.h"

struct supervisor_object *object_find(ino_t inode);
void object_doubt(struct supervisor_object *object);

/* netlink.c: whether any process has a descriptor of a netlink socket. */
bool netlink_is_alive(const struct supervisor_object *object);

/* sockets.c: gives the caller a placeholder with an object, and ends its call: flags SOCK_CLOEXEC.
 */
long sockets_give(struct supervisor_call *call, struct supervisor_object *object, int placeholder,
		  int flags);

/* process.c: whether a process has a descriptor of that inode. */
bool process_anyone_has(ino_t inode);

/* process.c: no process has it any more. */
void process_forget_object(const struct supervisor_object *object);

#endif
