/* SPDX-License-Identifier: MIT */
/* What the engine asks of its surroundings, answered for the program that is served. */
#ifndef UALG_DOORS_SUPERVISOR_HOST_H
#define UALG_DOORS_SUPERVISOR_HOST_H

#include <sys/time.h>

#include "doors/supervisor/supervisor.h"

extern struct sock_host supervisor_host;

/* Sizes in bytes of the buffers of a new socket on this machine. */
extern unsigned host_sndbuf, host_rcvbuf;

/*
 * How long a call waits at most for input on a placeholder that no supervisor answers for any more:
 * the shortest time that the kernel knows, as SO_RCVTIMEO tells it.
 */
extern struct timeval host_patience;

/* Fills supervisor_host; supervisor_options are set. */
void host_begin(void);

/* Whose call is being served; NULL: none. */
void host_serve(const struct supervisor_call *call);
const struct supervisor_call *host_served(void);

#endif
