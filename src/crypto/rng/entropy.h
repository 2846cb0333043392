/* SPDX-License-Identifier: MIT */
/*
 * The entropy source: the kernel's generator, and the word that tells one process from the next.
 *
 * Thread-safe.  Works inside an interposed libc: open, read and syscall() of libc are not called by
 * name.  errno stays as it was.
 */
#ifndef UALG_CRYPTO_RNG_ENTROPY_H
#define UALG_CRYPTO_RNG_ENTROPY_H

#include <stddef.h>
#include <stdint.h>

/*
 * Fills size bytes from getrandom(2), or from /dev/urandom where the kernel has no such call.
 * Waits until the kernel's generator is seeded.  0, or -EIO: there is no entropy, and out is void.
 */
int entropy_fill(uint8_t *out, size_t size);

/*
 * A number that stays the same while a process lives and differs from that of the process it was
 * forked from, whichever call forked it.  Never 0 but where there is no entropy to make one: a
 * generator that remembers 0 has to seed itself anew.  Costs a load.
 */
uint64_t entropy_generation(void);

#endif
