/* SPDX-License-Identifier: MIT */
/* io_submit with alg sockets (rules I); events.h says what becomes of events. */
#include "doors/supervisor/aio.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "doors/common/aio.h"
#include "doors/common/message.h"
#include "doors/supervisor/calls.h"
#include "doors/supervisor/memory.h"
#include "doors/supervisor/waiting.h"

#define LIST_MAX 65536u /* entries of a list that are looked at */

static void release_submission(struct transfer *transfer)
{
	struct aio_submission *submission = transfer->extra;

	for (size_t i = submission->next; i < submission->count; i++)
		if (submission->entries[i].object)
			submission->entries[i].object->callers--;
	aio_submission_free(submission);
}

/* Counts what is to be counted yet: at the end, and before anything that may sleep. */
static void signal_eventfd(const struct supervisor_call *call, struct aio_submission *submission)
{
	int descriptor;

	if (submission->signal_count == 0)
		return;
	descriptor = process_descriptor(call, submission->signals);
	if (descriptor >= 0 && door_aio_judge_eventfd(descriptor) == 0)
		events_signal(descriptor, submission->signal_count);
	if (descriptor >= 0)
		(void)close(descriptor);
	submission->signal_count = 0;
}

static void count_in_eventfd(const struct supervisor_call *call, struct aio_submission *submission,
			     const struct iocb *control)
{
	if (!(control->aio_flags & IOCB_FLAG_RESFD))
		return;
	if (submission->signals != (int)control->aio_resfd)
		signal_eventfd(call, submission);
	submission->signals = (int)control->aio_resfd;
	submission->signal_count++;
}

/* An entry is done.  Where the kernel has a part in the list its event comes by a shadow, later. */
static void complete(const struct supervisor_call *call, struct events_context *context,
		     struct aio_submission *submission, struct aio_entry *entry)
{
	const struct io_event event = {
	    .data = entry->control.aio_data,
	    .obj = entry->user,
	    .res = entry->result,
	};

	entry->done = true;
	if (!submission->mixed && events_add(context, &event))
		count_in_eventfd(call, submission, &entry->control);
}

/* What was done before this list and is not accepted with it either is what it was. */
static void keep_shadows(const struct supervisor_call *call, struct events_context *context,
			 const struct aio_submission *submission)
{
	for (size_t i = submission->next; i < submission->count; i++) {
		const struct aio_entry *entry = &submission->entries[i];

		if (entry->again)
			(void)events_shadow(call, context, entry->user, &entry->control,
					    entry->result);
	}
}

/* All calls are done that will be: the answer. */
static long end_list(struct transfer *transfer, struct events_context *context)
{
	struct aio_submission *submission = transfer->extra;

	if (!submission->mixed || submission->next == 0) {
		keep_shadows(&transfer->call, context, submission);
		return submission->next ? (long)submission->next : submission->error;
	}
	for (size_t i = 0; i < submission->next; i++) {
		const struct aio_entry *entry = &submission->entries[i];

		if (entry->done)
			(void)events_shadow(&transfer->call, context, entry->user, &entry->control,
					    entry->result);
	}
	return SUPERVISOR_PROCEED;
}

/* Puts an entry's buffers in place: their number, or what it is refused for. */
static long prepare(struct transfer *transfer, const struct iocb *control)
{
	bool plain = door_aio_is_plain(control);
	size_t count = plain ? 1 : (size_t)control->aio_nbytes;
	ssize_t size;

	if (count > DOOR_IOV_MAX)
		return -EINVAL;
	if (!transfer_reserve(transfer, count, 0))
		return -ENOMEM;
	if (plain) {
		size = door_aio_buffer(control, transfer->program);
		if (size == 0)
			size = (ssize_t)transfer->program->iov_len;
	} else {
		size = memory_read_vector(&transfer->call, (uintptr_t)control->aio_buf, count,
					  transfer->program);
	}
	if (size < 0)
		return size;
	transfer->io = (struct sock_io){.size = (size_t)size};
	return (long)count;
}

