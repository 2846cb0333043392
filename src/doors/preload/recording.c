/* SPDX-License-Identifier: MIT */
#include "doors/preload/recording.h"

#include <stdlib.h>
#include <unistd.h>

#include "doors/common/system.h"
#include "doors/preload/process.h"
#include "doors/preload/real.h"

static long self;

void preload_recording_begin(struct sock_host *host)
{
	self = DOOR_CALL_1(SYS_getpid, 0);
	record_begin(secure_getenv(RECORD_VARIABLE), self);
	if (record_is_on())
		host->ended = record_end;
}

void preload_recording_forked(void)
{
	if (!record_is_on())
		return;
	self = DOOR_CALL_1(SYS_getpid, 0);
	record_forked(self);
}

void preload_record_bind(const struct sock *sock, const void *address, size_t size, int result)
{
	record_bind(self, sock, address, size, result);
}

void preload_record_accept(struct sock *sock, const struct sock *from)
{
	record_accept(self, sock, from);
}

void preload_record_data(struct sock *sock, const struct sock_io *io, bool sending, ssize_t result)
{
	record_data(self, sock, io, sending, result);
}

void preload_record_refusal(const struct sock *sock, const char *call, int error)
{
	record_refusal(self, sock, call, error);
}

void preload_record_flush(void)
{
	if (record_is_on() && preload_owns())
		record_flush();
}

/* exit() */
__attribute__((destructor)) static void at_exit(void)
{
	preload_record_flush();
}

PRELOAD_EXPORT void _exit(int status)
{
	preload_record_flush();
	REAL(_exit)(status);
	__builtin_unreachable();
}

void _Exit(int status) PRELOAD_ALIAS(_exit);
