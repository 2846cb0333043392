/* SPDX-License-Identifier: MIT */
#include "doors/preload/watch.h"

#include <stdint.h>
#include <string.h>

#include "doors/common/placeholder.h"
#include "doors/preload/table.h"

/* What the door hangs on a socket: it fits the pointer that the engine has for it. */
struct watch {
	int32_t number;    /* of the placeholder */
	uint16_t watchers; /* counted ones */
	uint8_t hidden;    /* SOCK_POLL bits that the placeholder does not show; 0 at first */
	uint8_t edges;     /* watched for good */
};

_Static_assert(sizeof(struct watch) <= sizeof(void *), "struct watch stands in a pointer's place");

static const unsigned all_events = SOCK_POLLIN | SOCK_POLLOUT;

static struct watch watch_of(struct sock *sock)
{
	struct watch watch;

	memcpy(&watch, sock_door_data(sock), sizeof(watch));
	return watch;
}

static void watch_store(struct sock *sock, const struct watch *watch)
{
	memcpy(sock_door_data(sock), watch, sizeof(*watch));
}

/* A number under which the placeholder is open, or -1. */
static int number_of(const struct sock *sock, int likely)
{
	if (preload_find(likely) == sock)
		return likely;
	for (unsigned i = 0; i < preload_table_top(); i++)
		if (preload_find((int)i) == sock)
			return (int)i;
	return -1;
}

static void show(struct sock *sock, struct watch *watch)
{
	unsigned events = sock_poll(sock) & all_events;

	if (!door_placeholder_has_readiness(sock_kind(sock)))
		return;
	if (watch->hidden == (all_events & ~events) && !watch->edges)
		return;
	watch->number = number_of(sock, watch->number);
	if (watch->number < 0)
		return;
	door_placeholder_show(watch->number, events);
	watch->hidden = (uint8_t)(all_events & ~events);
}

void preload_watch_begin(struct sock *sock, int number)
{
	struct watch watch = watch_of(sock);

	watch.number = number;
	/* The count sticks at its end: such a socket is watched for good. */
	if (watch.watchers < UINT16_MAX) {
		watch.watchers++;
		sock_observe(sock, 1);
	}
	show(sock, &watch);
	watch_store(sock, &watch);
}

void preload_watch_end(struct sock *sock)
{
	struct watch watch = watch_of(sock);

	if (watch.watchers == UINT16_MAX)
		return;
	watch.watchers--;
	sock_observe(sock, -1);
	watch_store(sock, &watch);
}

void preload_watch_edges(struct sock *sock, int number)
{
	struct watch watch = watch_of(sock);

	watch.number = number;
	show(sock, &watch);
	if (!watch.edges) {
		watch.edges = 1;
		sock_observe(sock, 1);
	}
	watch_store(sock, &watch);
}

void preload_changed(struct sock *sock)
{
	struct watch watch = watch_of(sock);

	lock_futex_wake_all(sock_sequence(sock));
	if (!watch.watchers && !watch.edges)
		return;
	show(sock, &watch);
	watch_store(sock, &watch);
}
