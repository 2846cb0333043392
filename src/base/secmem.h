/* SPDX-License-Identifier: MIT */
/*
 * Memory for secrets: locked where the limit allows, left out of core dumps, wiped when freed.
 *
 * Blocks come from regions of our own, never from malloc, so the host program's heap holds no copy;
 * but under AddressSanitizer, which has to see them.
 * All functions are thread-safe.  After fork the child has copies of all blocks.
 */
#ifndef UALG_BASE_SECMEM_H
#define UALG_BASE_SECMEM_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Returns size bytes, zeroed, aligned to 64; NULL where there is no memory.  size 0 gives a block
 * all the same.  Locking is tried, and its failure (RLIMIT_MEMLOCK) is not an error.
 */
void *secmem_alloc(size_t size);

/* Wipes and frees what secmem_alloc(size) returned.  NULL is fine. */
void secmem_free(void *block, size_t size);

/* Overwrites size bytes with zeros; the compiler keeps it. */
void secmem_wipe(void *data, size_t size);

/* Whether two blocks of size bytes are equal, in a time that depends on size only. */
bool secmem_equal(const void *a, const void *b, size_t size);

/* The two halves of fork safety: the allocator's lock is held across fork by its caller. */
void secmem_fork_prepare(void);
void secmem_fork_done(void);

#endif
