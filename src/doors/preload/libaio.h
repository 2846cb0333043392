/* SPDX-License-Identifier: MIT */
/*
 * libaio's functions for who has no libaio behind this library in the order of libraries, although
 * it calls them: a plugin that brought its own.
 */
#ifndef UALG_DOORS_PRELOAD_LIBAIO_H
#define UALG_DOORS_PRELOAD_LIBAIO_H

#include "doors/preload/real.h"

/* The function of an index if it is one of libaio's, else NULL. */
void *preload_libaio_find(enum preload_real_index index);

#endif
