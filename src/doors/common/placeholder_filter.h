/* SPDX-License-Identifier: MIT */
/*
 * The filter in front of a placeholder with readiness (placeholder.h): it drops what is no empty
 * datagram.  And those that a program attaches to its alg socket (S-22), which have no effect
 * there, but are judged, locked and shown by the kernel.
 *
 * So a program's filter is put behind the placeholder's own, in one program with it, where nothing
 * jumps to: the kernel judges it as it would alone, and it is known wherever the placeholder is.
 * SO_LOCK_FILTER is the kernel's own.
 */
#ifndef UALG_DOORS_COMMON_PLACEHOLDER_FILTER_H
#define UALG_DOORS_COMMON_PLACEHOLDER_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>

#include "doors/common/message.h"

/* The most that a filter takes, bytes: too much for a small stack. */
#define DOOR_FILTER_SIZE (BPF_MAXINSNS * sizeof(struct sock_filter))

/* Puts the placeholder's own filter in force, alone: 0 or the negative errno of setsockopt. */
int door_filter_guard(int placeholder);

/* Whether setting an option of SOL_SOCKET would replace or take away a placeholder's filter. */
bool door_filter_is_option(int option);

/* The bytes of such an option's value, as the caller says: -EINVAL where they are wrong, or 0. */
int door_filter_judge_size(int option, int size, bool compat);

/*
 * SO_ATTACH_FILTER: the caller's struct sock_fprog, in the layout of a 32-bit program where compat.
 * 0; -EINVAL: the kernel takes no such program, or none as long beside the placeholder's own;
 * -EPERM: locked; -EFAULT, -ENOMEM.
 */
int door_filter_attach(int placeholder, struct door_memory *memory, const void *value, bool compat);

/* SO_ATTACH_BPF of a descriptor here: 0, -EPERM: locked; -EBADF, -EINVAL, -ENOMEM. */
int door_filter_attach_extended(int placeholder, int program);

/* SO_DETACH_FILTER: 0; -ENOENT: the program has attached none; -EPERM: locked. */
int door_filter_detach(int placeholder);

/*
 * SO_GET_FILTER: copies the program's filter to out and returns how many instructions it has, 0
 * without one; -EACCES: it was SO_ATTACH_BPF.  Or the negative errno of getsockopt.
 */
int door_filter_get(int placeholder, struct sock_filter out[BPF_MAXINSNS]);

#endif
