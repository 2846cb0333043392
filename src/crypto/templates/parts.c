/* SPDX-License-Identifier: MIT */
#include "crypto/templates/parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/secmem.h"
#include "crypto/bytes.h"
#include "crypto/registry.h"

#define CTR "ctr("

void template_parts_exit(struct tfm *tfm)
{
	struct template_parts *parts = tfm_context(tfm);

	for (size_t i = 0; i < ALG_MAX_PARTS; i++) {
		tfm_free(parts->tfm[i]);
		parts->tfm[i] = NULL;
	}
}

int template_parts_init(struct tfm *tfm)
{
	struct template_parts *parts = tfm_context(tfm);

	for (size_t i = 0; i < ALG_MAX_PARTS && tfm->alg->part[i]; i++) {
		int result = tfm_new(tfm->alg->part[i], &parts->tfm[i]);

		if (result < 0) {
			template_parts_exit(tfm);
			return result;
		}
	}
	return 0;
}

int template_parts_priority(const struct alg *first, const struct alg *second)
{
	return second->priority < first->priority ? second->priority : first->priority;
}

int template_part_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	return tfm_setkey(template_part(tfm), key, size);
}

void template_mac_blocks(struct tfm *cipher, uint8_t *chain, const uint8_t *in, size_t blocks)
{
	const struct cipher_ops *ops = &cipher->alg->cipher;
	unsigned size = cipher->alg->blocksize;

	if (ops->cbc_mac) {
		ops->cbc_mac(cipher, chain, in, blocks);
		return;
	}
	for (; blocks > 0; blocks--, in += size) {
		bytes_xor(chain, chain, in, size);
		ops->encrypt(cipher, chain, chain, 1);
	}
}

void template_stream_crypt(struct tfm *cipher, template_stream_fill *fill, void *state,
			   uint8_t *out, const uint8_t *in, size_t size)
{
	unsigned block = cipher->alg->blocksize;
	uint8_t stream[TEMPLATE_BATCH];
	size_t used = 0;

	while (size > 0) {
		size_t part = template_batch(size);
		size_t blocks = (part + block - 1) / block;

		fill(state, stream, block, in, part);
		used = blocks * block > used ? blocks * block : used;
		cipher->alg->cipher.encrypt(cipher, stream, stream, blocks);
		bytes_xor(out, in, stream, part);
		in += part;
		out += part;
		size -= part;
	}
	secmem_wipe(stream, used);
}

/* What every skcipher around one part has of it. */
static int begin(const struct template_name *name, struct alg *out, const struct alg *part)
{
	out->priority = part->priority;
	out->min_keysize = part->min_keysize;
	out->max_keysize = part->max_keysize;
	out->blocksize = part->blocksize;
	out->context_size = sizeof(struct template_parts);
	out->init = template_parts_init;
	out->exit = template_parts_exit;
	out->setkey = template_part_setkey;
	return template_compose(out, name->name, part, NULL);
}

static int block_begin(const struct template_name *name, struct alg *out, const char *cipher_name)
{
	const struct alg *cipher;
	int result = registry_find(ALG_TYPE_CIPHER, cipher_name, &cipher);

	if (result < 0)
		return result;
	if (cipher->blocksize == 0 || cipher->blocksize > ALG_MAX_IV)
		return -ENOENT;
	out->chunksize = cipher->blocksize;
	return begin(name, out, cipher);
}

int template_block_create(const struct template_name *name, struct alg *out)
{
	return block_begin(name, out, name->arg[0]);
}

int template_skcipher_create(const struct template_name *name, struct alg *out)
{
	const struct alg *part;
	int result = registry_find(ALG_TYPE_SKCIPHER, name->arg[0], &part);

	if (result < 0)
		return result;
	out->chunksize = part->chunksize;
	out->ivsize = part->ivsize;
	return begin(name, out, part);
}

int template_ecb_create(const struct template_name *name, struct alg *out)
{
	struct template_name ecb;
	const char *cipher = name->arg[0];
	int result;

	if (template_parse(cipher, &ecb) == 0) {
		if (strcmp(ecb.name, "ecb") != 0 || ecb.args != 1)
			return -ENOENT;
		cipher = ecb.arg[0];
	}
	result = block_begin(name, out, cipher);
	if (result < 0)
		return result;
	if (out->blocksize != 16)
		return -ENOENT;
	return template_set_driver(out, "%s(ecb(%s))", name->name, out->part[0]->driver);
}

int template_inner_cipher(const char *name, char *out)
{
	const char *start = strrchr(name, '(');
	size_t size = start ? strcspn(start + 1, ")") : 0;

	if (size == 0 || size >= ALG_NAME_MAX)
		return -ENOENT;
	memcpy(out, start + 1, size);
	out[size] = '\0';
	return 0;
}

bool template_is_ctr(const struct alg *alg)
{
	return strncmp(alg->name, CTR, strlen(CTR)) == 0 && alg->ivsize == 16 &&
	       alg->blocksize == 1;
}

static int check_length(int size)
{
	return size < 0 || (size_t)size >= ALG_NAME_MAX ? -ENOENT : 0;
}

int template_wrap(char *out, const char *outer, const char *inner)
{
	return check_length(snprintf(out, ALG_NAME_MAX, "%s(%s)", outer, inner));
}

int template_rename(struct alg *out, const char *name, const struct alg *ctr)
{
	/* Its own closing parenthesis serves. */
	return check_length(
	    snprintf(out->name, ALG_NAME_MAX, "%s(%s", name, ctr->name + strlen(CTR)));
}
