/* SPDX-License-Identifier: MIT */
/*
 * essiv(C,H): the skcipher C with an encrypted IV (Fruhwirth, "New methods in hard disk
 * encryption", 2005): the IV is encrypted, by the block cipher inside C, under the digest of the
 * key (N-10).  What C leaves as its IV is encrypted in its turn by the next request.
 */
#include "crypto/registry.h"
#include "crypto/templates/essiv_parts.h"
#include "crypto/templates/parts.h"
#include "crypto/templates/templates.h"

#define INNER  0
#define HASH   1
#define CIPHER 2

static int setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	const struct template_parts *parts = tfm_context(tfm);
	int result = tfm_setkey(parts->tfm[INNER], key, size);

	if (result < 0)
		return result;
	return essiv_setkey(parts->tfm[CIPHER], parts->tfm[HASH], key, size, NULL, 0);
}

static void encrypt_iv(const struct tfm *tfm, uint8_t *iv)
{
	const struct template_parts *parts = tfm_context(tfm);
	struct tfm *cipher = parts->tfm[CIPHER];

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

static int essiv_create(const struct template_name *name, struct alg *out)
{
	const struct alg *hash;
	const struct alg *cipher;
	int result = template_skcipher_create(name, out);

	if (result == 0)
		result = registry_find(ALG_TYPE_HASH, name->arg[1], &hash);
	if (result == 0)
		result = essiv_find_cipher(out->part[INNER], hash, &cipher);
	if (result < 0)
		return result;
	out->setkey = setkey;
	out->skcipher = (struct skcipher_ops){essiv_encrypt, essiv_decrypt};
	out->refuses_late = out->part[INNER]->refuses_late;
	result = template_compose(out, name->name, out->part[INNER], hash);
	out->part[CIPHER] = cipher;
	return result;
}

const struct template template_essiv = {"essiv", ALG_TYPE_SKCIPHER, 2, essiv_create};
