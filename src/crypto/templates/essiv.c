/* SPDX-License-Identifier: MIT */
/*
 * essiv(C,H): the skcipher C with an encrypted IV (Fruhwirth, "New methods in hard disk
 * encryption", 2005): the IV is encrypted, by the block cipher inside C, under the digest of the
 * key (N-10).  What C leaves as its IV is encrypted in its turn by the next request.
 */
#include <errno.h>
#include <string.h>

#include "base/secmem.h"
#include "crypto/registry.h"
#include "crypto/templates/parts.h"
#include "crypto/templates/templates.h"

#define INNER  0
#define HASH   1
#define CIPHER 2

/* Followed by a state of the hash. */
struct essiv_context {
	_Alignas(64) struct template_parts parts;
};

static int hash_key(struct tfm *tfm, const uint8_t *key, size_t size, uint8_t *digest)
{
	const struct essiv_context *context = tfm_context(tfm);
	const struct tfm *hash = context->parts.tfm[HASH];
	void *state = (uint8_t *)tfm_context(tfm) + sizeof(struct essiv_context);
	int result;

	hash->alg->hash.init(hash, state);
	result = hash->alg->hash.update(hash, state, key, size);
	if (result == 0)
		result = hash->alg->hash.final(hash, state, digest);
	secmem_wipe(state, hash->alg->statesize);
	return result;
}

static int essiv_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	const struct essiv_context *context = tfm_context(tfm);
	uint8_t digest[ALG_MAX_DIGEST];
	int result = tfm_setkey(context->parts.tfm[INNER], key, size);

	if (result == 0)
		result = hash_key(tfm, key, size, digest);
	if (result == 0)
		result = tfm_setkey(context->parts.tfm[CIPHER], digest,
				    tfm->alg->part[HASH]->digestsize);
	secmem_wipe(digest, sizeof(digest));
	return result;
}

static void encrypt_iv(const struct tfm *tfm, uint8_t *iv)
{
	const struct essiv_context *context = tfm_context(tfm);
	struct tfm *cipher = context->parts.tfm[CIPHER];

	cipher->alg->cipher.encrypt(cipher, iv, iv, 1);
}

static int essiv_encrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	struct tfm *inner = template_part(tfm);

	encrypt_iv(tfm, iv);
	return inner->alg->skcipher.encrypt(inner, iv, out, in, size);
}

static int essiv_decrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	struct tfm *inner = template_part(tfm);

	encrypt_iv(tfm, iv);
	return inner->alg->skcipher.decrypt(inner, iv, out, in, size);
}

/* The digest's length only has to lie among the cipher's; setkey says whether it is one (N-10). */
static bool is_suitable(const struct alg *inner, const struct alg *hash, const struct alg *cipher)
{
	return inner->ivsize == cipher->blocksize && hash->key != ALG_KEY_NEEDED &&
	       hash->digestsize >= cipher->min_keysize && hash->digestsize <= cipher->max_keysize;
}

static int essiv_create(const struct template_name *name, struct alg *out)
{
	char cipher_name[ALG_NAME_MAX];
	const struct alg *hash;
	const struct alg *cipher;
	int result = template_skcipher_create(name, out);

	if (result == 0)
		result = registry_find(ALG_TYPE_HASH, name->arg[1], &hash);
	if (result == 0)
		result = template_inner_cipher(out->part[INNER]->name, cipher_name);
	if (result == 0)
		result = registry_find(ALG_TYPE_CIPHER, cipher_name, &cipher);
	if (result < 0)
		return result;
	if (!is_suitable(out->part[INNER], hash, cipher))
		return -ENOENT;
	out->context_size = sizeof(struct essiv_context) + hash->statesize;
	out->setkey = essiv_setkey;
	out->skcipher = (struct skcipher_ops){essiv_encrypt, essiv_decrypt};
	result = template_compose(out, name->name, out->part[INNER], hash);
	out->part[CIPHER] = cipher;
	return result;
}

const struct template template_essiv = {"essiv", ALG_TYPE_SKCIPHER, 2, essiv_create};
