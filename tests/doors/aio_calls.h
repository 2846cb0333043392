/* SPDX-License-Identifier: MIT */
/* Asynchronous calls by their numbers, for the tests that make them. */
#ifndef UALG_TESTS_AIO_CALLS_H
#define UALG_TESTS_AIO_CALLS_H

#include "preload_common.h"

#include <errno.h>
#include <linux/aio_abi.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define EVENTS 16 /* of one io_submit, at most */

static inline aio_context_t open_context(unsigned events)
{
	aio_context_t context = 0;

	assert_int_equal(syscall(SYS_io_setup, events, &context), 0);
	return context;
}

static inline void close_context(aio_context_t context)
{
	assert_int_equal(syscall(SYS_io_destroy, context), 0);
}

static inline struct iocb control(int opcode, int fd, const void *buffer, size_t size)
{
	return (struct iocb){
	    .aio_lio_opcode = (uint16_t)opcode,
	    .aio_fildes = (uint32_t)fd,
	    .aio_buf = (uint64_t)(uintptr_t)buffer,
	    .aio_nbytes = size,
	};
}

/* io_submit of several; each gets its place as data. */
static inline long submit(aio_context_t context, struct iocb *controls, unsigned count)
{
	struct iocb *list[EVENTS];

	for (unsigned i = 0; i < count; i++) {
		controls[i].aio_data = i;
		list[i] = &controls[i];
	}
	return syscall(SYS_io_submit, context, (long)count, list);
}

static inline long reap(aio_context_t context, long least, long most, struct io_event *events)
{
	struct timespec time = {.tv_sec = 5};

	return syscall(SYS_io_getevents, context, least, most, events, least ? &time : NULL);
}

static inline void assert_fails(long result, int error)
{
	int got = errno;

	assert_int_equal(result, -1);
	assert_int_equal(got, error);
}

#endif
