/* SPDX-License-Identifier: MIT */
/*
 * authenc(A,C): encrypt with C, then authenticate AAD and ciphertext with A (E-17), as IPsec's ESP
 * does (RFC 4303).
 *
 * authencesn(A,C): the same for ESP with extended sequence numbers, whose high half stands in the
 * AAD's bytes 4 to 7 and is authenticated behind the ciphertext, as it is not transmitted there
 * (RFC 4303, section 2.2.1).
 *
 * krb5enc(A,C): authenticate AAD and plaintext, as Kerberos does (RFC 3961, section 5.3).
 */
#include "crypto/templates/authenc.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/secmem.h"
#include "crypto/bytes.h"
#include "crypto/registry.h"
#include "crypto/templates/mac.h"
#include "crypto/templates/templates.h"

/* The key blob's header: a netlink attribute of one number (K-10). */
#define HEADER_SIZE 8u
#define HEADER_TYPE 1u

#define HASH   0
#define CIPHER 1

/* Where the high half of an extended sequence number stands in the AAD. */
#define ESN_HIGH_AT   4u
#define ESN_HIGH_SIZE 4u
#define ESN_MIN_AAD   (ESN_HIGH_AT + ESN_HIGH_SIZE)
#define ESN_MIN_TAG   4u

int authenc_parse_keys(const uint8_t *blob, size_t size, struct authenc_keys *keys)
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
	struct authenc_keys keys;
	int result = authenc_parse_keys(key, size, &keys);

	if (result == 0)
		result = tfm_setkey(mac_part(tfm, HASH), keys.hash, keys.hash_size);
	if (result == 0)
		result = tfm_setkey(mac_part(tfm, CIPHER), keys.cipher, keys.cipher_size);
	return result;
}

static bool authenc_authsize_valid(const struct alg *alg, unsigned size)
{
	return size <= alg->digestsize;
}

static bool authencesn_authsize_valid(const struct alg *alg, unsigned size)
{
	return (size == 0 || size >= ESN_MIN_TAG) && size <= alg->digestsize;
}

/* The full tag over the AAD and a text. */
static int compute_tag(const struct tfm *tfm, const struct aead_request *request,
		       const uint8_t *text, uint8_t *digest)
{
	struct mac mac = mac_begin(tfm, HASH, true);

	mac_add(&mac, request->aad, request->aad_size);
	mac_add(&mac, text, request->size);
	return mac_end(&mac, digest);
}

/* The same, the high half of the sequence number last. */
static int compute_tag_esn(const struct tfm *tfm, const struct aead_request *request,
			   const uint8_t *text, uint8_t *digest)
{
	struct mac mac = mac_begin(tfm, HASH, true);

	mac_add(&mac, request->aad, ESN_HIGH_AT);
	mac_add(&mac, request->aad + ESN_MIN_AAD, request->aad_size - ESN_MIN_AAD);
	mac_add(&mac, text, request->size);
	mac_add(&mac, request->aad + ESN_HIGH_AT, ESN_HIGH_SIZE);
	return mac_end(&mac, digest);
}

typedef int tag_function(const struct tfm *tfm, const struct aead_request *request,
			 const uint8_t *text, uint8_t *digest);

/* Writes the tag over a text. */
static int write_tag(struct tfm *tfm, const struct aead_request *request, const uint8_t *text,
		     tag_function *compute)
{
	uint8_t digest[ALG_MAX_DIGEST];
	int result = compute(tfm, request, text, digest);

	if (result == 0)
		memcpy(request->tag, digest, tfm->authsize);
	return result;
}

/* Compares the tag with that over a text; where it is another one nothing is left in out. */
static int check_tag(struct tfm *tfm, const struct aead_request *request, const uint8_t *text,
		     tag_function *compute)
{
	uint8_t digest[ALG_MAX_DIGEST];
	int result = compute(tfm, request, text, digest);

	if (result == 0 && !secmem_equal(digest, request->tag, tfm->authsize))
		result = -EBADMSG;
	secmem_wipe(digest, sizeof(digest));
	if (result < 0)
		secmem_wipe(request->out, request->size);
	return result;
}

