/* SPDX-License-Identifier: MIT */
/*
 * A list that io_submit was given (rules I), on its way: read (aio_list.c), done as far as it can
 * be together (aio_together.c), and the rest one by one (aio.c).
 */
#ifndef UALG_DOORS_SUPERVISOR_AIO_H
#define UALG_DOORS_SUPERVISOR_AIO_H

#include <linux/aio_abi.h>

#include "doors/supervisor/events.h"
#include "doors/supervisor/process.h"

struct aio_entry {
	uintptr_t user; /* address of the control block */
	struct iocb control;
	struct supervisor_object *object; /* NULL: it is for the kernel */
	int64_t result;
	bool accepted; /* io_submit refuses it no more: an error is its event's */
	bool done;     /* the call is, result is its */
	bool again;    /* done, by an io_submit before this one */
};

/* What a transfer's extra is while its list is being submitted. */
struct aio_submission {
	uint64_t context;
	struct aio_entry *entries;
	size_t count; /* of entries that may be done */
	size_t next;  /* the first that has no event yet */
	bool mixed;   /* some are for the kernel */
	int error;    /* of the entry behind the last one */
	int eventfd;  /* the program's number of the last one that was judged; -1: none */
	int signals;  /* the number of the eventfd that so many events are still to be counted in */
	unsigned signal_count;
};

/* NULL: no memory. */
struct aio_submission *aio_submission_new(uint64_t context);
void aio_submission_free(struct aio_submission *submission);

/*
 * Reads a list of at most `most` control blocks as far as they are good.  Returns how many are for
 * alg sockets; -ENOMEM; or what the first one is refused for, if it is for one: -EFAULT, -EBADF,
 * -EINVAL, -EOPNOTSUPP (I-05).
 */
long aio_list_read(const struct supervisor_call *call, struct events_context *context,
		   uintptr_t list, size_t most, struct aio_submission *submission);

/*
 * Makes calls from the next one on together, if there are enough that may be (doors/common/aio.h).
 * Entries are accepted then, and done but for those whose turn has to come.
 */
void aio_do_together(const struct supervisor_call *call, const struct events_context *context,
		     struct aio_submission *submission);

/* What the kernel writes to a control block that it accepts. */
#define AIO_ACCEPTED_KEY UINT32_C(0)
static inline uintptr_t aio_key_of(const struct aio_entry *entry)
{
	return entry->user + offsetof(struct iocb, aio_key);
}

#endif
