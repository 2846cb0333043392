/* SPDX-License-Identifier: MIT */
/*
 * NETLINK_CRYPTO: what the kernel answers to messages about algorithms (abi.md rules U-01 to U-06;
 * the structures are those of <linux/cryptouser.h>).
 *
 * Bytes to bytes: which socket they come from and go to is the door's matter.
 */
#ifndef UALG_CATALOG_NETLINK_H
#define UALG_CATALOG_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

/* Bytes of the largest datagram of a listing: what a reader with a page of memory can take. */
#define CATALOG_NETLINK_PAGE 4096u

/* The one who asks. */
struct catalog_netlink {
	uint32_t port;   /* port id: answers carry it */
	bool privileged; /* has CAP_NET_ADMIN (U-04) */
	bool capped; /* has set NETLINK_CAP_ACK: errors come without the message they are about */
	/*
	 * Takes one datagram, in pieces that are only good during the call.  0, or a negative
	 * errno, which ends the serving.
	 */
	int (*send)(struct catalog_netlink *link, const struct iovec *pieces, unsigned count);
};

/*
 * Serves the messages of one datagram of size bytes, one after the other; what follows a message
 * whose length cannot be is dropped without an answer.  data needs no alignment and must not change
 * meanwhile.  0, or what send failed with; every other error goes into an answer.
 *
 * CRYPTO_MSG_GETALG shows what is registered and makes nothing (U-02); NEWALG registers an instance
 * of a template.  DELALG never deletes, since instances live as long as the process: EBUSY, as for
 * one in use.  NETLINK_EXT_ACK adds nothing.
 */
int catalog_netlink_serve(struct catalog_netlink *link, const void *data, size_t size);

#endif
