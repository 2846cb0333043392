/* SPDX-License-Identifier: MIT */
/*
 * Calls of one list that are made together.  The engine works on the arena, which has a piece for
 * each: one copy brings what all of them send, and one takes out what all of them receive.
 */
#include <string.h>

#include "doors/common/aio.h"
#include "doors/common/record.h"
#include "doors/supervisor/aio.h"
#include "doors/supervisor/memory.h"
#include "doors/supervisor/waiting.h"

#define GROUP_MOST DOOR_AIO_TOGETHER_MOST
#define GROUP_SIZE ((size_t)4 << 20) /* bytes of all buffers */
_Static_assert(GROUP_MOST <= MEMORY_PIECES, "each call is a piece");

struct group {
	struct aio_entry *entries; /* count that follow each other in the list */
	size_t count;
	size_t size; /* bytes */
	bool receive;
	struct iovec program[GROUP_MOST], arena[GROUP_MOST];
	struct sock_io io[GROUP_MOST];
	struct sock_call calls[GROUP_MOST];
	struct aio_entry *of[GROUP_MOST]; /* whose call each of calls is */
};

static bool overlap(const struct iovec *a, const struct iovec *b)
{
	uintptr_t from_a = (uintptr_t)a->iov_base, from_b = (uintptr_t)b->iov_base;

	return from_a < from_b + b->iov_len && from_b < from_a + a->iov_len;
}

/* Whether an entry's order among those before it cannot show: sockets and results are its own. */
static bool is_apart(const struct group *group, const struct aio_entry *entry,
		     const struct iovec *buffer)
{
	for (size_t i = 0; i < group->count; i++)
		if (group->entries[i].object == entry->object ||
		    (group->receive && overlap(&group->program[i], buffer)))
			return false;
	return true;
}

static bool joins(const struct group *group, const struct aio_entry *entry,
		  const struct iovec *buffer)
{
	return entry->object && !entry->accepted && !entry->done &&
	       entry->control.aio_offset == 0 && buffer->iov_len > 0 &&
	       buffer->iov_len <= GROUP_SIZE - group->size && is_apart(group, entry, buffer);
}

static void collect(struct aio_submission *submission, size_t most, struct group *group)
{
	struct aio_entry *first = &submission->entries[submission->next];

	group->entries = first;
	group->count = group->size = 0;
	group->receive = door_aio_reads(&first->control);
	if (most > submission->count - submission->next)
		most = submission->count - submission->next;
	while (group->count < most && group->count < GROUP_MOST) {
		struct aio_entry *entry = &first[group->count];
		struct iovec *buffer = &group->program[group->count];

		if (!door_aio_joins(&entry->control, &first->control) ||
		    door_aio_buffer(&entry->control, buffer) < 0 || !joins(group, entry, buffer))
			return;
		group->size += buffer->iov_len;
		group->count++;
	}
}

/*
 * Writes what the kernel writes to blocks that it accepts.  Where that is there already it is
 * enough that one of a page's blocks can be written.  False: not all can.
 */
static bool accept_all(const struct supervisor_call *call, const struct group *group)
{
	static const uint32_t key = AIO_ACCEPTED_KEY;
	const uintptr_t page = 4096;
	struct iovec from[GROUP_MOST], to[GROUP_MOST];
	size_t count = 0;

	for (size_t i = 0; i < group->count; i++) {
		const struct aio_entry *entry = &group->entries[i];
		uintptr_t at = aio_key_of(entry);

		if (i > 0 && entry->control.aio_key == key &&
		    at / page == aio_key_of(entry - 1) / page)
			continue;
		from[count] = (struct iovec){(void *)(uintptr_t)&key, sizeof(key)};
		to[count++] = (struct iovec){(void *)at, sizeof(key)};
	}
	if (memory_write_pieces(call, to, from, count) < 0)
		return false;
	for (size_t i = 0; i < group->count; i++)
		group->entries[i].accepted = true;
	return true;
}

/* Locks the sockets and lays their calls out: how many.  A lock is held by the call that is served,
 * and by nobody else. */
static size_t lay(struct group *group)
{
	size_t count = 0;

	for (size_t i = 0; i < group->count; i++) {
		struct aio_entry *entry = &group->entries[i];

		if (!sock_lock_try(entry->object->sock))
			continue;
		group->io[count] = (struct sock_io){
		    .iov = &group->arena[i], .iov_count = 1, .size = group->arena[i].iov_len};
		group->calls[count] =
		    (struct sock_call){.sock = entry->object->sock, .io = &group->io[count]};
		group->of[count++] = entry;
	}
	return count;
}

static void end_call(const struct supervisor_call *call, const struct sock_call *made,
		     struct aio_entry *entry, bool receive)
{
	if (made->done)
		record_data(call->process->pid, made->sock, made->io, !receive, made->result);
	sock_unlock(made->sock);
	if (!made->done)
		return;
	entry->result = made->result;
	entry->done = true;
	waiting_show(call, (int)entry->control.aio_fildes, entry->object);
}

static void make_calls(const struct supervisor_call *call, struct group *group)
{
	struct memory_map map = {
	    .call = call,
	    .direction = group->receive ? MEMORY_OUT : MEMORY_IN,
	    .program = group->program,
	    .arena = group->arena,
	    .count = group->count,
	};
	size_t count;

	memory_map_begin(&map);
	count = lay(group);
	memory_map_use(&map);
	sock_batch(group->calls, count, group->receive);
	memory_map_use(NULL);
	for (size_t i = 0; i < count; i++)
		end_call(call, &group->calls[i], group->of[i], group->receive);
}

void aio_do_together(const struct supervisor_call *call, const struct events_context *context,
		     struct aio_submission *submission)
{
	struct group group;

	collect(submission, events_room(context), &group);
	if (group.count >= DOOR_AIO_TOGETHER_LEAST && accept_all(call, &group))
		make_calls(call, &group);
}
