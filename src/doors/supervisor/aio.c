/* SPDX-License-Identifier: MIT */
/* io_submit and io_getevents with alg sockets (rules I); events.h says what becomes of events. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doors/common/aio.h"
#include "doors/common/deadline.h"
#include "doors/common/message.h"
#include "doors/supervisor/calls.h"
#include "doors/supervisor/events.h"
#include "doors/supervisor/memory.h"
#include "doors/supervisor/waiting.h"

#define LIST_MAX 65536u /* entries of a list that are looked at */

/* ---- lists ---- */

struct entry {
	uintptr_t user; /* address of the control block */
	struct iocb control;
	struct supervisor_object *object; /* NULL: it is for the kernel */
	int64_t result;
	bool done; /* the call is, result is its */
};

/* A list that is being submitted: what a transfer's extra is here. */
struct submission {
	uint64_t context;
	struct entry *entries;
	size_t count; /* of entries that may be done */
	size_t next;
	bool mixed; /* some are for the kernel */
	int error;  /* of the entry behind the last one */
};

static void free_submission(struct submission *submission)
{
	free(submission->entries);
	free(submission);
}

static void release_submission(struct transfer *transfer)
{
	struct submission *submission = transfer->extra;

	for (size_t i = submission->next; i < submission->count; i++)
		if (submission->entries[i].object)
			submission->entries[i].object->callers--;
	free_submission(submission);
}

static int read_pointer(const struct supervisor_call *call, uintptr_t list, size_t i,
			uintptr_t *out)
{
	uint32_t small;

	if (!call->compat)
		return memory_read(call, out, list + i * sizeof(*out), sizeof(*out));
	if (memory_read(call, &small, list + i * sizeof(small), sizeof(small)) < 0)
		return -EFAULT;
	*out = small;
	return 0;
}

static int judge_eventfd(const struct supervisor_call *call, const struct iocb *control)
{
	int descriptor, result;

	if (!(control->aio_flags & IOCB_FLAG_RESFD))
		return 0;
	descriptor = process_descriptor(call, (int)control->aio_resfd);
	if (descriptor < 0)
		return -EBADF;
	result = door_aio_judge_eventfd(descriptor);
	(void)close(descriptor);
	return result;
}

static bool has_number(const struct supervisor_call *call, unsigned number)
{
	char path[64];
	struct stat status;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd/%u", call->thread, number);
	return lstat(path, &status) == 0;
}

/* The kernel asks the placeholder: it shows what there is to see from now on. */
static int prepare_poll(struct supervisor_object *object)
{
	if (object->placeholder_type != SOCK_DGRAM)
		return -EINVAL;
	object->edges = true;
	return 0;
}

/* What an entry is refused for before it is begun; what is for the kernel has no object then. */
static int judge(const struct supervisor_call *call, struct entry *entry)
{
	const struct iocb *control = &entry->control;
	int result = 0;

	if (!entry->object)
		return has_number(call, control->aio_fildes) ? 0 : -EBADF;
	if (door_aio_transfers(control))
		result = door_aio_judge(control);
	else if (control->aio_lio_opcode != IOCB_CMD_POLL)
		result = -EINVAL;
	if (result == 0)
		result = judge_eventfd(call, control);
	if (result < 0 || control->aio_lio_opcode != IOCB_CMD_POLL)
		return result;
	result = prepare_poll(entry->object);
	if (result == 0)
		entry->object = NULL; /* it is for the kernel */
	return result;
}

/* One entry of the list: 0, or what it is refused for. */
static int read_entry(const struct supervisor_call *call, struct events_context *context,
		      uintptr_t list, size_t i, struct entry *entry)
{
	*entry = (struct entry){0};
	if (read_pointer(call, list, i, &entry->user) < 0 ||
	    memory_read(call, &entry->control, entry->user, sizeof(entry->control)) < 0)
		return -EFAULT;
	if (context)
		entry->done = events_read(call, context, entry->user, &entry->control,
					  &entry->result) == EVENTS_DONE;
	entry->object = process_alg_number(call, (int)entry->control.aio_fildes);
	return entry->done ? 0 : judge(call, entry);
}

