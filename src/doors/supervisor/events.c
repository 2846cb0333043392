/* SPDX-License-Identifier: MIT */
#include "doors/supervisor/events.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "doors/common/aio.h"
#include "doors/supervisor/memory.h"

#define EVENTS_MAX   65536u /* of all contexts */
#define CONTEXTS_MAX 4096u

/* The head of a ring in memory, as libaio knows it; the events are behind it. */
struct ring {
	uint32_t id;
	uint32_t size;
	uint32_t head;
	uint32_t tail;
	uint32_t magic;
	uint32_t compatible;
	uint32_t incompatible;
	uint32_t header_size;
};

#define RING_FILE "/[aio]"

/* In the place of the number that the kernel gives a control block when it takes it. */
#define SHADOW_KEY 0x75616c67u

struct event {
	struct io_event event;
	struct event *next;
};

struct shadow {
	uintptr_t user;
	struct iocb original;
	struct iocb written;
	int64_t result;
	bool seen; /* its event is just being taken */
	struct shadow *next;
};

struct events_context {
	const struct supervisor_process *process;
	uint64_t number; /* address of its ring */
	unsigned long inode;
	unsigned size;
	unsigned count; /* of events and shadows */
	struct event *first;
	struct event **last;
	struct shadow *shadows; /* the oldest one first */
	struct events_context *next;
};

static struct events_context *contexts;
static unsigned context_count, event_count;

/* The inode of the ring that a process has mapped at an address; 0: there is none. */
static unsigned long ring_inode(pid_t thread, uint64_t number)
{
	char path[64], line[512];
	unsigned long inode = 0;
	FILE *maps;

	(void)snprintf(path, sizeof(path), "/proc/%d/maps", thread);
	maps = fopen(path, "re");
	if (!maps)
		return 0;
	while (inode == 0 && fgets(line, sizeof(line), maps)) {
		unsigned long start, found;

		if (sscanf(line, "%lx-%*x %*s %*x %*x:%*x %lu", &start, &found) == 2 &&
		    start == number && strstr(line, " " RING_FILE))
			inode = found;
	}
	(void)fclose(maps);
	return inode;
}

/* A child maps its parent's ring, but has not the context. */
static bool is_of_another(const struct supervisor_process *process, unsigned long inode)
{
	for (const struct events_context *context = contexts; context; context = context->next)
		if (context->inode == inode && context->process != process)
			return true;
	return false;
}

static struct events_context *add(const struct supervisor_call *call, uint64_t number)
{
	unsigned long inode = ring_inode(call->thread, number);
	struct events_context *context;
	struct ring ring;

	if (inode == 0 || is_of_another(call->process, inode) || context_count >= CONTEXTS_MAX ||
	    memory_read(call, &ring, (uintptr_t)number, sizeof(ring)) < 0)
		return NULL;
	context = calloc(1, sizeof(*context));
	if (!context)
		return NULL;
	context->process = call->process;
	context->number = number;
	context->inode = inode;
	context->size = ring.size;
	context->last = &context->first;
	context->next = contexts;
	contexts = context;
	context_count++;
	return context;
}

struct events_context *events_find(const struct supervisor_call *call, uint64_t number)
{
	struct events_context *context = contexts;

	while (context && (context->process != call->process || context->number != number))
		context = context->next;
	return context ? context : add(call, number);
}

unsigned events_ring_size(const struct events_context *context)
{
	return context->size;
}

unsigned events_room(const struct events_context *context)
{
	unsigned in_ring = context->size > context->count ? context->size - context->count : 0;
	unsigned in_all = event_count < EVENTS_MAX ? EVENTS_MAX - event_count : 0;

	if (in_ring <= 1)
		return 0;
	return in_ring - 1 < in_all ? in_ring - 1 : in_all;
}

bool events_any(const struct events_context *context)
{
	return context->count > 0;
}

void events_begin(const struct supervisor_call *call, const struct events_context *context)
{
	const uint32_t none = 0;

	(void)memory_write(call, (uintptr_t)context->number + offsetof(struct ring, magic), &none,
			   sizeof(none));
}

static void count(struct events_context *context, int delta)
{
	context->count += (unsigned)delta;
	event_count += (unsigned)delta;
}

bool events_add(struct events_context *context, const struct io_event *event)
{
	struct event *entry = malloc(sizeof(*entry));

	if (!entry)
		return false;
	entry->event = *event;
	entry->next = NULL;
	*context->last = entry;
	context->last = &entry->next;
	count(context, 1);
	return true;
}

