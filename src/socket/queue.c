/* SPDX-License-Identifier: MIT */
/*
 * The bytes sent to a cipher and not yet processed.
 *
 * The kernel keeps them in pages and limits them by pages, which programs can see (C-10); here they
 * lie in one piece, so that one call of a library processes them, and the pages are only counted.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/secmem.h"
#include "socket/internal.h"

#define ROOM_AT_FIRST 256u
#define ROOM_KEPT     (16u * 1024u) /* what an empty queue keeps for the next message */

/*
 * Larger rooms of empty queues are kept here, some for all sockets, as they are: to get, clear and
 * give back as much memory for each message would cost more than to encrypt it.  The next message
 * lies over the last one, and what finds no place is wiped.  A thread uses one place only, so that
 * others are not in its way.
 */
#define SPARES       16u
#define SPARE_LEAST  (2 * ROOM_KEPT) /* bytes of the smallest room; each size is twice the last */
#define SPARE_SIZES  7u
#define SPARES_BYTES ((size_t)4 << 20) /* of all rooms of a place */

struct spare_room {
	struct spare_room *next;
};

static struct spares {
	_Alignas(64) struct lock lock;
	size_t bytes;
	struct spare_room *rooms[SPARE_SIZES];
} spares[SPARES];

static struct spares *spares_of_thread(void)
{
	return &spares[lock_self() % SPARES];
}

size_t sock_queue_limit(const struct sock *sock)
{
	size_t limit = sock->sndbuf & ~(size_t)(SOCK_PAGE - 1);

	return limit < SOCK_PAGE ? SOCK_PAGE : limit;
}

bool sock_queue_writable(const struct sock *sock)
{
	return sock->queue.used + SOCK_PAGE <= sock_queue_limit(sock);
}

static void wipe_and_free(uint8_t *data, size_t room)
{
	if (data)
		secmem_wipe(data, room);
	free(data);
}

static void give_back(struct sock_queue *queue)
{
	wipe_and_free(queue->data, queue->room);
	queue->data = NULL;
	queue->room = 0;
}

/* Which of the sizes has room for so many bytes; SPARE_SIZES: none. */
static unsigned spare_size(size_t size)
{
	unsigned i = 0;

	while (i < SPARE_SIZES && ((size_t)SPARE_LEAST << i) < size)
		i++;
	return i;
}

static uint8_t *pop(struct spares *place, unsigned size)
{
	struct spare_room *room = place->rooms[size];

	if (!room)
		return NULL;
	place->rooms[size] = room->next;
	place->bytes -= (size_t)SPARE_LEAST << size;
	return (uint8_t *)room;
}

/* Makes place for a room by giving smaller ones back; false: there is none all the same. */
static bool make_place(struct spares *place, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		while (place->bytes + ((size_t)SPARE_LEAST << size) > SPARES_BYTES &&
		       place->rooms[i])
			wipe_and_free(pop(place, i), (size_t)SPARE_LEAST << i);
	return place->bytes + ((size_t)SPARE_LEAST << size) <= SPARES_BYTES;
}

/* Puts an empty queue's room among the spares, or gives it back. */
static void spare_room(struct sock_queue *queue)
{
	struct spares *place = spares_of_thread();
	unsigned size = spare_size(queue->room);

	if (size < SPARE_SIZES && lock_try(&place->lock)) {
		if (make_place(place, size)) {
			struct spare_room *room = (struct spare_room *)(void *)queue->data;

			room->next = place->rooms[size];
			place->rooms[size] = room;
			place->bytes += queue->room;
			queue->data = NULL;
		}
		lock_release(&place->lock);
	}
	give_back(queue);
}

/* Room of at least size bytes, a power of two, unwiped; NULL: no memory. */
static uint8_t *get_room(size_t size, size_t *room)
{
	struct spares *place = spares_of_thread();
	uint8_t *data = NULL;

	*room = size;
	if (size <= ROOM_KEPT)
		return malloc(size);
	if (lock_try(&place->lock)) {
		for (unsigned i = spare_size(size); i < SPARE_SIZES && !data; i++) {
			data = pop(place, i);
			*room = data ? (size_t)SPARE_LEAST << i : size;
		}
		lock_release(&place->lock);
	}
	return data ? data : malloc(size);
}

