/* SPDX-License-Identifier: MIT */
/* Calls that come by seccomp notification. */
#ifndef UALG_DOORS_SUPERVISOR_NOTIFY_H
#define UALG_DOORS_SUPERVISOR_NOTIFY_H

#include "doors/supervisor/supervisor.h"

/* Whether an architecture of struct seccomp_data is this machine's 32-bit one. */
bool notify_is_compat(uint32_t arch);

/*
 * Takes calls from a listener and serves them, until nobody is left who could make one.
 * only_death_ends: no signal ends a call that was taken, but a deadly one.
 */
void notify_serve(int listener, bool only_death_ends);

#endif
