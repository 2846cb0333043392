/* SPDX-License-Identifier: MIT */
/*
 * rfc4106(G): GCM as IPsec's ESP uses it (RFC 4106).  The key ends with 4 bytes of salt, which with
 * the 8 bytes of the request's IV make G's.  The last 8 bytes of the AAD are the IV as transmitted,
 * and not authenticated (E-16).
 */
#include <errno.h>
#include <string.h>

#include "crypto/registry.h"
#include "crypto/templates/parts.h"
#include "crypto/templates/templates.h"

#define SALT_SIZE   4u
#define IV_SIZE     8u
#define GCM_IV_SIZE (SALT_SIZE + IV_SIZE)

struct rfc4106_context {
	struct template_parts parts;
	uint8_t salt[SALT_SIZE];
};

static int rfc4106_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	struct rfc4106_context *context = tfm_context(tfm);

	if (size < SALT_SIZE)
		return -EINVAL;
	memcpy(context->salt, key + size - SALT_SIZE, SALT_SIZE);
	return tfm_setkey(context->parts.tfm[0], key, size - SALT_SIZE);
}

static bool rfc4106_authsize_valid(const struct alg *alg, unsigned size)
{
	const struct alg *gcm = alg->part[0];

	return (size == 8 || size == 12 || size == 16) && gcm->aead.authsize_valid(gcm, size);
}

typedef int (*crypt_function)(struct tfm *tfm, const struct aead_request *request);

static int rfc4106_crypt(struct tfm *tfm, const struct aead_request *request,
			 crypt_function function)
{
	const struct rfc4106_context *context = tfm_context(tfm);
	struct tfm *gcm = context->parts.tfm[0];
	struct aead_request inner = *request;
	uint8_t iv[GCM_IV_SIZE];

	if (request->aad_size != 16 && request->aad_size != 20)
		return -EINVAL;
	memcpy(iv, context->salt, SALT_SIZE);
	memcpy(iv + SALT_SIZE, request->iv, IV_SIZE);
	inner.iv = iv;
	inner.aad_size -= IV_SIZE;
	gcm->authsize = tfm->authsize;
	return function(gcm, &inner);
}

static int rfc4106_encrypt(struct tfm *tfm, const struct aead_request *request)
{
	return rfc4106_crypt(tfm, request, tfm->alg->part[0]->aead.encrypt);
}

static int rfc4106_decrypt(struct tfm *tfm, const struct aead_request *request)
{
	return rfc4106_crypt(tfm, request, tfm->alg->part[0]->aead.decrypt);
}

static int rfc4106_create(const struct template_name *name, struct alg *out)
{
	const struct alg *gcm;
	int result = registry_find(ALG_TYPE_AEAD, name->arg[0], &gcm);

	if (result < 0)
		return result;
	if (gcm->ivsize != GCM_IV_SIZE || gcm->blocksize != 1)
		return -ENOENT;
	out->priority = gcm->priority;
	out->min_keysize = gcm->min_keysize + SALT_SIZE;
	out->max_keysize = gcm->max_keysize + SALT_SIZE;
	out->blocksize = 1;
	out->chunksize = gcm->chunksize;
	out->ivsize = IV_SIZE;
	out->digestsize = gcm->digestsize;
	out->context_size = sizeof(struct rfc4106_context);
	out->init = template_parts_init;
	out->exit = template_parts_exit;
	out->setkey = rfc4106_setkey;
	out->aead = (struct aead_ops){rfc4106_authsize_valid, rfc4106_encrypt, rfc4106_decrypt};
	return template_compose(out, template_rfc4106.name, gcm, NULL);
}

const struct template template_rfc4106 = {"rfc4106", ALG_TYPE_AEAD, 1, rfc4106_create};
