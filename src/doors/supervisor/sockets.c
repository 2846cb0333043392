/* SPDX-License-Identifier: MIT */
/* How alg sockets come to be and get their algorithm: socket, socketpair, bind, accept. */
#include <errno.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include "doors/common/message.h"
#include "doors/common/placeholder.h"
#include "doors/common/record.h"
#include "doors/supervisor/calls.h"
#include "doors/supervisor/filter.h"
#include "doors/supervisor/handover.h"
#include "doors/supervisor/host.h"
#include "doors/supervisor/memory.h"
#include "doors/supervisor/object.h"
#include "ualg/if_alg.h"

#define TYPE_MASK  0xf
#define TYPE_FLAGS (SOCK_CLOEXEC | SOCK_NONBLOCK)

static void drop(struct sock *sock)
{
	if (sock_lock(sock))
		sock_put_unlock(sock);
}

long sockets_give(struct supervisor_call *call, struct supervisor_object *object, int placeholder,
		  int flags)
{
	int number = -1;

	if (supervisor_options->trap == SUPERVISOR_TRAP_WINDOW) {
		number = process_free_number(call, 0);
		if (number < 0)
			return number;
	}
	number = call->way->inject(call, placeholder, number, flags & SOCK_CLOEXEC);
	if (number < 0)
		return number == -EBADF ? -EMFILE : number;
	process_note(call->process, number, object);
	return SUPERVISOR_ANSWERED;
}

/*
 * Opens a placeholder here; where the way has the caller make it, at *number, this is a copy.  A
 * negative errno: there is none, nor in the caller.
 */
static int open_in_place(const struct supervisor_call *call, enum sock_kind kind, int flags,
			 int *number)
{
	int placeholder, result;

	*number =
	    call->way->make ? call->way->make(call, door_placeholder_type(kind) | flags) : -EXDEV;
	if (*number == -EXDEV)
		return door_placeholder_open(kind, SOCK_CLOEXEC | (flags & SOCK_NONBLOCK));
	if (*number < 0)
		return *number;
	placeholder = process_descriptor(call, *number);
	result = placeholder < 0 ? placeholder : door_placeholder_set_up(placeholder, kind);
	if (result == 0)
		return placeholder;
	call->way->unmake(call, *number);
	if (placeholder >= 0)
		(void)close(placeholder);
	return result;
}

/* The same; should the supervisor be killed, accept and recv do not sleep on it for ever. */
static int open_placeholder(const struct supervisor_call *call, enum sock_kind kind, int flags,
			    int *number)
{
	int placeholder = open_in_place(call, kind, flags, number);

	if (placeholder >= 0)
		(void)setsockopt(placeholder, SOL_SOCKET, SO_RCVTIMEO, &host_patience,
				 sizeof(host_patience));
	return placeholder;
}

/* The caller has made the placeholder itself. */
static long note_made(const struct supervisor_call *call, struct supervisor_object *object,
		      int number)
{
	process_note(call->process, number, object);
	return number;
}

/* Gives a new socket a descriptor; its reference goes to the object, or is dropped on failure. */
static long place(struct supervisor_call *call, struct sock *sock, enum sock_kind kind, int flags)
{
	int number, placeholder = open_placeholder(call, kind, flags, &number);
	struct supervisor_object *object;
	long result;

	if (placeholder < 0) {
		drop(sock);
		return placeholder;
	}
	object = object_new(OBJECT_ALG, placeholder, sock);
	if (!object) {
		drop(sock);
		(void)close(placeholder);
		if (number >= 0)
			call->way->unmake(call, number);
		return -ENOMEM;
	}
	result = number >= 0 ? note_made(call, object, number)
			     : sockets_give(call, object, placeholder, flags);
	(void)close(placeholder);
	if (result != SUPERVISOR_ANSWERED && number < 0)
		object_free(object);
	return result;
}

