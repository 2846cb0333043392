/* SPDX-License-Identifier: MIT */
#include "doors/preload/events.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "base/lock.h"
#include "doors/common/aio.h"
#include "doors/common/system.h"
#include "doors/preload/fault.h"

enum event_state {
	EVENT_FREE,
	EVENT_BEGUN,     /* its call goes on */
	EVENT_UNDER_WAY, /* in the kernel's ring */
	EVENT_KEPT_BACK,
	EVENT_HELD,
};

#define HELD_MOST 64u

struct preload_event {
	struct iocb shadow;
	aio_context_t context;
	uint64_t user; /* address of the program's control block */
	int64_t result;
	struct preload_event *next; /* free ones, or those kept back */
	enum event_state state;
	_Atomic bool late; /* in the pool's list of that name, whatever its state says */
};

/* Pages that nothing has used take no memory.  All zeros is the beginning, also in a fork's child,
 * where the kernel empties it: contexts are the parent's only. */
struct pool {
	struct lock lock;
	unsigned used; /* entries of all[] that ever were */
	struct preload_event *free;
	_Atomic(struct preload_event *) late; /* to be given back by who has the lock next */
	struct preload_event *kept_back;
	struct preload_event *held; /* oldest first */
	struct preload_event **held_end;
	unsigned held_count;
	struct preload_event all[PRELOAD_EVENTS_MAX];
};

static _Atomic(struct pool *) pool;

/* Threads that may sleep in io_getevents; of those that were there before us nothing is known. */
static _Atomic unsigned waiting;
static bool began_alone;

__attribute__((constructor)) static void begin(void)
{
	began_alone = LOCK_ALONE;
}

bool preload_events_any(void)
{
	return atomic_load_explicit(&pool, memory_order_acquire) != NULL;
}

static struct pool *pool_get(void)
{
	struct pool *found = atomic_load_explicit(&pool, memory_order_acquire);
	struct pool *fresh;

