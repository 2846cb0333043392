/* SPDX-License-Identifier: MIT */
/*
 * What happens to descriptor numbers: close, dup, fcntl and whatever closes a number inside libc.
 * An entry goes before its number is free again, since another thread may get it at once.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "doors/common/system.h"
#include "doors/preload/data.h"
#include "doors/preload/identity.h"
#include "doors/preload/names.h"
#include "doors/preload/netlink.h"
#include "doors/preload/process.h"
#include "doors/preload/real.h"
#include "doors/preload/rights.h"
#include "doors/preload/table.h"

/*
 * Closes a number of ours for good.  Where another thread's dup2 is about to put a socket there, or
 * has done so just now, that entry is not this call's.
 */
static long close_number(int number)
{
	struct sock *sock = preload_find(number);
	bool forgotten =
	    sock && !preload_table_is_moving(number) && preload_table_forget(number, sock);
	long result = DOOR_CALL_1(SYS_close, number);

	if (forgotten) {
		preload_drop_deferred();
		preload_rights_closed();
	}
	return result;
}

PRELOAD_EXPORT int close(int number)
{
	preload_netlink_forget(number);
	if (!preload_find(number))
		return REAL(close)(number);
	pthread_testcancel();
	if (!preload_owns())
		return (int)preload_result(DOOR_CALL_1(SYS_close, number));
	return (int)preload_result(close_number(number));
}

int __close(int number) PRELOAD_ALIAS(close);

/* All of ours from first to last. */
static void close_numbers(unsigned first, unsigned last)
{
	unsigned top = preload_table_top();

	preload_netlink_forget_range(first, last);
	if (first >= top || !preload_owns())
		return;
	for (unsigned i = first; i < top && i <= last; i++)
		if (preload_find((int)i))
			(void)close_number((int)i);
}

PRELOAD_EXPORT int close_range(unsigned first, unsigned last, int flags)
{
	/*
	 * With CLOSE_RANGE_CLOEXEC nothing is closed; anything else but UNSHARE is refused.  With
	 * that one the other threads keep their descriptors, and so the table that is theirs too.
	 */
	if (first <= last && (flags == 0 || (flags == CLOSE_RANGE_UNSHARE && LOCK_ALONE)))
		close_numbers(first, last);
	return REAL(close_range)(first, last, flags);
}

PRELOAD_EXPORT void closefrom(int first)
{
	close_numbers(first < 0 ? 0 : (unsigned)first, UINT_MAX);
	REAL(closefrom)(first);
}

/* libc is about to close a number, or has put something else there. */
static void forget(int number)
{
	struct sock *sock;

	preload_netlink_forget(number);
	if (!preload_find(number) || !preload_owns())
		return;
	sock = preload_table_take(number);
	if (sock)
		preload_drop(sock);
	preload_rights_closed();
}

static void forget_stream(FILE *stream)
{
	int saved = errno;

	if (preload_is_active() && stream)
		forget(fileno(stream));
	errno = saved;
}

PRELOAD_EXPORT int fclose(FILE *stream)
{
	forget_stream(stream);
	return REAL(fclose)(stream);
}

PRELOAD_EXPORT FILE *freopen(const char *path, const char *mode, FILE *stream)
{
	forget_stream(stream);
	return REAL(freopen)(path, mode, stream);
}

PRELOAD_EXPORT FILE *freopen64(const char *path, const char *mode, FILE *stream)
{
	forget_stream(stream);
	return REAL(freopen64)(path, mode, stream);
}

PRELOAD_EXPORT int daemon(int stay, int keep_open)
{
	int result = REAL(daemon)(stay, keep_open);

	if (result == 0 && !keep_open)
		for (int i = 0; i <= STDERR_FILENO; i++)
			forget(i);
	return result;
}

/*
 * Makes a system call that duplicates a number of ours and enters the new number.  Returns the new
 * number or a negative errno.
 */
