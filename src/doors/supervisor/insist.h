/* SPDX-License-Identifier: MIT */
/* A signal for a thread that blocks it. */
#ifndef UALG_DOORS_SUPERVISOR_INSIST_H
#define UALG_DOORS_SUPERVISOR_INSIST_H

#include "doors/supervisor/supervisor.h"

/*
 * Sends the caller a signal that it blocks, takes it from its mask, and has the call made anew
 * behind the signal's handler, whose business it is to block the signal again.  By ptrace, for no
 * longer than that takes; so only where the call came by another way.  false: nothing has been
 * done, as the thread has a tracer already, and the call has no answer yet.
 */
bool insist_on_signal(const struct supervisor_call *call, int signal_number);

#endif
