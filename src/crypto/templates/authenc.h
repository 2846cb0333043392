/* SPDX-License-Identifier: MIT */
/* What authenc and the templates around it share: the key blob (K-10). */
#ifndef UALG_CRYPTO_TEMPLATES_AUTHENC_H
#define UALG_CRYPTO_TEMPLATES_AUTHENC_H

#include <stddef.h>
#include <stdint.h>

struct authenc_keys {
	const uint8_t *hash;
	size_t hash_size;
	const uint8_t *cipher;
	size_t cipher_size;
};

/*
 * Takes a key blob apart: header, size of the cipher's key, A's key, C's key; all point into blob.
 * 0; -EINVAL: no such blob.
 */
int authenc_parse_keys(const uint8_t *blob, size_t size, struct authenc_keys *keys);

#endif
