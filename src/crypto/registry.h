/* SPDX-License-Identifier: MIT */
/*
 * All algorithms by name, and the templates that make more of them (abi.md section 4).
 *
 * Back ends are loaded when the first name is looked up, or one that asks for them, never earlier;
 * those that $UALG_WITHOUT lists (names, with commas between) and that are not needed, never at
 * all.  One that could not be loaded for want of descriptors or memory is tried again at the next
 * look-up.  Descriptors live for the life of the process.  Thread-safe; not for signal handlers.
 */
#ifndef UALG_CRYPTO_REGISTRY_H
#define UALG_CRYPTO_REGISTRY_H

#include "crypto/alg.h"

/*
 * Finds what name means as an algorithm of a type: an exact driver name, else the generic name of
 * the highest priority, else what a template makes of it, looked up again under the same name.  The
 * kernel's driver names count as ours (crypto/aliases.h).
 * 0 and *out, or -ENOENT (unknown, malformed, of another type, unsuitable parts), -ENOMEM (also: a
 * library that may have the name cannot be loaded just now, for want of descriptors or memory).
 */
int registry_find(enum alg_type type, const char *name, const struct alg **out);

/*
 * Adds a descriptor, which must stay for ever.  -EINVAL: sizes beyond alg.h's bounds or a missing
 * function; -EEXIST: the driver name is taken.
 */
int registry_add(struct alg *alg);

/* Adds a copy of a descriptor that lives on the caller's stack.  As registry_add, or -ENOMEM. */
int registry_add_copy(const struct alg *alg);

/*
 * Gives a registered descriptor another priority: what its generic name means from now on, to new
 * sockets (U-05).
 */
void registry_set_priority(const struct alg *alg, int priority);

/* All descriptors registered now, newest first, linked by ->next.  Loads the back ends. */
const struct alg *registry_first(void);

/* The back ends: whether each was found, for people (`ualg doctor`). */
struct registry_backend {
	const char *name;    /* "gcrypt" */
	const char *library; /* the file that is looked for, or NULL: built in */
	bool needed;         /* ualg is of little use without it */
	/* Whether an algorithm's name asks for it, which is then loaded, and not before.  NULL: it
	 * is loaded at the first look-up of all. */
	bool (*serves)(const char *name);
	/* Registers what it has and sets version: 0; -ENOENT: not on this machine; -ENOMEM: not
	 * this time. */
	int (*load)(struct registry_backend *backend);
	bool tried; /* load was called, or $UALG_WITHOUT forbade it: not to be tried again */
	int result; /* of load, once tried */
	const char *version; /* of the library that was found, or NULL */
};

/* Loads a back end of that name, where it was not tried yet.  Whether it is there. */
bool registry_load(const char *backend);

/* Whether $UALG_WITHOUT lists a back end that may be left out. */
bool registry_left_out(const struct registry_backend *backend);

/* The table of back ends, with results; *count entries.  Loads them. */
const struct registry_backend *registry_backends(size_t *count);

/* The two halves of fork safety: the registry's lock is held across fork by its caller. */
void registry_fork_prepare(void);
void registry_fork_done(void);

#endif
