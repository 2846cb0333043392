/* SPDX-License-Identifier: MIT */
#include "crypto/headroom.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/*
 * The dynamic linker has one file open at a time, and a file that a door gives instead of another
 * takes two.  More are wanted, since other threads may open files meanwhile.
 */
#define NEEDED 2u
#define WANTED 8u

/*
 * How many of WANTED descriptors can be opened now.  The root needs no right to be opened so, and
 * is there for whatever may be loaded; if it fails otherwise, that tells nothing about the number.
 */
static unsigned count_free(void)
{
	int opened[WANTED];
	unsigned count = 0, free_ones;

	while (count < WANTED) {
		opened[count] = open("/", O_PATH | O_CLOEXEC);
		if (opened[count] < 0)
			break;
		count++;
	}
	free_ones = count;
	if (count < WANTED && errno != EMFILE && errno != ENFILE && errno != ENOMEM)
		free_ones = WANTED;
	while (count > 0)
		(void)close(opened[--count]);
	return free_ones;
}

/* Setting and asking are one call, so that another thread's limit is not lost between them. */
static bool set_limit(const struct rlimit *limit, struct rlimit *before)
{
	return prlimit(0, RLIMIT_NOFILE, limit, before) == 0;
}

static void raise_limit(struct headroom *headroom)
{
	if (getrlimit(RLIMIT_NOFILE, &headroom->before) < 0 ||
	    headroom->before.rlim_cur >= headroom->before.rlim_max)
		return;
	headroom->meanwhile.rlim_cur = headroom->before.rlim_max;
	headroom->meanwhile.rlim_max = headroom->before.rlim_max;
	headroom->raised = set_limit(&headroom->meanwhile, &headroom->before);
}

int headroom_enter(struct headroom *headroom)
{
	int error = errno;
	int result = 0;

	headroom->raised = false;
	if (count_free() < WANTED) {
		raise_limit(headroom);
		if (count_free() < NEEDED) {
			headroom_leave(headroom);
			result = -ENOMEM;
		}
	}
	errno = error;
	return result;
}

void headroom_leave(const struct headroom *headroom)
{
	struct rlimit found;

	if (!headroom->raised || !set_limit(&headroom->before, &found))
		return;
	/* The program has set one of its own meanwhile: that is the one. */
	if (found.rlim_cur != headroom->meanwhile.rlim_cur ||
	    found.rlim_max != headroom->meanwhile.rlim_max)
		(void)set_limit(&found, NULL);
}
