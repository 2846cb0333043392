/* SPDX-License-Identifier: MIT */
/*
 * syscall(2): calls on alg sockets go where the functions of their names go, all others to the
 * kernel as they are.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
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
#include "doors/preload/data.h"
#include "doors/preload/fault.h"
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

/* A pointer that came as a number. */
#define POINTER(value) ((void *)(value))

/* Calls whose first argument is a number of ours.  False: none of these. */
static bool on_alg_socket(long number, const struct arguments *x, long *result)
{
	int fd = (int)x->a;

	switch (number) {
	case SYS_read:
		*result = read(fd, POINTER(x->b), (size_t)x->c);
		return true;
	case SYS_write:
		*result = write(fd, POINTER(x->b), (size_t)x->c);
		return true;
	case SYS_readv:
		*result = readv(fd, POINTER(x->b), (int)x->c);
		return true;
	case SYS_writev:
		*result = writev(fd, POINTER(x->b), (int)x->c);
		return true;
	case SYS_preadv2:
		*result = preadv2(fd, POINTER(x->b), (int)x->c, x->d, (int)x->f);
		return true;
	case SYS_pwritev2:
		*result = pwritev2(fd, POINTER(x->b), (int)x->c, x->d, (int)x->f);
		return true;
	case SYS_sendto:
		*result = sendto(fd, POINTER(x->b), (size_t)x->c, (int)x->d,
				 (struct sockaddr *)x->e, (socklen_t)x->f);
		return true;
	case SYS_recvfrom:
		*result = recvfrom(fd, POINTER(x->b), (size_t)x->c, (int)x->d,
				   (struct sockaddr *)x->e, POINTER(x->f));
		return true;
	case SYS_sendmsg:
		*result = sendmsg(fd, POINTER(x->b), (int)x->c);
		return true;
	case SYS_recvmsg:
		*result = recvmsg(fd, POINTER(x->b), (int)x->c);
		return true;
	case SYS_sendmmsg:
		*result = sendmmsg(fd, POINTER(x->b), (unsigned)x->c, (int)x->d);
		return true;
	case SYS_recvmmsg:
		*result = recvmmsg(fd, POINTER(x->b), (unsigned)x->c, (int)x->d, POINTER(x->e));
		return true;
	case SYS_bind:
		*result = bind(fd, (struct sockaddr *)x->b, (socklen_t)x->c);
		return true;
	case SYS_accept:
		*result = accept(fd, (struct sockaddr *)x->b, POINTER(x->c));
		return true;
	case SYS_accept4:
		*result = accept4(fd, (struct sockaddr *)x->b, POINTER(x->c), (int)x->d);
		return true;
	case SYS_connect:
		*result = connect(fd, (struct sockaddr *)x->b, (socklen_t)x->c);
		return true;
	case SYS_listen:
		*result = listen(fd, (int)x->b);
		return true;
	case SYS_shutdown:
		*result = shutdown(fd, (int)x->b);
		return true;
	case SYS_getsockname:
		*result = getsockname(fd, (struct sockaddr *)x->b, POINTER(x->c));
		return true;
	case SYS_getpeername:
		*result = getpeername(fd, (struct sockaddr *)x->b, POINTER(x->c));
		return true;
	case SYS_setsockopt:
		*result = setsockopt(fd, (int)x->b, (int)x->c, POINTER(x->d), (socklen_t)x->e);
		return true;
	case SYS_getsockopt:
		*result = getsockopt(fd, (int)x->b, (int)x->c, POINTER(x->d), POINTER(x->e));
		return true;
	case SYS_ioctl:
		*result = ioctl(fd, (unsigned long)x->b, x->c);
		return true;
	case SYS_fcntl:
		*result = fcntl(fd, (int)x->b, x->c);
		return true;
	case SYS_fgetxattr:
		*result = fgetxattr(fd, POINTER(x->b), POINTER(x->c), (size_t)x->d);
		return true;
	case SYS_close:
		*result = close(fd);
		return true;
	case SYS_dup:
		*result = dup(fd);
		return true;
	default:
		return false;
	}
}

