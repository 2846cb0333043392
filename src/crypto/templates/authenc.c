/* SPDX-License-Identifier: MIT */
/*
 * authenc(A,C): encrypt with C, then authenticate AAD and ciphertext with A (E-17), as IPsec's ESP
 * does (RFC 4303).
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/secmem.h"
#include "crypto/bytes.h"
#include "crypto/registry.h"
#include "crypto/templates/parts.h"
#include "crypto/templates/templates.h"

/* The key blob's header: a netlink attribute of one number (K-10). */
#define HEADER_SIZE 8u
#define HEADER_TYPE 1u

#define HASH   0
#define CIPHER 1

/* Followed by a state of A. */
struct authenc_context {
	_Alignas(64) struct template_parts parts;
};

struct authenc_keys {
	const uint8_t *hash;
	size_t hash_size;
	const uint8_t *cipher;
	size_t cipher_size;
};

/* Takes a key blob apart: header, size of the cipher's key, A's key, C's key. */
static int parse_keys(const uint8_t *blob, size_t size, struct authenc_keys *keys)
{
	uint16_t header[2];
	uint32_t cipher_size;

	if (size < HEADER_SIZE)
		return -EINVAL;
	memcpy(header, blob, sizeof(header));
	cipher_size = bytes_load_be32(blob + sizeof(header));
	if (header[0] != HEADER_SIZE || header[1] != HEADER_TYPE ||
	    cipher_size > size - HEADER_SIZE)
		return -EINVAL;
	keys->hash = blob + HEADER_SIZE;
	keys->hash_size = size - HEADER_SIZE - cipher_size;
	keys->cipher = keys->hash + keys->hash_size;
	keys->cipher_size = cipher_size;
	return 0;
}

static int authenc_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	const struct authenc_context *context = tfm_context(tfm);
	struct authenc_keys keys;
	int result = parse_keys(key, size, &keys);

	if (result == 0)
		result = tfm_setkey(context->parts.tfm[HASH], keys.hash, keys.hash_size);
	if (result == 0)
		result = tfm_setkey(context->parts.tfm[CIPHER], keys.cipher, keys.cipher_size);
	return result;
}

static bool authenc_authsize_valid(const struct alg *alg, unsigned size)
{
	return size <= alg->digestsize;
}

/* The full tag over the AAD and a ciphertext. */
static int compute_tag(const struct tfm *tfm, const struct aead_request *request,
		       const uint8_t *ciphertext, uint8_t *digest)
{
	const struct authenc_context *context = tfm_context(tfm);
	const struct tfm *hash = context->parts.tfm[HASH];
	const struct hash_ops *ops = &hash->alg->hash;
	void *state = (uint8_t *)tfm_context(tfm) + sizeof(struct authenc_context);
	int result;

	ops->init(hash, state);
	result = ops->update(hash, state, request->aad, request->aad_size);
	if (result == 0)
		result = ops->update(hash, state, ciphertext, request->size);
	return result < 0 ? result : ops->final(hash, state, digest);
}

static int authenc_encrypt(struct tfm *tfm, const struct aead_request *request)
{
	const struct authenc_context *context = tfm_context(tfm);
	struct tfm *cipher = context->parts.tfm[CIPHER];
	uint8_t iv[ALG_MAX_IV];
	uint8_t digest[ALG_MAX_DIGEST];
	int result;

	memcpy(iv, request->iv, tfm->alg->ivsize);
	result =
	    cipher->alg->skcipher.encrypt(cipher, iv, request->out, request->in, request->size);
	if (result == 0)
		result = compute_tag(tfm, request, request->out, digest);
	if (result == 0)
		memcpy(request->tag, digest, tfm->authsize);
	return result;
}

static int authenc_decrypt(struct tfm *tfm, const struct aead_request *request)
{
	const struct authenc_context *context = tfm_context(tfm);
	struct tfm *cipher = context->parts.tfm[CIPHER];
	uint8_t iv[ALG_MAX_IV];
	uint8_t digest[ALG_MAX_DIGEST];
	int result = compute_tag(tfm, request, request->in, digest);

	if (result == 0 && !secmem_equal(digest, request->tag, tfm->authsize))
		result = -EBADMSG;
	secmem_wipe(digest, sizeof(digest));
	if (result < 0) {
		secmem_wipe(request->out, request->size);
		return result;
	}
	memcpy(iv, request->iv, tfm->alg->ivsize);
	return cipher->alg->skcipher.decrypt(cipher, iv, request->out, request->in, request->size);
}

static int authenc_create(const struct template_name *name, struct alg *out)
{
	const struct alg *hash;
	const struct alg *cipher;
	int result = registry_find(ALG_TYPE_HASH, name->arg[HASH], &hash);

	if (result == 0)
		result = registry_find(ALG_TYPE_SKCIPHER, name->arg[CIPHER], &cipher);
	if (result < 0)
		return result;
	out->priority = template_parts_priority(hash, cipher);
	out->min_keysize = HEADER_SIZE;
	out->max_keysize = UINT_MAX;
	out->blocksize = cipher->blocksize;
	out->chunksize = cipher->chunksize;
	out->ivsize = cipher->ivsize;
	out->digestsize = hash->digestsize;
	out->context_size = sizeof(struct authenc_context) + hash->statesize;
	out->init = template_parts_init;
	out->exit = template_parts_exit;
	out->setkey = authenc_setkey;
	out->aead = (struct aead_ops){authenc_authsize_valid, authenc_encrypt, authenc_decrypt};
	return template_compose(out, template_authenc.name, hash, cipher);
}

const struct template template_authenc = {"authenc", ALG_TYPE_AEAD, 2, authenc_create};
