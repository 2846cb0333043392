/* SPDX-License-Identifier: MIT */
/*
 * Free descriptors for the time in which libraries are loaded.
 *
 * The kernel needs none at bind.  We do: the dynamic linker opens each library, and libraries open
 * files as they begin; one of them aborts the program where it cannot.  A program that has come to
 * its soft RLIMIT_NOFILE gets some above it, meanwhile.
 */
#ifndef UALG_CRYPTO_HEADROOM_H
#define UALG_CRYPTO_HEADROOM_H

#include <stdbool.h>
#include <sys/resource.h>

struct headroom {
	bool raised;
	struct rlimit before, meanwhile;
};

/*
 * Sees to free descriptors, by raising the soft limit to the hard one where it must.  0, and the
 * caller ends it with headroom_leave; or -ENOMEM, and nothing is changed: there are too few all the
 * same, or no memory for them.
 */
int headroom_enter(struct headroom *headroom);
void headroom_leave(const struct headroom *headroom);

#endif
