/* SPDX-License-Identifier: MIT */
/*
 * AF_ALG for tests, by plain libc calls: the same on the real kernel and behind a door.
 *
 * Unless it says otherwise a function returns what the call returned, or the negative errno of the
 * call that failed.  Descriptors are the caller's to close.
 */
#ifndef UALG_TESTS_AFALG_H
#define UALG_TESTS_AFALG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Room for the control messages of one send, bytes: an IV of up to 128 bytes goes with it. */
#define AFALG_CONTROL_MAX 256

/* What is told by control messages before data. */
struct afalg_control {
	bool encrypt;
	const void *iv; /* NULL: no ALG_SET_IV */
	size_t iv_size;
	bool has_assoclen; /* aead */
	uint32_t assoclen;
};

/*
 * Writes the control messages into buffer (AFALG_CONTROL_MAX bytes, aligned as struct cmsghdr).
 * Returns how many bytes, or 0 where the IV is longer than 128 bytes.
 */
size_t afalg_control_write(const struct afalg_control *control, void *buffer);

/* socket and bind: a parent socket of a type ("hash") and name; names of any length. */
int afalg_bind(const char *type, const char *name);

int afalg_set_key(int parent, const void *key, size_t size);
int afalg_set_authsize(int parent, size_t size);

/* An op socket. */
int afalg_accept(int parent);

/* sendmsg with control messages (NULL: none).  flags: MSG_MORE and the like. */
ssize_t afalg_send(int op, const struct afalg_control *control, const void *data, size_t size,
		   int flags);

/*
 * Receives exactly size bytes: asks for no more, as a larger buffer sleeps (C-02).  For size 0 a
 * spare byte is offered without waiting, which lets an empty message be processed.  -EMSGSIZE where
 * another number of bytes came.
 */
ssize_t afalg_receive(int op, void *data, size_t size);

#endif
