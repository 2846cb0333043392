/* SPDX-License-Identifier: MIT */
/*
 * gcm(X) and gcm_base(C,G): NIST SP 800-38D over any counter mode with 16-byte blocks and a GHASH.
 * The libraries' own gcm goes first; this one serves ciphers and key sizes that they lack.
 */
#include <errno.h>
#include <string.h>

#include "base/secmem.h"
#include "crypto/aead_rules.h"
#include "crypto/bytes.h"
#include "crypto/registry.h"
#include "crypto/templates/mac.h"
#include "crypto/templates/templates.h"

#define CTR   0
#define GHASH 1

#define BLOCK_SIZE 16u

static struct tfm *part(const struct tfm *tfm, size_t index)
{
	const struct mac_parts *context = tfm_context(tfm);

	return context->parts.tfm[index];
}

/* Runs the counter mode, whose IV counts on. */
static int run_ctr(const struct tfm *tfm, uint8_t *counter, uint8_t *out, const uint8_t *in,
		   size_t size)
{
	struct tfm *ctr = part(tfm, CTR);

	return ctr->alg->skcipher.encrypt(ctr, counter, out, in, size);
}

/* GHASH's key is the cipher's answer to a block of zeros: the key stream of a counter of zero. */
static int gcm_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	uint8_t counter[BLOCK_SIZE] = {0};
	uint8_t subkey[BLOCK_SIZE] = {0};
	int result = tfm_setkey(part(tfm, CTR), key, size);

	if (result == 0)
		result = run_ctr(tfm, counter, subkey, subkey, sizeof(subkey));
	if (result == 0)
		result = tfm_setkey(part(tfm, GHASH), subkey, sizeof(subkey));
	secmem_wipe(subkey, sizeof(subkey));
	return result;
}

/* The pre-counter block of a 12-byte IV gives the tag's mask; then it counts on over the text. */
static int start(const struct tfm *tfm, const struct aead_request *request, uint8_t *counter,
		 uint8_t *mask)
{
	memset(counter, 0, BLOCK_SIZE);
	memcpy(counter, request->iv, GCM_IV_SIZE);
	counter[BLOCK_SIZE - 1] = 1;
	memset(mask, 0, BLOCK_SIZE);
	return run_ctr(tfm, counter, mask, mask, BLOCK_SIZE);
}

static int compute_tag(const struct tfm *tfm, const struct aead_request *request,
		       const uint8_t *ciphertext, const uint8_t *mask, uint8_t *tag)
{
	struct mac mac = mac_begin(tfm, GHASH, true);
	uint8_t lengths[BLOCK_SIZE] = {0};
	int result;

	bytes_add_be(lengths, 8, (uint64_t)request->aad_size * 8);
	bytes_add_be(lengths + 8, 8, (uint64_t)request->size * 8);
	mac_add(&mac, request->aad, request->aad_size);
	mac_pad(&mac);
	mac_add(&mac, ciphertext, request->size);
	mac_pad(&mac);
	mac_add(&mac, lengths, sizeof(lengths));
	result = mac_end(&mac, tag);
	if (result == 0)
		bytes_xor(tag, tag, mask, BLOCK_SIZE);
	return result;
}

static int gcm_encrypt(struct tfm *tfm, const struct aead_request *request)
{
	uint8_t counter[BLOCK_SIZE];
	uint8_t mask[BLOCK_SIZE];
	uint8_t tag[BLOCK_SIZE];
	int result = start(tfm, request, counter, mask);

	if (result == 0)
		result = run_ctr(tfm, counter, request->out, request->in, request->size);
	if (result == 0)
		result = compute_tag(tfm, request, request->out, mask, tag);
	if (result == 0)
		memcpy(request->tag, tag, tfm->authsize);
	secmem_wipe(mask, sizeof(mask));
	return result;
}

static int gcm_decrypt(struct tfm *tfm, const struct aead_request *request)
{
	uint8_t counter[BLOCK_SIZE];
	uint8_t mask[BLOCK_SIZE];
	uint8_t tag[BLOCK_SIZE];
	int result = start(tfm, request, counter, mask);

	if (result == 0)
		result = compute_tag(tfm, request, request->in, mask, tag);
	if (result == 0 && !secmem_equal(tag, request->tag, tfm->authsize))
		result = -EBADMSG;
	secmem_wipe(tag, sizeof(tag));
	secmem_wipe(mask, sizeof(mask));
	if (result == 0)
		result = run_ctr(tfm, counter, request->out, request->in, request->size);
	if (result < 0)
		secmem_wipe(request->out, request->size);
	return result;
}

static int create(const char *ctr_name, const char *ghash_name, struct alg *out)
{
	const struct alg *ctr;
	const struct alg *ghash;
	int result = registry_find(ALG_TYPE_SKCIPHER, ctr_name, &ctr);

	if (result == 0)
		result = registry_find(ALG_TYPE_HASH, ghash_name, &ghash);
	if (result < 0)
		return result;
	if (!template_is_ctr(ctr) || strcmp(ghash->name, "ghash") != 0)
		return -ENOENT;
	out->priority = template_parts_priority(ctr, ghash) - TEMPLATE_BEHIND_FUSED;
	out->min_keysize = ctr->min_keysize;
	out->max_keysize = ctr->max_keysize;
	out->blocksize = 1;
	out->chunksize = BLOCK_SIZE;
	out->ivsize = GCM_IV_SIZE;
	out->digestsize = BLOCK_SIZE;
	out->context_size = mac_context_size(ghash);
	out->init = template_parts_init;
	out->exit = template_parts_exit;
	out->setkey = gcm_setkey;
	out->aead = (struct aead_ops){aead_gcm_authsize_valid, gcm_encrypt, gcm_decrypt};
	result = template_compose(out, template_gcm_base.name, ctr, ghash);
	return result < 0 ? result : template_rename(out, template_gcm.name, ctr);
}

static int gcm_create(const struct template_name *name, struct alg *out)
{
	char ctr[ALG_NAME_MAX];
	int result = template_wrap(ctr, "ctr", name->arg[0]);

	return result < 0 ? result : create(ctr, "ghash", out);
}

static int gcm_base_create(const struct template_name *name, struct alg *out)
{
	return create(name->arg[CTR], name->arg[GHASH], out);
}

const struct template template_gcm = {"gcm", ALG_TYPE_AEAD, 1, gcm_create};
const struct template template_gcm_base = {"gcm_base", ALG_TYPE_AEAD, 2, gcm_base_create};
