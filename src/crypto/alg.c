/* SPDX-License-Identifier: MIT */
#include "crypto/alg.h"

#include <errno.h>

#include "base/secmem.h"

#define HEADER_SIZE 64u /* struct tfm, padded so that the context keeps its alignment */

_Static_assert(sizeof(struct tfm) <= HEADER_SIZE, "the context follows the header");

int tfm_new(const struct alg *alg, struct tfm **out)
{
	struct tfm *tfm = secmem_alloc(HEADER_SIZE + alg->context_size);
	int result;

	*out = NULL;
	if (!tfm)
		return -ENOMEM;
	tfm->alg = alg;
	tfm->authsize = alg->type == ALG_TYPE_AEAD ? alg->digestsize : 0;
	result = alg->init ? alg->init(tfm) : 0;
	if (result < 0) {
		secmem_free(tfm, HEADER_SIZE + alg->context_size);
		return result;
	}
	*out = tfm;
	return 0;
}

void tfm_free(struct tfm *tfm)
{
	if (!tfm)
		return;
	if (tfm->alg->exit)
		tfm->alg->exit(tfm);
	secmem_free(tfm, HEADER_SIZE + tfm->alg->context_size);
}

static bool keysize_fits(const struct alg *alg, size_t size)
{
	return size >= alg->min_keysize && size <= alg->max_keysize;
}

int tfm_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	const struct alg *alg = tfm->alg;

	if (!alg->setkey)
		return alg->type == ALG_TYPE_HASH ? -ENOSYS : keysize_fits(alg, size) ? 0 : -EINVAL;
	if ((alg->type == ALG_TYPE_SKCIPHER || alg->type == ALG_TYPE_CIPHER) &&
	    !keysize_fits(alg, size))
		return -EINVAL;
	return alg->setkey(tfm, key, size);
}

int tfm_setauthsize(struct tfm *tfm, unsigned size)
{
	const struct alg *alg = tfm->alg;

	if (size > alg->digestsize || (size == 0 && alg->digestsize > 0))
		return -EINVAL;
	if (!alg->aead.authsize_valid(alg, size))
		return -EINVAL;
	tfm->authsize = size;
	return 0;
}

bool alg_needs_key(const struct alg *alg)
{
	switch (alg->type) {
	case ALG_TYPE_HASH:
		return alg->key == ALG_KEY_NEEDED;
	case ALG_TYPE_SKCIPHER:
	case ALG_TYPE_CIPHER:
		return alg->max_keysize > 0;
	case ALG_TYPE_AEAD:
		return true;
	case ALG_TYPE_RNG:
		return false;
	}
	return true;
}

const char *alg_type_name(enum alg_type type)
{
	static const char *const names[] = {
	    [ALG_TYPE_CIPHER] = "cipher",     [ALG_TYPE_HASH] = "hash",
	    [ALG_TYPE_SKCIPHER] = "skcipher", [ALG_TYPE_AEAD] = "aead",
	    [ALG_TYPE_RNG] = "rng",
	};

	return names[type];
}
