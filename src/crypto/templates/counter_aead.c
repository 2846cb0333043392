/* SPDX-License-Identifier: MIT */
#include "crypto/templates/counter_aead.h"

#include <errno.h>
#include <string.h>

#include "base/secmem.h"
#include "crypto/bytes.h"
#include "crypto/registry.h"

#define BLOCK COUNTER_AEAD_BLOCK

int counter_aead_run(const struct tfm *tfm, uint8_t *counter, uint8_t *out, const uint8_t *in,
		     size_t size)
{
	struct tfm *ctr = mac_part(tfm, COUNTER_AEAD_CTR);

	return ctr->alg->skcipher.encrypt(ctr, counter, out, in, size);
}

/* The counter for the text, and the mask for the tag. */
static int start(const struct tfm *tfm, const struct aead_request *request, uint8_t *counter,
		 uint8_t *mask)
{
	const struct counter_aead *mode = tfm->alg->data;
	int result = mode->begin(request, counter);

	memset(mask, 0, BLOCK);
	return result < 0 ? result : counter_aead_run(tfm, counter, mask, mask, BLOCK);
}

static int run_text(const struct tfm *tfm, const struct aead_request *request, uint8_t *counter)
{
	return counter_aead_run(tfm, counter, request->out, request->in, request->size);
}

static int encrypt(struct tfm *tfm, const struct aead_request *request)
{
	const struct counter_aead *mode = tfm->alg->data;
	uint8_t counter[BLOCK];
	uint8_t mask[BLOCK];
	uint8_t mac[BLOCK];
	int result = start(tfm, request, counter, mask);

	if (result == 0 && mode->of_plaintext)
		result = mode->compute_mac(tfm, request, request->in, mac);
	if (result == 0)
		result = run_text(tfm, request, counter);
	if (result == 0 && !mode->of_plaintext)
		result = mode->compute_mac(tfm, request, request->out, mac);
	if (result == 0)
		bytes_xor(request->tag, mac, mask, tfm->authsize);
	secmem_wipe(mac, sizeof(mac));
	secmem_wipe(mask, sizeof(mask));
	return result;
}

static int decrypt(struct tfm *tfm, const struct aead_request *request)
{
	const struct counter_aead *mode = tfm->alg->data;
	const uint8_t *text = mode->of_plaintext ? request->out : request->in;
	uint8_t counter[BLOCK];
	uint8_t mask[BLOCK];
	uint8_t mac[BLOCK];
	int result = start(tfm, request, counter, mask);

	if (result == 0 && mode->of_plaintext)
		result = run_text(tfm, request, counter);
	if (result == 0)
		result = mode->compute_mac(tfm, request, text, mac);
	if (result == 0) {
		bytes_xor(mac, mac, mask, BLOCK);
		if (!secmem_equal(mac, request->tag, tfm->authsize))
			result = -EBADMSG;
	}
	secmem_wipe(mac, sizeof(mac));
	secmem_wipe(mask, sizeof(mask));
	if (result == 0 && !mode->of_plaintext)
		result = run_text(tfm, request, counter);
	if (result < 0)
		secmem_wipe(request->out, request->size);
	return result;
}

int counter_aead_create(const struct counter_aead *mode, const char *ctr_name, const char *mac_name,
			struct alg *out)
{
	const struct alg *ctr;
	const struct alg *mac;
	int result = registry_find(ALG_TYPE_SKCIPHER, ctr_name, &ctr);

	if (result == 0)
		result = registry_find(ALG_TYPE_HASH, mac_name, &mac);
	if (result < 0)
		return result;
	if (!template_is_ctr(ctr) || !mode->suits(ctr, mac))
		return -ENOENT;
	out->priority = template_parts_priority(ctr, mac) - TEMPLATE_BEHIND_FUSED;
	out->min_keysize = ctr->min_keysize;
	out->max_keysize = ctr->max_keysize;
	out->blocksize = 1;
	out->chunksize = BLOCK;
	out->ivsize = mode->iv_size;
	out->digestsize = BLOCK;
	out->context_size = mac_context_size(mac);
	out->init = template_parts_init;
	out->exit = template_parts_exit;
	out->setkey = mode->setkey;
	out->aead = (struct aead_ops){mode->authsize_valid, encrypt, decrypt};
	out->data = mode;
	result = template_compose(out, mode->base_name, ctr, mac);
	return result < 0 ? result : template_rename(out, mode->name, ctr);
}
