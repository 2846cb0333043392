/* SPDX-License-Identifier: MIT */
/*
 * AEADs as IPsec's ESP uses them: rfc4106(gcm), rfc4309(ccm), rfc4543(gcm) and rfc7539esp(S,P),
 * which is RFC 7634.  The key ends with a salt, which with the 8 bytes of the request's IV makes
 * the inner one.  The last 8 bytes of the AAD are the IV as transmitted: all but rfc4543 leave them
 * out of the authentication.  rfc4543 authenticates the text and does not encrypt it (E-16, E-24).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/secmem.h"
#include "crypto/aead_rules.h"
#include "crypto/registry.h"
#include "crypto/templates/join.h"
#include "crypto/templates/parts.h"
#include "crypto/templates/templates.h"

#define MAX_SALT 4u
#define IV_SIZE  8u

/* Where a tag of size bytes is allowed. */
#define TAG(size) (1u << (size))

struct esp {
	const char *name;
	unsigned salt_size;
	unsigned inner_ivsize;
	uint8_t iv_prefix; /* the inner IV's first byte before the salt, or 0: none */
	bool any_aad;      /* 8 bytes of AAD or more; else 16 or 20 */
	bool encrypts;
	uint32_t tags;
};

static const struct esp esps[] = {
    {"rfc4106", 4, GCM_IV_SIZE, 0, false, true, TAG(8) | TAG(12) | TAG(16)},
    /* The length field of ccm has 4 bytes (RFC 4309, section 4). */
    {"rfc4309", 3, CCM_IV_SIZE, 3, false, true, TAG(8) | TAG(12) | TAG(16)},
    {"rfc4543", 4, GCM_IV_SIZE, 0, false, false, TAG(16)},
    {"rfc7539esp", 4, GCM_IV_SIZE, 0, true, true, TAG(16)},
};

struct esp_context {
	struct template_parts parts;
	struct template_join join;
	uint8_t salt[MAX_SALT];
};

static void esp_exit(struct tfm *tfm)
{
	struct esp_context *context = tfm_context(tfm);

	template_parts_exit(tfm);
	template_join_free(&context->join);
}

static int esp_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	const struct esp *esp = tfm->alg->data;
	struct esp_context *context = tfm_context(tfm);

	if (size < esp->salt_size)
		return -EINVAL;
	memcpy(context->salt, key + size - esp->salt_size, esp->salt_size);
	return tfm_setkey(context->parts.tfm[0], key, size - esp->salt_size);
}

static bool esp_authsize_valid(const struct alg *alg, unsigned size)
{
	const struct esp *esp = alg->data;
	const struct alg *inner = alg->part[0];

	return size <= AEAD_TAG_MAX && (esp->tags & TAG(size)) &&
	       inner->aead.authsize_valid(inner, size);
}

static bool aad_fits(const struct esp *esp, size_t size)
{
	return esp->any_aad ? size >= IV_SIZE : size == 16 || size == 20;
}

/* prefix, salt, IV, zeros */
static void make_iv(const struct tfm *tfm, const struct aead_request *request, uint8_t *iv)
{
	const struct esp *esp = tfm->alg->data;
	const struct esp_context *context = tfm_context(tfm);
	uint8_t *at = iv;

	memset(iv, 0, esp->inner_ivsize);
	if (esp->iv_prefix)
		*at++ = esp->iv_prefix;
	memcpy(at, context->salt, esp->salt_size);
	memcpy(at + esp->salt_size, request->iv, IV_SIZE);
}

typedef __typeof__(((struct aead_ops *)NULL)->encrypt) crypt_function;

/* AAD and text are all AAD to the inner AEAD, and the text is copied. */
static int authenticate(struct tfm *tfm, const struct aead_request *request,
			struct aead_request *inner, crypt_function function)
{
	struct esp_context *context = tfm_context(tfm);
	int result;

	inner->aad = template_join(&context->join, request->aad, request->aad_size, request->in,
				   request->size);
	if (!inner->aad)
		return -ENOMEM;
	inner->aad_size = request->aad_size + request->size;
	inner->size = 0;
	result = function(context->parts.tfm[0], inner);
	if (result < 0)
		secmem_wipe(request->out, request->size);
	else if (request->size > 0)
		memmove(request->out, request->in, request->size);
	return result;
}

