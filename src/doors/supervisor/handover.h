/* SPDX-License-Identifier: MIT */
/* The supervisor's side of the hand-over (doors/common/handover.h). */
#ifndef UALG_DOORS_SUPERVISOR_HANDOVER_H
#define UALG_DOORS_SUPERVISOR_HANDOVER_H

#include "doors/supervisor/calls.h"
#include "doors/supervisor/process.h"

/* The preload door greets: socket(AF_ALG, HANDOVER_HELLO, ...). */
bool handover_is_hello(const struct supervisor_call *call);
long handover_hello(const struct supervisor_call *call);

/* The handler of the signal asks what for: socket(AF_ALG, HANDOVER_ASKED, ...). */
bool handover_is_asked(const struct supervisor_call *call);
long handover_asked(const struct supervisor_call *call);

/* The ioctls; SUPERVISOR_PROCEED: it is none of them. */
long handover_ioctl(const struct supervisor_call *call);

/*
 * Whether a call was made past libc on what may be a socket of the preload door's: then the door
 * has been asked for it, once, and the call is answered: it is made anew.
 */
bool handover_ask(const struct supervisor_call *call, const struct calls_entry *entry);

#endif
