/* SPDX-License-Identifier: MIT */
/* What the kernel says about an algorithm: /proc/crypto (abi.md rules ). */
#ifndef UALG_API_PROC_CRYPTO_H
#define UALG_API_PROC_CRYPTO_H

#include "crypto/alg.h"

/*
 * Fills out with the sizes of an algorithm that has been bound: from /proc/crypto, or, where that
 * cannot be read, from the engine's descriptor of that name.  Functions are left out.
 * -EOPNOTSUPP: neither has it; -ENOMEM.
 */
int proc_crypto_find(enum alg_type type, const char *name, struct alg *out);

#endif
