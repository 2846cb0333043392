/* SPDX-License-Identifier: MIT */
#include "doors/preload/handover.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/lock.h"
#include "base/secmem.h"
#include "doors/common/descriptors.h"
#include "doors/common/handover.h"
#include "doors/common/system.h"
#include "doors/preload/process.h"
#include "doors/preload/table.h"
#include "ualg/if_alg.h"

_Atomic bool preload_supervised;

static struct handover_hello hello;

void preload_handover_begin(void)
{
	long result;

	do /* a signal may come before the supervisor has taken the call */
		result = DOOR_CALL_4(SYS_socket, AF_ALG, HANDOVER_HELLO, HANDOVER_VERSION, &hello);
	while (result == -EINTR);
	if (result > 0)
		(void)DOOR_CALL_1(SYS_close, result); /* a stranger's answer */
	atomic_store(&preload_supervised, result == 0);
}

static bool raise_limit(unsigned number, struct rlimit *before)
{
	struct rlimit raised;

	if (DOOR_CALL_4(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, before) < 0 ||
	    number < before->rlim_cur || number >= before->rlim_max)
		return false;
	raised = (struct rlimit){before->rlim_max, before->rlim_max};
	return DOOR_CALL_4(SYS_prlimit64, 0, RLIMIT_NOFILE, &raised, NULL) == 0;
}

/*
 * A copy from a number on, which may be above the soft limit: that one is for the program's own
 * descriptors, so it is raised for this alone.
 */
static long copy_from(int number, long command, int from)
{
	struct rlimit before;
	bool raised = raise_limit((unsigned)from, &before);
	long copy = DOOR_CALL_3(SYS_fcntl, number, command, from);

	if (raised)
		(void)DOOR_CALL_4(SYS_prlimit64, 0, RLIMIT_NOFILE, &before, NULL);
	return copy;
}

/* A copy of a descriptor within the window, or -1. */
static int copy_in_window(int number)
{
	long flags = DOOR_CALL_2(SYS_fcntl, number, F_GETFD);
	long command = flags > 0 && flags & FD_CLOEXEC ? F_DUPFD_CLOEXEC : F_DUPFD;
	int from = handover_next(&hello.window, 0);

	while (from >= 0) {
		long copy = copy_from(number, command, from);

		if (copy < 0 || handover_in_window(&hello.window, (int)copy))
			return copy < 0 ? -1 : (int)copy;
		(void)DOOR_CALL_1(SYS_close, copy);
		from = handover_next(&hello.window, (int)copy);
	}
	return -1;
}

/* Whether a number is above the program's soft limit, and that one has no room for it. */
static bool is_one_too_many(int number)
{
	struct rlimit limit;

	return DOOR_CALL_4(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit) == 0 &&
	       (rlim_t)number >= limit.rlim_cur && door_descriptors_own() > limit.rlim_cur;
}

int preload_handover_place(int number)
{
	int placed;

	if (!preload_is_supervised() || number < 0 || handover_in_window(&hello.window, number))
		return number;
	placed = copy_in_window(number);
	if (placed < 0)
		return number;
	(void)DOOR_CALL_1(SYS_close, number);
	if (!is_one_too_many(placed))
		return placed;
	(void)DOOR_CALL_1(SYS_close, placed);
	return -EMFILE;
}

/* ---- giving ---- */

static int number_of(const struct sock *sock)
{
	for (unsigned i = 0; i < preload_table_top(); i++)
		if (preload_find((int)i) == sock)
			return (int)i;
	return -1;
}

/* What is left of a socket here once it is another's: its numbers, and threads that sleep on it. */
static void let_go(struct sock *sock)
{
	unsigned end = preload_table_top();

	for (unsigned i = 0; i < end; i++)
		(void)preload_table_forget((int)i, sock);
	lock_futex_wake_all(sock_sequence(sock));
}

static bool give_block(int number, void *block, ssize_t size, int parent)
{
	struct handover_give give = {
	    .block = (uintptr_t)block, .size = (uint64_t)size, .parent = parent};
	long result = DOOR_CALL_3(SYS_ioctl, number, HANDOVER_GIVE, &give);

	return result == 0 || result == -EEXIST;
}

/* Exports a locked socket to the supervisor. */
static bool give_locked(int number, struct sock *sock, int parent)
{
	ssize_t size = sock_export(sock, NULL, 0);
	uint8_t *block = size < 0 ? NULL : secmem_alloc((size_t)size);
	bool given;

	if (!block)
		return false; /* a send sleeps on it, or there is no memory: it stays */
	given = sock_export(sock, block, (size_t)size) == size &&
		give_block(number, block, size, parent);
	secmem_free(block, (size_t)size);
	return given;
}