void sock_queue_free(struct sock *sock)
{
	give_back(&sock->queue);
	sock->queue = (struct sock_queue){0};
}

/* Room for size bytes more behind the used ones. */
static int reserve(struct sock_queue *queue, size_t size)
{
	size_t wanted = queue->used + size;
	size_t room = queue->room ? queue->room : ROOM_AT_FIRST;
	uint8_t *data;

	if (queue->head + wanted <= queue->room)
		return 0;
	while (room < wanted)
		room *= 2;
	data = get_room(room, &room);
	if (!data)
		return -ENOMEM;
	if (queue->used)
		memcpy(data, queue->data + queue->head, queue->used);
	give_back(queue);
	queue->data = data;
	queue->room = room;
	queue->head = 0;
	return 0;
}

/* How much may be appended now: the rest of the last page, then whole pages that are free. */
static size_t appendable(const struct sock *sock, size_t wanted)
{
	const struct sock_queue *queue = &sock->queue;
	size_t limit = sock_queue_limit(sock);
	size_t rest = queue->fill ? SOCK_PAGE - queue->fill : 0;
	size_t used = queue->used + rest;
	size_t size = rest;

	/* A page is begun only if one is free; the last one is then filled up, past the limit. */
	if (used + SOCK_PAGE <= limit)
		size += (limit - used + SOCK_PAGE - 1) & ~(size_t)(SOCK_PAGE - 1);
	return size < wanted ? size : wanted;
}

static void grow(struct sock_queue *queue, size_t size)
{
	queue->used += size;
	queue->fill = (queue->fill + size) % SOCK_PAGE;
}

/* The kernel copies page by page, and what was copied before a fault stays (C-12). */
static int append_by_page(struct sock *sock, struct sock_io *io, size_t size)
{
	struct sock_queue *queue = &sock->queue;

	while (size > 0) {
		size_t piece = SOCK_PAGE - queue->fill;
		int result;

		if (piece > size)
			piece = size;
		result =
		    sock_gather(sock, io, io->done, queue->data + queue->head + queue->used, piece);
		if (result < 0)
			return result;
		grow(queue, piece);
		io->done += piece;
		size -= piece;
	}
	return 0;
}

static int append_pulled(struct sock_queue *queue, struct sock_io *io, size_t size)
{
	ssize_t got = io->pull(io, queue->data + queue->head + queue->used, size);

	if (got < 0)
		return (int)got;
	grow(queue, (size_t)got);
	io->done += (size_t)got;
	if ((size_t)got < size)
		io->size = io->done;
	return 0;
}

int sock_queue_append(struct sock *sock, struct sock_io *io)
{
	struct sock_queue *queue = &sock->queue;
	size_t size = appendable(sock, io->size - io->done);
	int result;

	if (size == 0)
		return 0;
	result = reserve(queue, size);
	if (result < 0)
		return result;
	if (io->pull)
		return append_pulled(queue, io, size);
	result = sock_gather(sock, io, io->done, queue->data + queue->head + queue->used, size);
	if (result < 0)
		return append_by_page(sock, io, size);
	grow(queue, size);
	io->done += size;
	return 0;
}

void sock_queue_consume(struct sock *sock, size_t size)
{
	struct sock_queue *queue = &sock->queue;

	queue->head += size;
	queue->used -= size;
	if (queue->used > 0)
		return;
	queue->head = 0;
	queue->fill = 0;
	if (queue->room > ROOM_KEPT)
		spare_room(queue);
}

int sock_queue_set(struct sock *sock, const uint8_t *data, size_t size, size_t fill)
{
	int result = reserve(&sock->queue, size);

	if (result < 0)
		return result;
	if (size)
		memcpy(sock->queue.data, data, size);
	sock->queue.used = size;
	sock->queue.fill = fill;
	return 0;
}
