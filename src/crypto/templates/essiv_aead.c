/* SPDX-License-Identifier: MIT */
/*
 * essiv(authenc(A,C),H): authenc with an encrypted IV (Fruhwirth's ESSIV, as dm-crypt uses it). The
 * key of the IV's cipher is H over C's key and A's key.  The encrypted IV takes the place of the
 * AAD's last bytes (E-25): encryption authenticates and returns it there; decryption authenticates
 * the AAD as it is sent and returns the encrypted IV.
 */
#include <errno.h>
#include <string.h>

#include "base/secmem.h"
#include "crypto/registry.h"
#include "crypto/templates/authenc.h"
#include "crypto/templates/essiv_parts.h"
#include "crypto/templates/join.h"
#include "crypto/templates/parts.h"
#include "crypto/templates/templates.h"

#define AUTHENC 0
#define HASH    1
#define CIPHER  2

struct essiv_aead_context {
	struct template_parts parts;
	struct template_join join;
};

static void essiv_aead_exit(struct tfm *tfm)
{
	struct essiv_aead_context *context = tfm_context(tfm);

	template_parts_exit(tfm);
	template_join_free(&context->join);
}

static int essiv_aead_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	struct essiv_aead_context *context = tfm_context(tfm);
	struct authenc_keys keys;
	int result = tfm_setkey(context->parts.tfm[AUTHENC], key, size);

	if (result == 0)
		result = authenc_parse_keys(key, size, &keys);
	if (result < 0)
		return result;
	return essiv_setkey(context->parts.tfm[CIPHER], context->parts.tfm[HASH], keys.cipher,
			    keys.cipher_size, keys.hash, keys.hash_size);
}

static bool essiv_aead_authsize_valid(const struct alg *alg, unsigned size)
{
	const struct alg *authenc = alg->part[AUTHENC];

	return authenc->aead.authsize_valid(authenc, size);
}

/* Fills the inner request, and iv with the encrypted IV. */
static int start(struct tfm *tfm, const struct aead_request *request, uint8_t *iv,
		 struct aead_request *inner)
{
	const struct essiv_aead_context *context = tfm_context(tfm);
	struct tfm *cipher = context->parts.tfm[CIPHER];

	if (request->aad_size < tfm->alg->ivsize)
		return -EINVAL;
	cipher->alg->cipher.encrypt(cipher, iv, request->iv, 1);
	context->parts.tfm[AUTHENC]->authsize = tfm->authsize;
	*inner = *request;
	inner->iv = iv;
	return 0;
}

static void return_iv(const struct aead_request *request, const uint8_t *iv, unsigned ivsize)
{
	if (request->aad_out)
		memcpy(request->aad_out + request->aad_size - ivsize, iv, ivsize);
}

static int essiv_aead_encrypt(struct tfm *tfm, const struct aead_request *request)
{
	struct essiv_aead_context *context = tfm_context(tfm);
	struct tfm *authenc = context->parts.tfm[AUTHENC];
	unsigned ivsize = tfm->alg->ivsize;
	struct aead_request inner;
	uint8_t iv[ALG_MAX_IV];
	int result = start(tfm, request, iv, &inner);

	if (result < 0)
		return result;
	inner.aad =
	    template_join(&context->join, request->aad, request->aad_size - ivsize, iv, ivsize);
	if (!inner.aad)
		return -ENOMEM;
	return_iv(request, iv, ivsize);
	return authenc->alg->aead.encrypt(authenc, &inner);
}

static int essiv_aead_decrypt(struct tfm *tfm, const struct aead_request *request)
{
	struct essiv_aead_context *context = tfm_context(tfm);
	struct tfm *authenc = context->parts.tfm[AUTHENC];
	struct aead_request inner;
	uint8_t iv[ALG_MAX_IV];
	int result = start(tfm, request, iv, &inner);

	if (result == 0)
		result = authenc->alg->aead.decrypt(authenc, &inner);
	if (result == 0)
		return_iv(request, iv, tfm->alg->ivsize);
	return result;
}

static int essiv_aead_create(const struct template_name *name, struct alg *out)
{
	const struct alg *authenc;
	const struct alg *hash;
	const struct alg *cipher;
	int result = registry_find(ALG_TYPE_AEAD, name->arg[AUTHENC], &authenc);

	if (result == 0)
		result = registry_find(ALG_TYPE_HASH, name->arg[HASH], &hash);
	if (result < 0)
		return result;
	if (strncmp(authenc->name, "authenc(", strlen("authenc(")) != 0)
		return -ENOENT;
	result = essiv_find_cipher(authenc, hash, &cipher);
	if (result < 0)
		return result;
	out->priority = template_parts_priority(authenc, hash);
	out->min_keysize = authenc->min_keysize;
	out->max_keysize = authenc->max_keysize;
	out->blocksize = authenc->blocksize;
	out->chunksize = authenc->chunksize;
	out->ivsize = authenc->ivsize;
	out->digestsize = authenc->digestsize;
	out->context_size = sizeof(struct essiv_aead_context);
	out->init = template_parts_init;
	out->exit = essiv_aead_exit;
	out->setkey = essiv_aead_setkey;
	out->aead =
	    (struct aead_ops){essiv_aead_authsize_valid, essiv_aead_encrypt, essiv_aead_decrypt};
	out->part[CIPHER] = cipher;
	return template_compose(out, name->name, authenc, hash);
}

const struct template template_essiv_aead = {"essiv", ALG_TYPE_AEAD, 2, essiv_aead_create};
