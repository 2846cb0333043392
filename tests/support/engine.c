/* SPDX-License-Identifier: MIT */
#include "support/engine.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "ualg/if_alg.h"

static int trusting_guard(const struct iovec *iov, size_t count, int (*work)(void *),
			  void *argument)
{
	(void)iov, (void)count;
	return work(argument);
}

static int trusting_probe(const struct iovec *piece)
{
	(void)piece;
	return 0;
}

static bool always_capable(enum sock_capability capability)
{
	(void)capability;
	return true;
}

static void ignore_change(struct sock *sock)
{
	(void)sock;
}

struct sock_host engine_host = {
    .profile = SOCK_PROFILE_STRICT,
    .guard = trusting_guard,
    .probe = trusting_probe,
    .capable = always_capable,
    .changed = ignore_change,
};

int engine_bind(struct sock *sock, const char *type, const char *name)
{
	uint8_t address[UALG_SOCKADDR_MAX] = {0};
	size_t name_size = strlen(name) + 1;
	int result;

	if (name_size > sizeof(address) - UALG_SOCKADDR_NAME_OFFSET)
		return -ENAMETOOLONG;
	memcpy(address + 2, type, strnlen(type, 14));
	memcpy(address + UALG_SOCKADDR_NAME_OFFSET, name, name_size);
	(void)sock_lock(sock);
	result = sock_bind(sock, address, UALG_SOCKADDR_NAME_OFFSET + name_size);
	sock_unlock(sock);
	return result;
}

struct sock *engine_open(const char *type, const char *name, int *error)
{
	struct sock *sock;

	*error = sock_create(&engine_host, SOCK_SEQPACKET, 0, &sock);
	if (*error < 0)
		return NULL;
	*error = engine_bind(sock, type, name);
	if (*error < 0) {
		engine_close(sock);
		return NULL;
	}
	return sock;
}

int engine_option(struct sock *sock, int option, const void *value, int size)
{
	int result;

	(void)sock_lock(sock);
	result = sock_setsockopt(sock, SOL_ALG, option, value, size);
	sock_unlock(sock);
	return result;
}

int engine_key(struct sock *sock, const void *key, size_t size)
{
	return engine_option(sock, ALG_SET_KEY, key, (int)size);
}

struct sock *engine_accept(struct sock *sock, int *error)
{
	struct sock *op;

	(void)sock_lock(sock);
	*error = sock_accept(sock, &op);
	sock_unlock(sock);
	return op;
}

void engine_close(struct sock *sock)
{
	(void)sock_lock(sock);
	sock_put_unlock(sock);
}

size_t engine_control(uint8_t *block, int op, const void *iv, size_t iv_size, long aad_size)
{
	struct msghdr message = {.msg_control = block, .msg_controllen = 128};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	size_t used = 0;

	memset(block, 0, 128);
	if (op >= 0) {
		uint32_t value = (uint32_t)op;

		header->cmsg_level = SOL_ALG;
		header->cmsg_type = ALG_SET_OP;
		header->cmsg_len = CMSG_LEN(sizeof(value));
		memcpy(CMSG_DATA(header), &value, sizeof(value));
		used += CMSG_SPACE(sizeof(value));
		header = CMSG_NXTHDR(&message, header);
	}
	if (iv) {
		uint32_t size = (uint32_t)iv_size;

		header->cmsg_level = SOL_ALG;
		header->cmsg_type = ALG_SET_IV;
		header->cmsg_len = CMSG_LEN(sizeof(size) + iv_size);
		memcpy(CMSG_DATA(header), &size, sizeof(size));
		memcpy(CMSG_DATA(header) + sizeof(size), iv, iv_size);
		used += CMSG_SPACE(sizeof(size) + iv_size);
		header = CMSG_NXTHDR(&message, header);
	}
	if (aad_size >= 0) {
		uint32_t value = (uint32_t)aad_size;

		header->cmsg_level = SOL_ALG;
		header->cmsg_type = ALG_SET_AEAD_ASSOCLEN;
		header->cmsg_len = CMSG_LEN(sizeof(value));
		memcpy(CMSG_DATA(header), &value, sizeof(value));
		used += CMSG_SPACE(sizeof(value));
	}
	return used;
}

ssize_t engine_send_with(struct sock *sock, const void *data, size_t size, int flags, int op,
			 const void *iv, size_t iv_size, long aad_size)
{
	uint8_t control[128] __attribute__((aligned(8)));
	struct iovec iov = {(void *)(uintptr_t)data, size};
	struct sock_io io = {
	    .iov = &iov, .iov_count = 1, .size = size, .flags = flags | SOCK_MSG_DONTWAIT};
	ssize_t result;

	io.control_size = engine_control(control, op, iv, iv_size, aad_size);
	io.control = io.control_size ? control : NULL;
	(void)sock_lock(sock);
	result = sock_send(sock, &io);
	sock_unlock(sock);
	return result;
}

ssize_t engine_send(struct sock *sock, const void *data, size_t size, int flags)
{
	return engine_send_with(sock, data, size, flags, -1, NULL, 0, -1);
}

ssize_t engine_recv(struct sock *sock, void *out, size_t room)
{
	struct iovec iov = {out, room};
	struct sock_io io = {.iov = &iov, .iov_count = 1, .size = room, .flags = SOCK_MSG_DONTWAIT};
	ssize_t result;

	(void)sock_lock(sock);
	result = sock_recv(sock, &io);
	sock_unlock(sock);
	return result;
}
