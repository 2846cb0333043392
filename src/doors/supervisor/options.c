/* SPDX-License-Identifier: MIT */
/* Socket options, ioctl, and the calls that an alg socket refuses (rules S-06 to S-21). */
#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "doors/common/generic.h"
#include "doors/common/message.h"
#include "doors/common/placeholder_filter.h"
#include "doors/common/record.h"
#include "doors/supervisor/calls.h"
#include "doors/supervisor/handover.h"
#include "doors/supervisor/host.h"
#include "doors/supervisor/memory.h"
#include "doors/supervisor/object.h"
#include "doors/supervisor/waiting.h"
#include "ualg/if_alg.h"

/* SO_RCVTIMEO with 64 bits of seconds everywhere (socket(7)). */
#define RCVTIMEO_NEW 66

static unsigned buffer_of(int descriptor, int option)
{
	unsigned size = 0;
	socklen_t length = sizeof(size);

	(void)getsockopt(descriptor, SOL_SOCKET, option, &size, &length);
	return size;
}

/* Sets a buffer's size of the placeholder, which knows the rules for it, and of the socket. */
static long set_buffer(const struct supervisor_call *call, struct supervisor_object *object,
		       int option, unsigned wanted)
{
	int descriptor;
	long result;

	/* The kernel would judge the supervisor, which may have privileges that the program has
	 * not. */
	if (door_generic_asks_privilege(option) && !supervisor_host.capable(SOCK_CAP_NET_ADMIN))
		return -EPERM;
	descriptor = process_descriptor(call, supervisor_int(call, 0));
	if (descriptor < 0)
		return descriptor;
	wanted = door_generic_buffer(supervisor_options->profile, option, wanted);
	result =
	    setsockopt(descriptor, SOL_SOCKET, option, &wanted, sizeof(wanted)) < 0 ? -errno : 0;
	if (result == 0 && sock_lock(object->sock)) {
		sock_set_buffers(object->sock, buffer_of(descriptor, SO_SNDBUF),
				 buffer_of(descriptor, SO_RCVBUF));
		sock_unlock(object->sock);
		waiting_show(call, supervisor_int(call, 0), object);
	}
	(void)close(descriptor);
	return result;
}

/* The placeholder has a filter of its own. */
static bool is_guarded(const struct supervisor_object *object)
{
	return object->placeholder_type == SOCK_DGRAM;
}

static int attach_extended(const struct supervisor_call *call, int placeholder, int number)
{
	int program = process_descriptor(call, number);
	int result = door_filter_attach_extended(placeholder, program);

	if (program >= 0)
		(void)close(program);
	return result;
}

static int change_filter(const struct supervisor_call *call, int placeholder, int option)
{
	struct memory_of_call of = memory_of(call);
	uintptr_t value = supervisor_pointer(call, 3);
	int given;

	if (option == SO_ATTACH_FILTER)
		return door_filter_attach(placeholder, &of.memory, (const void *)value,
					  call->compat);
	if (memory_read(call, &given, value, sizeof(given)) < 0)
		return -EFAULT;
	return option == SO_ATTACH_BPF ? attach_extended(call, placeholder, given)
				       : door_filter_detach(placeholder);
}

static long set_filter(const struct supervisor_call *call, int option)
{
	int result = door_filter_judge_size(option, supervisor_int(call, 4), call->compat);
	int descriptor;

	if (result < 0)
		return result;
	descriptor = process_descriptor(call, supervisor_int(call, 0));
	if (descriptor < 0)
		return descriptor;
	result = change_filter(call, descriptor, option);
	(void)close(descriptor);
	return result;
}

static long set_generic(struct supervisor_call *call, struct supervisor_object *object)
{
	int option = supervisor_int(call, 2);
	int result = door_generic_setsockopt(option);
	unsigned wanted;

	if (result < 0)
		return result;
	if (door_filter_is_option(option) && is_guarded(object))
		return set_filter(call, option);
	if (!door_generic_sets_buffers(option) || supervisor_int(call, 4) < (int)sizeof(wanted))
		return SUPERVISOR_PROCEED;
	if (memory_read(call, &wanted, supervisor_pointer(call, 3), sizeof(wanted)) < 0)
		return -EFAULT;
	return set_buffer(call, object, option, wanted);
}

static long set_alg(struct supervisor_call *call, struct supervisor_object *object)
{
	int size = supervisor_int(call, 4);
	struct iovec program = {(void *)supervisor_pointer(call, 3), size > 0 ? (size_t)size : 0};
	struct iovec arena;
	struct memory_map map = {call, MEMORY_IN, &program, &arena, 1};
	long result;

	if (program.iov_len > DOOR_SIZE_MAX)
		program.iov_len = DOOR_SIZE_MAX;
	if (!sock_lock(object->sock))
		return -EBUSY;
	memory_map_begin(&map);
	memory_map_use(&map);
	result = sock_setsockopt(object->sock, supervisor_int(call, 1), supervisor_int(call, 2),
				 arena.iov_base, size);
	if (result < 0)
		record_refusal(call->process->pid, object->sock, "setsockopt", (int)result);
	memory_map_use(NULL);
	sock_unlock(object->sock);
	return result;
}

CALLS_HANDLER(serve_setsockopt)
{
	struct supervisor_object *object = process_parent_object(call); /* O-01 */

	if (!object)
		return SUPERVISOR_PROCEED;
	if (supervisor_int(call, 1) == SOL_SOCKET)
		return set_generic(call, object);
	return set_alg(call, object);
}

