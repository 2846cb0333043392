/* SPDX-License-Identifier: MIT */
/* How alg sockets come to be and get their algorithm: socket, socketpair, bind, accept. */
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>

#include "doors/common/message.h"
#include "doors/common/placeholder.h"
#include "doors/common/system.h"
#include "doors/preload/data.h"
#include "doors/preload/fault.h"
#include "doors/preload/handover.h"
#include "doors/preload/identity.h"
#include "doors/preload/netlink.h"
#include "doors/preload/process.h"
#include "doors/preload/real.h"
#include "doors/preload/recording.h"
#include "doors/preload/table.h"
#include "ualg/if_alg.h"

#define TYPE_MASK  0xf
#define TYPE_FLAGS (SOCK_CLOEXEC | SOCK_NONBLOCK)

/* Gives a new socket a descriptor; the reference goes to the table, or is dropped on failure. */
static int place(struct sock *sock, enum sock_kind kind, int flags)
{
	int number = preload_handover_place(door_placeholder_open(kind, flags));

	if (number >= 0 && !preload_table_set(number, sock)) {
		(void)DOOR_CALL_1(SYS_close, number);
		number = -EMFILE;
	}
	if (number < 0)
		preload_drop(sock);
	return number;
}

static void set_default_buffers(struct sock *sock)
{
	if (!sock_lock(sock))
		return;
	sock_set_buffers(sock, preload_sndbuf, preload_rcvbuf);
	sock_unlock(sock);
}

static int create(int type, int protocol)
{
	struct sock *sock;
	int result;

	if (type & ~(TYPE_MASK | TYPE_FLAGS))
		return -EINVAL; /* S-03 */
	result = sock_create(&preload_host, type & TYPE_MASK, protocol, &sock);
	if (result < 0)
		return result;
	set_default_buffers(sock);
	return place(sock, SOCK_UNBOUND, type & TYPE_FLAGS);
}

/* Errors by which a kernel says that it serves no AF_ALG, or not this program (a seccomp filter).
 */
static bool kernel_declines(int error)
{
	return error == EAFNOSUPPORT || error == EPERM || error == EACCES;
}

PRELOAD_EXPORT int socket(int domain, int type, int protocol)
{
	int saved = errno;
	int result;

	if (domain == AF_NETLINK && protocol == NETLINK_CRYPTO && !preload_inside)
		return preload_netlink_socket(type);
	if (domain != AF_ALG || preload_inside)
		return REAL(socket)(domain, type, protocol);
	preload_begin();
	if (!preload_owns())
		return REAL(socket)(domain, type, protocol);
	if (preload_when() == PRELOAD_MISSING) {
		result = REAL(socket)(domain, type, protocol);
		if (result >= 0 || !kernel_declines(errno))
			return result;
	}
	errno = saved;
	return (int)preload_result(create(type, protocol));
}

/* The kernel has written the numbers before it asks the protocol. */
static int judge_pair(int pair[2])
{
	int numbers[2];
	int result = preload_copy_in(numbers, pair, sizeof(numbers));

	return result < 0 ? result : preload_copy_out(pair, numbers, sizeof(numbers));
}

PRELOAD_EXPORT int socketpair(int domain, int type, int protocol, int pair[2])
{
	int result;

	if (domain != AF_ALG || preload_inside)
		return REAL(socketpair)(domain, type, protocol, pair);
	preload_begin();
	if (type & ~(TYPE_MASK | TYPE_FLAGS))
		return (int)preload_result(-EINVAL);
	result = judge_pair(pair);
	if (result == 0)
		result = sock_create_check(type & TYPE_MASK, protocol);
	return (int)preload_result(result < 0 ? result : -EOPNOTSUPP); /* S-05 */
}

static int bind_locked(struct sock *sock, const void *address, size_t size)
{
	int result, cancel_state;

	preload_enter(&cancel_state);
	result = sock_bind(sock, address, size);
	preload_leave(cancel_state);
	return result;
}

static int bind_here(int number, const void *address, socklen_t size)
{
	uint8_t copy[UALG_SOCKADDR_MAX];
	int result = preload_copy_address(copy, address, size);
	struct sock *sock;

	if (result < 0)
		return result;
	preload_check_fork();
	sock = preload_lock(number, &result);
	if (!sock)
		return result ? result : -EBADF;
	result = bind_locked(sock, copy, size);
	preload_record_bind(sock, copy, size, result);
	sock_unlock(sock);
	return result;
}

/* A new socket of ours with that name, or NULL. */
static struct sock *bound_socket(const void *address, socklen_t size)
{
	uint8_t copy[UALG_SOCKADDR_MAX];
	struct sock *sock;
	int result;

	if (preload_copy_address(copy, address, size) < 0 ||
	    sock_create(&preload_host, SOCK_SEQPACKET, 0, &sock) < 0)
		return NULL;
	set_default_buffers(sock);
	if (!sock_lock(sock))
		return NULL;
	result = bind_locked(sock, copy, size);
	preload_record_bind(sock, copy, size, result);
	if (result < 0) {
		sock_put_unlock(sock);
		return NULL;
	}
	sock_unlock(sock);
	return sock;
}