	if (found)
		return found;
	fresh = mmap(NULL, sizeof(*fresh), PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (fresh == MAP_FAILED)
		return NULL;
	(void)madvise(fresh, sizeof(*fresh), MADV_WIPEONFORK);
	if (atomic_compare_exchange_strong(&pool, &found, fresh))
		return fresh;
	(void)munmap(fresh, sizeof(*fresh));
	return found;
}

/* Lock held. */
static void give_back(struct pool *to, struct preload_event *event)
{
	event->state = EVENT_FREE;
	event->next = to->free;
	to->free = event;
}

/* The same in a signal handler that has interrupted who holds the lock. */
static void give_back_late(struct pool *to, struct preload_event *event)
{
	atomic_store(&event->late, true);
	event->next = atomic_load(&to->late);
	while (!atomic_compare_exchange_weak(&to->late, &event->next, event))
		;
}

/* Lock held. */
static void take_late(struct pool *in)
{
	struct preload_event *event =
	    atomic_load(&in->late) ? atomic_exchange(&in->late, NULL) : NULL;

	while (event) {
		struct preload_event *next = event->next;

		give_back(in, event);
		atomic_store(&event->late, false);
		event = next;
	}
}

struct preload_event *preload_events_new(aio_context_t context, const struct iocb *control,
					 const struct iocb *user)
{
	struct pool *from = pool_get();
	struct preload_event *event;

	if (!from || !lock_acquire(&from->lock))
		return NULL;
	take_late(from);
	event = from->free;
	if (event)
		from->free = event->next;
	else if (from->used < PRELOAD_EVENTS_MAX)
		event = &from->all[from->used++];
	if (event)
		event->state = EVENT_BEGUN;
	lock_release(&from->lock);
	if (!event)
		return NULL;
	door_aio_shadow(&event->shadow, control);
	event->context = context;
	event->user = (uint64_t)(uintptr_t)user;
	return event;
}

/*
 * Submits a shadow whose socket or eventfd the program has closed meanwhile, or made something else
 * of: on a socket of ours, and at last without the eventfd.  Returns as io_submit.
 */
static long submit_alone(struct preload_event *event)
{
	struct iocb *list = &event->shadow;
	long descriptor =
	    DOOR_CALL_3(SYS_socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	long result;

	if (descriptor < 0)
		return -EAGAIN;
	list->aio_fildes = (uint32_t)descriptor;
	result = DOOR_CALL_3(SYS_io_submit, event->context, 1, &list);
	if (result < 0 && result != -EAGAIN) {
		list->aio_flags &= ~(uint32_t)IOCB_FLAG_RESFD;
		result = DOOR_CALL_3(SYS_io_submit, event->context, 1, &list);
	}
	(void)DOOR_CALL_1(SYS_close, descriptor);
	return result;
}

/*
 * Submits shadows of one context and returns of how many it has done with.  Lock held: an event
 * cannot come out of the ring before its state says that it is there.  A shadow is submitted
 * without a sleep.
 */
static size_t hand_over(struct pool *in, struct preload_event *const *events, size_t count)
{
	struct iocb *list[PRELOAD_EVENTS_TOGETHER];
	size_t done = 0;

	for (size_t i = 0; i < count; i++)
		list[i] = &events[i]->shadow;
	while (done < count) {
		long result =
		    DOOR_CALL_3(SYS_io_submit, events[done]->context, count - done, list + done);

		if (result < 0 && result != -EAGAIN)
			result = submit_alone(events[done]);
		if (result == -EAGAIN)
			break;
		for (long i = 0; i < result; i++)
			events[done++]->state = EVENT_UNDER_WAY;
		if (result <= 0)
			give_back(in, events[done++]); /* the context is gone meanwhile */
	}
	return done;
}

/* ---- events that are held; all with the lock held ---- */

static bool may_hold(const struct pool *in, struct preload_event *const *events, size_t count)
{
	if (!began_alone || atomic_load(&waiting) > 0 || in->held_count + count > HELD_MOST)
		return false;
	for (size_t i = 0; i < count; i++)
		if (events[i]->shadow.aio_flags & IOCB_FLAG_RESFD)
			return false;
	return true;
}

static void hold(struct pool *in, struct preload_event *event)
{
	if (!in->held)
		in->held_end = &in->held;
	event->state = EVENT_HELD;
	event->next = NULL;
	*in->held_end = event;
	in->held_end = &event->next;
	in->held_count++;
}

/* Takes the oldest of a context out of the list; NULL: there is none. */
static struct preload_event *unhold(struct pool *in, aio_context_t context)
{
	for (struct preload_event **link = &in->held; *link; link = &(*link)->next) {
		struct preload_event *event = *link;

		if (event->context != context)
			continue;
		*link = event->next;
		if (in->held_end == &event->next)
			in->held_end = link;
		in->held_count--;
		return event;
	}
	return NULL;
}

static void keep_back(struct pool *in, struct preload_event *event)
{
	event->state = EVENT_KEPT_BACK;
	event->next = in->kept_back;
	in->kept_back = event;
}

/* Sends a context's held events the long way. */
static void release_held(struct pool *in, aio_context_t context)
{
	struct preload_event *event;

	while ((event = unhold(in, context)) != NULL)
		if (hand_over(in, &event, 1) == 0)
			keep_back(in, event);
}

void preload_events_complete_all(struct preload_event *const *events, const int64_t *results,
				 size_t count)
{
	struct pool *in = pool_get();
	aio_context_t context;
	size_t done;

	if (count == 0 || !in || !lock_acquire(&in->lock))
		return;
	context = events[0]->context;
	for (size_t i = 0; i < count; i++)
		events[i]->result = results[i];
	if (may_hold(in, events, count)) {
		for (size_t i = 0; i < count; i++)
			hold(in, events[i]);
		lock_release(&in->lock);
		return;
	}
	release_held(in, context); /* they are older */
	done = hand_over(in, events, count);
	for (size_t i = done; i < count; i++)
		keep_back(in, events[i]);
	lock_release(&in->lock);
	/* Who emptied the ring meanwhile saw nothing kept back. */
	if (done < count)
		(void)preload_events_flush(context);
}

void preload_events_complete(struct preload_event *event, int64_t result)
{
	preload_events_complete_all(&event, &result, 1);
}

/* The oldest event of a context that is kept back: the link to it, or NULL.  Lock held. */
static struct preload_event **oldest_kept_back(struct pool *in, aio_context_t context)
{
	struct preload_event **oldest = NULL;

	for (struct preload_event **link = &in->kept_back; *link; link = &(*link)->next)
		if ((*link)->context == context)
			oldest = link;
	return oldest;
}

bool preload_events_flush(aio_context_t context)
{
	struct pool *in = atomic_load_explicit(&pool, memory_order_acquire);
	struct preload_event **link;

	if (!in || !lock_acquire(&in->lock))
		return true;
	while ((link = oldest_kept_back(in, context)) != NULL) {
		struct preload_event *event = *link;
		struct preload_event *next = event->next;

		if (hand_over(in, &event, 1) == 0)
			break;
		*link = next;
	}
	lock_release(&in->lock);
	return link == NULL;
}

static struct preload_event *event_of(struct pool *in, uint64_t shadow)
{
	size_t offset = (size_t)(shadow - (uint64_t)(uintptr_t)in->all);

	if (offset >= sizeof(in->all) || offset % sizeof(in->all[0]))
		return NULL;
	return &in->all[offset / sizeof(in->all[0])];
}

/* What the program sees of an event of ours, and of one that came from the kernel as its shadow. */
static void give_looks(struct io_event *event, const struct preload_event *ours)
{
	event->obj = ours->user;
	event->res = ours->result;
	event->res2 = 0;
}

bool preload_events_resolve(struct io_event *event)
{
	struct pool *in = atomic_load_explicit(&pool, memory_order_acquire);
	struct preload_event *ours = in ? event_of(in, event->obj) : NULL;
	bool locked;

	if (!ours)
		return false;
	locked = lock_acquire(&in->lock);
	give_looks(event, ours);
	if (!locked)
		give_back_late(in, ours);
	else if (ours->state == EVENT_UNDER_WAY && !atomic_load(&ours->late))
		give_back(in, ours);
	if (locked)
		lock_release(&in->lock);
	return true;
}

long preload_events_take(aio_context_t context, long most, struct io_event *out)
{
	struct pool *in = atomic_load_explicit(&pool, memory_order_acquire);
	struct preload_event *ours;
	long count = 0;

	if (!in || !lock_acquire(&in->lock))
		return 0;
	for (ours = in->held; ours && count < most; ours = ours->next) {
		struct io_event event = {.data = ours->shadow.aio_data};

		if (ours->context != context)
			continue;
		give_looks(&event, ours);
		if (preload_copy_out(&out[count], &event, sizeof(event)) < 0) {
			lock_release(&in->lock);
			return -EFAULT;
		}
		count++;
	}
	for (long i = 0; i < count; i++)
		give_back(in, unhold(in, context));
	lock_release(&in->lock);
	return count;
}

void preload_events_wait(aio_context_t context)
{
	struct pool *in;

	/* Counted first: who makes the pool, or takes its lock after this, sees it. */
	(void)atomic_fetch_add(&waiting, 1);
	in = atomic_load(&pool);
	if (!in || !lock_acquire(&in->lock))
		return;
	release_held(in, context);
	lock_release(&in->lock);
}

void preload_events_waited(void)
{
	(void)atomic_fetch_sub(&waiting, 1);
}

void preload_events_forget(aio_context_t context)
{
	struct pool *in = atomic_load_explicit(&pool, memory_order_acquire);
	struct preload_event **link;
	struct preload_event *event;

	if (!in || !lock_acquire(&in->lock))
		return;
	while ((event = unhold(in, context)) != NULL)
		give_back(in, event);
	while ((link = oldest_kept_back(in, context)) != NULL) {
		(*link)->state = EVENT_UNDER_WAY;
		*link = (*link)->next;
	}
	take_late(in);
	for (unsigned i = 0; i < in->used; i++)
		if (in->all[i].state == EVENT_UNDER_WAY && in->all[i].context == context &&
		    !atomic_load(&in->all[i].late))
			give_back(in, &in->all[i]);
	lock_release(&in->lock);
}
