/* SPDX-License-Identifier: MIT */
/* Lists of control blocks: what is read of them, and what of it is refused before it is begun. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doors/common/aio.h"
#include "doors/supervisor/aio.h"
#include "doors/supervisor/memory.h"

struct aio_submission *aio_submission_new(uint64_t context)
{
	struct aio_submission *submission = calloc(1, sizeof(*submission));

	if (!submission)
		return NULL;
	submission->context = context;
	submission->eventfd = -1;
	return submission;
}

void aio_submission_free(struct aio_submission *submission)
{
	free(submission->entries);
	free(submission);
}

/* ---- what is refused ---- */

/* Mostly it is one for all of a list. */
static int judge_eventfd(const struct supervisor_call *call, const struct iocb *control,
			 struct aio_submission *submission)
{
	int number = (int)control->aio_resfd, descriptor, result;

	if (!(control->aio_flags & IOCB_FLAG_RESFD) || number == submission->eventfd)
		return 0;
	descriptor = process_descriptor(call, number);
	if (descriptor < 0)
		return -EBADF;
	result = door_aio_judge_eventfd(descriptor);
	(void)close(descriptor);
	if (result == 0)
		submission->eventfd = number;
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
static int judge(const struct supervisor_call *call, struct aio_entry *entry,
		 struct aio_submission *submission)
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
		result = judge_eventfd(call, control, submission);
	if (result < 0 || control->aio_lio_opcode != IOCB_CMD_POLL)
		return result;
	result = prepare_poll(entry->object);
	if (result == 0)
		entry->object = NULL; /* it is for the kernel */
	return result;
}

/* ---- reading ---- */

/* Some of a list's control blocks: each copy costs more than what it brings. */
struct chunk {
	size_t count;
	uintptr_t users[MEMORY_PIECES];
	struct iocb controls[MEMORY_PIECES];
};

/* Up to count pointers of a list from first on: how many there are. */
static size_t read_pointers(const struct supervisor_call *call, uintptr_t list, size_t first,
			    size_t count, uintptr_t *out)
{
	size_t size = call->compat ? sizeof(uint32_t) : sizeof(uintptr_t);
	uint32_t small[MEMORY_PIECES];
	uintptr_t from[MEMORY_PIECES];

	for (size_t i = 0; i < count; i++)
		from[i] = list + (first + i) * size;
	if (!call->compat)
		return memory_read_each(call, out, from, size, count);
	count = memory_read_each(call, small, from, size, count);
	for (size_t i = 0; i < count; i++)
		out[i] = small[i];
	return count;
}

static void read_chunk(const struct supervisor_call *call, uintptr_t list, size_t first,
		       size_t count, struct chunk *chunk)
{
	if (count > MEMORY_PIECES)
		count = MEMORY_PIECES;
	count = read_pointers(call, list, first, count, chunk->users);
	chunk->count = memory_read_each(call, chunk->controls, chunk->users,
					sizeof(chunk->controls[0]), count);
}

static bool grow(struct aio_submission *submission, size_t *room)
{
	size_t wanted = *room ? 2 * *room : 8;
	struct aio_entry *entries = realloc(submission->entries, wanted * sizeof(*entries));

	if (!entries)
		return false;
	submission->entries = entries;
	*room = wanted;
	return true;
}

/* One entry of the list: 0, or what it is refused for. */
static int read_entry(const struct supervisor_call *call, struct events_context *context,
		      struct chunk *chunk, size_t i, struct aio_submission *submission)
{
	struct aio_entry *entry = &submission->entries[submission->count];
	enum events_meaning meaning;

	*entry = (struct aio_entry){0};
	if (i == chunk->count)
		return -EFAULT;
	entry->user = chunk->users[i];
	entry->control = chunk->controls[i];
	meaning = events_read(call, context, entry->user, &entry->control, &entry->result);
	if (meaning != EVENTS_CALL)
		chunk->count = i + 1; /* the same block may come once more, and is another now */
	entry->done = entry->again = meaning == EVENTS_DONE;
	entry->object = process_alg_number(call, (int)entry->control.aio_fildes);
	return entry->done ? 0 : judge(call, entry, submission);
}

long aio_list_read(const struct supervisor_call *call, struct events_context *context,
		   uintptr_t list, size_t most, struct aio_submission *submission)
{
	struct chunk chunk = {.count = 0};
	size_t room = 0, at = 0;
	long ours = 0;

	while (submission->count < most && submission->error == 0) {
		const struct aio_entry *entry;

		if (submission->count == room && !grow(submission, &room))
			return -ENOMEM;
		if (at == chunk.count) {
			read_chunk(call, list, submission->count, most - submission->count, &chunk);
			at = 0;
		}
		entry = &submission->entries[submission->count];
		submission->error = read_entry(call, context, &chunk, at++, submission);
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
