/* SPDX-License-Identifier: MIT */
#include "crypto/backends/backends.h"

/*
 * Loaded in this order; priorities, not the order, decide who serves a name.  gcrypt comes last:
 * its ciphers may name those of others for keys that it does not take.
 */
struct registry_backend backends[] = {
    {.name = "own", .library = NULL, .needed = true, .load = backend_own_load},
    {.name = "openssl", .library = "libcrypto.so.3", .needed = true, .load = backend_openssl_load},
    {.name = "gcrypt", .library = "libgcrypt.so.20", .needed = true, .load = backend_gcrypt_load},
};

const size_t backends_count = sizeof(backends) / sizeof(backends[0]);
