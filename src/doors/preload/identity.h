/* SPDX-License-Identifier: MIT */
/*
 * What a number really is.  Descriptors come and go in ways that this library does not see: an
 * inline system call closes one or makes a duplicate, another thread's message brings one.  The
 * placeholder's inode tells.
 *
 * Both ask the kernel once, so they are for calls that are rare and not for data.
 */
#ifndef UALG_DOORS_PRELOAD_IDENTITY_H
#define UALG_DOORS_PRELOAD_IDENTITY_H

#include "doors/preload/table.h"

/*
 * The alg socket of a number, or NULL.  An entry whose number names something else by now is
 * forgotten.  A number without an entry costs no system call.
 */
struct sock *preload_identify(int number);

/*
 * A number that has come to this process: gives it its entry where it names the placeholder of a
 * socket whose state is all here.  Not so where a fork has made copies of that state: which of them
 * is meant cannot be told, and a wrong one would look like a result.
 */
void preload_adopt(int number);

#endif
