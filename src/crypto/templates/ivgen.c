/* SPDX-License-Identifier: MIT */
/*
 * seqiv(Q) and echainiv(Q): AEADs that generate their IVs from sequence numbers, which the caller
 * gives as IV.  The place between AAD and text is the generated IV's: what the caller sends there
 * is ignored, what is decrypted has it there (E-23).
 *
 * seqiv: the IV is the sequence number xor a salt, and authenticated.
 * echainiv: the IV is the encryption of a block of zeros, which stands where the IV belongs, under
 * the product of number and salt; so Q should be a CBC mode.  With others, such as rfc4106, what
 * is encrypted cannot be decrypted through echainiv: so it is in the kernel.
 *
 * The salt is one for the process, so that all op sockets of a listener share it.
 */
#include <errno.h>
#include <string.h>

#include "base/secmem.h"
#include "crypto/bytes.h"
#include "crypto/registry.h"
#include "crypto/rng/entropy.h"
#include "crypto/templates/join.h"
#include "crypto/templates/parts.h"
#include "crypto/templates/templates.h"

#define WORD_SIZE 8u

struct ivgen_context {
	struct template_parts parts;
	struct template_join join;
};

/* Drawn when the first instance is made, under the registry's lock, and constant after that. */
static uint8_t salt[ALG_MAX_IV];
static bool salt_drawn;

static int draw_salt(void)
{
	int result = salt_drawn ? 0 : entropy_fill(salt, sizeof(salt));

	salt_drawn = result == 0;
	return result;
}

static void ivgen_exit(struct tfm *tfm)
{
	struct ivgen_context *context = tfm_context(tfm);

	template_parts_exit(tfm);
	template_join_free(&context->join);
}

static struct tfm *inner_part(const struct tfm *tfm)
{
	const struct ivgen_context *context = tfm_context(tfm);

	return context->parts.tfm[0];
}

static int ivgen_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	return tfm_setkey(inner_part(tfm), key, size);
}

static bool ivgen_authsize_valid(const struct alg *alg, unsigned size)
{
	const struct alg *inner = alg->part[0];

	return inner->aead.authsize_valid(inner, size);
}

/* The request as Q sees it: AAD and IV are its AAD, and the text begins behind the IV. */
static int inner_request(struct tfm *tfm, const struct aead_request *request, const uint8_t *iv,
			 struct aead_request *inner)
{
	struct ivgen_context *context = tfm_context(tfm);
	unsigned ivsize = tfm->alg->ivsize;

	*inner = *request;
	inner->aad = template_join(&context->join, request->aad, request->aad_size, iv, ivsize);
	if (!inner->aad)
		return -ENOMEM;
	inner->aad_size += ivsize;
	if (request->aad_out && request->aad_out + request->aad_size != request->out)
		inner->aad_out = NULL; /* the IV does not follow the AAD there */
	inner->iv = inner->aad + request->aad_size;
	inner->in += ivsize;
	inner->out += ivsize;
	inner->size -= ivsize;
	inner_part(tfm)->authsize = tfm->authsize;
	return 0;
}

static int seqiv_encrypt(struct tfm *tfm, const struct aead_request *request)
{
	struct tfm *part = inner_part(tfm);
	struct aead_request inner;
	uint8_t iv[WORD_SIZE];
	int result;

	if (request->size < sizeof(iv))
		return -EINVAL;
	bytes_xor(iv, request->iv, salt, sizeof(iv));
	result = inner_request(tfm, request, iv, &inner);
	if (result < 0)
		return result;
	memcpy(request->out, iv, sizeof(iv));
	return part->alg->aead.encrypt(part, &inner);
}

/* Of both: the IV comes with the message. */
static int ivgen_decrypt(struct tfm *tfm, const struct aead_request *request)
{
	struct tfm *part = inner_part(tfm);
	unsigned ivsize = tfm->alg->ivsize;
	struct aead_request inner;
	int result;

	if (request->size < ivsize)
		return -EINVAL;
	result = inner_request(tfm, request, request->in, &inner);
	if (result < 0)
		return result;
	memmove(request->out, request->in, ivsize);
	result = part->alg->aead.decrypt(part, &inner);
	if (result < 0)
		secmem_wipe(request->out, ivsize);
	return result;
}

/* Each word of the salt, made odd, times the number in the IV's last 8 bytes. */
static void chain_iv(uint8_t *iv, const uint8_t *number, unsigned size)
{
	uint64_t sequence = 0;

	for (unsigned i = size - WORD_SIZE; i < size; i++)
		sequence = sequence << 8 | number[i];
	for (unsigned i = 0; i < size; i += WORD_SIZE)
		bytes_store_le64(iv + i, (bytes_load_le64(salt + i) | 1) * sequence);
}

static int echainiv_encrypt(struct tfm *tfm, const struct aead_request *request)
{
	struct tfm *part = inner_part(tfm);
	unsigned ivsize = tfm->alg->ivsize;
	struct aead_request inner = *request;
	uint8_t iv[ALG_MAX_IV];

	if (request->size < ivsize)
		return -EINVAL;
	chain_iv(iv, request->iv, ivsize);
	if (request->size > ivsize)
		memmove(request->out + ivsize, request->in + ivsize, request->size - ivsize);
	memset(request->out, 0, ivsize);
	inner.in = request->out;
	inner.iv = iv;
	part->authsize = tfm->authsize;
	return part->alg->aead.encrypt(part, &inner);
}

static int create(const struct template_name *name, struct alg *out)
{
	const struct alg *inner;
	int result = registry_find(ALG_TYPE_AEAD, name->arg[0], &inner);

	if (result == 0)
		result = draw_salt();
	if (result < 0)
		return result;
	if (inner->ivsize < WORD_SIZE || inner->ivsize % WORD_SIZE != 0)
		return -ENOENT;
	out->priority = inner->priority;
	out->min_keysize = inner->min_keysize;
	out->max_keysize = inner->max_keysize;
	out->blocksize = inner->blocksize;
	out->chunksize = inner->chunksize;
	out->ivsize = inner->ivsize;
	out->digestsize = inner->digestsize;
	out->context_size = sizeof(struct ivgen_context);
	out->init = template_parts_init;
	out->exit = ivgen_exit;
	out->setkey = ivgen_setkey;
	return template_compose(out, name->name, inner, NULL);
}

static int seqiv_create(const struct template_name *name, struct alg *out)
{
	int result = create(name, out);

	out->aead = (struct aead_ops){ivgen_authsize_valid, seqiv_encrypt, ivgen_decrypt};
	return result == 0 && out->ivsize != WORD_SIZE ? -ENOENT : result; /* N-08 */
}

static int echainiv_create(const struct template_name *name, struct alg *out)
{
	out->aead = (struct aead_ops){ivgen_authsize_valid, echainiv_encrypt, ivgen_decrypt};
	return create(name, out);
}

const struct template template_seqiv = {"seqiv", ALG_TYPE_AEAD, 1, seqiv_create};
const struct template template_echainiv = {"echainiv", ALG_TYPE_AEAD, 1, echainiv_create};
