/* SPDX-License-Identifier: MIT */
#include "alg_socket.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "measure.h"
#include "ualg/if_alg.h"

#define BUFFER_SIZE (2 * (int)WAY_MAX_SIZE)

int alg_socket_parent(const struct job *job)
{
	struct ualg_sockaddr address = {.salg_family = AF_ALG};
	int parent = socket(AF_ALG, SOCK_SEQPACKET, 0);
	int error;

	if (parent < 0)
		return -errno;
	snprintf((char *)address.salg_type, sizeof(address.salg_type), "%s", job->type);
	snprintf((char *)address.salg_name, sizeof(address.salg_name), "%s", job->name);
	if (bind(parent, (void *)&address, sizeof(address)) == 0 &&
	    (job->key_size == 0 ||
	     setsockopt(parent, SOL_ALG, ALG_SET_KEY, way_key, job->key_size) == 0))
		return parent;
	error = errno;
	close(parent);
	return -error;
}

int alg_socket_op(const struct job *job)
{
	int parent = alg_socket_parent(job);
	int size = BUFFER_SIZE;
	int op;

	if (parent < 0)
		return parent;
	op = accept(parent, NULL, NULL);
	if (op < 0)
		op = -errno;
	close(parent);
	if (op >= 0 && setsockopt(op, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) != 0)
		(void)setsockopt(op, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	return op;
}

static struct cmsghdr *add(struct alg_socket_message *message, struct cmsghdr *at, int type,
			   const void *value, size_t size)
{
	at->cmsg_level = SOL_ALG;
	at->cmsg_type = type;
	at->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(at), value, size);
	message->header.msg_controllen += CMSG_SPACE(size);
	return (void *)((char *)at + CMSG_SPACE(size));
}

void alg_socket_message(struct alg_socket_message *message, const struct job *job)
{
	uint32_t operation = ALG_OP_ENCRYPT, iv_size = job->iv_size, aad_size = job->aad_size;
	uint8_t iv[4 + sizeof(way_iv)];
	struct cmsghdr *at = (void *)message->control;

	memcpy(iv, &iv_size, 4);
	memcpy(iv + 4, way_iv, sizeof(way_iv));
	message->iov = (struct iovec){way_in, job->aad_size + job->size};
	message->header = (struct msghdr){.msg_iov = &message->iov, .msg_iovlen = 1};
	message->header.msg_control = message->control;
	at = add(message, at, ALG_SET_OP, &operation, 4);
	at = add(message, at, ALG_SET_IV, iv, 4 + iv_size);
	message->result_size = job->size;
	if (strcmp(job->type, "aead") == 0) {
		add(message, at, ALG_SET_AEAD_ASSOCLEN, &aad_size, 4);
		message->result_size += job->aad_size + job->tag_size;
	}
}
