/* SPDX-License-Identifier: MIT */
/*
 * cfb(X), ofb(X): NIST SP 800-38A, with feedback of whole blocks.  pcbc(X): the propagating CBC of
 * Kerberos 4 (Meyer and Matyas, 1982), where plaintext goes into the chain too.
 */
#include <errno.h>
#include <string.h>

#include "base/secmem.h"
#include "crypto/bytes.h"
#include "crypto/templates/parts.h"
#include "crypto/templates/templates.h"

/* The last whole block of ciphertext continues a message; a part of one does not count (C-08). */
static int cfb_encrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	struct tfm *cipher = template_part(tfm);
	unsigned block = cipher->alg->blocksize;
	uint8_t stream[ALG_MAX_IV];

	for (; size >= block; size -= block, in += block, out += block) {
		cipher->alg->cipher.encrypt(cipher, iv, iv, 1);
		bytes_xor(iv, iv, in, block);
		memcpy(out, iv, block);
	}
	if (size > 0) {
		cipher->alg->cipher.encrypt(cipher, stream, iv, 1);
		bytes_xor(out, in, stream, size);
		secmem_wipe(stream, block);
	}
	return 0;
}

/* All blocks of the key stream are encryptions of what is there already. */
static void cfb_fill(void *iv, uint8_t *stream, unsigned block, const uint8_t *in, size_t size)
{
	memcpy(stream, iv, block);
	if (size > block)
		memcpy(stream + block, in, (size - 1) / block * block);
	if (size >= block)
		memcpy(iv, in + (size / block - 1) * block, block);
}

static int cfb_decrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	template_stream_crypt(template_part(tfm), cfb_fill, iv, out, in, size);
	return 0;
}

static int ofb_crypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	struct tfm *cipher = template_part(tfm);
	unsigned block = cipher->alg->blocksize;

	while (size > 0) {
		size_t part = size < block ? size : block;

		cipher->alg->cipher.encrypt(cipher, iv, iv, 1);
		bytes_xor(out, in, iv, part);
		in += part;
		out += part;
		size -= part;
	}
	return 0;
}

static int pcbc_encrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	struct tfm *cipher = template_part(tfm);
	unsigned block = cipher->alg->blocksize;
	uint8_t plain[ALG_MAX_IV]; /* out may be in */

	if (size % block != 0)
		return -EINVAL;
	for (; size > 0; size -= block, in += block, out += block) {
		memcpy(plain, in, block);
		bytes_xor(iv, iv, plain, block);
		cipher->alg->cipher.encrypt(cipher, iv, iv, 1);
		memcpy(out, iv, block);
		bytes_xor(iv, iv, plain, block);
	}
	secmem_wipe(plain, block);
	return 0;
}

static int pcbc_decrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	struct tfm *cipher = template_part(tfm);
	unsigned block = cipher->alg->blocksize;
	uint8_t text[TEMPLATE_BATCH];
	size_t used = template_batch(size);

	if (size % block != 0)
		return -EINVAL;
	while (size > 0) {
		size_t part = template_batch(size);

		cipher->alg->cipher.decrypt(cipher, text, in, part / block);
		for (size_t i = 0; i < part; i += block) {
			bytes_xor(text + i, text + i, iv, block);
			bytes_xor(iv, text + i, in + i, block);
		}
		memcpy(out, text, part);
		in += part;
		out += part;
		size -= part;
	}
	secmem_wipe(text, used);
	return 0;
}

static int stream_create(const struct template_name *name, struct alg *out)
{
	int result = template_block_create(name, out);

	out->ivsize = out->blocksize;
	out->blocksize = 1;
	return result;
}

static int cfb_create(const struct template_name *name, struct alg *out)
{
	out->skcipher = (struct skcipher_ops){cfb_encrypt, cfb_decrypt};
	return stream_create(name, out);
}

static int ofb_create(const struct template_name *name, struct alg *out)
{
	out->skcipher = (struct skcipher_ops){ofb_crypt, ofb_crypt};
	return stream_create(name, out);
}

static int pcbc_create(const struct template_name *name, struct alg *out)
{
	int result = template_block_create(name, out);

	out->skcipher = (struct skcipher_ops){pcbc_encrypt, pcbc_decrypt};
	out->refuses_late = true;
	out->ivsize = out->blocksize;
	return result;
}

const struct template template_cfb = {"cfb", ALG_TYPE_SKCIPHER, 1, cfb_create};
const struct template template_ofb = {"ofb", ALG_TYPE_SKCIPHER, 1, ofb_create};
const struct template template_pcbc = {"pcbc", ALG_TYPE_SKCIPHER, 1, pcbc_create};
