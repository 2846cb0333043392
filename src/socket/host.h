/* SPDX-License-Identifier: MIT */
/*
 * What the AF_ALG engine needs of its surroundings.  Each door fills one such table; that is how
 * this room stays free of processes, descriptors and libc.
 */
#ifndef UALG_SOCKET_HOST_H
#define UALG_SOCKET_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

struct sock;

/* Privileges the contract asks for. */
enum sock_capability {
	SOCK_CAP_SYS_ADMIN, /* */
	SOCK_CAP_NET_ADMIN, /* U-04 */
};

/* Where the documents and the kernel differ, who is right (architecture.md). */
enum sock_profile {
	SOCK_PROFILE_STRICT,
	SOCK_PROFILE_DEFAULT,
	SOCK_PROFILE_DOCUMENTED,
};

struct sock_host {
	enum sock_profile profile;

	/*
	 * Runs work(argument), which touches the caller's memory in iov[0..count) only.  Returns
	 * its result, or -EFAULT where that memory cannot be read or written: work is then left at
	 * whatever point it was, or has not begun, so it may hold no lock and own nothing.
	 *
	 * The memory may be another process's: work then sees copies, and what it wrote is put
	 * there once it has returned 0.  Any other result: nothing that it wrote is for the caller.
	 */
	int (*guard)(const struct iovec *iov, size_t count, int (*work)(void *), void *argument);

	/*
	 * Whether the caller's memory can be written: 0 or -EFAULT.  Its bytes stay as they are,
	 * but for what another thread writes there meanwhile.
	 */
	int (*probe)(const struct iovec *piece);

	/* Whether the calling program has a capability. */
	bool (*capable)(enum sock_capability capability);

	/*
	 * The payload of the key with a serial number (O-15): 0, and *payload, a block of
	 * secmem_alloc of *size bytes that is the engine's then; -EINVAL, -ENOKEY, -EKEYREVOKED,
	 * -EKEYEXPIRED, -EACCES, -ENOPROTOOPT (not of a type that gives a key), -ENOMEM, -EBUSY.
	 * NULL: there are no keys by number, which is -ENOPROTOOPT for all.
	 */
	int (*key_lookup)(int32_t serial, uint8_t **payload, size_t *size);

	/*
	 * The state of a socket with observers (sock.h) has changed: sleepers try again, readiness
	 * is told to those who watch.  Called with the socket's lock held.
	 */
	void (*changed)(struct sock *sock);

	/*
	 * A socket ends, with its lock held and all that can be asked of it still there: the door
	 * takes back what it hung on it.  NULL: nothing.
	 */
	void (*ended)(struct sock *sock);
};

#endif