static bool give(int number, int parent)
{
	struct sock *sock;
	bool given;
	int error;

	sock = preload_lock(number, &error);
	if (!sock)
		return false;
	sock_get(sock);
	given = give_locked(number, sock, parent);
	sock_unlock(sock);
	if (given)
		let_go(sock);
	preload_drop(sock);
	return given;
}

/* The socket that a number's socket shares its key with: itself, or its parent. */
static struct sock *family_of(int number, struct sock **self)
{
	struct sock *sock, *parent;
	int error;

	sock = preload_lock(number, &error);
	if (!sock)
		return NULL;
	*self = sock;
	parent = sock_parent(sock);
	sock_unlock(sock);
	return parent ? parent : sock;
}

/* Parents first: the supervisor makes op sockets of them. */
static void give_family(const struct sock *family)
{
	int parent = number_of(family);
	unsigned end = preload_table_top();

	if (parent >= 0 && !give(parent, -1))
		return;
	for (unsigned i = 0; i < end; i++) {
		struct sock *sock;

		if (preload_find((int)i) && family_of((int)i, &sock) == family)
			(void)give((int)i, parent);
	}
}

void preload_handover_number(int number)
{
	const struct sock *family;
	struct sock *sock;

	if (!preload_is_supervised() || !preload_find(number) || preload_inside)
		return;
	family = family_of(number, &sock);
	if (family)
		give_family(family);
}

void preload_handover_all(void)
{
	unsigned end = preload_table_top();

	for (unsigned i = 0; preload_is_supervised() && i < end; i++)
		preload_handover_number((int)i);
}

void preload_handover_inherited(void)
{
	unsigned end = preload_table_top();

	for (unsigned i = 0; preload_is_supervised() && i < end; i++) {
		long flags = preload_find((int)i) ? DOOR_CALL_2(SYS_fcntl, i, F_GETFD) : -1;

		if (flags >= 0 && !(flags & FD_CLOEXEC))
			preload_handover_number((int)i);
	}
}

static bool give_what_is_asked(ucontext_t *context)
{
	struct handover_asked asked;

	if (DOOR_CALL_4(SYS_socket, AF_ALG, HANDOVER_ASKED, 0, &asked) != 0)
		return false;
	preload_handover_number(asked.number);
	if (asked.blocked)
		(void)sigaddset(&context->uc_sigmask, HANDOVER_SIGNAL);
	return true;
}

bool preload_handover_asked(const siginfo_t *info, ucontext_t *context)
{
	uint64_t all = UINT64_MAX, mask = 0;
	bool given;

	/* What is sent has no code above 0; a fault has. */
	if (info->si_signo != HANDOVER_SIGNAL || info->si_code > 0 || !preload_is_supervised())
		return false;
	/* Other signals would end the calls to the supervisor before it takes them. */
	(void)DOOR_CALL_4(SYS_rt_sigprocmask, SIG_BLOCK, &all, &mask, sizeof(all));
	given = give_what_is_asked(context);
	(void)DOOR_CALL_4(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof(mask));
	return given;
}

/* ---- what comes from elsewhere ---- */

int preload_handover_received(int number)
{
	struct stat status;
	int copy;

	if (!preload_is_supervised() || handover_in_window(&hello.window, number) ||
	    DOOR_CALL_2(SYS_fstat, number, &status) < 0 || !S_ISSOCK(status.st_mode))
		return number;
	copy = copy_in_window(number);
	if (copy < 0)
		return number;
	if (DOOR_CALL_2(SYS_ioctl, copy, HANDOVER_ASK) == 1) {
		(void)DOOR_CALL_1(SYS_close, number);
		return copy;
	}
	(void)DOOR_CALL_1(SYS_close, copy);
	return number;
}

ssize_t preload_handover_transfer(int number, struct sock_io *io, bool sending)
{
	struct msghdr message = {
	    .msg_iov = (struct iovec *)(uintptr_t)io->iov,
	    .msg_iovlen = io->iov_count,
	    .msg_control = (void *)(uintptr_t)io->control,
	    .msg_controllen = io->control_size,
	};
	ssize_t result =
	    DOOR_CALL_3(sending ? SYS_sendmsg : SYS_recvmsg, number, &message, io->flags);

	io->out_flags = message.msg_flags;
	return result;
}