static bool grow(struct submission *submission, size_t *room)
{
	size_t wanted = *room ? 2 * *room : 8;
	struct entry *entries = realloc(submission->entries, wanted * sizeof(*entries));

	if (!entries)
		return false;
	submission->entries = entries;
	*room = wanted;
	return true;
}

/* Reads a list as far as its entries are good: how many are for alg sockets, or -ENOMEM. */
static long read_list(const struct supervisor_call *call, struct events_context *context,
		      uintptr_t list, size_t most, struct submission *submission)
{
	size_t room = 0;
	long ours = 0;

	while (submission->count < most && submission->error == 0) {
		struct entry *entry;

		if (submission->count == room && !grow(submission, &room))
			return -ENOMEM;
		entry = &submission->entries[submission->count];
		submission->error = read_entry(call, context, list, submission->count, entry);
		if (submission->error < 0) {
			/* The first one's error is the answer, if the call was ours. */
			if (submission->count == 0 && entry->object)
				return submission->error;
			break;
		}
		submission->count++;
		if (entry->object)
			ours++;
		else
			submission->mixed = true;
	}
	return ours;
}

/* ---- doing the calls ---- */

static void count_in_eventfd(const struct supervisor_call *call, const struct iocb *control)
{
	int descriptor;

	if (!(control->aio_flags & IOCB_FLAG_RESFD))
		return;
	descriptor = process_descriptor(call, (int)control->aio_resfd);
	if (descriptor < 0)
		return;
	if (door_aio_judge_eventfd(descriptor) == 0)
		events_signal(descriptor);
	(void)close(descriptor);
}

/* An entry is done.  Where the kernel has a part in the list its event comes by a shadow, later. */
static void complete(const struct supervisor_call *call, struct events_context *context,
		     const struct submission *submission, struct entry *entry)
{
	const struct io_event event = {
	    .data = entry->control.aio_data,
	    .obj = entry->user,
	    .res = entry->result,
	};

	entry->done = true;
	if (!submission->mixed && events_add(context, &event))
		count_in_eventfd(call, &entry->control);
}

/* All calls are done that will be: the answer. */
static long end_list(struct transfer *transfer, struct events_context *context)
{
	struct submission *submission = transfer->extra;

	if (!submission->mixed)
		return submission->next ? (long)submission->next : submission->error;
	for (size_t i = 0; i < submission->next; i++) {
		const struct entry *entry = &submission->entries[i];

		if (entry->done)
			(void)events_shadow(&transfer->call, context, entry->user, &entry->control,
					    entry->result);
	}
	return SUPERVISOR_PROCEED;
}

/* Puts an entry's buffers in place: their number, or what it is refused for. */
static long prepare(struct transfer *transfer, const struct iocb *control)
{
	const struct supervisor_call *call = &transfer->call;
	uintptr_t base = (uintptr_t)control->aio_buf;
	bool single =
	    control->aio_lio_opcode == IOCB_CMD_PREAD || control->aio_lio_opcode == IOCB_CMD_PWRITE;
	size_t count = single ? 1 : (size_t)control->aio_nbytes;
	ssize_t size;

	if (count > DOOR_IOV_MAX)
		return -EINVAL;
	if (!transfer_reserve(transfer, count, 0))
		return -ENOMEM;
	if (single) {
		size = control->aio_nbytes < DOOR_SIZE_MAX ? (ssize_t)control->aio_nbytes
							   : (ssize_t)DOOR_SIZE_MAX;
		transfer->program[0] = (struct iovec){(void *)base, (size_t)size};
		if (!door_range_valid((const void *)base, (size_t)control->aio_nbytes))
			return -EFAULT;
	} else {
		size = memory_read_vector(call, base, count, transfer->program);
	}
	if (size < 0)
		return size;
	transfer->io = (struct sock_io){.size = (size_t)size};
	return (long)count;
}

