/* SPDX-License-Identifier: MIT */
#include "doors/common/placeholder.h"

#include <errno.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "doors/common/placeholder_filter.h"
#include "doors/common/system.h"

/* Datagrams sent in one call while filling a queue: the default buffer holds eight times as many,
 * but the stack may be a small one. */
#define FILL_BATCH 32u

bool door_placeholder_has_readiness(enum sock_kind kind)
{
	return kind == SOCK_OP_SKCIPHER || kind == SOCK_OP_AEAD;
}

/* A name of the kernel's choice in the abstract namespace. */
static int autobind(int descriptor)
{
	const struct sockaddr_un address = {.sun_family = AF_UNIX};

	return (int)DOOR_CALL_3(SYS_bind, descriptor, &address, sizeof(address.sun_family));
}

int door_placeholder_type(enum sock_kind kind)
{
	return door_placeholder_has_readiness(kind) ? SOCK_DGRAM : SOCK_SEQPACKET;
}

int door_placeholder_set_up(int descriptor, enum sock_kind kind)
{
	int result = autobind(descriptor);

	if (result < 0)
		return result;
	if (!door_placeholder_has_readiness(kind))
		return (int)DOOR_CALL_2(SYS_listen, descriptor, 0);
	/* A kernel without filters only loses that. */
	(void)door_filter_guard(descriptor);
	door_placeholder_show(descriptor, SOCK_POLLIN | SOCK_POLLOUT);
	return 0;
}

int door_placeholder_open(enum sock_kind kind, int flags)
{
	int type = door_placeholder_type(kind) | flags;
	int descriptor = (int)DOOR_CALL_3(SYS_socket, AF_UNIX, type, 0);
	int result;

	if (descriptor < 0)
		return descriptor;
	result = door_placeholder_set_up(descriptor, kind);
	if (result < 0) {
		(void)DOOR_CALL_1(SYS_close, descriptor);
		return result;
	}
	return descriptor;
}

static void drain(int descriptor)
{
	char byte;

	while (DOOR_CALL_5(SYS_recvfrom, descriptor, &byte, sizeof(byte), MSG_DONTWAIT, NULL) >= 0)
		;
}

static void mark(int descriptor, const struct sockaddr_un *self, socklen_t size)
{
	const struct msghdr message = {.msg_name = (void *)(uintptr_t)self, .msg_namelen = size};

	(void)DOOR_CALL_3(SYS_sendmsg, descriptor, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Unix sockets are writable up to a quarter of their buffer, and take datagrams up to all of it. */
static void fill(int descriptor, struct sockaddr_un *self, socklen_t size)
{
	struct mmsghdr messages[FILL_BATCH];

	__builtin_memset(messages, 0, sizeof(messages));
	for (unsigned i = 0; i < FILL_BATCH; i++) {
		messages[i].msg_hdr.msg_name = self;
		messages[i].msg_hdr.msg_namelen = size;
	}
	while (DOOR_CALL_4(SYS_sendmmsg, descriptor, messages, FILL_BATCH,
			   MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
		;
}

void door_placeholder_show(int descriptor, unsigned wanted)
{
	struct sockaddr_un self;
	socklen_t size = sizeof(self);

	drain(descriptor);
	if (DOOR_CALL_3(SYS_getsockname, descriptor, &self, &size) < 0)
		return;
	if (!(wanted & SOCK_POLLOUT))
		fill(descriptor, &self, size);
	else if (wanted & SOCK_POLLIN)
		mark(descriptor, &self, size);
}
