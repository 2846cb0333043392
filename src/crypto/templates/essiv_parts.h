/* SPDX-License-Identifier: MIT */
/* What essiv is made of, whether around an skcipher or an AEAD (N-10). */
#ifndef UALG_CRYPTO_TEMPLATES_ESSIV_PARTS_H
#define UALG_CRYPTO_TEMPLATES_ESSIV_PARTS_H

#include "crypto/alg.h"

/*
 * Finds the block cipher that encrypts the IVs of inner: the one inner itself is made of, whose
 * block is inner's IV, and whose keys may be as long as the hash's digest.  -ENOENT: no such
 * cipher, or a hash that needs a key.
 */
int essiv_find_cipher(const struct alg *inner, const struct alg *hash, const struct alg **out);

/*
 * Sets the IV cipher's key: the digest of a key in two pieces (the second may have 0 bytes).
 * -EINVAL: the digest's size is no key size of the cipher.
 */
int essiv_setkey(struct tfm *cipher, const struct tfm *hash, const uint8_t *first,
		 size_t first_size, const uint8_t *second, size_t second_size);

#endif