static int accept_entry(const struct supervisor_call *call, struct aio_entry *entry)
{
	static const uint32_t key = AIO_ACCEPTED_KEY;

	entry->accepted = memory_write(call, aio_key_of(entry), &key, sizeof(key)) == 0;
	return entry->accepted ? 0 : -EFAULT;
}

/* Begins an entry's call: TRANSFER_AGAIN: the engine is to make it; 0: it is done; an errno. */
static long begin(struct transfer *transfer, struct aio_entry *entry)
{
	bool reads = door_aio_reads(&entry->control);
	long count = prepare(transfer, &entry->control);

	if (count < 0)
		return count;
	if (!entry->accepted && accept_entry(&transfer->call, entry) < 0)
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

/* The same in an entry's turn, whoever it is for. */
static long take_turn(struct transfer *transfer, struct events_context *context,
		      struct aio_entry *entry)
{
	struct aio_submission *submission = transfer->extra;
	long result;

	if (!entry->object)
		return 0;
	if (!entry->accepted && events_room(context) == 0)
		return -EAGAIN;
	if (!entry->accepted && !entry->done)
		aio_do_together(&transfer->call, context, submission);
	if (entry->done)
		return 0;
	result = begin(transfer, entry);
	if (result >= 0 || result == TRANSFER_AGAIN || !entry->accepted)
		return result;
	entry->result = result;
	return 0;
}

static void entry_over(struct aio_submission *submission, struct aio_entry *entry)
{
	if (entry->object)
		entry->object->callers--;
	submission->next++;
}

/* Goes on until a call is the engine's to make, or the list ends. */
static long make_calls(struct transfer *transfer, struct events_context *context)
{
	struct aio_submission *submission = transfer->extra;

	while (submission->next < submission->count) {
		struct aio_entry *entry = &submission->entries[submission->next];
		long result = take_turn(transfer, context, entry);

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

static long next_call(struct transfer *transfer)
{
	struct aio_submission *submission = transfer->extra;
	struct events_context *context = events_find(&transfer->call, submission->context);
	long result = context ? make_calls(transfer, context) : -EINVAL;

	signal_eventfd(&transfer->call, submission);
	return result;
}

static long call_done(struct transfer *transfer, long result)
{
	struct aio_submission *submission = transfer->extra;
	struct aio_entry *entry = &submission->entries[submission->next];
	struct events_context *context = events_find(&transfer->call, submission->context);

	if (!context)
		return -EINVAL;
	entry->result = result;
	complete(&transfer->call, context, submission, entry);
	entry_over(submission, entry);
	transfer->await = next_call;
	return TRANSFER_AGAIN;
}

static long submit(struct supervisor_call *call, struct aio_submission *submission)
{
	struct transfer *transfer = transfer_new(call, NULL, MEMORY_IN);

	if (!transfer) {
		aio_submission_free(submission);
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
	struct aio_submission *submission;
	long ours;

	if (count <= 0 || objects_count() == 0)
		return SUPERVISOR_PROCEED;
	context = events_find(call, number);
	submission = context ? aio_submission_new(number) : NULL;
	if (!submission)
		return SUPERVISOR_PROCEED;
	if ((unsigned long)count > events_ring_size(context))
		count = (long)events_ring_size(context);
	ours = aio_list_read(call, context, list, count < (long)LIST_MAX ? (size_t)count : LIST_MAX,
			     submission);
	if (ours <= 0) {
		aio_submission_free(submission);
		return ours < 0 ? ours : SUPERVISOR_PROCEED;
	}
	events_begin(call, context);
	return submit(call, submission);
}

CALLS_HANDLER(serve_io_destroy)
{
	events_forget(call->process, supervisor_pointer(call, 0));
	return SUPERVISOR_PROCEED;
}