static void set_default_buffers(struct sock *sock)
{
	if (!sock_lock(sock))
		return;
	sock_set_buffers(sock, host_sndbuf, host_rcvbuf);
	sock_unlock(sock);
}

static long create_alg(struct supervisor_call *call, int type, int protocol)
{
	struct sock *sock;
	int result;

	if (type & ~(TYPE_MASK | TYPE_FLAGS))
		return -EINVAL; /* S-03 */
	result = sock_create(&supervisor_host, type & TYPE_MASK, protocol, &sock);
	if (result < 0)
		return result;
	set_default_buffers(sock);
	return place(call, sock, SOCK_UNBOUND, type & TYPE_FLAGS);
}

CALLS_HANDLER(serve_socket)
{
	(void)objects_reap(false);
	if (supervisor_int(call, 0) == AF_NETLINK && supervisor_int(call, 2) == NETLINK_CRYPTO)
		return serve_netlink_socket(call);
	if (supervisor_int(call, 0) != AF_ALG)
		return SUPERVISOR_PROCEED;
	if (handover_is_hello(call))
		return handover_hello(call);
	if (handover_is_asked(call))
		return handover_asked(call);
	return create_alg(call, supervisor_int(call, 1), supervisor_int(call, 2));
}

CALLS_HANDLER(serve_socketpair)
{
	uintptr_t pair = supervisor_pointer(call, 3);
	int type = supervisor_int(call, 1);
	int numbers[2], result;

	if (supervisor_int(call, 0) != AF_ALG)
		return SUPERVISOR_PROCEED;
	if (type & ~(TYPE_MASK | TYPE_FLAGS))
		return -EINVAL;
	/* The kernel has written the numbers before it asks the protocol. */
	result = memory_read(call, numbers, pair, sizeof(numbers));
	if (result == 0)
		result = memory_write(call, pair, numbers, sizeof(numbers));
	if (result == 0)
		result = sock_create_check(type & TYPE_MASK, supervisor_int(call, 2));
	return result < 0 ? result : -EOPNOTSUPP; /* S-05 */
}

CALLS_HANDLER(serve_bind)
{
	struct supervisor_object *object = process_parent_object(call); /* B-12 */
	struct memory_of_call of = memory_of(call);
	uint8_t address[UALG_SOCKADDR_MAX];
	int size = supervisor_int(call, 2);
	int result;

	if (!object)
		return SUPERVISOR_PROCEED;
	result = door_message_address(&of.memory, (const void *)supervisor_pointer(call, 1), size,
				      address);
	if (result < 0)
		return result;
	if (!sock_lock(object->sock))
		return -EBUSY;
	result = sock_bind(object->sock, address, (size_t)size);
	record_bind(call->process->pid, object->sock, address, (size_t)size, result);
	sock_unlock(object->sock);
	return result;
}

static long accept_with(struct supervisor_call *call, int flags)
{
	struct supervisor_object *object = process_parent_object(call);
	struct sock *new;
	enum sock_kind kind;
	int result;

	if (!object)
		return SUPERVISOR_PROCEED;
	if (flags & ~TYPE_FLAGS)
		return -EINVAL; /* */
	if (!sock_lock(object->sock))
		return -EBUSY;
	result = sock_accept(object->sock, &new);
	if (result == 0)
		record_accept(call->process->pid, new, object->sock);
	else
		record_refusal(call->process->pid, object->sock, "accept", result);
	sock_unlock(object->sock);
	if (result < 0)
		return result;
	if (supervisor_pointer(call, 1)) {
		drop(new);
		return -ECONNABORTED; /* */
	}
	kind = sock_kind(new);
	set_default_buffers(new); /* not inherited (S-15) */
	return place(call, new, kind, flags);
}

CALLS_HANDLER(serve_accept)
{
	return accept_with(call, 0);
}

CALLS_HANDLER(serve_accept4)
{
	return accept_with(call, supervisor_int(call, 3));
}
