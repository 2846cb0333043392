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

/* ioctl: DOOR_ANSWER_PLACEHOLDER, or -EOPNOTSUPP (S-16). */
int door_generic_ioctl(unsigned long request);

#endif
