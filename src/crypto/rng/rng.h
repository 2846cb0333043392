/* SPDX-License-Identifier: MIT */
/*
 * Random generators: the DRBGs of NIST SP 800-90A Rev. 1, ANSI X9.31 and jitterentropy_rng, under
 * the names and priorities of the kernel (abi.md T-04).
 *
 * A tfm changes in every call: its owner keeps threads apart.  The bytes that seed and generate are
 * given and write lie in the caller's own memory, never in a program's that may not be there.
 */
#ifndef UALG_CRYPTO_RNG_RNG_H
#define UALG_CRYPTO_RNG_RNG_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "crypto/alg.h"

/*
 * Registers all generators; part of a back end's load.  The algorithms they are made of are looked
 * up when a tfm is made, which fails with -ENOENT where one is missing.  0, or as registry_add.
 */
int rng_register(void);

/*
 * Saves all that makes a generator: V, key, counters, whether it is seeded, the entropy that a test
 * has fixed.  Writes the block if room (bytes) holds it, else nothing; returns the size needed. The
 * block is secret, in native byte order, for one build on one machine.
 * -EOPNOTSUPP: not a generator of this room.
 */
ssize_t rng_export(const struct tfm *tfm, void *block, size_t room);

/*
 * Makes a tfm of the same driver what rng_export saved.  The block may come from anywhere.
 *
 * A DRBG seeds itself anew before it next generates, so that two copies of one never give the same
 * bytes; but not where a test has fixed its entropy.  ansi_cprng goes on exactly where it
 * was: its output is what its seed determines.
 *
 * 0; -EINVAL: not such a block, or of another driver, and the tfm is as before; -EOPNOTSUPP: not a
 * generator of this room; otherwise what the nested cipher's setkey refused with (no usable state).
 */
int rng_import(struct tfm *tfm, const void *block, size_t size);

#endif
