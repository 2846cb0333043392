/* SPDX-License-Identifier: MIT */
/*
 * The kernel's names of implementations ("aes-generic"), which programs may know, for ours of the
 * same algorithm (N-02).  They work alone and inside other names: cbc(aes-generic).
 */
#ifndef UALG_CRYPTO_ALIASES_H
#define UALG_CRYPTO_ALIASES_H

#include "crypto/alg.h"

/*
 * Writes name to out (ALG_NAME_MAX bytes) with each such word replaced by the driver name of what
 * serves its algorithm.  True: something was replaced.  False: nothing was, or it became too long;
 * out is void then.
 */
bool aliases_translate(const char *name, char *out);

#endif
