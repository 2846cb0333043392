/* SPDX-License-Identifier: MIT */
#include "doors/supervisor/object.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BUCKETS 4096u /* a power of two */

/* A close that was seen may take effect late; after so many idle looks something else has it. */
#define CHECKS_MAX 12u

/* Those that are looked at in a hurry, the last ones first. */
#define HURRY_MAX 64u

static struct supervisor_object *buckets[BUCKETS];
static struct supervisor_object *doubted;
static unsigned count;

static struct supervisor_object **bucket_of(ino_t inode)
{
	return &buckets[inode & (BUCKETS - 1)];
}

struct supervisor_object *object_find(ino_t inode)
{
	struct supervisor_object *object = *bucket_of(inode);

	while (object && object->inode != inode)
		object = object->next;
	return object;
}

unsigned objects_count(void)
{
	return count;
}

static bool note_name(struct supervisor_object *object, int placeholder)
{
	struct sockaddr_un address;
	socklen_t size = sizeof(address);
	socklen_t type_size = sizeof(object->placeholder_type);

	if (getsockname(placeholder, (struct sockaddr *)&address, &size) < 0 ||
	    getsockopt(placeholder, SOL_SOCKET, SO_TYPE, &object->placeholder_type, &type_size) < 0)
		return false;
	size -= (socklen_t)offsetof(struct sockaddr_un, sun_path);
	if (size == 0 || size > sizeof(object->name))
		return false;
	memcpy(object->name, address.sun_path, size);
	object->name_size = size;
	return true;
}

struct supervisor_object *object_new(enum object_kind kind, int placeholder, struct sock *sock)
{
	struct supervisor_object *object = calloc(1, sizeof(*object));
	struct stat status;

	if (!object || fstat(placeholder, &status) < 0 ||
	    (kind == OBJECT_ALG && !note_name(object, placeholder))) {
		free(object);
		return NULL;
	}
	object->kind = kind;
	object->inode = status.st_ino;
	object->sock = sock;
	object->shown = SOCK_POLLIN | SOCK_POLLOUT;
	object->next = *bucket_of(object->inode);
	*bucket_of(object->inode) = object;
	count++;
	return object;
}

void object_free(struct supervisor_object *object)
{
	struct supervisor_object **link = bucket_of(object->inode);

	while (*link != object)
		link = &(*link)->next;
	*link = object->next;
	if (object->sock && sock_lock(object->sock))
		sock_put_unlock(object->sock);
	free(object);
	count--;
}

void objects_end(void)
{
	for (unsigned i = 0; i < BUCKETS; i++)
		while (buckets[i])
			object_free(buckets[i]);
	doubted = NULL;
}

void object_doubt(struct supervisor_object *object)
{
	object->checks = 0;
	if (object->doubted)
		return;
	object->doubted = true;
	object->next_doubted = doubted;
	doubted = object;
}

/* Whether the placeholder is there: its name cannot be had then. */
static bool is_alive(const struct supervisor_object *object)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	socklen_t size = (socklen_t)offsetof(struct sockaddr_un, sun_path) + object->name_size;
	int descriptor;
	bool alive;

	if (object->kind == OBJECT_NETLINK)
		return netlink_is_alive(object);
	descriptor = socket(AF_UNIX, object->placeholder_type | SOCK_CLOEXEC, 0);
	if (descriptor < 0)
		return true;
	memcpy(address.sun_path, object->name, object->name_size);
	alive = bind(descriptor, (struct sockaddr *)&address, size) < 0;
	(void)close(descriptor);
	return alive;
}

bool objects_reap(bool idle)
{
	struct supervisor_object **link = &doubted;

	for (unsigned i = 0; *link && (idle || i < HURRY_MAX); i++) {
		struct supervisor_object *object = *link;
		/* A call that sleeps on it goes on, as in the kernel. */
		bool alive = object->callers || is_alive(object);

		if (object->callers || (alive && (!idle || ++object->checks < CHECKS_MAX))) {
			link = &object->next_doubted;
			continue;
		}
		*link = object->next_doubted;
		object->doubted = false;
		if (alive)
			continue;
		process_forget_object(object);
		object_free(object);
	}
	return doubted != NULL;
}
