/* SPDX-License-Identifier: MIT */
#include "doors/preload/aio.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>

#include "base/scratch.h"
#include "doors/common/aio.h"
#include "doors/common/message.h"
#include "doors/common/placeholder.h"
#include "doors/common/system.h"
#include "doors/preload/data.h"
#include "doors/preload/events.h"
#include "doors/preload/fault.h"
#include "doors/preload/names.h"
#include "doors/preload/real.h"
#include "doors/preload/watch.h"

#define GROUP_MOST  DOOR_AIO_TOGETHER_MOST
#define SMALL_COUNT 8u /* entries of a vector that stand on the stack */
#define GROUP_LEAST (long)DOOR_AIO_TOGETHER_LEAST
_Static_assert(GROUP_MOST <= PRELOAD_EVENTS_TOGETHER, "events of a group come together");

/* One entry of a submitted list that is for an alg socket: a copy, and where it came from. */
struct call {
	struct iocb control;
	struct iocb *user;
	int number;
	struct sock *sock;
	const struct iovec *iov;
	size_t iov_count;
	size_t size;
};

/* False: it cannot be read.  call->sock is NULL where the entry is for the kernel. */
static bool read_entry(struct iocb **list, long index, struct call *call)
{
	if (preload_copy_in(&call->user, &list[index], sizeof(call->user)) < 0 ||
	    preload_copy_in(&call->control, call->user, sizeof(call->control)) < 0)
		return false;
	call->number = (int)call->control.aio_fildes;
	call->sock = preload_find(call->number);
	return true;
}

/* ---- what the kernel judges before it begins ---- */

static int judge_eventfd(int number)
{
	if (DOOR_CALL_2(SYS_fcntl, number, F_GETFD) < 0)
		return -EBADF;
	return door_aio_judge_eventfd(number);
}

static int judge(const struct iocb *control)
{
	int result = door_aio_judge(control);

	if (result == 0 && control->aio_flags & IOCB_FLAG_RESFD)
		result = judge_eventfd((int)control->aio_resfd);
	return result;
}

/* ---- doing a call ---- */

static ssize_t transfer(const struct call *call)
{
	enum preload_direction direction =
	    door_aio_reads(&call->control) ? PRELOAD_RECV : PRELOAD_SEND;
	struct sock_io io = {.iov = call->iov, .iov_count = call->iov_count, .size = call->size};
	int cancel_state;
	ssize_t result;

	if (call->control.aio_offset)
		return -ESPIPE; /* I-04 */
	if (direction == PRELOAD_RECV && call->size == 0)
		return 0;
	/* io_submit is no cancellation point. */
	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
	result = preload_transfer(call->number, call->sock, &io, direction);
	(void)pthread_setcancelstate(cancel_state, NULL);
	return result;
}

/* What the kernel has accepted: from here on errors are the event's.  -EAGAIN: no room for it. */
static int perform(aio_context_t context, const struct call *call)
{
	const uint32_t key = 0;
	struct preload_event *event;
	int result = preload_copy_out(&call->user->aio_key, &key, sizeof(key));

	if (result < 0)
		return result;
	event = preload_events_flush(context)
		    ? preload_events_new(context, &call->control, call->user)
		    : NULL;
	if (!event)
		return -EAGAIN;
	preload_events_complete(event, transfer(call));
	return 0;
}

static int perform_buffer(aio_context_t context, struct call *call)
{
	struct iovec iov;
	int result = door_aio_buffer(&call->control, &iov);

	if (result < 0)
		return result;
	call->iov = &iov;
	call->iov_count = 1;
	call->size = iov.iov_len;
	return perform(context, call);
}

static int perform_gathered(aio_context_t context, struct call *call, struct iovec *iov)
{
	struct door_memory memory = {.copy = preload_copy_memory};
	ssize_t size = door_message_vector(
	    &memory, (struct iovec *)(uintptr_t)call->control.aio_buf, call->iov_count, iov);

	if (size < 0)
		return (int)size;
	call->iov = iov;
	call->size = (size_t)size;
	return perform(context, call);
}

static int perform_vector(aio_context_t context, struct call *call)
{
	struct iovec small[SMALL_COUNT];
	struct scratch scratch;
	int result;

	if (call->control.aio_nbytes > DOOR_IOV_MAX)
		return -EINVAL;
	call->iov_count = call->control.aio_nbytes;
	if (call->iov_count <= SMALL_COUNT)
		return perform_gathered(context, call, small);
	if (!scratch_take(&scratch, call->iov_count * sizeof(struct iovec)))
		return -ENOMEM;
	result = perform_gathered(context, call, scratch.memory);
	scratch_give(&scratch);
	return result;
}

