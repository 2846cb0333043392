/* SPDX-License-Identifier: MIT */
/* The files of the libcrypto back end. */
#ifndef UALG_CRYPTO_BACKENDS_OPENSSL_H
#define UALG_CRYPTO_BACKENDS_OPENSSL_H

/*
 * Registers the block ciphers cast5 and camellia.  0 also where the library was built without one
 * of them; else as registry_add.
 */
int openssl_ciphers_load(const char *library_file);

/* Registers md4.  0 also where the library was built without it; else as registry_add. */
int openssl_md4_load(const char *library_file);

#endif
