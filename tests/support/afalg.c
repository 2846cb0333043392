/* SPDX-License-Identifier: MIT */
#include "support/afalg.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "ualg/if_alg.h"

#define IV_MAX 128

static void *control_add(uint8_t *buffer, size_t *at, int type, size_t size)
{
	struct cmsghdr header = {.cmsg_level = SOL_ALG, .cmsg_type = type};
	uint8_t *place = buffer + *at;

	/* The C library chooses its type. */
	header.cmsg_len = (__typeof__(header.cmsg_len))CMSG_LEN(size);
	memcpy(place, &header, sizeof(header));
	*at += CMSG_SPACE(size);
	return place + CMSG_LEN(0);
}

size_t afalg_control_write(const struct afalg_control *control, void *buffer)
{
	uint32_t op = control->encrypt ? ALG_OP_ENCRYPT : ALG_OP_DECRYPT;
	size_t at = 0;

	if (control->iv_size > IV_MAX)
		return 0;
	memset(buffer, 0, AFALG_CONTROL_MAX);
	memcpy(control_add(buffer, &at, ALG_SET_OP, sizeof(op)), &op, sizeof(op));
	if (control->iv != NULL) {
		uint32_t length = (uint32_t)control->iv_size;
		uint8_t *data = control_add(buffer, &at, ALG_SET_IV, sizeof(length) + length);

		memcpy(data, &length, sizeof(length));
		memcpy(data + sizeof(length), control->iv, length);
	}
	if (control->has_assoclen) {
		uint32_t length = control->assoclen;

		memcpy(control_add(buffer, &at, ALG_SET_AEAD_ASSOCLEN, sizeof(length)), &length,
		       sizeof(length));
	}
	return at;
}

int afalg_bind(const char *type, const char *name)
{
	union {
		struct ualg_sockaddr alg;
		struct sockaddr any;
		char bytes[UALG_SOCKADDR_MAX];
	} address = {.alg.salg_family = AF_ALG};
	size_t type_length = strlen(type), name_length = strlen(name);

	if (type_length >= sizeof(address.alg.salg_type) ||
	    name_length >= UALG_SOCKADDR_MAX - UALG_SOCKADDR_NAME_OFFSET)
		return -ENAMETOOLONG;
	memcpy(address.alg.salg_type, type, type_length);
	memcpy(address.bytes + UALG_SOCKADDR_NAME_OFFSET, name, name_length);

	size_t size = UALG_SOCKADDR_NAME_OFFSET + name_length + 1;
	if (size < sizeof(address.alg))
		size = sizeof(address.alg);

	int parent = socket(AF_ALG, SOCK_SEQPACKET, 0);
	if (parent < 0)
		return -errno;
	if (bind(parent, &address.any, (socklen_t)size) < 0) {
		int error = errno;

		close(parent);
		return -error;
	}
	return parent;
}

int afalg_set_key(int parent, const void *key, size_t size)
{
	return setsockopt(parent, SOL_ALG, ALG_SET_KEY, key, (socklen_t)size) < 0 ? -errno : 0;
}

int afalg_set_authsize(int parent, size_t size)
{
	if (setsockopt(parent, SOL_ALG, ALG_SET_AEAD_AUTHSIZE, NULL, (socklen_t)size) < 0)
		return -errno;
	return 0;
}

int afalg_accept(int parent)
{
	int op = accept(parent, NULL, NULL);

	return op < 0 ? -errno : op;
}

ssize_t afalg_send(int op, const struct afalg_control *control, const void *data, size_t size,
		   int flags)
{
	_Alignas(struct cmsghdr) uint8_t messages[AFALG_CONTROL_MAX];
	struct iovec iov = {.iov_base = (void *)(uintptr_t)data, .iov_len = size};
	struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};

	if (control != NULL) {
		message.msg_control = messages;
		message.msg_controllen =
		    (__typeof__(message.msg_controllen))afalg_control_write(control, messages);
		if (message.msg_controllen == 0)
			return -EINVAL;
	}

	ssize_t sent = sendmsg(op, &message, flags);
	return sent < 0 ? -errno : sent;
}

ssize_t afalg_receive(int op, void *data, size_t size)
{
	uint8_t spare;
	ssize_t received =
	    size > 0 ? recv(op, data, size, 0) : recv(op, &spare, sizeof(spare), MSG_DONTWAIT);

	if (received < 0)
		return -errno;
	return (size_t)received == size ? received : -EMSGSIZE;
}
