/* SPDX-License-Identifier: MIT */
#include "doors/preload/rights.h"

#include <string.h>
#include <sys/time.h>
#include <sys/un.h>

#include "base/cmsg.h"
#include "base/lock.h"
#include "doors/common/system.h"
#include "doors/preload/fault.h"
#include "doors/preload/handover.h"
#include "doors/preload/identity.h"
#include "doors/preload/process.h"
#include "doors/preload/table.h"

#define KEPT_MAX     16    /* sockets under way at a time; the oldest make room */
#define CONTROL_ROOM 4096u /* bytes of control data that are looked at; the kernel passes 253 */

/* A socket that may be under way, one reference for it. */
struct kept {
	struct sock *sock; /* NULL: nothing here */
	uint64_t inode;
	int type; /* of the placeholder, and its name */
	struct sockaddr_un name;
	socklen_t name_size;
};

static struct lock kept_lock;
static struct kept kept[KEPT_MAX];
static unsigned kept_next;
static _Atomic unsigned kept_count;

/* ---- what is kept; all with kept_lock held ---- */

static void kept_end(struct kept *entry)
{
	struct sock *sock = entry->sock;

	entry->sock = NULL;
	atomic_fetch_sub(&kept_count, 1);
	preload_drop(sock);
}

/* A placeholder's name is its own as long as any descriptor of it is somewhere. */
static bool kept_is_alive(const struct kept *entry)
{
	int probe = (int)DOOR_CALL_3(SYS_socket, AF_UNIX, entry->type | SOCK_CLOEXEC, 0);
	long result;

	if (probe < 0)
		return true;
	result = DOOR_CALL_3(SYS_bind, probe, &entry->name, entry->name_size);
	(void)DOOR_CALL_1(SYS_close, probe);
	return result < 0;
}

static void kept_sweep(void)
{
	for (unsigned i = 0; i < KEPT_MAX; i++)
		if (kept[i].sock && !kept_is_alive(&kept[i]))
			kept_end(&kept[i]);
}

static struct kept *kept_find(uint64_t inode)
{
	for (unsigned i = 0; i < KEPT_MAX; i++)
		if (kept[i].sock && kept[i].inode == inode)
			return &kept[i];
	return NULL;
}

static struct kept *kept_place(void)
{
	struct kept *entry;

	kept_sweep();
	for (unsigned i = 0; i < KEPT_MAX; i++)
		if (!kept[i].sock)
			return &kept[i];
	entry = &kept[kept_next++ % KEPT_MAX];
	kept_end(entry);
	return entry;
}

/* What another process does with the placeholder fails at once instead of sleeping. */
static void sleep_no_more(int number)
{
	struct timeval time = {0, 0};
	socklen_t size = sizeof(time);

	(void)DOOR_CALL_5(SYS_getsockopt, number, SOL_SOCKET, SO_RCVTIMEO, &time, &size);
	if (time.tv_sec || time.tv_usec)
		return;
	time.tv_usec = 1;
	(void)DOOR_CALL_5(SYS_setsockopt, number, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time));
}

static void keep(int number, struct sock *sock)
{
	struct kept *entry, new = {.sock = sock, .inode = preload_inode_noted(number)};
	socklen_t size = sizeof(new.type);

	if (kept_find(new.inode)) {
		preload_drop(sock);
		return;
	}
	new.name_size = sizeof(new.name);
	if (DOOR_CALL_5(SYS_getsockopt, number, SOL_SOCKET, SO_TYPE, &new.type, &size) < 0 ||
	    DOOR_CALL_3(SYS_getsockname, number, &new.name, &new.name_size) < 0) {
		preload_drop(sock);
		return;
	}
	sleep_no_more(number);
	entry = kept_place();
	*entry = new;
	atomic_fetch_add(&kept_count, 1);
}

/* ---- messages ---- */

static void send_socket(int number)
{
	struct sock *sock;
	int error;

	if (!preload_identify(number) || preload_table_is_copied(number))
		return;
	if (preload_is_supervised()) {
		preload_handover_number(number);
		return;
	}
	sock = preload_lock(number, &error);
	if (!sock)
		return;
	sock_get(sock);
	sock_unlock(sock);
	if (!lock_acquire(&kept_lock)) {
		preload_drop(sock);
		return;
	}
	keep(number, sock);
	lock_release(&kept_lock);
}

static int send_number(int number)
{
	send_socket(number);
	return number;
}

/* Control data of a message: where the program has it, and a copy. */
struct control {
	char *program;
	char bytes[CONTROL_ROOM];
	size_t size;
};

/* Its beginning, as far as it can be read and may hold a number. */
static bool control_copy(struct control *control, const struct msghdr *message)
{
	struct msghdr header;

	if (preload_copy_in(&header, message, sizeof(header)) < 0)
		return false;
	control->program = header.msg_control;
	control->size = header.msg_controllen < CONTROL_ROOM ? header.msg_controllen : CONTROL_ROOM;
	return control->size >= CMSG_LEN(sizeof(int)) && preload_owns() &&
	       preload_copy_in(control->bytes, header.msg_control, control->size) == 0;
}

/*
 * Calls each for every number in a message's control data; where it returns another one, that takes
 * its place there.
 */
static void for_each_number(const struct msghdr *message, int (*each)(int))
{
	struct control control;
	struct cmsg part;
	size_t offset = 0;

	if (!control_copy(&control, message))
		return;
	while (cmsg_next(control.bytes, control.size, &offset, &part) > 0) {
		if (part.level != SOL_SOCKET || part.type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i + sizeof(int) <= part.size; i += sizeof(int)) {
			int number, other;

			memcpy(&number, control.bytes + part.at + i, sizeof(number));
			other = each(number);
			if (other != number)
				(void)preload_copy_out(control.program + part.at + i, &other,
						       sizeof(other));
		}
	}
}

void preload_rights_send(const struct msghdr *message)
{
	if (preload_is_active())
		for_each_number(message, send_number);
}

static int receive_number(int number)
{
	number = preload_handover_received(number);
	/* What stood there was closed past us, since the kernel has given the number anew. */
	if (!preload_identify(number))
		preload_adopt(number);
	return number;
}

void preload_rights_received(const struct msghdr *message)
{
	if (preload_is_active())
		for_each_number(message, receive_number);
}

struct sock *preload_rights_find(uint64_t inode)
{
	struct kept *entry;
	struct sock *sock = NULL;

	if (atomic_load_explicit(&kept_count, memory_order_acquire) == 0 ||
	    !lock_acquire(&kept_lock))
		return NULL;
	entry = kept_find(inode);
	if (entry && sock_lock(entry->sock)) {
		sock = entry->sock;
		sock_get(sock);
		sock_unlock(sock);
	}
	lock_release(&kept_lock);
	return sock;
}

void preload_rights_closed(void)
{
	if (atomic_load_explicit(&kept_count, memory_order_relaxed) == 0 ||
	    !lock_acquire(&kept_lock))
		return;
	kept_sweep();
	lock_release(&kept_lock);
}

void preload_rights_fork_parent(void)
{
	if (!lock_acquire(&kept_lock))
		return;
	for (unsigned i = 0; i < KEPT_MAX; i++)
		if (kept[i].sock)
			kept_end(&kept[i]);
	lock_release(&kept_lock);
}

void preload_rights_fork_child(void)
{
	lock_reset(&kept_lock);
	preload_rights_fork_parent();
}