/* ---- doing many at once ---- */

/*
 * Consecutive entries of a list that go in one direction, each with one buffer and on a socket of
 * its own: what sock_batch wants.  They are judged and done in their order, as single ones are.
 */
struct group {
	long count;
	bool receive;
	struct call calls[GROUP_MOST];
	struct iovec iov[GROUP_MOST];
	struct sock_io io[GROUP_MOST];
	struct sock_call together[GROUP_MOST];
	long which[GROUP_MOST]; /* entry of together: the call's number */
	bool done[GROUP_MOST];
	struct preload_event *events[GROUP_MOST];
	int64_t results[GROUP_MOST];
};

static bool has_socket(const struct group *group, const struct sock *sock)
{
	for (long i = 0; i < group->count; i++)
		if (group->calls[i].sock == sock)
			return true;
	return false;
}

/* Reads a list's entries from first on, as long as they belong together. */
static void read_group(struct iocb **list, long first, long count, struct group *group)
{
	group->count = 0;
	while (first + group->count < count && group->count < (long)GROUP_MOST) {
		struct call *call = &group->calls[group->count];

		if (!read_entry(list, first + group->count, call) || !call->sock)
			return;
		if (!door_aio_joins(&call->control, &group->calls[0].control) ||
		    has_socket(group, call->sock))
			return;
		group->receive = door_aio_reads(&call->control);
		group->count++;
	}
}

/* What the kernel looks at before it accepts a call, and the event to be. */
static int accept_call(aio_context_t context, struct group *group, long index)
{
	const uint32_t key = 0;
	struct call *call = &group->calls[index];
	struct iovec *iov = &group->iov[index];
	int result = judge(&call->control);

	if (result == 0)
		result = door_aio_buffer(&call->control, iov);
	if (result < 0)
		return result;
	call->iov = iov;
	call->iov_count = 1;
	call->size = iov->iov_len;
	result = preload_copy_out(&call->user->aio_key, &key, sizeof(key));
	if (result < 0)
		return result;
	group->events[index] = preload_events_new(context, &call->control, call->user);
	return group->events[index] ? 0 : -EAGAIN;
}

/* Locks the sockets that nobody has, for sock_batch; returns how many.  To sleep for one would be
 * against the order of locks: who has it may wait for another one of these. */
static size_t lock_together(struct group *group)
{
	size_t count = 0;

	for (long i = 0; i < group->count; i++) {
		struct call *call = &group->calls[i];

		if (call->control.aio_offset || !sock_lock_try(call->sock))
			continue;
		if (preload_find(call->number) != call->sock) {
			sock_unlock(call->sock); /* closed by another thread just now */
			continue;
		}
		group->io[i] =
		    (struct sock_io){.iov = call->iov, .iov_count = 1, .size = call->size};
		group->together[count] =
		    (struct sock_call){.sock = call->sock, .io = &group->io[i]};
		group->which[count++] = i;
	}
	return count;
}

/* Computes what can be computed side by side. */
static void perform_together(struct group *group)
{
	size_t count = lock_together(group);
	int cancel_state;

	preload_enter(&cancel_state);
	sock_batch(group->together, count, group->receive);
	preload_leave(cancel_state);
	for (size_t i = 0; i < count; i++) {
		const struct sock_call *done = &group->together[i];

		if (done->done && record_is_on())
			preload_record_data(done->sock, done->io, !group->receive, done->result);
		sock_unlock(done->sock);
		if (!done->done)
			continue;
		group->done[group->which[i]] = true;
		group->results[group->which[i]] = done->result;
	}
}

/* The rest, in its turn.  It may sleep, so what comes before it is told first. */
static void perform_rest(struct group *group)
{
	long told = 0;

	for (long i = 0; i < group->count; i++) {
		if (group->done[i])
			continue;
		preload_events_complete_all(group->events + told, group->results + told,
					    (size_t)(i - told));
		told = i;
		group->results[i] = transfer(&group->calls[i]);
	}
	preload_events_complete_all(group->events + told, group->results + told,
				    (size_t)(group->count - told));
}

/* Returns how many were accepted; *error: why not the next, or 0. */
static long perform_group(aio_context_t context, struct group *group, long *error)
{
	*error = preload_events_flush(context) ? 0 : -EAGAIN;
	if (*error < 0)
		return 0;
	for (long i = 0; i < group->count; i++) {
		*error = accept_call(context, group, i);
		if (*error < 0)
			group->count = i;
	}
	memset(group->done, 0, sizeof(group->done));
	if (group->count >= GROUP_LEAST)
		perform_together(group);
	perform_rest(group);
	return group->count;
}

