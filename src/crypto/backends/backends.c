/* SPDX-License-Identifier: MIT */
#include "crypto/backends/backends.h"

/*
 * Loaded in this order; priorities, not the order, decide who serves a name.  gcrypt comes behind
 * those whose ciphers it names for keys that it does not take, and ipsec-mb behind gcrypt likewise.
 */
struct registry_backend backends[] = {
    {.name = "own", .library = NULL, .needed = true, .load = backend_own_load},
    {.name = "openssl", .library = "libcrypto.so.3", .needed = true, .load = backend_openssl_load},
    {.name = "gcrypt", .library = "libgcrypt.so.20", .needed = true, .load = backend_gcrypt_load},
#if HAVE_IPSEC_MB
    {.name = "ipsec-mb",
     .library = "libIPSec_MB.so.1",
     .serves = backend_ipsec_mb_serves,
     .load = backend_ipsec_mb_load},
#endif
};

const size_t backends_count = sizeof(backends) / sizeof(backends[0]);
