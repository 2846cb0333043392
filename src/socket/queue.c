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
 * Larger rooms of empty queues are kept here, a few for all sockets, as they are: to get, clear and
 * give back as much memory for each message would cost more than to encrypt it.  The next message
 * lies over the last one, and what finds no place is wiped.  A thread uses one place only, so that
 * others are not in its way.
 */
#define SPARES     16u
#define SPARE_MOST (2u * 1024u * 1024u)

static struct spare {
	_Alignas(64) struct lock lock;
	uint8_t *data;
	size_t room;
} spares[SPARES];

static struct spare *spare_of_thread(void)
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

/* Puts an empty queue's room among the spares, if it is larger than what is there. */
static void spare_room(struct sock_queue *queue)
{
	struct spare *spare = spare_of_thread();

	if (queue->room <= SPARE_MOST && lock_try(&spare->lock)) {
		if (spare->room < queue->room) {
			uint8_t *data = spare->data;
			size_t room = spare->room;

			spare->data = queue->data;
			spare->room = queue->room;
			queue->data = data;
			queue->room = room;
		}
		lock_release(&spare->lock);
	}
	give_back(queue);
}

/* Room of at least size bytes, unwiped; NULL: no memory. */
static uint8_t *get_room(size_t size, size_t *room)
{
	struct spare *spare = spare_of_thread();
	uint8_t *data = NULL;

	*room = size;
	if (size <= ROOM_KEPT)
		return malloc(size);
	if (lock_try(&spare->lock)) {
		if (spare->room >= size) {
			data = spare->data;
			*room = spare->room;
			spare->data = NULL;
			spare->room = 0;
		}
		lock_release(&spare->lock);
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