/* ---- shadows ---- */

bool events_shadow(const struct supervisor_call *call, struct events_context *context,
		   uintptr_t user, const struct iocb *control, int64_t result)
{
	struct shadow *shadow = calloc(1, sizeof(*shadow));
	struct shadow **link = &context->shadows;

	if (!shadow)
		return false;
	shadow->user = user;
	shadow->original = *control;
	shadow->result = result;
	door_aio_shadow(&shadow->written, control);
	shadow->written.aio_key = SHADOW_KEY;
	if (memory_write(call, user, &shadow->written, sizeof(shadow->written)) < 0) {
		free(shadow);
		return false;
	}
	while (*link)
		link = &(*link)->next;
	*link = shadow;
	count(context, 1);
	return true;
}

static void drop(struct events_context *context, struct shadow **link)
{
	struct shadow *shadow = *link;

	*link = shadow->next;
	free(shadow);
	count(context, -1);
}

/* Whether a control block still is the shadow, as far as it is another one than the call's: data
 * and eventfd of a call that was not taken are often set once more. */
static bool is_shadow(const struct shadow *shadow, const struct iocb *control)
{
	const struct iocb *written = &shadow->written;

	return control->aio_lio_opcode == written->aio_lio_opcode &&
	       control->aio_fildes == written->aio_fildes && control->aio_buf == written->aio_buf &&
	       control->aio_nbytes == written->aio_nbytes &&
	       control->aio_offset == written->aio_offset &&
	       control->aio_rw_flags == written->aio_rw_flags;
}

/* Makes a shadow the program's control block again, here and there. */
static void give_block_back(const struct supervisor_call *call, const struct shadow *shadow,
			    struct iocb *control)
{
	const struct iocb *original = &shadow->original;

	control->aio_key = original->aio_key;
	control->aio_lio_opcode = original->aio_lio_opcode;
	control->aio_buf = original->aio_buf;
	control->aio_nbytes = original->aio_nbytes;
	control->aio_offset = original->aio_offset;
	control->aio_rw_flags = original->aio_rw_flags;
	(void)memory_write(call, shadow->user, control, sizeof(*control));
}

enum events_meaning events_read(const struct supervisor_call *call, struct events_context *context,
				uintptr_t user, struct iocb *control, int64_t *result)
{
	struct shadow **link = &context->shadows;
	bool under_way;

	while (*link && ((*link)->user != user || !is_shadow(*link, control)))
		link = &(*link)->next;
	if (!*link)
		return EVENTS_CALL;
	under_way = control->aio_key != SHADOW_KEY;
	*result = (*link)->result;
	give_block_back(call, *link, control);
	if (under_way)
		return EVENTS_CALL; /* and the block is used once more already */
	drop(context, link);
	return EVENTS_DONE;
}

/* ---- taking ---- */

#define CHUNK 32u /* events that are copied at once */

/* Events on their way: what is written of them, and what of that is the ring's. */
struct taken {
	const struct supervisor_call *call;
	struct events_context *context;
	uintptr_t to;
	long most, count;
	struct io_event chunk[CHUNK];
	unsigned filled;
};

static int write_chunk(struct taken *taken)
{
	uintptr_t at =
	    taken->to + (uintptr_t)(taken->count - taken->filled) * sizeof(struct io_event);
	int result =
	    memory_write(taken->call, at, taken->chunk, taken->filled * sizeof(taken->chunk[0]));

	taken->filled = 0;
	return result;
}

static int give(struct taken *taken, const struct io_event *event)
{
	taken->chunk[taken->filled++] = *event;
	taken->count++;
	return taken->filled == CHUNK ? write_chunk(taken) : 0;
}

/* Gives the event of a shadow its looks. */
static void resolve(struct events_context *context, struct io_event *event)
{
	struct shadow *shadow = context->shadows;

	while (shadow && (shadow->user != event->obj || event->res != -ESPIPE || shadow->seen))
		shadow = shadow->next;
	if (!shadow)
		return;
	event->res = shadow->result;
	shadow->seen = true;
}

