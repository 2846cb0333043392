/* SPDX-License-Identifier: MIT */
/*
 * syscall(2): calls on alg sockets go where the functions of their names go, all others to the
 * kernel as they are.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "doors/common/system.h"
#include "doors/preload/aio.h"
#include "doors/preload/clone.h"
#include "doors/preload/data.h"
#include "doors/preload/fault.h"
#include "doors/preload/handover.h"
#include "doors/preload/keys.h"
#include "doors/preload/netlink.h"
#include "doors/preload/process.h"
#include "doors/preload/real.h"
#include "doors/preload/table.h"
#include "doors/preload/waiting.h"
#include "ualg/if_alg.h"

struct arguments {
	long a, b, c, d, e, f;
};

/* Linux gives the offset of preadv2 and pwritev2 in two halves; here the first one is all of it. */
_Static_assert(sizeof(long) == 8, "offsets in one register");

#define KERNEL_SA_RESTORER 0x04000000ul

/* The kernel's struct sigaction. */
struct kernel_action {
	void (*handler)(int);
	unsigned long flags;
	void (*restorer)(void);
	uint64_t mask;
};

static void action_to_kernel(const struct sigaction *from, struct kernel_action *to)
{
	memset(to, 0, sizeof(*to));
	to->handler = from->sa_handler;
	to->flags = (unsigned)from->sa_flags;
	memcpy(&to->mask, &from->sa_mask, sizeof(to->mask));
}

static void action_from_kernel(const struct kernel_action *from, struct sigaction *to)
{
	memset(to, 0, sizeof(*to));
	to->sa_handler = from->handler;
	to->sa_flags = (int)(from->flags & ~KERNEL_SA_RESTORER); /* libc's own matter */
	memcpy(&to->sa_mask, &from->mask, sizeof(from->mask));
}

static long set_action(int number, const void *new, void *old, size_t mask_size)
{
	struct kernel_action kernel;
	struct sigaction action, before;

	if (mask_size != sizeof(kernel.mask))
		return -EINVAL;
	if (new) {
		if (preload_copy_in(&kernel, new, sizeof(kernel)) < 0)
			return -EFAULT;
		action_from_kernel(&kernel, &action);
	}
	preload_fault_action(number, new ? &action : NULL, &before);
	action_to_kernel(&before, &kernel);
	return old ? preload_copy_out(old, &kernel, sizeof(kernel)) : 0;
}

static long call_as_is(long number, const struct arguments *x)
{
	return preload_result(door_system_call(number, x->a, x->b, x->c, x->d, x->e, x->f));
}

/* A pointer, an address or a size that came as a number. */
#define POINTER(value) ((void *)(value))
#define ADDRESS(value) ((struct sockaddr *)(value))
#define SIZE(value)    ((size_t)(value))

/*
 * Calls that go to the function of their name, with what it is given: those on a number of ours;
 * those that may also touch our numbers in other places; and those that do only that.
 */
#define ON_ALG_SOCKET(X)                                                                           \
	X(read, (int)x->a, POINTER(x->b), SIZE(x->c))                                              \
	X(write, (int)x->a, POINTER(x->b), SIZE(x->c))                                             \
	X(readv, (int)x->a, POINTER(x->b), (int)x->c)                                              \
	X(writev, (int)x->a, POINTER(x->b), (int)x->c)                                             \
	X(preadv2, (int)x->a, POINTER(x->b), (int)x->c, x->d, (int)x->f)                           \
	X(pwritev2, (int)x->a, POINTER(x->b), (int)x->c, x->d, (int)x->f)                          \
	X(sendto, (int)x->a, POINTER(x->b), SIZE(x->c), (int)x->d, ADDRESS(x->e), (socklen_t)x->f) \
	X(recvfrom, (int)x->a, POINTER(x->b), SIZE(x->c), (int)x->d, ADDRESS(x->e), POINTER(x->f)) \
	X(accept, (int)x->a, ADDRESS(x->b), POINTER(x->c))                                         \
	X(accept4, (int)x->a, ADDRESS(x->b), POINTER(x->c), (int)x->d)                             \
	X(connect, (int)x->a, ADDRESS(x->b), (socklen_t)x->c)                                      \
	X(listen, (int)x->a, (int)x->b)                                                            \
	X(shutdown, (int)x->a, (int)x->b)                                                          \
	X(getsockname, (int)x->a, ADDRESS(x->b), POINTER(x->c))                                    \
	X(getpeername, (int)x->a, ADDRESS(x->b), POINTER(x->c))                                    \
	X(setsockopt, (int)x->a, (int)x->b, (int)x->c, POINTER(x->d), (socklen_t)x->e)             \
	X(getsockopt, (int)x->a, (int)x->b, (int)x->c, POINTER(x->d), POINTER(x->e))               \
	X(ioctl, (int)x->a, (unsigned long)x->b, x->c)                                             \
	X(fcntl, (int)x->a, (int)x->b, x->c)                                                       \
	X(fgetxattr, (int)x->a, POINTER(x->b), POINTER(x->c), SIZE(x->d))                          \
	X(close, (int)x->a)                                                                        \
	X(dup, (int)x->a)