static int esp_crypt(struct tfm *tfm, const struct aead_request *request, crypt_function function)
{
	const struct esp *esp = tfm->alg->data;
	const struct esp_context *context = tfm_context(tfm);
	struct aead_request inner = *request;
	uint8_t iv[ALG_MAX_IV];

	if (!aad_fits(esp, request->aad_size))
		return -EINVAL;
	make_iv(tfm, request, iv);
	inner.iv = iv;
	context->parts.tfm[0]->authsize = tfm->authsize;
	if (!esp->encrypts)
		return authenticate(tfm, request, &inner, function);
	inner.aad_size -= IV_SIZE;
	return function(context->parts.tfm[0], &inner);
}

static int esp_encrypt(struct tfm *tfm, const struct aead_request *request)
{
	return esp_crypt(tfm, request, tfm->alg->part[0]->aead.encrypt);
}

static int esp_decrypt(struct tfm *tfm, const struct aead_request *request)
{
	return esp_crypt(tfm, request, tfm->alg->part[0]->aead.decrypt);
}

static const struct esp *find_esp(const char *name)
{
	for (size_t i = 0; i < sizeof(esps) / sizeof(esps[0]); i++)
		if (strcmp(esps[i].name, name) == 0)
			return &esps[i];
	return NULL;
}

static int create(const struct template_name *name, const struct alg *inner, struct alg *out)
{
	const struct esp *esp = find_esp(name->name);

	if (inner->ivsize != esp->inner_ivsize || inner->blocksize != 1)
		return -ENOENT;
	out->priority = inner->priority;
	out->min_keysize = inner->min_keysize + esp->salt_size;
	out->max_keysize = inner->max_keysize + esp->salt_size;
	out->blocksize = 1;
	out->chunksize = inner->chunksize;
	out->ivsize = IV_SIZE;
	out->digestsize = inner->digestsize;
	out->context_size = sizeof(struct esp_context);
	out->init = template_parts_init;
	out->exit = esp_exit;
	out->setkey = esp_setkey;
	out->aead = (struct aead_ops){esp_authsize_valid, esp_encrypt, esp_decrypt};
	out->data = esp;
	return template_compose(out, name->name, inner, NULL);
}

static int esp_create(const struct template_name *name, struct alg *out)
{
	const struct alg *inner;
	int result = registry_find(ALG_TYPE_AEAD, name->arg[0], &inner);

	return result < 0 ? result : create(name, inner, out);
}

/* rfc7539(S,P) becomes rfc7539esp(S,P); another driver is wrapped as it is. */
static int rename_esp(char *out, const char *inner)
{
	static const char rfc7539[] = "rfc7539(";
	const char *arguments = inner + strlen(rfc7539);
	int size;

	if (strncmp(inner, rfc7539, strlen(rfc7539)) != 0)
		return template_wrap(out, template_rfc7539esp.name, inner);
	size = snprintf(out, ALG_NAME_MAX, "%s(%s", template_rfc7539esp.name, arguments);
	return size < 0 || (size_t)size >= ALG_NAME_MAX ? -ENOENT : 0;
}

static int rfc7539esp_create(const struct template_name *name, struct alg *out)
{
	const struct alg *inner;
	char text[2 * ALG_NAME_MAX + 16];
	int result;

	(void)snprintf(text, sizeof(text), "rfc7539(%s,%s)", name->arg[0], name->arg[1]);
	result = registry_find(ALG_TYPE_AEAD, text, &inner);
	if (result == 0)
		result = create(name, inner, out);
	if (result == 0)
		result = rename_esp(out->name, inner->name);
	return result < 0 ? result : rename_esp(out->driver, inner->driver);
}

const struct template template_rfc4106 = {"rfc4106", ALG_TYPE_AEAD, 1, esp_create};
const struct template template_rfc4309 = {"rfc4309", ALG_TYPE_AEAD, 1, esp_create};
const struct template template_rfc4543 = {"rfc4543", ALG_TYPE_AEAD, 1, esp_create};
const struct template template_rfc7539esp = {"rfc7539esp", ALG_TYPE_AEAD, 2, rfc7539esp_create};