/* The ring's events, oldest first, from its head on, which is the program's to change. */
static int give_ring(struct taken *taken, struct ring *ring)
{
	const struct events_context *context = taken->context;
	uintptr_t at = (uintptr_t)context->number;
	struct io_event chunk[CHUNK];

	if (context->size == 0 || memory_read(taken->call, ring, at, sizeof(*ring)) < 0)
		return -EFAULT;
	ring->head %= context->size;
	ring->tail %= context->size;
	while (ring->head != ring->tail && taken->count < taken->most) {
		unsigned end = ring->head < ring->tail ? ring->tail : context->size;
		unsigned count = end - ring->head < CHUNK ? end - ring->head : CHUNK;

		if (memory_read(taken->call, chunk,
				at + sizeof(*ring) + ring->head * sizeof(*chunk),
				count * sizeof(*chunk)) < 0)
			return -EFAULT;
		for (unsigned i = 0; i < count && taken->count < taken->most; i++) {
			resolve(taken->context, &chunk[i]);
			if (give(taken, &chunk[i]) < 0)
				return -EFAULT;
			ring->head = (ring->head + 1) % context->size;
		}
	}
	return 0;
}

static int give_all(struct taken *taken, struct ring *ring, long *own)
{
	const struct event *event = taken->context->first;

	for (; event && taken->count < taken->most; event = event->next)
		if (give(taken, &event->event) < 0)
			return -EFAULT;
	*own = taken->count;
	if (taken->count < taken->most && give_ring(taken, ring) < 0)
		return -EFAULT;
	return write_chunk(taken);
}

/* Their control blocks are what they were, but for those that the program has changed meanwhile:
 * they have been its own again since io_submit. */
static void end_shadows(const struct supervisor_call *call, struct events_context *context,
			bool taken)
{
	struct shadow **link = &context->shadows;

	while (*link) {
		struct shadow *shadow = *link;
		struct iocb control;

		if (!shadow->seen || !taken) {
			shadow->seen = false;
			link = &shadow->next;
			continue;
		}
		if (memory_read(call, &control, shadow->user, sizeof(control)) == 0 &&
		    is_shadow(shadow, &control))
			give_block_back(call, shadow, &control);
		drop(context, link);
	}
}

static void drop_first(struct events_context *context)
{
	struct event *event = context->first;

	context->first = event->next;
	if (!context->first)
		context->last = &context->first;
	free(event);
	count(context, -1);
}

long events_take(const struct supervisor_call *call, struct events_context *context, uintptr_t to,
		 long most)
{
	struct taken taken = {.call = call, .context = context, .to = to, .most = most};
	struct ring ring;
	long own = 0;
	int result = give_all(&taken, &ring, &own);

	if (result == 0 && taken.count > own)
		result =
		    memory_write(call, (uintptr_t)context->number + offsetof(struct ring, head),
				 &ring.head, sizeof(ring.head));
	end_shadows(call, context, result == 0);
	if (result < 0)
		return result;
	for (long i = 0; i < own; i++)
		drop_first(context);
	return taken.count;
}

/*
 * A write to an eventfd sleeps where its count is at the end, which a hostile program may see to.
 * The kernel itself counts without sleeping, and it does so for a call of our own that fails.
 */
void events_signal(int eventfd, unsigned count)
{
	static aio_context_t context;
	static int socket_of_ours = -1;
	struct iocb control = {0}, shadow, *list[CHUNK];
	struct io_event events[CHUNK];

	if (socket_of_ours < 0)
		socket_of_ours = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (!context && syscall(SYS_io_setup, CHUNK, &context) < 0)
		return;
	control.aio_fildes = (uint32_t)socket_of_ours;
	control.aio_flags = IOCB_FLAG_RESFD;
	control.aio_resfd = (uint32_t)eventfd;
	door_aio_shadow(&shadow, &control);
	for (unsigned i = 0; i < CHUNK; i++)
		list[i] = &shadow;
	while (count > 0) {
		long done =
		    syscall(SYS_io_submit, context, count < CHUNK ? (long)count : CHUNK, list);

		if (done <= 0)
			return;
		(void)syscall(SYS_io_getevents, context, done, done, events, NULL);
		count -= (unsigned)done;
	}
}

/* ---- ends ---- */

static void end(struct events_context **link)
{
	struct events_context *context = *link;

	*link = context->next;
	while (context->shadows)
		drop(context, &context->shadows);
	while (context->first)
		drop_first(context);
	free(context);
	context_count--;
}

void events_forget(const struct supervisor_process *process, uint64_t number)
{
	for (struct events_context **link = &contexts; *link; link = &(*link)->next) {
		if ((*link)->process != process || (*link)->number != number)
			continue;
		end(link);
		return;
	}
}

void events_forget_all(const struct supervisor_process *process)
{
	struct events_context **link = &contexts;

	while (*link) {
		if ((*link)->process == process)
			end(link);
		else
			link = &(*link)->next;
	}
}
