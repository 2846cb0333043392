/* SPDX-License-Identifier: MIT */
/*
 * The kernel's AF_ALG sockets, by plain libc calls: so they work on a kernel that has them and
 * behind a door alike.  Rules are those of docs/design/abi.md.
 *
 * A bound socket (struct api_kernel) holds algorithm and key; op sockets are plain descriptors of
 * the caller, or -1: none yet.  Functions return a negative errno on failure.
 */
#ifndef UALG_API_KERNEL_H
#define UALG_API_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "crypto/alg.h"

struct api_kernel;

/* Makes a bound socket, with one reference.  [open] of ualg.h. */
int api_kernel_open(enum alg_type type, const char *name, struct api_kernel **out);
void api_kernel_get(struct api_kernel *kernel);
void api_kernel_put(struct api_kernel *kernel); /* NULL is fine */

/* What the kernel, or the engine, says about the algorithm; has no functions. */
const struct alg *api_kernel_alg(const struct api_kernel *kernel);

/* Whether another handle holds a reference. */
bool api_kernel_is_shared(const struct api_kernel *kernel);

/*
 * Options of the bound socket; op sockets have to be closed before (O-05).  What the kernel says,
 * and -EINVAL for sizes beyond its range.
 */
int api_kernel_set_key(struct api_kernel *kernel, const void *key, size_t size);
int api_kernel_set_tag_size(struct api_kernel *kernel, size_t size);
int api_kernel_set_entropy(struct api_kernel *kernel, const void *entropy, size_t size);

/* Makes *op an op socket if it is -1. */
int api_kernel_accept(struct api_kernel *kernel, int *op);

/* A hash's op socket with a copy of the open message (H-19). -ENOKEY: it has no key yet. */
int api_kernel_clone(int op, int *clone);

/* Closes an op socket and makes it -1. */
void api_kernel_drop(int *op);

/* How much one message, or one part of it, can be: what the queues of an op socket take (C-10,
 * C-11). */
size_t api_kernel_room(int op);

/* What goes before the data of a cipher's message. */
struct api_kernel_control {
	bool encrypt;
	const uint8_t *iv;
	size_t iv_size; /* 0: no ALG_SET_IV */
	bool is_aead;
	uint32_t aad_size;
};

/* Sends all pieces, as one message or, with more, as a part of it.  control may be NULL. */
int api_kernel_send(int op, const struct api_kernel_control *control, const struct iovec *pieces,
		    size_t count, bool more);

/* Receives into all pieces, size bytes in all; with size 0 an empty message is processed. */
int api_kernel_receive(int op, const struct iovec *pieces, size_t count, size_t size);

#endif