static long duplicate(int number, long call, long b, long c)
{
	struct sock *sock;
	long result;
	int error = 0;

	sock = preload_owns() ? preload_lock(number, &error) : NULL;
	if (!sock)
		return error ? error : DOOR_CALL_3(call, number, b, c);
	result = DOOR_CALL_3(call, number, b, c);
	if (result < 0 || result == number) {
		sock_unlock(sock);
		return result;
	}
	preload_netlink_forget((int)result);
	sock_get(sock);
	sock_unlock(sock);
	if (!preload_table_set((int)result, sock)) {
		(void)DOOR_CALL_1(SYS_close, result);
		preload_drop(sock);
		return -EMFILE;
	}
	return result;
}

/*
 * dup2 and dup3 of a number of ours.  The entry is there before the kernel's descriptor: a call of
 * another thread in between finds the socket and not its bare placeholder, as if it came later.
 */
static long duplicate_to(int from, int to, int flags)
{
	struct preload_entry entry, before;
	long result;
	int error = 0;

	entry.sock = preload_owns() ? preload_lock(from, &error) : NULL;
	if (!entry.sock || (unsigned)to >= PRELOAD_TABLE_SIZE) {
		if (entry.sock)
			sock_unlock(entry.sock);
		return error ? error : DOOR_CALL_3(SYS_dup3, from, to, flags);
	}
	sock_get(entry.sock);
	entry.inode = preload_inode_noted(from);
	preload_table_move(to, 1);
	before = preload_table_swap(to, entry);
	result = DOOR_CALL_3(SYS_dup3, from, to, flags);
	if (result < 0)
		before = preload_table_swap(to, before);
	preload_table_move(to, -1);
	sock_unlock(entry.sock);
	if (before.sock)
		preload_drop(before.sock);
	if (result < 0)
		return result;
	preload_netlink_forget(to);
	/* Other threads may have closed it, or put something else there. */
	if (!preload_identify(to))
		preload_adopt(to);
	return result;
}

/* A real call has made a duplicate, or failed. */
static int copied(int from, int to)
{
	if (to >= 0)
		preload_netlink_copy(from, to);
	return to;
}

PRELOAD_EXPORT int dup(int number)
{
	if (!preload_identify(number))
		return copied(number, REAL(dup)(number));
	return (int)preload_result(duplicate(number, SYS_dup, 0, 0));
}

PRELOAD_EXPORT int dup2(int from, int to)
{
	int result;

	if (preload_identify(from)) {
		if (from == to)
			return to;
		return (int)preload_result(duplicate_to(from, to, 0));
	}
	result = REAL(dup2)(from, to);
	if (result >= 0 && from != to)
		forget(to);
	return copied(from, result);
}

int __dup2(int from, int to) PRELOAD_ALIAS(dup2);

PRELOAD_EXPORT int dup3(int from, int to, int flags)
{
	int result;

	if (preload_identify(from))
		return (int)preload_result(duplicate_to(from, to, flags));
	result = REAL(dup3)(from, to, flags);
	if (result >= 0)
		forget(to);
	return copied(from, result);
}

static bool duplicates(int command)
{
	return command == F_DUPFD || command == F_DUPFD_CLOEXEC;
}

PRELOAD_EXPORT int fcntl(int number, int command, ...)
{
	va_list arguments;
	long argument;

	va_start(arguments, command);
	argument = va_arg(arguments, long);
	va_end(arguments);
	if (duplicates(command) && preload_identify(number))
		return (int)preload_result(duplicate(number, SYS_fcntl, command, argument));
	if (duplicates(command))
		return copied(number, REAL(fcntl)(number, command, argument));
	return REAL(fcntl)(number, command, argument);
}

int __fcntl(int number, int command, ...) PRELOAD_ALIAS(fcntl);

PRELOAD_EXPORT int fcntl64(int number, int command, ...)
{
	va_list arguments;
	long argument;

	va_start(arguments, command);
	argument = va_arg(arguments, long);
	va_end(arguments);
	if (duplicates(command) && preload_identify(number))
		return (int)preload_result(duplicate(number, SYS_fcntl, command, argument));
	if (duplicates(command))
		return copied(number, REAL(fcntl64)(number, command, argument));
	return REAL(fcntl64)(number, command, argument);
}
