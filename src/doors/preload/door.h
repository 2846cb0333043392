/* SPDX-License-Identifier: MIT */
/*
 * How the front and the door of the preload door are joined.
 *
 * Every program of a system may have the front loaded, and hardly any uses AF_ALG: so the front is
 * next to nothing, and the door, with the engine and all algorithms, is a library of its own beside
 * it, opened at the first call that needs it.
 */
#ifndef UALG_DOORS_PRELOAD_DOOR_H
#define UALG_DOORS_PRELOAD_DOOR_H

#include "doors/preload/functions.h"
#include "doors/preload/real.h"

#define PRELOAD_DOOR_LIBRARY "libualg-door.so"
#define PRELOAD_DOOR_ENTRY   "ualg_preload_door"

/* The door's functions, by the names of libc's. */
struct preload_functions {
	long (*syscall)(long number, ...);
	/* Writes the text of /proc/crypto to a file: listing.h. */
	int (*write_catalog)(int file);
	/* clang-format off */
#define X(result, name, parameters, ...) result (*name) parameters;
	PRELOAD_EARLY(X) PRELOAD_LATE(X) PRELOAD_OPENERS(X) PRELOAD_VARIADIC(X)
#undef X
	/* clang-format on */
};

/*
 * The door's one exported symbol.  find: the front's preload_real_find.  The table is static.  May
 * be called more than once, with the same find.
 */
const struct preload_functions *ualg_preload_door(void *(*find)(enum preload_real_index index));

#endif
