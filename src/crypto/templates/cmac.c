/* SPDX-License-Identifier: MIT */
/*
 * cmac(X): NIST SP 800-38B, for block ciphers with blocks of 8 or 16 bytes.  xcbc(X): RFC 3566
 * without the truncation, for those with 16.  They differ in their subkeys only.
 */
#include <errno.h>
#include <string.h>

#include "base/secmem.h"
#include "crypto/bytes.h"
#include "crypto/registry.h"
#include "crypto/templates/parts.h"
#include "crypto/templates/templates.h"

#define MAX_BLOCK 16u

/* Subkeys for a last block that is whole, and for one that was padded (section 6.1). */
struct cmac_context {
	struct template_parts parts;
	uint8_t whole[MAX_BLOCK];
	uint8_t padded[MAX_BLOCK];
};

/* The last block so far waits in block, as it is treated differently; count is its bytes. */
struct cmac_state {
	uint8_t chain[MAX_BLOCK];
	uint8_t block[MAX_BLOCK];
	uint32_t count;
};

static int cmac_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	struct cmac_context *context = tfm_context(tfm);
	struct tfm *cipher = context->parts.tfm[0];
	uint8_t zero[MAX_BLOCK] = {0};
	int result = tfm_setkey(cipher, key, size);

	if (result < 0)
		return result;
	cipher->alg->cipher.encrypt(cipher, zero, zero, 1);
	bytes_double_be(context->whole, zero, tfm->alg->blocksize);
	bytes_double_be(context->padded, context->whole, tfm->alg->blocksize);
	secmem_wipe(zero, sizeof(zero));
	return 0;
}

/* The MAC's own key and both subkeys are encryptions of constants under the given key. */
static int xcbc_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	struct cmac_context *context = tfm_context(tfm);
	struct tfm *cipher = context->parts.tfm[0];
	uint8_t derived[MAX_BLOCK];
	int result = tfm_setkey(cipher, key, size);

	if (result < 0)
		return result;
	memset(derived, 1, sizeof(derived));
	memset(context->whole, 2, sizeof(context->whole));
	memset(context->padded, 3, sizeof(context->padded));
	cipher->alg->cipher.encrypt(cipher, derived, derived, 1);
	cipher->alg->cipher.encrypt(cipher, context->whole, context->whole, 1);
	cipher->alg->cipher.encrypt(cipher, context->padded, context->padded, 1);
	result = tfm_setkey(cipher, derived, sizeof(derived));
	secmem_wipe(derived, sizeof(derived));
	return result;
}

static void cmac_init(const struct tfm *tfm, void *state)
{
	(void)tfm;
	memset(state, 0, sizeof(struct cmac_state));
}

/* Takes what completes or fills the waiting block; returns how much. */
static size_t fill_block(struct cmac_state *state, unsigned block, const uint8_t *data, size_t size)
{
	size_t take = block - state->count < size ? block - state->count : size;

	memcpy(state->block + state->count, data, take);
	state->count += (uint32_t)take;
	return take;
}

static int cmac_update(const struct tfm *tfm, void *opaque, const uint8_t *data, size_t size)
{
	const struct cmac_context *context = tfm_context(tfm);
	struct cmac_state *state = opaque;
	unsigned block = tfm->alg->blocksize;
	size_t taken;

	if (size == 0)
		return 0;
	taken = fill_block(state, block, data, size);
	data += taken;
	size -= taken;
	if (size == 0)
		return 0;
	/* More follows the waiting block, so it is not the last; nor are these, but one. */
	template_mac_blocks(context->parts.tfm[0], state->chain, state->block, 1);
	if (size > block) {
		size_t blocks = (size - 1) / block;

		template_mac_blocks(context->parts.tfm[0], state->chain, data, blocks);
		data += blocks * block;
		size -= blocks * block;
	}
	state->count = 0;
	(void)fill_block(state, block, data, size);
	return 0;
}

static int cmac_final(const struct tfm *tfm, void *opaque, uint8_t *digest)
{
	const struct cmac_context *context = tfm_context(tfm);
	struct cmac_state *state = opaque;
	unsigned block = tfm->alg->blocksize;
	const uint8_t *subkey = context->whole;

	if (state->count < block) {
		memset(state->block + state->count, 0, block - state->count);
		state->block[state->count] = 0x80;
		subkey = context->padded;
	}
	bytes_xor(state->block, state->block, subkey, block);
	template_mac_blocks(context->parts.tfm[0], state->chain, state->block, 1);
	memcpy(digest, state->chain, block);
	return 0;
}

static bool cmac_state_valid(const struct tfm *tfm, const void *opaque)
{
	const struct cmac_state *state = opaque;

	return state->count <= tfm->alg->blocksize;
}

static int create(const struct template_name *name, struct alg *out)
{
	const struct alg *cipher;
	int result = registry_find(ALG_TYPE_CIPHER, name->arg[0], &cipher);

	if (result < 0)
		return result;
	if (cipher->blocksize != 8 && cipher->blocksize != 16)
		return -ENOENT;
	out->priority = cipher->priority;
	out->key = ALG_KEY_NEEDED;
	out->min_keysize = cipher->min_keysize;
	out->max_keysize = cipher->max_keysize;
	out->blocksize = cipher->blocksize;
	out->digestsize = cipher->blocksize;
	out->statesize = sizeof(struct cmac_state);
	out->context_size = sizeof(struct cmac_context);
	out->init = template_parts_init;
	out->exit = template_parts_exit;
	out->hash = (struct hash_ops){cmac_init, cmac_update, cmac_final, cmac_state_valid};
	return template_compose(out, name->name, cipher, NULL);
}

static int cmac_create(const struct template_name *name, struct alg *out)
{
	out->setkey = cmac_setkey;
	return create(name, out);
}

static int xcbc_create(const struct template_name *name, struct alg *out)
{
	int result = create(name, out);

	out->setkey = xcbc_setkey;
	return result == 0 && out->blocksize != 16 ? -ENOENT : result;
}

const struct template template_cmac = {"cmac", ALG_TYPE_HASH, 1, cmac_create};
const struct template template_xcbc = {"xcbc", ALG_TYPE_HASH, 1, xcbc_create};
