/* SPDX-License-Identifier: MIT */
/*
 * cbcmac(X): plain CBC-MAC (ISO/IEC 9797-1, algorithm 1), the last block filled up with zeros.  It
 * is a part of CCM; alone it is safe for messages of one length only.
 */
#include <errno.h>
#include <string.h>

#include "crypto/bytes.h"
#include "crypto/registry.h"
#include "crypto/templates/parts.h"
#include "crypto/templates/templates.h"

/* What has come of the next block is in the chain already; count is its bytes. */
struct cbcmac_state {
	uint8_t chain[ALG_MAX_IV];
	uint32_t count;
};

static void cbcmac_init(const struct tfm *tfm, void *state)
{
	(void)tfm;
	memset(state, 0, sizeof(struct cbcmac_state));
}

static int cbcmac_update(const struct tfm *tfm, void *opaque, const uint8_t *data, size_t size)
{
	struct tfm *cipher = template_part(tfm);
	struct cbcmac_state *state = opaque;
	unsigned block = cipher->alg->blocksize;

	if (state->count > 0) {
		size_t take = block - state->count < size ? block - state->count : size;

		bytes_xor(state->chain + state->count, state->chain + state->count, data, take);
		state->count += (uint32_t)take;
		data += take;
		size -= take;
		if (state->count < block)
			return 0;
		cipher->alg->cipher.encrypt(cipher, state->chain, state->chain, 1);
		state->count = 0;
	}
	if (size >= block)
		template_mac_blocks(cipher, state->chain, data, size / block);
	data += size / block * block;
	size %= block;
	bytes_xor(state->chain, state->chain, data, size);
	state->count = (uint32_t)size;
	return 0;
}

static int cbcmac_final(const struct tfm *tfm, void *opaque, uint8_t *digest)
{
	struct tfm *cipher = template_part(tfm);
	struct cbcmac_state *state = opaque;

	if (state->count > 0)
		cipher->alg->cipher.encrypt(cipher, state->chain, state->chain, 1);
	memcpy(digest, state->chain, tfm->alg->digestsize);
	return 0;
}

static bool cbcmac_state_valid(const struct tfm *tfm, const void *opaque)
{
	const struct cbcmac_state *state = opaque;

	return state->count < tfm->alg->digestsize;
}

static int cbcmac_create(const struct template_name *name, struct alg *out)
{
	const struct alg *cipher;
	int result = registry_find(ALG_TYPE_CIPHER, name->arg[0], &cipher);

	if (result < 0)
		return result;
	if (cipher->blocksize == 0 || cipher->blocksize > ALG_MAX_IV)
		return -ENOENT;
	out->priority = cipher->priority;
	out->key = ALG_KEY_NEEDED;
	out->min_keysize = cipher->min_keysize;
	out->max_keysize = cipher->max_keysize;
	out->blocksize = 1;
	out->digestsize = cipher->blocksize;
	out->statesize = sizeof(struct cbcmac_state);
	out->context_size = sizeof(struct template_parts);
	out->init = template_parts_init;
	out->exit = template_parts_exit;
	out->setkey = template_part_setkey;
	out->hash = (struct hash_ops){cbcmac_init, cbcmac_update, cbcmac_final, cbcmac_state_valid};
	return template_compose(out, template_cbcmac.name, cipher, NULL);
}

const struct template template_cbcmac = {"cbcmac", ALG_TYPE_HASH, 1, cbcmac_create};
