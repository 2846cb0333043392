/* SPDX-License-Identifier: MIT */
/* Short words for tests that drive the engine (socket/sock.h) without a door. */
#ifndef UALG_TESTS_ENGINE_H
#define UALG_TESTS_ENGINE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "socket/sock.h"

/* A host that trusts every pointer; its profile may be set before sockets are made. */
extern struct sock_host engine_host;

/* socket() and bind(); NULL and *error (a negative errno) where they fail. */
struct sock *engine_open(const char *type, const char *name, int *error);
int engine_bind(struct sock *sock, const char *type, const char *name);
int engine_key(struct sock *sock, const void *key, size_t size);
int engine_option(struct sock *sock, int option, const void *value, int size);
/* accept(); NULL and *error where it fails. */
struct sock *engine_accept(struct sock *sock, int *error);
void engine_close(struct sock *sock);

/* Never sleep: what would is -EAGAIN, as with MSG_DONTWAIT. */
ssize_t engine_send(struct sock *sock, const void *data, size_t size, int flags);
ssize_t engine_recv(struct sock *sock, void *out, size_t room);

/* send with control messages.  op: -1 leaves it out; iv NULL and aad_size -1 likewise. */
ssize_t engine_send_with(struct sock *sock, const void *data, size_t size, int flags, int op,
			 const void *iv, size_t iv_size, long aad_size);

/* Writes control messages into block (room enough: 128 bytes); returns their size. */
size_t engine_control(uint8_t *block, int op, const void *iv, size_t iv_size, long aad_size);

#endif