/* Begins an entry's call: TRANSFER_AGAIN: the engine is to make it; 0: it is done; an errno. */
static long begin(struct transfer *transfer, struct entry *entry)
{
	const uint32_t key = 0;
	bool reads = door_aio_reads(&entry->control);
	long count = prepare(transfer, &entry->control);

	if (count < 0)
		return count;
	if (memory_write(&transfer->call, entry->user + offsetof(struct iocb, aio_key), &key,
			 sizeof(key)) < 0)
		return -EFAULT;
	if (entry->control.aio_offset || (reads && transfer->io.size == 0)) {
		entry->result = entry->control.aio_offset ? -ESPIPE : 0; /* I-04 */
		return 0;
	}
	transfer->direction = reads ? MEMORY_OUT : MEMORY_IN;
	transfer_set_object(transfer, entry->object, (int)entry->control.aio_fildes);
	transfer_lay(transfer, (size_t)count);
	return TRANSFER_AGAIN;
}

static void entry_over(struct submission *submission, struct entry *entry)
{
	if (entry->object)
		entry->object->callers--;
	submission->next++;
}

static long next_call(struct transfer *transfer)
{
	struct submission *submission = transfer->extra;
	struct events_context *context = events_find(&transfer->call, submission->context);

	if (!context)
		return -EINVAL;
	while (submission->next < submission->count) {
		struct entry *entry = &submission->entries[submission->next];
		long result = 0;

		if (entry->object && !events_have_room(context))
			result = -EAGAIN;
		else if (entry->object && !entry->done)
			result = begin(transfer, entry);
		if (result == TRANSFER_AGAIN) {
			transfer->await = NULL;
			return TRANSFER_AGAIN;
		}
		if (result < 0) {
			submission->error = (int)result;
			break;
		}
		if (entry->object)
			complete(&transfer->call, context, submission, entry);
		entry_over(submission, entry);
	}
	return end_list(transfer, context);
}

static long call_done(struct transfer *transfer, long result)
{
	struct submission *submission = transfer->extra;
	struct entry *entry = &submission->entries[submission->next];
	struct events_context *context = events_find(&transfer->call, submission->context);

	if (!context)
		return -EINVAL;
	entry->result = result;
	complete(&transfer->call, context, submission, entry);
	entry_over(submission, entry);
	transfer->await = next_call;
	return TRANSFER_AGAIN;
}

static long submit(struct supervisor_call *call, struct submission *submission)
{
	struct transfer *transfer = transfer_new(call, NULL, MEMORY_IN);

	if (!transfer) {
		free_submission(submission);
		return -EAGAIN;
	}
	for (size_t i = 0; i < submission->count; i++)
		if (submission->entries[i].object)
			submission->entries[i].object->callers++;
	transfer->extra = submission;
	transfer->release = release_submission;
	transfer->done = 1; /* a signal is the event's business */
	transfer->await = next_call;
	transfer->finish = call_done;
	return transfer_begin(transfer);
}

CALLS_HANDLER(serve_io_submit)
{
	uint64_t number = supervisor_pointer(call, 0);
	uintptr_t list = supervisor_pointer(call, 2);
	long count = call->compat ? supervisor_int(call, 1) : (long)call->args[1];
	struct events_context *context;
	struct submission *submission;
	long ours;

	if (count <= 0 || objects_count() == 0)
		return SUPERVISOR_PROCEED;
	context = events_find(call, number);
	submission = calloc(1, sizeof(*submission));
	if (!context || !submission) {
		free(submission);
		return SUPERVISOR_PROCEED;
	}
	if ((unsigned long)count > events_ring_size(context))
		count = (long)events_ring_size(context);
	submission->context = number;
	ours = read_list(call, context, list, count < (long)LIST_MAX ? (size_t)count : LIST_MAX,
			 submission);
	if (ours <= 0) {
		free_submission(submission);
		return ours < 0 ? ours : SUPERVISOR_PROCEED;
	}
	events_begin(call, context);
	return submit(call, submission);
}

