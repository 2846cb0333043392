/* SPDX-License-Identifier: MIT */
/*
 * Memory for the time of a call, where a call's stack is too small: programs make threads with
 * 16 KiB of it.
 *
 * One piece is kept for whoever comes next, since to map one costs more than most calls.  It is not
 * locked, not wiped and of any contents; to take and to give it is safe in signal handlers.
 */
#ifndef UALG_BASE_SCRATCH_H
#define UALG_BASE_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>

struct scratch {
	void *memory; /* aligned as a page */
	size_t size;  /* bytes, at least those asked for */
};

/* False: there is no memory. */
bool scratch_take(struct scratch *scratch, size_t size);

/* Takes a struct scratch *, as pthread_cleanup_push wants it. */
void scratch_give(void *scratch);

#endif
