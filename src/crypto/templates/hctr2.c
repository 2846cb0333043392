/* SPDX-License-Identifier: MIT */
/*
 * hctr2(X): Crowley, Huckleberry, Biggers: "Length-preserving encryption with HCTR2", 2021.  All of
 * a message depends on all of it, so it is processed at once and the IV, which is the tweak, stays
 * (C-20).  hctr2_base(xctr(X),polyval) names the parts, as drivers do.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/secmem.h"
#include "crypto/bytes.h"
#include "crypto/registry.h"
#include "crypto/templates/parts.h"
#include "crypto/templates/templates.h"

#define BLOCK      16u
#define TWEAK_SIZE 32u

#define XCTR   0
#define CIPHER 1
#define HASH   2

/* Followed by a state of the hash. */
struct hctr2_context {
	_Alignas(64) struct template_parts parts;
	uint8_t whitening[BLOCK]; /* L */
};

/* The hash's key and L are the encryptions of 0 and 1 (section 2). */
static int hctr2_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	struct hctr2_context *context = tfm_context(tfm);
	struct tfm *cipher = context->parts.tfm[CIPHER];
	uint8_t hash_key[BLOCK] = {0};
	uint8_t one[BLOCK] = {1};
	int result = tfm_setkey(context->parts.tfm[XCTR], key, size);

	if (result == 0)
		result = tfm_setkey(cipher, key, size);
	if (result < 0)
		return result;
	cipher->alg->cipher.encrypt(cipher, hash_key, hash_key, 1);
	cipher->alg->cipher.encrypt(cipher, context->whitening, one, 1);
	result = tfm_setkey(context->parts.tfm[HASH], hash_key, sizeof(hash_key));
	secmem_wipe(hash_key, sizeof(hash_key));
	return result;
}

/* POLYVAL over what tells the lengths apart, the tweak, and the text filled up to whole blocks. */
static int hash_text(struct tfm *tfm, const uint8_t *tweak, const uint8_t *text, size_t size,
		     uint8_t *digest)
{
	const struct hctr2_context *context = tfm_context(tfm);
	const struct tfm *hash = context->parts.tfm[HASH];
	const struct hash_ops *ops = &hash->alg->hash;
	void *state = (uint8_t *)tfm_context(tfm) + sizeof(struct hctr2_context);
	size_t rest = size % BLOCK;
	uint8_t block[BLOCK] = {0};
	int result;

	bytes_store_le64(block, 2 * 8 * TWEAK_SIZE + (rest == 0 ? 2 : 3));
	ops->init(hash, state);
	result = ops->update(hash, state, block, BLOCK);
	if (result == 0)
		result = ops->update(hash, state, tweak, TWEAK_SIZE);
	if (result == 0)
		result = ops->update(hash, state, text, size - rest);
	if (result == 0 && rest > 0) {
		memset(block, 0, BLOCK);
		memcpy(block, text + size - rest, rest);
		block[rest] = 1;
		result = ops->update(hash, state, block, BLOCK);
	}
	if (result == 0)
		result = ops->final(hash, state, digest);
	secmem_wipe(state, hash->alg->statesize);
	secmem_wipe(block, sizeof(block));
	return result;
}

static int hctr2_crypt(struct tfm *tfm, const uint8_t *tweak, uint8_t *out, const uint8_t *in,
		       size_t size, bool encrypt)
{
	const struct hctr2_context *context = tfm_context(tfm);
	struct tfm *cipher = context->parts.tfm[CIPHER];
	struct tfm *xctr = context->parts.tfm[XCTR];
	uint8_t before[BLOCK], after[BLOCK], digest[BLOCK], iv[BLOCK];
	int result;

	if (size < BLOCK)
		return -EINVAL;
	result = hash_text(tfm, tweak, in + BLOCK, size - BLOCK, digest);
	bytes_xor(before, in, digest, BLOCK);
	if (encrypt)
		cipher->alg->cipher.encrypt(cipher, after, before, 1);
	else
		cipher->alg->cipher.decrypt(cipher, after, before, 1);
	bytes_xor(iv, before, after, BLOCK);
	bytes_xor(iv, iv, context->whitening, BLOCK);
	if (result == 0)
		result =
		    xctr->alg->skcipher.encrypt(xctr, iv, out + BLOCK, in + BLOCK, size - BLOCK);
	if (result == 0)
		result = hash_text(tfm, tweak, out + BLOCK, size - BLOCK, digest);
	bytes_xor(out, after, digest, BLOCK);
	secmem_wipe(before, sizeof(before));
	secmem_wipe(after, sizeof(after));
	secmem_wipe(digest, sizeof(digest));
	secmem_wipe(iv, sizeof(iv));
	return result;
}

static int hctr2_encrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	return hctr2_crypt(tfm, iv, out, in, size, true);
}

static int hctr2_decrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	return hctr2_crypt(tfm, iv, out, in, size, false);
}

/* From the parts' names, whichever way they were given. */
static int create(const char *xctr_name, const char *hash_name, struct alg *out)
{
	char cipher_name[ALG_NAME_MAX];
	const struct alg *xctr, *cipher, *hash;
	int result = registry_find(ALG_TYPE_SKCIPHER, xctr_name, &xctr);

	if (result == 0)
		result = template_inner_cipher(xctr->name, cipher_name);
	if (result == 0)
		result = registry_find(ALG_TYPE_CIPHER, cipher_name, &cipher);
	if (result == 0)
		result = registry_find(ALG_TYPE_HASH, hash_name, &hash);
	if (result < 0)
		return result;
	if (strncmp(xctr->name, "xctr(", 5) != 0 || strcmp(hash->name, "polyval") != 0)
		return -ENOENT;
	out->priority = xctr->priority;
	out->min_keysize = xctr->min_keysize;
	out->max_keysize = xctr->max_keysize;
	out->blocksize = BLOCK;
	out->chunksize = BLOCK;
	out->ivsize = TWEAK_SIZE;
	out->context_size = sizeof(struct hctr2_context) + hash->statesize;
	out->init = template_parts_init;
	out->exit = template_parts_exit;
	out->setkey = hctr2_setkey;
	out->skcipher = (struct skcipher_ops){hctr2_encrypt, hctr2_decrypt};
	result = template_compose(out, "hctr2", cipher, NULL);
	if (result < 0)
		return result;
	out->part[XCTR] = xctr;
	out->part[CIPHER] = cipher;
	out->part[HASH] = hash;
	return template_set_driver(out, "hctr2_base(%s,%s)", xctr->driver, hash->driver);
}

static int hctr2_create(const struct template_name *name, struct alg *out)
{
	char xctr[ALG_NAME_MAX];
	int size = snprintf(xctr, sizeof(xctr), "xctr(%s)", name->arg[0]);

	return (size_t)size < sizeof(xctr) ? create(xctr, "polyval", out) : -ENOENT;
}

static int hctr2_base_create(const struct template_name *name, struct alg *out)
{
	return create(name->arg[0], name->arg[1], out);
}

const struct template template_hctr2 = {"hctr2", ALG_TYPE_SKCIPHER, 1, hctr2_create};
const struct template template_hctr2_base = {"hctr2_base", ALG_TYPE_SKCIPHER, 2, hctr2_base_create};
