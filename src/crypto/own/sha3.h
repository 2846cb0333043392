/* SPDX-License-Identifier: MIT */
/* SHA3-224, SHA3-256, SHA3-384 and SHA3-512 (FIPS 202), with a flat state. */
#ifndef UALG_CRYPTO_OWN_SHA3_H
#define UALG_CRYPTO_OWN_SHA3_H

#include "crypto/alg.h"

/*
 * Picks the permutation that suits this processor and registers the four hashes.  0, or an errno of
 * registry_add.
 */
int sha3_register(void);

#endif