/* Calls that may touch our numbers in other places.  False: none of these. */
static bool on_other_places(long number, const struct arguments *x, long *result)
{
	struct preload_waiting waiting;

	switch (number) {
	case SYS_socket:
		if ((int)x->a != AF_ALG && (int)x->a != AF_NETLINK)
			return false;
		*result = socket((int)x->a, (int)x->b, (int)x->c);
		return true;
	case SYS_socketpair:
		if ((int)x->a != AF_ALG)
			return false;
		*result = socketpair(AF_ALG, (int)x->b, (int)x->c, POINTER(x->d));
		return true;
	case SYS_bind: /* a kernel's alg socket, with a name that it does not know */
		*result = bind((int)x->a, (struct sockaddr *)x->b, (socklen_t)x->c);
		return true;
#ifdef SYS_dup2
	case SYS_dup2:
		*result = dup2((int)x->a, (int)x->b);
		return true;
#endif
	case SYS_dup3:
		*result = dup3((int)x->a, (int)x->b, (int)x->c);
		return true;
#ifdef SYS_close_range
	case SYS_close_range:
		*result = close_range((unsigned)x->a, (unsigned)x->b, (int)x->c);
		return true;
#endif
#ifdef SYS_poll
	case SYS_poll:
		*result = poll(POINTER(x->a), (nfds_t)x->b, (int)x->c);
		return true;
#endif
	case SYS_ppoll:
		preload_waiting_poll(&waiting, POINTER(x->a), (nfds_t)x->b);
		*result = call_as_is(number, x);
		preload_waiting_end(&waiting);
		return true;
#ifdef SYS_select
	case SYS_select:
#endif
	case SYS_pselect6:
		preload_waiting_select(&waiting, (int)x->a, POINTER(x->b), POINTER(x->c));
		*result = call_as_is(number, x);
		preload_waiting_end(&waiting);
		return true;
	case SYS_sendmsg: /* with descriptors, perhaps */
		*result = sendmsg((int)x->a, POINTER(x->b), (int)x->c);
		return true;
	case SYS_recvmsg:
		*result = recvmsg((int)x->a, POINTER(x->b), (int)x->c);
		return true;
	case SYS_sendmmsg:
		*result = sendmmsg((int)x->a, POINTER(x->b), (unsigned)x->c, (int)x->d);
		return true;
	case SYS_recvmmsg:
		*result =
		    recvmmsg((int)x->a, POINTER(x->b), (unsigned)x->c, (int)x->d, POINTER(x->e));
		return true;
	case SYS_splice:
		if (!preload_find((int)x->a) && !preload_find((int)x->c))
			return false;
		*result = splice((int)x->a, POINTER(x->b), (int)x->c, POINTER(x->d), (size_t)x->e,
				 (unsigned)x->f);
		return true;
	case SYS_sendfile:
		if (!preload_find((int)x->a) && !preload_find((int)x->b))
			return false;
		*result = sendfile((int)x->a, (int)x->b, POINTER(x->c), (size_t)x->d);
		return true;
	case SYS_io_submit:
		*result =
		    preload_result(preload_aio_submit((aio_context_t)x->a, x->b, POINTER(x->c)));
		return true;
	case SYS_io_getevents:
		*result = preload_result(preload_aio_getevents((aio_context_t)x->a, x->b, x->c,
							       POINTER(x->d), POINTER(x->e)));
		return true;
	case SYS_io_pgetevents:
		*result = preload_result(preload_aio_pgetevents(
		    (aio_context_t)x->a, x->b, x->c, POINTER(x->d), POINTER(x->e), POINTER(x->f)));
		return true;
	case SYS_io_destroy:
		*result = preload_result(preload_aio_destroy((aio_context_t)x->a));
		return true;
	case SYS_epoll_ctl:
		*result = epoll_ctl((int)x->a, (int)x->b, (int)x->c, POINTER(x->d));
		return true;
	case SYS_add_key:
	case SYS_request_key:
	case SYS_keyctl:
		*result = preload_result(
		    preload_keys_call(number, (const long[]){x->a, x->b, x->c, x->d, x->e}));
		return true;
	case SYS_rt_sigaction:
		if (!preload_fault_keeps((int)x->a))
			return false;
		*result = preload_result(
		    set_action((int)x->a, POINTER(x->b), POINTER(x->c), (size_t)x->d));
		return true;
	default:
		return false;
	}
}

PRELOAD_EXPORT long syscall(long number, ...)
{
	struct arguments x;
	va_list arguments;
	long result;

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
	if ((preload_find((int)x.a) || preload_netlink_marked((int)x.a)) &&
	    on_alg_socket(number, &x, &result))
		return result;
	if (on_other_places(number, &x, &result))
		return result;
	return call_as_is(number, &x);
}