static long give_answer(const struct supervisor_call *call, const void *answer, size_t size)
{
	uintptr_t to = supervisor_pointer(call, 3), room_at = supervisor_pointer(call, 4);
	int room;

	if (memory_read(call, &room, room_at, sizeof(room)) < 0)
		return -EFAULT;
	if (room < 0)
		return -EINVAL;
	if ((size_t)room > size)
		room = (int)size;
	if (memory_write(call, to, answer, (size_t)room) < 0 ||
	    memory_write(call, room_at, &room, sizeof(room)) < 0)
		return -EFAULT;
	return 0;
}

/* The size of a filter, in instructions, is told and asked for in the place of bytes. */
static long give_filter(const struct supervisor_call *call)
{
	uintptr_t room_at = supervisor_pointer(call, 4);
	struct sock_filter code[BPF_MAXINSNS];
	int room, count, descriptor;

	if (memory_read(call, &room, room_at, sizeof(room)) < 0)
		return -EFAULT;
	descriptor = process_descriptor(call, supervisor_int(call, 0));
	if (descriptor < 0)
		return descriptor;
	count = door_filter_get(descriptor, code);
	(void)close(descriptor);
	if (count < 0)
		return count;
	if (room && room < count)
		return -EINVAL;
	if (room && memory_write(call, supervisor_pointer(call, 3), code,
				 (size_t)count * sizeof(code[0])) < 0)
		return -EFAULT;
	return memory_write(call, room_at, &count, sizeof(count));
}

/* Whether a time is asked for that nobody has set but the supervisor (host_patience). */
static bool is_patience(const struct supervisor_call *call)
{
	struct timeval time = {0};
	socklen_t size = sizeof(time);
	int descriptor;

	if (supervisor_int(call, 2) != SO_RCVTIMEO && supervisor_int(call, 2) != RCVTIMEO_NEW)
		return false;
	descriptor = process_descriptor(call, supervisor_int(call, 0));
	if (descriptor < 0)
		return false;
	(void)getsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, &size);
	(void)close(descriptor);
	return time.tv_sec == host_patience.tv_sec && time.tv_usec == host_patience.tv_usec;
}

CALLS_HANDLER(serve_getsockopt)
{
	static const struct timeval never;
	const struct supervisor_object *object = process_alg_object(call);
	const void *answer;
	size_t size;
	int result;

	if (!object)
		return SUPERVISOR_PROCEED;
	if (supervisor_int(call, 1) != SOL_SOCKET)
		return -EOPNOTSUPP; /* S-14 */
	if (supervisor_int(call, 2) == SO_GET_FILTER && is_guarded(object))
		return give_filter(call);
	if (is_patience(call))
		return give_answer(call, &never,
				   call->compat && supervisor_int(call, 2) == SO_RCVTIMEO
				       ? 2 * sizeof(int32_t)
				       : sizeof(never));
	result = door_generic_getsockopt(supervisor_int(call, 2), &answer, &size);
	if (result == DOOR_ANSWER_PLACEHOLDER)
		return SUPERVISOR_PROCEED;
	return result < 0 ? result : give_answer(call, answer, size);
}

CALLS_HANDLER(netlink_getsockopt)
{
	const int protocol = NETLINK_CRYPTO;

	if (supervisor_int(call, 1) != SOL_SOCKET || supervisor_int(call, 2) != SO_PROTOCOL)
		return SUPERVISOR_PROCEED;
	return give_answer(call, &protocol, sizeof(protocol));
}

CALLS_HANDLER(serve_ioctl)
{
	long result = handover_ioctl(call);

	if (result != SUPERVISOR_PROCEED)
		return result;
	if (!process_alg_object(call))
		return SUPERVISOR_PROCEED;
	result = door_generic_ioctl((uint32_t)supervisor_int(call, 1), call->compat);
	return result == DOOR_ANSWER_PLACEHOLDER ? SUPERVISOR_PROCEED : result;
}

CALLS_HANDLER(serve_connect)
{
	struct memory_of_call of = memory_of(call);
	uint8_t copy[UALG_SOCKADDR_MAX];
	int result;

	if (!process_alg_object(call))
		return SUPERVISOR_PROCEED;
	result = door_message_address(&of.memory, (const void *)supervisor_pointer(call, 1),
				      supervisor_int(call, 2), copy);
	return result < 0 ? result : -EOPNOTSUPP; /* S-06 */
}

/* listen, getsockname, getpeername, shutdown: S-07 to S-10. */
CALLS_HANDLER(serve_refused)
{
	return process_alg_object(call) ? -EOPNOTSUPP : SUPERVISOR_PROCEED;
}

CALLS_HANDLER(serve_fgetxattr)
{
	char name[sizeof(DOOR_PROTOCOL_ATTRIBUTE)];
	size_t size = supervisor_pointer(call, 3);

	if (!process_alg_object(call) ||
	    memory_read_string(call, name, supervisor_pointer(call, 1), sizeof(name)) < 0 ||
	    strcmp(name, DOOR_PROTOCOL_ATTRIBUTE) != 0)
		return SUPERVISOR_PROCEED;
	if (size && size < sizeof(DOOR_PROTOCOL_NAME))
		return -ERANGE;
	if (size && memory_write(call, supervisor_pointer(call, 2), DOOR_PROTOCOL_NAME,
				 sizeof(DOOR_PROTOCOL_NAME)) < 0)
		return -EFAULT;
	return sizeof(DOOR_PROTOCOL_NAME);
}
