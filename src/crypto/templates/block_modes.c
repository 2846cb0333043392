/* SPDX-License-Identifier: MIT */
/*
 * ecb(X), cbc(X), ctr(X): NIST SP 800-38A over any block cipher.  The libraries' own modes are
 * faster and go first; these serve ciphers that only come as such, and parts named by driver.
 */
#include <errno.h>
#include <string.h>

#include "crypto/bytes.h"
#include "crypto/templates/parts.h"
#include "crypto/templates/templates.h"

#define MIN_COUNTER 4u /* the smallest block that ctr takes */

static int ecb_encrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	struct tfm *cipher = template_part(tfm);
	unsigned block = cipher->alg->blocksize;

	(void)iv;
	if (size % block != 0)
		return -EINVAL;
	cipher->alg->cipher.encrypt(cipher, out, in, size / block);
	return 0;
}

static int ecb_decrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	struct tfm *cipher = template_part(tfm);
	unsigned block = cipher->alg->blocksize;

	(void)iv;
	if (size % block != 0)
		return -EINVAL;
	cipher->alg->cipher.decrypt(cipher, out, in, size / block);
	return 0;
}

static int cbc_encrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	struct tfm *cipher = template_part(tfm);
	unsigned block = cipher->alg->blocksize;

	if (size % block != 0)
		return -EINVAL;
	for (; size > 0; size -= block, in += block, out += block) {
		bytes_xor(iv, iv, in, block);
		cipher->alg->cipher.encrypt(cipher, iv, iv, 1);
		memcpy(out, iv, block);
	}
	return 0;
}

static int cbc_decrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	struct tfm *cipher = template_part(tfm);
	unsigned block = cipher->alg->blocksize;
	uint8_t before[TEMPLATE_BATCH]; /* the ciphertext, as out may be in */

	if (size % block != 0)
		return -EINVAL;
	while (size > 0) {
		size_t part = template_batch(size);

		memcpy(before, in, part);
		cipher->alg->cipher.decrypt(cipher, out, in, part / block);
		bytes_xor(out, out, iv, block);
		bytes_xor(out + block, out + block, before, part - block);
		memcpy(iv, before + part - block, block);
		in += part;
		out += part;
		size -= part;
	}
	return 0;
}

static void ctr_fill(void *iv, uint8_t *stream, unsigned block, const uint8_t *in, size_t size)
{
	(void)in;
	for (size_t done = 0; done < size; done += block) {
		memcpy(stream + done, iv, block);
		bytes_add_be(iv, block, 1);
	}
}

static int ctr_crypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	template_stream_crypt(template_part(tfm), ctr_fill, iv, out, in, size);
	return 0;
}

static int ecb_create(const struct template_name *name, struct alg *out)
{
	out->skcipher = (struct skcipher_ops){ecb_encrypt, ecb_decrypt};
	return template_block_create(name, out);
}

static int cbc_create(const struct template_name *name, struct alg *out)
{
	int result = template_block_create(name, out);

	out->skcipher = (struct skcipher_ops){cbc_encrypt, cbc_decrypt};
	out->refuses_late = true;
	out->ivsize = out->blocksize;
	return result;
}

static int ctr_create(const struct template_name *name, struct alg *out)
{
	int result = template_block_create(name, out);

	out->skcipher = (struct skcipher_ops){ctr_crypt, ctr_crypt};
	out->ivsize = out->blocksize;
	out->blocksize = 1;
	return result == 0 && out->chunksize < MIN_COUNTER ? -ENOENT : result;
}

const struct template template_ecb = {"ecb", ALG_TYPE_SKCIPHER, 1, ecb_create};
const struct template template_cbc = {"cbc", ALG_TYPE_SKCIPHER, 1, cbc_create};
const struct template template_ctr = {"ctr", ALG_TYPE_SKCIPHER, 1, ctr_create};
