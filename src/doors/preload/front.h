/* SPDX-License-Identifier: MIT */
/* What the files of the front share. */
#ifndef UALG_DOORS_PRELOAD_FRONT_H
#define UALG_DOORS_PRELOAD_FRONT_H

#include <stdbool.h>

#include "doors/preload/door.h"

/* Marks a wrapper: it has a name of its own in C, and libc's as a symbol. */
#define FRONT_EXPORT __attribute__((visibility("default")))

/* The door's functions once it is open, or NULL. */
const struct preload_functions *front_door(void);

/*
 * The same, and opens it if it is not yet; NULL where it cannot be.  Without signals, so that no
 * handler comes here meanwhile; two threads may both open it, to the same effect.
 */
const struct preload_functions *front_open_door(void);

/*
 * System calls by their number that go by a path: made, and with the result of libc's function in
 * *result.  False: another call (files.c).
 */
bool front_files_call(long number, const long arguments[6], long *result);

#endif