/* bind: a kernel's alg socket, with a name that it does not know. Messages may have descriptors. */
#define ON_ANY_NUMBER(X)                                                                           \
	X(bind, (int)x->a, ADDRESS(x->b), (socklen_t)x->c)                                         \
	X(sendmsg, (int)x->a, POINTER(x->b), (int)x->c)                                            \
	X(recvmsg, (int)x->a, POINTER(x->b), (int)x->c)                                            \
	X(sendmmsg, (int)x->a, POINTER(x->b), (unsigned)x->c, (int)x->d)                           \
	X(recvmmsg, (int)x->a, POINTER(x->b), (unsigned)x->c, (int)x->d, POINTER(x->e))

#ifdef SYS_poll /* older processors have these, too */
#define OF_OLD(X)                                                                                  \
	X(dup2, (int)x->a, (int)x->b)                                                              \
	X(poll, POINTER(x->a), (nfds_t)x->b, (int)x->c)
#else
#define OF_OLD(X)
#endif

#define ON_OTHER_PLACES(X)                                                                         \
	OF_OLD(X)                                                                                  \
	X(dup3, (int)x->a, (int)x->b, (int)x->c)                                                   \
	X(close_range, (unsigned)x->a, (unsigned)x->b, (int)x->c)                                  \
	X(epoll_ctl, (int)x->a, (int)x->b, (int)x->c, POINTER(x->d))                               \
	X(execve, POINTER(x->a), POINTER(x->b), POINTER(x->c))                                     \
	X(execveat, (int)x->a, POINTER(x->b), POINTER(x->c), POINTER(x->d), (int)x->e)

#define X(name, ...)                                                                               \
	static long call_##name(long number, const struct arguments *x)                            \
	{                                                                                          \
		(void)number;                                                                      \
		return name(__VA_ARGS__);                                                          \
	}
ON_ALG_SOCKET(X)
ON_ANY_NUMBER(X)
ON_OTHER_PLACES(X)
#undef X

/* ---- calls that are looked at first ---- */

static long call_socket(long number, const struct arguments *x)
{
	if ((int)x->a != AF_ALG && (int)x->a != AF_NETLINK)
		return call_as_is(number, x);
	return socket((int)x->a, (int)x->b, (int)x->c);
}

static long call_socketpair(long number, const struct arguments *x)
{
	if ((int)x->a != AF_ALG)
		return call_as_is(number, x);
	return socketpair(AF_ALG, (int)x->b, (int)x->c, POINTER(x->d));
}

static long call_ppoll(long number, const struct arguments *x)
{
	struct preload_waiting waiting;
	long result;

	preload_waiting_poll(&waiting, POINTER(x->a), (nfds_t)x->b);
	result = call_as_is(number, x);
	preload_waiting_end(&waiting);
	return result;
}

static long call_select(long number, const struct arguments *x)
{
	struct preload_waiting waiting;
	long result;

	preload_waiting_select(&waiting, (int)x->a, POINTER(x->b), POINTER(x->c));
	result = call_as_is(number, x);
	preload_waiting_end(&waiting);
	return result;
}

static long call_splice(long number, const struct arguments *x)
{
	if (!preload_find((int)x->a) && !preload_find((int)x->c))
		return call_as_is(number, x);
	return splice((int)x->a, POINTER(x->b), (int)x->c, POINTER(x->d), SIZE(x->e),
		      (unsigned)x->f);
}

