/* SPDX-License-Identifier: MIT */
#include "crypto/templates/essiv_parts.h"

#include <errno.h>

#include "base/secmem.h"
#include "crypto/registry.h"
#include "crypto/templates/parts.h"

int essiv_find_cipher(const struct alg *inner, const struct alg *hash, const struct alg **out)
{
	char name[ALG_NAME_MAX];
	int result = template_inner_cipher(inner->name, name);

	if (result == 0)
		result = registry_find(ALG_TYPE_CIPHER, name, out);
	if (result < 0)
		return result;
	/* The digest's size only has to lie among the key sizes; setkey says whether it is one. */
	if (hash->key == ALG_KEY_NEEDED || (*out)->blocksize != inner->ivsize ||
	    hash->digestsize < (*out)->min_keysize || hash->digestsize > (*out)->max_keysize)
		return -ENOENT;
	return 0;
}

int essiv_setkey(struct tfm *cipher, const struct tfm *hash, const uint8_t *first,
		 size_t first_size, const uint8_t *second, size_t second_size)
{
	_Alignas(64) uint8_t state[ALG_MAX_HASH_STATE];
	uint8_t digest[ALG_MAX_DIGEST];
	const struct hash_ops *ops = &hash->alg->hash;
	int result;

	ops->init(hash, state);
	result = ops->update(hash, state, first, first_size);
	if (result == 0 && second_size > 0)
		result = ops->update(hash, state, second, second_size);
	if (result == 0)
		result = ops->final(hash, state, digest);
	if (result == 0)
		result = tfm_setkey(cipher, digest, hash->alg->digestsize);
	secmem_wipe(state, sizeof(state));
	secmem_wipe(digest, sizeof(digest));
	return result;
}
