/* SPDX-License-Identifier: MIT */
/* Loading providers (ualg/provider.h). */
#ifndef UALG_CRYPTO_PROVIDER_H
#define UALG_CRYPTO_PROVIDER_H

#include <stddef.h>

/* A shared object that was looked at, for people (`ualg doctor`). */
struct provider {
	char path[256];
	char name[64];     /* its own, or "" */
	char message[256]; /* its release; or why it was refused */
	int result;        /* 0; a negative errno: refused, or refused in part */
	unsigned algs;     /* how many of its algorithms are registered */
	struct provider *next;
};

/*
 * Loads those of $UALG_PROVIDERS and of the directory given at build, and registers what they hold.
 * Called once, by the registry, with its lock held.
 */
void provider_load_all(void);

/* Those that were looked at, in that order, linked by ->next; NULL: none. */
const struct provider *provider_first(void);

#endif
