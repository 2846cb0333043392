/* SPDX-License-Identifier: MIT */
/*
 * The back ends, one file for each library.  A new one is its file and a row in backends.c.
 *
 * A load function opens its library with dlopen and registers what it has.  0; -ENOENT: the library
 * or a symbol of it is not on this machine; -ENOMEM: it cannot be loaded just now, and is called
 * again.
 */
#ifndef UALG_CRYPTO_BACKENDS_BACKENDS_H
#define UALG_CRYPTO_BACKENDS_BACKENDS_H

#include "crypto/registry.h"

int backend_gcrypt_load(struct registry_backend *backend);
int backend_openssl_load(struct registry_backend *backend);
int backend_own_load(struct registry_backend *backend);

/* Built where the library's header is (HAVE_IPSEC_MB); -ENOENT: not on this processor either. */
int backend_ipsec_mb_load(struct registry_backend *backend);
bool backend_ipsec_mb_serves(const char *name);
/* For batch_find (crypto/batch.h). */
const struct alg *backend_ipsec_mb_batch(const struct alg *alg);

extern struct registry_backend backends[];
extern const size_t backends_count;

#endif