static bool is_kernel_alg_socket(int number)
{
	int domain = 0;
	socklen_t size = sizeof(domain);

	return REAL(getsockopt)(number, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 &&
	       domain == AF_ALG;
}

/* Puts a placeholder where the kernel's own alg socket is, with that descriptor's flags. */
static int replace(int number, struct sock *sock)
{
	long status = DOOR_CALL_2(SYS_fcntl, number, F_GETFL);
	long descriptor = DOOR_CALL_2(SYS_fcntl, number, F_GETFD);
	int flags = status & O_NONBLOCK ? SOCK_CLOEXEC | SOCK_NONBLOCK : SOCK_CLOEXEC;
	int placeholder = door_placeholder_open(SOCK_BOUND, flags);
	long result;

	if (placeholder < 0)
		return placeholder;
	result =
	    DOOR_CALL_3(SYS_dup3, placeholder, number, descriptor & FD_CLOEXEC ? O_CLOEXEC : 0);
	(void)DOOR_CALL_1(SYS_close, placeholder);
	if (result < 0)
		return (int)result;
	return preload_table_set(number, sock) ? 0 : -EMFILE;
}

/* The kernel does not know a name that may be known here ($UALG_WHEN=missing). */
static int bind_instead(int number, const void *address, socklen_t size)
{
	struct sock *sock;
	int result;

	if (!is_kernel_alg_socket(number) || !preload_owns())
		return -ENOENT;
	sock = bound_socket(address, size);
	if (!sock)
		return -ENOENT;
	result = replace(number, sock);
	if (result < 0)
		preload_drop(sock);
	return result;
}

/* What looks like the kernel's socket may be a supervisor's, who tells of it. */
static void record_kernel_bind(int number, const void *address, socklen_t size, int result)
{
	uint8_t copy[UALG_SOCKADDR_MAX];
	int saved = errno;

	if (record_is_on() && !preload_is_supervised() && is_kernel_alg_socket(number) &&
	    preload_copy_address(copy, address, size) == 0)
		preload_record_bind(NULL, copy, size, result < 0 ? -saved : 0);
	errno = saved;
}

PRELOAD_EXPORT int bind(int number, __CONST_SOCKADDR_ARG address, socklen_t size)
{
	int saved = errno;
	int result;

	if (preload_identify(number)) {
		result = bind_here(number, address.__sockaddr__, size);
	} else {
		result = REAL(bind)(number, address.__sockaddr__, size);
		if (result == 0 && preload_netlink_has(number))
			preload_netlink_bound(number);
		if (result >= 0 || errno != ENOENT || !preload_is_active() ||
		    preload_when() != PRELOAD_MISSING || preload_inside) {
			record_kernel_bind(number, address.__sockaddr__, size, result);
			return result;
		}
		result = bind_instead(number, address.__sockaddr__, size);
	}
	errno = saved; /* libraries are loaded on the way */
	return (int)preload_result(result);
}

static int accept_locked(struct sock *sock, struct sock **out)
{
	int result, cancel_state;

	preload_enter(&cancel_state);
	result = sock_accept(sock, out);
	preload_leave(cancel_state);
	return result;
}

static int accept_here(int number, const void *address, int flags)
{
	struct sock *sock, *new;
	enum sock_kind kind;
	int result;

	if (flags & ~TYPE_FLAGS)
		return -EINVAL; /* */
	if (!preload_owns())
		return -EINVAL;
	sock = preload_lock(number, &result);
	if (!sock)
		return result ? result : -EBADF;
	result = accept_locked(sock, &new);
	if (result < 0)
		preload_record_refusal(sock, "accept", result);
	else
		preload_record_accept(new, sock);
	sock_unlock(sock);
	if (result < 0)
		return result;
	if (!sock_lock(new))
		return -EBUSY;
	kind = sock_kind(new);
	sock_set_buffers(new, preload_sndbuf, preload_rcvbuf); /* not inherited (S-15) */
	if (address) {
		sock_put_unlock(new); /* */
		return -ECONNABORTED;
	}
	sock_unlock(new);
	return place(new, kind, flags);
}

static int accept_result(int number, const void *address, int flags)
{
	int saved = errno;
	int result = accept_here(number, address, flags);

	errno = saved;
	return (int)preload_result(result);
}

PRELOAD_EXPORT int accept(int number, __SOCKADDR_ARG address, socklen_t *size)
{
	if (!preload_identify(number))
		return REAL(accept)(number, address.__sockaddr__, size);
	return accept_result(number, address.__sockaddr__, 0);
}

PRELOAD_EXPORT int accept4(int number, __SOCKADDR_ARG address, socklen_t *size, int flags)
{
	if (!preload_identify(number))
		return REAL(accept4)(number, address.__sockaddr__, size, flags);
	return accept_result(number, address.__sockaddr__, flags);
}
