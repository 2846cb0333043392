/* SPDX-License-Identifier: MIT */
/* What one request after the other does not show.  Each prints what it measures and its goals. */
#ifndef UALG_BENCH_EXTRAS_H
#define UALG_BENCH_EXTRAS_H

#include <stdbool.h>
#include <stdio.h>

/* Many requests in one io_submit, against as many calls. */
void extra_together(bool quick);
/* The part of it for a process that the supervisor serves: `compare --together` is one. */
void extra_together_supervised(bool quick);

/* The same where a template asks for several threads. */
void extra_parallel(bool quick);

/* Two threads against one, each with a socket of its own. */
void extra_threads(bool quick);

/* Many sockets in turn; what a socket costs to have and to make. */
void extra_sockets(bool quick);

#endif
