/* SPDX-License-Identifier: MIT */
/* The transports of tests (support/vector_run.h): the same messages by two ways. */
#ifndef UALG_TESTS_TRANSPORT_H
#define UALG_TESTS_TRANSPORT_H

#include "support/vector_run.h"

/* The engine's own functions, in the profile 'strict'.  Links with the engine. */
extern const struct vector_transport transport_engine;

/* libc calls: under a door, or on a kernel that has AF_ALG. */
extern const struct vector_transport transport_door;

/* Whether AF_ALG sockets can be made; says so as TAP where they cannot. */
bool transport_door_works(void);

#endif
