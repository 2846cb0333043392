/* SPDX-License-Identifier: MIT */
/*
 * What the contract says of gcm, ccm and chacha20-poly1305, whoever computes them: which sizes of a
 * tag are allowed (O-11, T-03), and what a ccm IV must be (E-15).
 */
#ifndef UALG_CRYPTO_AEAD_RULES_H
#define UALG_CRYPTO_AEAD_RULES_H

#include "crypto/alg.h"

#define GCM_IV_SIZE  12u
#define CCM_IV_SIZE  16u
#define AEAD_TAG_MAX 16u /* of all three */

/* For aead_ops.authsize_valid.  gcm: 4, 8, 12 to 16 (NIST SP 800-38D, 5.2.1.2). */
bool aead_gcm_authsize_valid(const struct alg *alg, unsigned size);
/* 4, 6, ... 16 (RFC 3610, section 2). */
bool aead_ccm_authsize_valid(const struct alg *alg, unsigned size);
/* The largest alone. */
bool aead_full_authsize_valid(const struct alg *alg, unsigned size);

/*
 * Looks at the IV of a ccm request: its first byte is the size of the length field less one
 * (RFC 3610, section 2.3).  Returns the size of the length field, 2 to 8; -EINVAL: no such size;
 * -EOVERFLOW: a text of size bytes is too long for it.  A text of exactly 2^(8 * size) bytes
 * passes, though its length does not fit (E-15).
 */
int aead_ccm_length_size(const uint8_t iv[CCM_IV_SIZE], size_t size);

#endif
