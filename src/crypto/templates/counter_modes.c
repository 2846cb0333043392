/* SPDX-License-Identifier: MIT */
/*
 * rfc3686(ctr(X)): RFC 3686, counter mode as IPsec's ESP has it: the key ends with 4 bytes of
 * nonce, the IV has 8, and the counter begins at 1.  xctr(X): the counter mode of HCTR2 (Crowley,
 * Huckleberry, Biggers: "Length-preserving encryption with HCTR2", 2021, section 2): a
 * little-endian counter, from 1 on, xored with the IV.
 *
 * Neither changes the IV (C-20): every request begins at the first counter.
 */
#include <errno.h>
#include <string.h>

#include "crypto/bytes.h"
#include "crypto/templates/parts.h"
#include "crypto/templates/templates.h"

#define BLOCK        16u
#define NONCE_SIZE   4u
#define IV_SIZE      8u
#define COUNTER_SIZE 4u

struct rfc3686_context {
	struct template_parts parts;
	uint8_t nonce[NONCE_SIZE];
};

static int rfc3686_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	struct rfc3686_context *context = tfm_context(tfm);

	if (size < NONCE_SIZE)
		return -EINVAL;
	memcpy(context->nonce, key + size - NONCE_SIZE, NONCE_SIZE);
	return tfm_setkey(context->parts.tfm[0], key, size - NONCE_SIZE);
}

/* Made for counter mode, where both directions are one. */
static int rfc3686_crypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	const struct rfc3686_context *context = tfm_context(tfm);
	struct tfm *part = context->parts.tfm[0];
	uint8_t counter[BLOCK] = {0};

	memcpy(counter, context->nonce, NONCE_SIZE);
	memcpy(counter + NONCE_SIZE, iv, IV_SIZE);
	counter[BLOCK - 1] = 1;
	return part->alg->skcipher.encrypt(part, counter, out, in, size);
}

static int rfc3686_create(const struct template_name *name, struct alg *out)
{
	int result = template_skcipher_create(name, out);

	if (result < 0)
		return result;
	if (out->ivsize != BLOCK || out->blocksize != 1)
		return -ENOENT;
	out->min_keysize += NONCE_SIZE;
	out->max_keysize += NONCE_SIZE;
	out->ivsize = IV_SIZE;
	out->context_size = sizeof(struct rfc3686_context);
	out->setkey = rfc3686_setkey;
	out->skcipher = (struct skcipher_ops){rfc3686_crypt, rfc3686_crypt};
	return 0;
}

struct xctr_state {
	const uint8_t *iv;
	uint64_t counter;
};

static void xctr_fill(void *opaque, uint8_t *stream, unsigned block, const uint8_t *in, size_t size)
{
	struct xctr_state *state = opaque;
	uint64_t low = bytes_load_le64(state->iv);

	(void)in;
	for (size_t done = 0; done < size; done += block) {
		bytes_store_le64(stream + done, low ^ state->counter++);
		memcpy(stream + done + 8, state->iv + 8, 8);
	}
}

static int xctr_crypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	struct xctr_state state = {iv, 1};

	template_stream_crypt(template_part(tfm), xctr_fill, &state, out, in, size);
	return 0;
}

static int xctr_create(const struct template_name *name, struct alg *out)
{
	int result = template_block_create(name, out);

	if (result < 0)
		return result;
	if (out->blocksize != BLOCK)
		return -ENOENT;
	out->blocksize = 1;
	out->ivsize = BLOCK;
	out->skcipher = (struct skcipher_ops){xctr_crypt, xctr_crypt};
	return 0;
}

const struct template template_rfc3686 = {"rfc3686", ALG_TYPE_SKCIPHER, 1, rfc3686_create};
const struct template template_xctr = {"xctr", ALG_TYPE_SKCIPHER, 1, xctr_create};
