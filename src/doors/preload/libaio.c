/* SPDX-License-Identifier: MIT */
#include "doors/preload/libaio.h"

#include <limits.h>
#include <stddef.h>

#include "doors/common/system.h"

static int submit(aio_context_t context, long count, struct iocb **list)
{
	return (int)DOOR_CALL_3(SYS_io_submit, context, count, list);
}

static int getevents(aio_context_t context, long least, long most, struct io_event *events,
		     struct timespec *timeout)
{
	return (int)DOOR_CALL_5(SYS_io_getevents, context, least, most, events, timeout);
}

static int pgetevents(aio_context_t context, long least, long most, struct io_event *events,
		      struct timespec *timeout, sigset_t *signals)
{
	const struct {
		sigset_t *signals;
		unsigned long size;
	} mask = {signals, (NSIG - 1) / CHAR_BIT};

	return (int)DOOR_CALL_6(SYS_io_pgetevents, context, least, most, events, timeout, &mask);
}

static int destroy(aio_context_t context)
{
	return (int)DOOR_CALL_1(SYS_io_destroy, context);
}

void *preload_libaio_find(enum preload_real_index index)
{
	switch (index) {
	case PRELOAD_REAL_io_submit:
		return (void *)submit;
	case PRELOAD_REAL_io_getevents:
		return (void *)getevents;
	case PRELOAD_REAL_io_pgetevents:
		return (void *)pgetevents;
	case PRELOAD_REAL_io_destroy:
		return (void *)destroy;
	default:
		return NULL;
	}
}
