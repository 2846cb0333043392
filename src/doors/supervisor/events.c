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

bool events_have_room(const struct events_context *context)
{
	return context->count + 1 < context->size && event_count < EVENTS_MAX;
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

/* Whether a control block still is the shadow, but for the number that the kernel gives it. */
static bool is_shadow(const struct shadow *shadow, const struct iocb *control)
{
	struct iocb compared = *control;

	compared.aio_key = shadow->written.aio_key;
	return memcmp(&compared, &shadow->written, sizeof(compared)) == 0;
}

enum events_meaning events_read(const struct supervisor_call *call, struct events_context *context,
				uintptr_t user, struct iocb *control, int64_t *result)
{
	struct shadow **link = &context->shadows;

	while (*link && ((*link)->user != user || !is_shadow(*link, control)))
		link = &(*link)->next;
	if (!*link)
		return EVENTS_CALL;
	*result = (*link)->result;
	if (control->aio_key == SHADOW_KEY) {
		*control = (*link)->original;
		drop(context, link);
		return EVENTS_DONE;
	}
	/* It is under way, and used once more already. */
	*control = (*link)->original;
	(void)memory_write(call, user, control, sizeof(*control));
	return EVENTS_CALL;
}

/* Gives the event of a shadow its looks, and the control block what it was, if nobody has changed
 * it meanwhile: it has been the program's again since io_submit. */
static void resolve(const struct supervisor_call *call, struct events_context *context,
		    struct io_event *event)
{
	struct shadow **link = &context->shadows;
	struct iocb control;

	while (*link && ((*link)->user != event->obj || event->res != -ESPIPE))
		link = &(*link)->next;
	if (!*link)
		return;
	event->res = (*link)->result;
	if (memory_read(call, &control, (*link)->user, sizeof(control)) == 0 &&
	    is_shadow(*link, &control))
		(void)memory_write(call, (*link)->user, &(*link)->original, sizeof(control));
	drop(context, link);
}

/* ---- taking ---- */

static int take_from_ring(const struct supervisor_call *call, struct events_context *context,
			  struct io_event *out)
{
	uintptr_t at = (uintptr_t)context->number;
	struct ring ring;

	if (context->size == 0 || memory_read(call, &ring, at, sizeof(ring)) < 0)
		return -EFAULT;
	ring.head %= context->size;
	if (ring.head == ring.tail % context->size)
		return 0;
	if (memory_read(call, out, at + sizeof(ring) + ring.head * sizeof(*out), sizeof(*out)) < 0)
		return -EFAULT;
	ring.head = (ring.head + 1) % context->size;
	if (memory_write(call, at + offsetof(struct ring, head), &ring.head, sizeof(ring.head)) < 0)
		return -EFAULT;
	resolve(call, context, out);
	return 1;
}

int events_take(const struct supervisor_call *call, struct events_context *context,
		struct io_event *out)
{
	struct event *event = context->first;

	if (!event)
		return take_from_ring(call, context, out);
	*out = event->event;
	context->first = event->next;
	if (!context->first)
		context->last = &context->first;
	free(event);
	count(context, -1);
	return 1;
}

/*
 * A write to an eventfd sleeps where its count is at the end, which a hostile program may see to.
 * The kernel itself counts without sleeping, and it does so for a call of our own that fails.
 */
void events_signal(int eventfd)
{
	static aio_context_t context;
	static int socket_of_ours = -1;
	struct iocb control = {0}, shadow, *list = &shadow;
	struct io_event event;

	if (socket_of_ours < 0)
		socket_of_ours = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (!context && syscall(SYS_io_setup, 1, &context) < 0)
		return;
	control.aio_fildes = (uint32_t)socket_of_ours;
	control.aio_flags = IOCB_FLAG_RESFD;
	control.aio_resfd = (uint32_t)eventfd;
	door_aio_shadow(&shadow, &control);
	if (syscall(SYS_io_submit, context, 1L, &list) == 1)
		(void)syscall(SYS_io_getevents, context, 1L, 1L, &event, NULL);
}

/* ---- ends ---- */

static void end(struct events_context **link)
{
	struct events_context *context = *link;

	*link = context->next;
	while (context->shadows)
		drop(context, &context->shadows);
	while (context->first) {
		struct event *event = context->first;

		context->first = event->next;
		free(event);
		count(context, -1);
	}
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
