/* SPDX-License-Identifier: MIT */
#include "crypto/aead_rules.h"

#include <errno.h>

bool aead_gcm_authsize_valid(const struct alg *alg, unsigned size)
{
	(void)alg;
	return size == 4 || size == 8 || (size >= 12 && size <= AEAD_TAG_MAX);
}

bool aead_ccm_authsize_valid(const struct alg *alg, unsigned size)
{
	(void)alg;
	return size >= 4 && size <= AEAD_TAG_MAX && size % 2 == 0;
}

bool aead_full_authsize_valid(const struct alg *alg, unsigned size)
{
	return size == alg->digestsize;
}

int aead_ccm_length_size(const uint8_t iv[CCM_IV_SIZE], size_t size)
{
	unsigned length_size = iv[0] + 1u;

	if (length_size < 2 || length_size > 8)
		return -EINVAL;
	if (length_size < 8 && size > UINT64_C(1) << (8 * length_size))
		return -EOVERFLOW;
	return (int)length_size;
}
