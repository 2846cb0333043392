/* SPDX-License-Identifier: MIT */
/* Messages through the engine's own functions, without a door. */
#include "support/transport.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "socket/sock.h"
#include "support/afalg.h"
#include "ualg/if_alg.h"

/* The memory of this test is always good. */
static int trusting_guard(const struct iovec *iov, size_t count, int (*work)(void *),
			  void *argument)
{
	(void)iov;
	(void)count;
	return work(argument);
}

static int trusting_probe(const struct iovec *piece)
{
	(void)piece;
	return 0;
}

static bool no_capability(enum sock_capability capability)
{
	(void)capability;
	return false;
}

static void nobody_waits(struct sock *sock)
{
	(void)sock;
}

static const struct sock_host host = {
    .profile = SOCK_PROFILE_STRICT,
    .guard = trusting_guard,
    .probe = trusting_probe,
    .capable = no_capability,
    .changed = nobody_waits,
};

static void engine_close(void *handle)
{
	sock_lock(handle);
	sock_put_unlock(handle);
}

static int engine_bind(const char *type, const char *alg, void **parent)
{
	uint8_t address[UALG_SOCKADDR_MAX] = {0};
	size_t type_length = strlen(type), name_length = strlen(alg);
	struct sock *sock;

	if (type_length > 13 || name_length >= sizeof(address) - UALG_SOCKADDR_NAME_OFFSET)
		return -ENAMETOOLONG;
	memcpy(address + offsetof(struct ualg_sockaddr, salg_type), type, type_length);
	memcpy(address + UALG_SOCKADDR_NAME_OFFSET, alg, name_length);

	int result = sock_create(&host, SOCK_SEQPACKET, 0, &sock);
	if (result < 0)
		return result;
	sock_lock(sock);
	result = sock_bind(sock, address, sizeof(address));
	sock_unlock(sock);
	if (result < 0)
		engine_close(sock);
	*parent = sock;
	return result;
}

static int engine_option(void *parent, int option, const void *value, size_t size)
{
	sock_lock(parent);
	int result = sock_setsockopt(parent, SOL_ALG, option, value, (int)size);
	sock_unlock(parent);
	return result;
}

static int engine_set_key(void *parent, const void *key, size_t size)
{
	return engine_option(parent, ALG_SET_KEY, key, size);
}

static int engine_set_authsize(void *parent, size_t size)
{
	return engine_option(parent, ALG_SET_AEAD_AUTHSIZE, NULL, size);
}

static int engine_accept(void *parent, void **op)
{
	struct sock *sock;

	sock_lock(parent);
	int result = sock_accept(parent, &sock);
	sock_unlock(parent);
	*op = sock;
	return result;
}

/* A call that would sleep can only fail here: nobody else is there to end the sleep. */
static ssize_t finished(ssize_t result)
{
	return result == SOCK_WAIT ? -EAGAIN : result;
}

static ssize_t engine_send(void *op, const struct afalg_control *control, const void *data,
			   size_t size, bool more)
{
	_Alignas(struct cmsghdr) uint8_t messages[AFALG_CONTROL_MAX];
	struct iovec iov = {.iov_base = (void *)(uintptr_t)data, .iov_len = size};
	struct sock_io io = {
	    .iov = &iov,
	    .iov_count = 1,
	    .size = size,
	    .flags = SOCK_MSG_DONTWAIT | (more ? SOCK_MSG_MORE : 0),
	};

	if (control != NULL) {
		io.control = messages;
		io.control_size = afalg_control_write(control, messages);
		if (io.control_size == 0)
			return -EINVAL;
	}
	sock_lock(op);
	ssize_t sent = sock_send(op, &io);
	sock_unlock(op);
	return finished(sent);
}

static ssize_t engine_receive(void *op, void *data, size_t size)
{
	uint8_t spare;
	struct iovec iov = {.iov_base = data, .iov_len = size};
	if (size == 0)
		iov = (struct iovec){.iov_base = &spare, .iov_len = sizeof(spare)};

	struct sock_io io = {
	    .iov = &iov,
	    .iov_count = 1,
	    .size = iov.iov_len,
	    .flags = SOCK_MSG_DONTWAIT,
	};

	sock_lock(op);
	ssize_t received = finished(sock_recv(op, &io));
	sock_unlock(op);
	if (received < 0)
		return received;
	return (size_t)received == size ? received : -EMSGSIZE;
}

const struct vector_transport transport_engine = {
    .name = "engine",
    .bind = engine_bind,
    .set_key = engine_set_key,
    .set_authsize = engine_set_authsize,
    .accept = engine_accept,
    .send = engine_send,
    .receive = engine_receive,
    .close = engine_close,
};
