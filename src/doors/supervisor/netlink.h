/* SPDX-License-Identifier: MIT */
/* What the files for NETLINK_CRYPTO share. */
#ifndef UALG_DOORS_SUPERVISOR_NETLINK_H
#define UALG_DOORS_SUPERVISOR_NETLINK_H

#include <linux/netlink.h>

#include "doors/supervisor/supervisor.h"

/*
 * Writes an address where a call wants it, cut to the room for it that size_at tells, and there its
 * whole size: 0, -EINVAL or -EFAULT.
 */
int netlink_write_address(const struct supervisor_call *call, const struct sockaddr_nl *address,
			  uintptr_t to, uintptr_t size_at);

/* In an address that the kernel gave for a descriptor of ours: its own port means the kernel. */
void netlink_hide_port(int descriptor, struct sockaddr_nl *address);

#endif
