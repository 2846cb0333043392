/* SPDX-License-Identifier: MIT */
/* AF_ALG sockets for measurements. */
#ifndef UALG_BENCH_ALG_SOCKET_H
#define UALG_BENCH_ALG_SOCKET_H

#include <sys/socket.h>
#include <sys/uio.h>

#include "way.h"

/* A bound socket with its key, or a negative errno. */
int alg_socket_parent(const struct job *job);

/* An op socket that takes messages of a job's size, or a negative errno. */
int alg_socket_op(const struct job *job);

/* "Encrypt, with this IV and that much AAD", and all of way_in. */
struct alg_socket_message {
	struct msghdr header;
	struct iovec iov;
	size_t result_size; /* what is read back */
	char control[CMSG_SPACE(4) + CMSG_SPACE(4 + 16) + CMSG_SPACE(4)]
	    __attribute__((aligned(8)));
};
void alg_socket_message(struct alg_socket_message *message, const struct job *job);

#endif
