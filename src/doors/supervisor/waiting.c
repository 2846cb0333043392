/* SPDX-License-Identifier: MIT */
#include "doors/supervisor/waiting.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secmem.h"
#include "doors/common/placeholder.h"
#include "doors/common/record.h"
#include "doors/supervisor/loop.h"
#include "doors/supervisor/proc.h"

/* Every so many looks at sleeping calls it is asked whether their processes are to stop. */
#define LOOKS_FOR_STOPS 16u
/* After so many looks at it a process's signal is taken for this thread's. */
#define LOOKS_AT_SHARED 10u

#define SPARES_MAX 8u

/* Milliseconds between looks while a call sleeps, usually, and where nothing tells its end. */
#define LOOK       LOOP_SOON
#define LOOK_OFTEN 1

static struct transfer *spares;
static unsigned spare_count;
static struct transfer *sleeping;

static void drop_object(struct transfer *transfer)
{
	if (transfer->object)
		transfer->object->callers--;
	transfer->object = NULL;
	transfer->sock = NULL;
}

void transfer_set_object(struct transfer *transfer, struct supervisor_object *object, int number)
{
	drop_object(transfer);
	transfer->number = number;
	if (!object)
		return;
	object->callers++;
	transfer->object = object;
	transfer->sock = object->sock;
}

struct transfer *transfer_new(const struct supervisor_call *call, struct supervisor_object *object,
			      enum memory_direction direction)
{
	struct transfer *transfer = spares;

	if (transfer) {
		spares = transfer->next;
		spare_count--;
	} else {
		transfer = malloc(sizeof(*transfer));
		if (!transfer)
			return NULL;
	}
	/* The small arrays need no clearing. */
	memset(transfer, 0, offsetof(struct transfer, small_program));
	transfer->call = *call;
	transfer->direction = direction;
	transfer_set_object(transfer, object, supervisor_int(call, 0));
	transfer->program = transfer->small_program;
	transfer->arena = transfer->small_arena;
	transfer->control = transfer->small_control;
	return transfer;
}

/* Control data has IVs. */
static void forget_arrays(struct transfer *transfer)
{
	if (transfer->io.control_size)
		secmem_wipe(transfer->control, transfer->io.control_size);
	if (transfer->control != transfer->small_control)
		free(transfer->control);
	if (transfer->program != transfer->small_program)
		free(transfer->program);
	transfer->program = transfer->small_program;
	transfer->arena = transfer->small_arena;
	transfer->control = transfer->small_control;
}

void transfer_free(struct transfer *transfer)
{
	forget_arrays(transfer);
	drop_object(transfer);
	if (transfer->release)
		transfer->release(transfer);
	if (spare_count >= SPARES_MAX) {
		free(transfer);
		return;
	}
	transfer->next = spares;
	spares = transfer;
	spare_count++;
}

bool transfer_reserve(struct transfer *transfer, size_t iov_count, size_t control_size)
{
	forget_arrays(transfer);
	if (iov_count > TRANSFER_SMALL_IOV) {
		struct iovec *both = calloc(2 * iov_count, sizeof(*both));

		if (!both)
			return false;
		transfer->program = both;
		transfer->arena = both + iov_count;
	}
	if (control_size > TRANSFER_SMALL_CONTROL) {
		uint8_t *control = malloc(control_size);

		if (!control)
			return false;
		transfer->control = control;
	}
	return true;
}

static long engine_call(struct transfer *transfer)
{
	long result;

	memory_map_use(&transfer->map);
	if (!sock_lock(transfer->sock))
		return -EBUSY;
	result = transfer->direction == MEMORY_IN ? sock_send(transfer->sock, &transfer->io)
						  : sock_recv(transfer->sock, &transfer->io);
	if (result != SOCK_WAIT)
		record_data(transfer->call.process->pid, transfer->sock, &transfer->io,
			    transfer->direction == MEMORY_IN, result);
	sock_unlock(transfer->sock);
	memory_map_use(NULL);
	return result;
}

/* The number may be something else's by now. */
static bool is_placeholder(int descriptor, const struct supervisor_object *object)
{
	struct stat status;

	return fstat(descriptor, &status) == 0 && status.st_ino == object->inode;
}

void waiting_show(const struct supervisor_call *call, int number, struct supervisor_object *object)
{
	uint32_t sequence = atomic_load(sock_sequence(object->sock));
	unsigned events;
	int descriptor;

	if (!door_placeholder_has_readiness(sock_kind(object->sock)))
		return;
	events = sock_poll(object->sock) & (SOCK_POLLIN | SOCK_POLLOUT);
	if (events == object->shown && (!object->edges || sequence == object->shown_at))
		return;
	descriptor = process_descriptor(call, number);
	if (descriptor < 0)
		return;
	if (is_placeholder(descriptor, object)) {
		door_placeholder_show(descriptor, events);
		object->shown = events;
		object->shown_at = sequence;
	}
	(void)close(descriptor);
}

static void put_to_sleep(struct transfer *transfer)
{
	transfer->next = sleeping;
	sleeping = transfer;
	if (transfer->call.way->sleep && !transfer->certain)
		transfer->call.way->sleep(&transfer->call);
	loop_hurry();
}

/* The engine's part of a call, with what it tells. */
static long engine_part(struct transfer *transfer)
{
	long result = engine_call(transfer);

	if (result == SOCK_WAIT && !(transfer->io.flags & SOCK_MSG_DONTWAIT) &&
	    proc_is_nonblocking(transfer->call.thread, transfer->number)) {
		transfer->io.flags |= SOCK_MSG_DONTWAIT;
		result = engine_call(transfer);
	}
	if (transfer->object)
		waiting_show(&transfer->call, transfer->number, transfer->object);
	return result;
}

