/* SPDX-License-Identifier: MIT */
/* Socket options, ioctl, and the calls that an alg socket refuses (rules S-06 to S-21). */
#include <errno.h>
#include <linux/netlink.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/xattr.h>

#include "base/scratch.h"
#include "doors/common/generic.h"
#include "doors/common/message.h"
#include "doors/common/placeholder_filter.h"
#include "doors/common/system.h"
#include "doors/preload/data.h"
#include "doors/preload/fault.h"
#include "doors/preload/identity.h"
#include "doors/preload/names.h"
#include "doors/preload/netlink.h"
#include "doors/preload/process.h"
#include "doors/preload/real.h"
#include "doors/preload/recording.h"
#include "doors/preload/table.h"
#include "ualg/if_alg.h"

static int give_answer(const void *answer, size_t answer_size, void *value, socklen_t *size)
{
	int room, result = preload_copy_in(&room, size, sizeof(room));

	if (result < 0)
		return result;
	if (room < 0)
		return -EINVAL;
	if ((size_t)room > answer_size)
		room = (int)answer_size;
	if (room) {
		result = preload_copy_out(value, answer, (size_t)room);
		if (result < 0)
			return result;
	}
	return preload_copy_out(size, &room, sizeof(room));
}

static int option_of(int number, int option)
{
	int value = 0;
	socklen_t length = sizeof(value);

	(void)DOOR_CALL_5(SYS_getsockopt, number, SOL_SOCKET, option, &value, &length);
	return value;
}

/* Whether the placeholder has a filter of its own. */
static bool is_guarded(int number)
{
	return option_of(number, SO_TYPE) == SOCK_DGRAM;
}

static int give_instructions(int number, struct sock_filter *code, void *value, socklen_t *size)
{
	int room, count, result = preload_copy_in(&room, size, sizeof(room));

	if (result < 0)
		return result;
	count = door_filter_get(number, code);
	if (count < 0)
		return count;
	if (room && count) {
		if (room < count)
			return -EINVAL;
		result = preload_copy_out(value, code, (size_t)count * sizeof(code[0]));
	}
	return result < 0 ? result : preload_copy_out(size, &count, sizeof(count));
}

/* The size of a filter, in instructions, is told and asked for in the place of bytes. */
static int give_filter(int number, void *value, socklen_t *size)
{
	struct scratch scratch;
	int result;

	if (!scratch_take(&scratch, DOOR_FILTER_SIZE))
		return -ENOMEM;
	result = give_instructions(number, scratch.memory, value, size);
	scratch_give(&scratch);
	return result;
}

static const int netlink_protocol = NETLINK_CRYPTO;

PRELOAD_EXPORT int getsockopt(int number, int level, int option, void *restrict value,
			      socklen_t *restrict size)
{
	const void *answer;
	size_t answer_size;
	int result;

	if (level == SOL_SOCKET && option == SO_PROTOCOL && preload_netlink_has(number))
		return (int)preload_result(
		    give_answer(&netlink_protocol, sizeof(netlink_protocol), value, size));
	if (!preload_identify(number))
		return REAL(getsockopt)(number, level, option, value, size);
	if (level != SOL_SOCKET)
		return (int)preload_result(-EOPNOTSUPP); /* S-14 */
	if (option == SO_GET_FILTER && is_guarded(number))
		return (int)preload_result(give_filter(number, value, size));
	result = door_generic_getsockopt(option, &answer, &answer_size);
	if (result == DOOR_ANSWER_PLACEHOLDER)
		return REAL(getsockopt)(number, level, option, value, size);
	if (result == 0)
		result = give_answer(answer, answer_size, value, size);
	return (int)preload_result(result);
}

static void tell_buffers(int number)
{
	int error;
	struct sock *sock = preload_lock(number, &error);

	if (!sock)
		return;
	sock_set_buffers(sock, (unsigned)option_of(number, SO_SNDBUF),
			 (unsigned)option_of(number, SO_RCVBUF));
	sock_unlock(sock);
}

static int set_filter(int number, int option, const void *value, int size)
{
	struct door_memory memory = {.copy = preload_copy_memory};
	int result = door_filter_judge_size(option, size, false);
	int given;

	if (result < 0)
		return result;
	if (option == SO_ATTACH_FILTER)
		return door_filter_attach(number, &memory, value, false);
	result = preload_copy_in(&given, value, sizeof(given));
	if (result < 0)
		return result;
	return option == SO_ATTACH_BPF ? door_filter_attach_extended(number, given)
				       : door_filter_detach(number);
}

static int set_generic(int number, int option, const void *value, socklen_t size)
{
	int result = door_generic_setsockopt(option);
	unsigned wanted;

	if (result < 0)
		return (int)preload_result(result);
	if (door_filter_is_option(option) && is_guarded(number))
		return (int)preload_result(set_filter(number, option, value, (int)size));
	if (!door_generic_sets_buffers(option) || (int)size < (int)sizeof(wanted))
		return REAL(setsockopt)(number, SOL_SOCKET, option, value, size);
	result = preload_copy_in(&wanted, value, sizeof(wanted));
	if (result < 0)
		return (int)preload_result(result);
	wanted = door_generic_buffer(preload_host.profile, option, wanted);
	result = REAL(setsockopt)(number, SOL_SOCKET, option, &wanted, sizeof(wanted));
	if (result == 0)
		tell_buffers(number);
	return result;
}