/*
 * The entries from first on, if they belong together: how many of them are done, and *error as
 * perform_group has it.  0 without error: there are none such.
 */
static long begin_group(aio_context_t context, struct iocb **list, long first, long count,
			long *error)
{
	struct scratch scratch;
	struct group *group;
	long done;

	*error = 0;
	if (!scratch_take(&scratch, sizeof(*group)))
		return 0;
	group = scratch.memory;
	read_group(list, first, count, group);
	done = group->count < GROUP_LEAST ? 0 : perform_group(context, group, error);
	scratch_give(&scratch);
	return done;
}

/* The kernel asks the placeholder: it shows what there is to see from now on. */
static int prepare_poll(const struct call *call)
{
	int result;
	struct sock *sock = preload_lock(call->number, &result);
	bool readiness;

	if (!sock)
		return result;
	readiness = door_placeholder_has_readiness(sock_kind(sock));
	if (readiness)
		preload_watch_edges(sock, call->number);
	sock_unlock(sock);
	return readiness ? 0 : -EINVAL;
}

#define FOR_THE_KERNEL 1

/* 0: done; FOR_THE_KERNEL: not ours after all; or what io_submit fails with. */
static int begin(aio_context_t context, struct call *call)
{
	int result = judge(&call->control);

	switch (call->control.aio_lio_opcode) {
	case IOCB_CMD_PREAD:
	case IOCB_CMD_PWRITE:
		return result < 0 ? result : perform_buffer(context, call);
	case IOCB_CMD_PREADV:
	case IOCB_CMD_PWRITEV:
		return result < 0 ? result : perform_vector(context, call);
	case IOCB_CMD_POLL:
		result = prepare_poll(call);
		return result < 0 ? result : FOR_THE_KERNEL;
	default:
		return FOR_THE_KERNEL; /* which refuses them for any socket */
	}
}

static long real_submit(aio_context_t context, long count, struct iocb **list)
{
	return DOOR_CALL_3(SYS_io_submit, context, count, list);
}

/* How much of a list was accepted, where the kernel was given its last part. */
static long accepted(long before, long result)
{
	return result < 0 && before ? before : before + result;
}

long preload_aio_submit(aio_context_t context, long count, struct iocb **list)
{
	long first = 0; /* of those that are for the kernel and not given to it yet */
	struct call call;

	if (!preload_is_active())
		return real_submit(context, count, list);
	preload_check_fork();
	for (long i = 0; i < count; i++) {
		long result;

		/* The kernel goes no further either, and says what is wrong. */
		if (!read_entry(list, i, &call))
			break;
		if (!call.sock)
			continue;
		/* With none to give, this still says whether there is such a context. */
		result = real_submit(context, i - first, list + first);
		if (result < i - first)
			return accepted(first, result);
		first = i;
		if (count - i >= GROUP_LEAST) {
			long done = begin_group(context, list, i, count, &result);

			if (result < 0)
				return accepted(i + done, result);
			if (done) {
				first = i + done;
				i = first - 1;
				continue;
			}
		}
		result = begin(context, &call);
		if (result < 0)
			return accepted(i, result);
		if (result != FOR_THE_KERNEL)
			first = i + 1;
	}
	if (first && first == count)
		return count;
	return accepted(first, real_submit(context, count - first, list + first));
}

long preload_aio_destroy(aio_context_t context)
{
	long result = DOOR_CALL_1(SYS_io_destroy, context);

	if (result == 0)
		preload_events_forget(context);
	return result;
}

/* ---- libaio's functions ---- */

PRELOAD_EXPORT int io_submit(aio_context_t context, long count, struct iocb **list)
{
	return (int)preload_aio_submit(context, count, list);
}

PRELOAD_EXPORT int io_getevents(aio_context_t context, long least, long most,
				struct io_event *events, struct timespec *timeout)
{
	return (int)preload_aio_getevents(context, least, most, events, timeout);
}

PRELOAD_EXPORT int io_pgetevents(aio_context_t context, long least, long most,
				 struct io_event *events, struct timespec *timeout,
				 sigset_t *signals)
{
	struct preload_aio_mask mask = {.signals = signals, .size = (NSIG - 1) / CHAR_BIT};

	return (int)preload_aio_pgetevents(context, least, most, events, timeout, &mask);
}

PRELOAD_EXPORT int io_destroy(aio_context_t context)
{
	return (int)preload_aio_destroy(context);
}