/* Runs the parts of a call until its end or a sleep. */
static long go_on(struct transfer *transfer)
{
	long result;

	do {
		if (transfer->await) {
			result = transfer->await(transfer);
			continue;
		}
		result = engine_part(transfer);
		if (result == SOCK_WAIT)
			return SOCK_WAIT;
		if (transfer->finish)
			result = transfer->finish(transfer, result);
	} while (result == TRANSFER_AGAIN);
	return result;
}

void transfer_lay(struct transfer *transfer, size_t iov_count)
{
	transfer->map = (struct memory_map){
	    .call = &transfer->call,
	    .direction = transfer->own ? MEMORY_OWN : transfer->direction,
	    .program = transfer->program,
	    .arena = transfer->arena,
	    .count = iov_count,
	};
	memory_map_begin(&transfer->map);
	transfer->io.iov = transfer->arena;
	transfer->io.iov_count = iov_count;
	transfer->io.control = transfer->io.control_size ? transfer->control : NULL;
}

/* Undoes what the engine keeps for a sleeping call: what the call has done, or -EINTR. */
static long leave_engine(struct transfer *transfer)
{
	long result = -EINTR;

	if (!transfer->await && sock_lock(transfer->sock)) {
		result = sock_interrupt(transfer->sock, &transfer->io);
		sock_unlock(transfer->sock);
	}
	return result;
}

static void end_sleep(struct transfer *transfer, long result)
{
	if (result == SUPERVISOR_PROCEED)
		transfer->call.way->proceed(&transfer->call);
	else
		transfer->call.way->answer(&transfer->call, result);
	transfer_free(transfer);
}

/* Whose caller was killed keeps nobody busy (C-27), even before the watcher has seen it. */
static void drop_gone(const struct sock *sock)
{
	struct transfer **link = &sleeping;

	while (*link) {
		struct transfer *transfer = *link;

		if (transfer->sock != sock || transfer->call.way->valid(&transfer->call)) {
			link = &transfer->next;
			continue;
		}
		*link = transfer->next;
		end_sleep(transfer, leave_engine(transfer));
	}
}

long transfer_begin(struct transfer *transfer)
{
	long result;

	if (sleeping && transfer->sock)
		drop_gone(transfer->sock);
	result = go_on(transfer);

	if (result == SOCK_WAIT) {
		put_to_sleep(transfer);
		return SUPERVISOR_ANSWERED;
	}
	transfer_free(transfer);
	return result;
}

long transfer_run(struct transfer *transfer, size_t iov_count)
{
	transfer_lay(transfer, iov_count);
	return transfer_begin(transfer);
}

static bool may_go_on(const struct transfer *transfer)
{
	return transfer->await || atomic_load(sock_sequence(transfer->sock)) != transfer->io.ticket;
}

void waiting_retry(void)
{
	struct transfer **link = &sleeping;

	while (*link) {
		struct transfer *transfer = *link;
		long result = SOCK_WAIT;

		if (may_go_on(transfer))
			result = go_on(transfer);
		if (result == SOCK_WAIT) {
			link = &transfer->next;
			continue;
		}
		*link = transfer->next;
		end_sleep(transfer, result);
		link = &sleeping; /* what it did may let others go on */
	}
}

/* Ends a call early (C-24): its answer, or SOCK_WAIT: it sleeps again, on something else. */
static long interrupt(struct transfer *transfer)
{
	long result = leave_engine(transfer);

	if (result == -EINTR && transfer->done == 0)
		return SUPERVISOR_RESTART;
	if (transfer->finish)
		result = transfer->finish(transfer, result);
	return result == TRANSFER_AGAIN ? go_on(transfer) : result;
}

void waiting_interrupt(const struct supervisor_call *call)
{
	struct transfer **link = &sleeping, *transfer;
	long result;

	while (*link && ((*link)->call.id != call->id || (*link)->call.thread != call->thread))
		link = &(*link)->next;
	transfer = *link;
	if (!transfer)
		return;
	result = interrupt(transfer);
	if (result == SOCK_WAIT)
		return;
	*link = transfer->next;
	end_sleep(transfer, result);
}

static int next_look(void)
{
	for (const struct transfer *transfer = sleeping; transfer; transfer = transfer->next)
		if (transfer->often)
			return LOOK_OFTEN;
	return sleeping ? LOOK : -1;
}

/*
 * Whether something ends a sleep that the supervisor has to find out by itself.  Of a signal that
 * another thread takes this one is not to know; the other one does so at once.
 */
static bool is_disturbed(struct transfer *transfer, bool thoroughly)
{
	const struct supervisor_call *call = &transfer->call;
	enum proc_signal signal = proc_signal_for(call->thread);

	if (signal == PROC_SIGNAL_OWN)
		return true;
	transfer->shared_looks = signal == PROC_SIGNAL_SHARED ? transfer->shared_looks + 1 : 0;
	if (transfer->shared_looks >= LOOKS_AT_SHARED)
		return true;
	return thoroughly && !call->way->sleep && proc_is_stopping(call->process->pid);
}

int waiting_look(void)
{
	static unsigned looks;
	bool thoroughly = ++looks % LOOKS_FOR_STOPS == 0;
	struct transfer **link = &sleeping;

	while (*link) {
		struct transfer *transfer = *link;
		bool gone = !transfer->call.way->valid(&transfer->call);
		long result = SOCK_WAIT;

		if (gone)
			result = leave_engine(transfer);
		else if (!transfer->certain && is_disturbed(transfer, thoroughly))
			result = interrupt(transfer);
		if (result == SOCK_WAIT) {
			link = &transfer->next;
			continue;
		}
		*link = transfer->next;
		end_sleep(transfer, result);
	}
	waiting_retry();
	return next_look();
}