typedef __typeof__(((struct skcipher_ops *)NULL)->encrypt) cipher_function;

static int crypt_text(struct tfm *tfm, const struct aead_request *request, cipher_function function)
{
	uint8_t iv[ALG_MAX_IV];

	memcpy(iv, request->iv, tfm->alg->ivsize);
	return function(mac_part(tfm, CIPHER), iv, request->out, request->in, request->size);
}

static int encrypt_then_tag(struct tfm *tfm, const struct aead_request *request,
			    tag_function *compute)
{
	int result = crypt_text(tfm, request, mac_part(tfm, CIPHER)->alg->skcipher.encrypt);

	return result < 0 ? result : write_tag(tfm, request, request->out, compute);
}

static int check_then_decrypt(struct tfm *tfm, const struct aead_request *request,
			      tag_function *compute)
{
	int result = check_tag(tfm, request, request->in, compute);

	if (result < 0)
		return result;
	return crypt_text(tfm, request, mac_part(tfm, CIPHER)->alg->skcipher.decrypt);
}

static int authenc_encrypt(struct tfm *tfm, const struct aead_request *request)
{
	return encrypt_then_tag(tfm, request, compute_tag);
}

static int authenc_decrypt(struct tfm *tfm, const struct aead_request *request)
{
	return check_then_decrypt(tfm, request, compute_tag);
}

static int authencesn_encrypt(struct tfm *tfm, const struct aead_request *request)
{
	if (request->aad_size < ESN_MIN_AAD)
		return -EINVAL;
	return encrypt_then_tag(tfm, request, compute_tag_esn);
}

static int authencesn_decrypt(struct tfm *tfm, const struct aead_request *request)
{
	if (request->aad_size < ESN_MIN_AAD)
		return -EINVAL;
	return check_then_decrypt(tfm, request, compute_tag_esn);
}

/* The tag first: in place the plaintext is gone afterwards. */
static int krb5enc_encrypt(struct tfm *tfm, const struct aead_request *request)
{
	uint8_t digest[ALG_MAX_DIGEST];
	int result = compute_tag(tfm, request, request->in, digest);

	if (result == 0)
		result = crypt_text(tfm, request, mac_part(tfm, CIPHER)->alg->skcipher.encrypt);
	if (result == 0)
		memcpy(request->tag, digest, tfm->authsize);
	return result;
}

static int krb5enc_decrypt(struct tfm *tfm, const struct aead_request *request)
{
	int result = crypt_text(tfm, request, mac_part(tfm, CIPHER)->alg->skcipher.decrypt);

	return result < 0 ? result : check_tag(tfm, request, request->out, compute_tag);
}

static int create(const struct template_name *name, struct alg *out)
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
	out->context_size = mac_context_size(hash);
	out->init = template_parts_init;
	out->exit = template_parts_exit;
	out->setkey = authenc_setkey;
	return template_compose(out, name->name, hash, cipher);
}

static int authenc_create(const struct template_name *name, struct alg *out)
{
	out->aead = (struct aead_ops){authenc_authsize_valid, authenc_encrypt, authenc_decrypt};
	return create(name, out);
}

static int authencesn_create(const struct template_name *name, struct alg *out)
{
	out->aead =
	    (struct aead_ops){authencesn_authsize_valid, authencesn_encrypt, authencesn_decrypt};
	return create(name, out);
}

static int krb5enc_create(const struct template_name *name, struct alg *out)
{
	out->aead = (struct aead_ops){authenc_authsize_valid, krb5enc_encrypt, krb5enc_decrypt};
	return create(name, out);
}

const struct template template_authenc = {"authenc", ALG_TYPE_AEAD, 2, authenc_create};
const struct template template_authencesn = {"authencesn", ALG_TYPE_AEAD, 2, authencesn_create};
const struct template template_krb5enc = {"krb5enc", ALG_TYPE_AEAD, 2, krb5enc_create};