static int set_alg(int number, int level, int option, const void *value, int size)
{
	struct sock *sock;
	int result, cancel_state;

	preload_check_fork();
	sock = preload_lock(number, &result);
	if (!sock)
		return result ? result : -EBADF;
	preload_enter(&cancel_state);
	result = sock_setsockopt(sock, level, option, value, size);
	preload_leave(cancel_state);
	if (result < 0)
		preload_record_refusal(sock, "setsockopt", result);
	sock_unlock(sock);
	return result;
}

PRELOAD_EXPORT int setsockopt(int number, int level, int option, const void *value, socklen_t size)
{
	int saved = errno;
	int result;

	if (!preload_identify(number))
		return REAL(setsockopt)(number, level, option, value, size);
	if (level == SOL_SOCKET)
		return set_generic(number, option, value, size);
	result = set_alg(number, level, option, value, (int)size);
	errno = saved;
	return (int)preload_result(result);
}

PRELOAD_EXPORT int ioctl(int number, unsigned long request, ...)
{
	va_list arguments;
	void *argument;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	if (preload_identify(number) &&
	    door_generic_ioctl(request, false) != DOOR_ANSWER_PLACEHOLDER)
		return (int)preload_result(-EOPNOTSUPP);
	return REAL(ioctl)(number, request, argument);
}

/* An ioctl inside libc (S-21). */
PRELOAD_EXPORT int sockatmark(int number)
{
	if (!preload_identify(number))
		return REAL(sockatmark)(number);
	return (int)preload_result(-EOPNOTSUPP);
}

PRELOAD_EXPORT int connect(int number, __CONST_SOCKADDR_ARG address, socklen_t size)
{
	uint8_t copy[UALG_SOCKADDR_MAX];
	int result;

	if (preload_netlink_has(number))
		return (int)preload_result(
		    preload_netlink_connect(number, address.__sockaddr__, size));
	if (!preload_identify(number))
		return REAL(connect)(number, address.__sockaddr__, size);
	result = preload_copy_address(copy, address.__sockaddr__, size);
	return (int)preload_result(result < 0 ? result : -EOPNOTSUPP); /* S-06 */
}

int __connect(int number, __CONST_SOCKADDR_ARG address, socklen_t size) PRELOAD_ALIAS(connect);

PRELOAD_EXPORT int listen(int number, int backlog)
{
	if (!preload_identify(number))
		return REAL(listen)(number, backlog);
	return (int)preload_result(-EOPNOTSUPP); /* S-07 */
}

PRELOAD_EXPORT int getsockname(int number, __SOCKADDR_ARG address, socklen_t *restrict size)
{
	if (!preload_identify(number))
		return REAL(getsockname)(number, address.__sockaddr__, size);
	return (int)preload_result(-EOPNOTSUPP); /* S-08 */
}

PRELOAD_EXPORT int getpeername(int number, __SOCKADDR_ARG address, socklen_t *restrict size)
{
	if (preload_netlink_has(number))
		return preload_netlink_getpeername(number, address.__sockaddr__, size);
	if (!preload_identify(number))
		return REAL(getpeername)(number, address.__sockaddr__, size);
	return (int)preload_result(-EOPNOTSUPP); /* S-09 */
}

PRELOAD_EXPORT int shutdown(int number, int how)
{
	if (!preload_identify(number))
		return REAL(shutdown)(number, how);
	return (int)preload_result(-EOPNOTSUPP); /* S-10 */
}

struct attribute_name {
	const char *name;
	bool same;
};

static int attribute_work(void *argument)
{
	struct attribute_name *attribute = argument;

	attribute->same =
	    strncmp(attribute->name, DOOR_PROTOCOL_ATTRIBUTE, sizeof(DOOR_PROTOCOL_ATTRIBUTE)) == 0;
	return 0;
}

PRELOAD_EXPORT ssize_t fgetxattr(int number, const char *name, void *value, size_t size)
{
	struct iovec range = {.iov_base = (void *)(uintptr_t)name,
			      .iov_len = sizeof(DOOR_PROTOCOL_ATTRIBUTE)};
	struct attribute_name attribute = {.name = name, .same = false};
	ssize_t result = sizeof(DOOR_PROTOCOL_NAME);

	if (!preload_identify(number) || preload_guard(&range, 1, attribute_work, &attribute) < 0 ||
	    !attribute.same)
		return REAL(fgetxattr)(number, name, value, size);
	if (size && size < sizeof(DOOR_PROTOCOL_NAME))
		result = -ERANGE;
	else if (size &&
		 preload_copy_out(value, DOOR_PROTOCOL_NAME, sizeof(DOOR_PROTOCOL_NAME)) < 0)
		result = -EFAULT;
	return preload_result(result);
}
