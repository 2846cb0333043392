/* SPDX-License-Identifier: MIT */
/*
 * Independent computations by several threads, for those who asked for them (pcrypt, Y-04).
 *
 * The threads are made for one call and are gone when it returns, from the kernel's list of them,
 * too: a program may fork, unshare namespaces or change its user at any time.  They have all
 * signals blocked, and so has the caller while they live: no handler of the program runs that could
 * leave the call by a jump and the threads behind.
 */
#ifndef UALG_CRYPTO_PARALLEL_H
#define UALG_CRYPTO_PARALLEL_H

#include <stddef.h>

/* Computes the part of that index: memory of our own alone, since a fault there ends the process.
 */
typedef void parallel_work(void *context, size_t index);

/*
 * Has work(context, index) done once for each index below count, begun in their order, and returns
 * when all are done.  The caller does the first ones itself and measures them; threads help as soon
 * as what is left would take longer than a thread costs, as many as the caller may use processors.
 * Where none can be made (limits, a filter), or other programs use the processors, the caller does
 * it all.
 */
void parallel_run(parallel_work *work, void *context, size_t count);

#endif
