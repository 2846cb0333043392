/* SPDX-License-Identifier: MIT */
/*
 * Calls that the kernel's generic socket layer answers for an alg socket, or hands to a protocol
 * that has no answer (rules S-13 to S-16): which of them a placeholder can answer in its stead, and
 * what the others say.
 */
#ifndef UALG_DOORS_COMMON_GENERIC_H
#define UALG_DOORS_COMMON_GENERIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "socket/host.h"

#define DOOR_ANSWER_PLACEHOLDER 1

/*
 * getsockopt(SOL_SOCKET, option): the bytes of the answer in *value and *size (the kernel copies as
 * many as the caller has room for) and 0; a negative errno as the answer; DOOR_ANSWER_PLACEHOLDER:
 * the placeholder's own answer is right.
 */
int door_generic_getsockopt(int option, const void **value, size_t *size);

/* setsockopt(SOL_SOCKET, option): -EOPNOTSUPP or DOOR_ANSWER_PLACEHOLDER. */
int door_generic_setsockopt(int option);

/* Whether setting the option may change SO_SNDBUF or SO_RCVBUF. */
bool door_generic_sets_buffers(int option);

/*
 * Whether the option (SO_SNDBUFFORCE, SO_RCVBUFFORCE) is for callers with SOCK_CAP_NET_ADMIN alone:
 * EPERM for others, once the value has been read.  Who sets it for a program has to look.
 */
bool door_generic_asks_privilege(int option);

/*
 * The size to ask a placeholder for where a program asks by the option for `wanted` bytes of a
 * buffer: the profile strict has the limit of the kernel that it is (wmem_max and rmem_max, S-15),
 * which holds for options without privilege.
 */
unsigned door_generic_buffer(enum sock_profile profile, int option, unsigned wanted);

/* SO_SNDBUF and SO_RCVBUF of a new socket on this machine, bytes (S-13). */
void door_generic_new_buffers(unsigned *sndbuf, unsigned *rcvbuf);

/* The attribute of every socket that names its protocol, and its value here (S-19). */
#define DOOR_PROTOCOL_ATTRIBUTE "system.sockprotoname"
#define DOOR_PROTOCOL_NAME      "ALG"

/*
 * Whether a set of effective capabilities, a bit each, has one.  What is asked for are privileges
 * over the whole machine: root of a user namespace has its own only, so the door asks for that too.
 */
bool door_generic_capable(uint64_t effective, enum sock_capability capability);

/* The inode of the first user namespace: a constant of the kernel's interface (namespaces(7)). */
#define DOOR_FIRST_USER_NAMESPACE 0xeffffffdu

/*
 * ioctl, compat: of a 32-bit program on a 64-bit kernel.  DOOR_ANSWER_PLACEHOLDER, -EOPNOTSUPP, or
 * of a compat one -ENOTTY (S-16).
 */
int door_generic_ioctl(unsigned long request, bool compat);

#endif