/* ---- events ---- */

struct taking {
	uint64_t context;
	long least, most, got;
	uintptr_t events;
	bool timed;
	struct timespec deadline;
};

static void release_taking(struct transfer *transfer)
{
	free(transfer->extra);
}

static long stop_taking(struct transfer *transfer, long result)
{
	const struct taking *taking = transfer->extra;

	return taking->got ? taking->got : result;
}

static bool is_over(const struct taking *taking)
{
	struct timespec left;

	if (!taking->timed)
		return false;
	left = door_deadline_left(&taking->deadline);
	return left.tv_sec == 0 && left.tv_nsec == 0;
}

static long take(struct transfer *transfer)
{
	struct taking *taking = transfer->extra;
	struct events_context *context = events_find(&transfer->call, taking->context);
	struct io_event event;
	int result = context ? 1 : -EINVAL;

	while (taking->got < taking->most && result > 0) {
		uintptr_t to = taking->events + (uintptr_t)taking->got * sizeof(event);

		result = memory_write(&transfer->call, to, &event, 0);
		if (result == 0)
			result = events_take(&transfer->call, context, &event);
		if (result > 0 && memory_write(&transfer->call, to, &event, sizeof(event)) < 0)
			result = -EFAULT;
		if (result > 0)
			taking->got++;
	}
	if (result < 0 || taking->got >= taking->least || is_over(taking))
		return stop_taking(transfer, result);
	return SOCK_WAIT;
}

/* The time of a call; sizes of its parts differ. */
static int read_timeout(const struct supervisor_call *call, uintptr_t from, bool small,
			struct taking *taking)
{
	struct timespec time;
	int32_t parts[2];

	if (!from)
		return 0;
	if (!small && memory_read(call, &time, from, sizeof(time)) < 0)
		return -EFAULT;
	if (small) {
		if (memory_read(call, parts, from, sizeof(parts)) < 0)
			return -EFAULT;
		time = (struct timespec){.tv_sec = parts[0], .tv_nsec = parts[1]};
	}
	taking->timed = true;
	/* What is no time that is one is over at once. */
	if (door_deadline_set(&time, &taking->deadline) < 0)
		taking->deadline = (struct timespec){0};
	return 0;
}

static long take_events(struct supervisor_call *call, bool small_time)
{
	uint64_t number = supervisor_pointer(call, 0);
	struct transfer *transfer;
	struct taking *taking;

	/* Also where no alg socket is there yet: who sleeps in the kernel cannot be woken. */
	if (!events_find(call, number))
		return SUPERVISOR_PROCEED;
	taking = calloc(1, sizeof(*taking));
	transfer = taking ? transfer_new(call, NULL, MEMORY_OUT) : NULL;
	if (!transfer) {
		free(taking);
		return -ENOMEM;
	}
	transfer->extra = taking;
	transfer->release = release_taking;
	taking->context = number;
	taking->least = call->compat ? supervisor_int(call, 1) : (long)call->args[1];
	taking->most = call->compat ? supervisor_int(call, 2) : (long)call->args[2];
	taking->events = supervisor_pointer(call, 3);
	if (taking->least < 0 || taking->least > taking->most ||
	    read_timeout(call, supervisor_pointer(call, 4), small_time, taking) < 0) {
		transfer_free(transfer);
		return SUPERVISOR_PROCEED; /* the kernel knows what is wrong with it */
	}
	transfer->done = 1; /* a signal gives EINTR, and does not begin anew */
	transfer->often = true;
	transfer->await = take;
	transfer->finish = stop_taking;
	return transfer_begin(transfer);
}

CALLS_HANDLER(serve_io_getevents)
{
	return take_events(call, call->compat);
}

CALLS_HANDLER(serve_io_pgetevents_time64)
{
	return take_events(call, false);
}

CALLS_HANDLER(serve_io_destroy)
{
	events_forget(call->process, supervisor_pointer(call, 0));
	return SUPERVISOR_PROCEED;
}