static long call_sendfile(long number, const struct arguments *x)
{
	if (!preload_find((int)x->a) && !preload_find((int)x->b))
		return call_as_is(number, x);
	return sendfile((int)x->a, (int)x->b, POINTER(x->c), SIZE(x->d));
}

static long call_aio(long number, const struct arguments *x)
{
	aio_context_t context = (aio_context_t)x->a;

	switch (number) {
	case SYS_io_submit:
		return preload_result(preload_aio_submit(context, x->b, POINTER(x->c)));
	case SYS_io_getevents:
		return preload_result(
		    preload_aio_getevents(context, x->b, x->c, POINTER(x->d), POINTER(x->e)));
	case SYS_io_pgetevents:
		return preload_result(preload_aio_pgetevents(context, x->b, x->c, POINTER(x->d),
							     POINTER(x->e), POINTER(x->f)));
	default:
		return preload_result(preload_aio_destroy(context));
	}
}

static long call_keys(long number, const struct arguments *x)
{
	return preload_result(
	    preload_keys_call(number, (const long[]){x->a, x->b, x->c, x->d, x->e}));
}

static long call_rt_sigaction(long number, const struct arguments *x)
{
	if (!preload_fault_keeps((int)x->a))
		return call_as_is(number, x);
	return preload_result(set_action((int)x->a, POINTER(x->b), POINTER(x->c), SIZE(x->d)));
}

/* A child that has copies of memory, and no handler of ours runs in it: as for clone(). */
static long call_fork(long number, const struct arguments *x)
{
	uint64_t flags = 0; /* struct clone_args begins with them */

	if (number == SYS_clone)
		flags = (uint64_t)x->a;
	if (number == SYS_clone3 && preload_copy_in(&flags, POINTER(x->a), sizeof(flags)) < 0)
		flags = CLONE_VM; /* the kernel says what it thinks of it */
	if (!(flags & CLONE_VM))
		preload_handover_all();
	if (!preload_is_clone(number))
		return call_as_is(number, x);
	return preload_result(preload_clone_call(number, x->a, x->b, x->c, x->d, x->e, x->f));
}

/* ---- the tables ---- */

typedef long call_function(long number, const struct arguments *x);

#define X(name, ...) [SYS_##name] = call_##name,

/* Calls whose first argument is a number of ours. */
static call_function *const on_alg_socket[] = {ON_ALG_SOCKET(X) ON_ANY_NUMBER(X)};

/* Calls that may touch our numbers, or all of them, in other places. */
static call_function *const on_other_places[] = {
    ON_ANY_NUMBER(X) ON_OTHER_PLACES(X)
#ifdef SYS_select
	[SYS_select] = call_select,
#endif
#ifdef SYS_fork
    [SYS_fork] = call_fork,
#endif
    [SYS_pselect6] = call_select,
    [SYS_ppoll] = call_ppoll,
    [SYS_socket] = call_socket,
    [SYS_socketpair] = call_socketpair,
    [SYS_splice] = call_splice,
    [SYS_sendfile] = call_sendfile,
    [SYS_io_submit] = call_aio,
    [SYS_io_getevents] = call_aio,
    [SYS_io_pgetevents] = call_aio,
    [SYS_io_destroy] = call_aio,
    [SYS_add_key] = call_keys,
    [SYS_request_key] = call_keys,
    [SYS_keyctl] = call_keys,
    [SYS_rt_sigaction] = call_rt_sigaction,
    [SYS_clone] = call_fork,
    [SYS_clone3] = call_fork,
};
#undef X

#define ROW(table, number)                                                                         \
	((unsigned long)(number) < sizeof(table) / sizeof((table)[0]) ? (table)[number] : NULL)

PRELOAD_EXPORT long syscall(long number, ...)
{
	call_function *function = NULL;
	struct arguments x;
	va_list arguments;

	va_start(arguments, number);
	x.a = va_arg(arguments, long);
	x.b = va_arg(arguments, long);
	x.c = va_arg(arguments, long);
	x.d = va_arg(arguments, long);
	x.e = va_arg(arguments, long);
	x.f = va_arg(arguments, long);
	va_end(arguments);
	/* A program may keep other things than descriptors in the first argument: find is for any.
	 */
	if (preload_find((int)x.a) || preload_netlink_marked((int)x.a))
		function = ROW(on_alg_socket, number);
	if (!function)
		function = ROW(on_other_places, number);
	return function ? function(number, &x) : call_as_is(number, &x);
}
