/* SPDX-License-Identifier: MIT */
/*
 * cts(cbc(X)): CBC with ciphertext stealing for texts that are not a whole number of blocks, in the
 * order of RFC 3962 (NIST SP 800-38A, addendum: CBC-CS3): the last two blocks always change places.
 * One block alone is plain CBC.
 *
 * The IV that is left (C-20) is the ciphertext's last block but one, in either direction; the
 * kernel's cts(cbc(aes)), which is made in one piece, leaves that of CBC behind the blocks before
 * these two.
 */
#include <errno.h>
#include <string.h>

#include "base/secmem.h"
#include "crypto/bytes.h"
#include "crypto/templates/parts.h"
#include "crypto/templates/templates.h"

/* The bytes of the last block: one at least. */
static size_t last_size(size_t size, unsigned block)
{
	return size - (size - 1) / block * block;
}

static bool leaves_iv_early(const struct alg *alg)
{
	const struct alg *cbc = alg->part[0];

	return strcmp(cbc->name, "cbc(aes)") == 0 && !cbc->part[0];
}

static int cts_encrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	struct tfm *cbc = template_part(tfm);
	unsigned block = tfm->alg->blocksize;
	uint8_t chain[ALG_MAX_IV];
	uint8_t last[ALG_MAX_IV] = {0};
	size_t rest, head;
	int result;

	if (size < block)
		return -EINVAL;
	rest = size == block ? 0 : last_size(size, block);
	head = size - rest;
	if (head > block || rest == 0) {
		size_t plain = rest == 0 ? head : head - block;

		result = cbc->alg->skcipher.encrypt(cbc, iv, out, in, plain);
		if (result < 0 || rest == 0)
			return result;
	}
	memcpy(chain, iv, block);
	result =
	    cbc->alg->skcipher.encrypt(cbc, chain, out + head - block, in + head - block, block);
	if (result < 0)
		return result;
	memcpy(last, in + head, rest);
	memcpy(out + head, out + head - block, rest);
	result = cbc->alg->skcipher.encrypt(cbc, chain, out + head - block, last, block);
	secmem_wipe(last, sizeof(last));
	if (!leaves_iv_early(tfm->alg))
		memcpy(iv, out + head - block, block);
	return result;
}

/*
 * The last two blocks: the first of them, decrypted alone, is the text behind it, filled up with
 * the rest of the block before, whose beginning stands behind it.
 */
static int decrypt_ending(struct tfm *cbc, uint8_t *chain, uint8_t *out, const uint8_t *in,
			  unsigned block, size_t rest)
{
	uint8_t zero[ALG_MAX_IV] = {0};
	uint8_t text[ALG_MAX_IV];
	uint8_t stolen[ALG_MAX_IV];
	int result = cbc->alg->skcipher.decrypt(cbc, zero, text, in, block);

	memcpy(stolen, in + block, rest);
	memcpy(stolen + rest, text + rest, block - rest);
	bytes_xor(out + block, text, stolen, rest);
	if (result == 0)
		result = cbc->alg->skcipher.decrypt(cbc, chain, out, stolen, block);
	secmem_wipe(text, sizeof(text));
	secmem_wipe(stolen, sizeof(stolen));
	return result;
}

static int cts_decrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	struct tfm *cbc = template_part(tfm);
	unsigned block = tfm->alg->blocksize;
	uint8_t chain[ALG_MAX_IV];
	size_t rest, head;
	int result;

	if (size < block)
		return -EINVAL;
	rest = size == block ? 0 : last_size(size, block);
	head = size == block ? size : size - rest - block;
	result = cbc->alg->skcipher.decrypt(cbc, iv, out, in, head);
	if (result < 0 || rest == 0)
		return result;
	memcpy(chain, iv, block);
	if (!leaves_iv_early(tfm->alg))
		memcpy(iv, in + head, block); /* out may be in */
	return decrypt_ending(cbc, chain, out + head, in + head, block, rest);
}

static int cts_create(const struct template_name *name, struct alg *out)
{
	int result = template_skcipher_create(name, out);

	if (result < 0)
		return result;
	if (strncmp(out->part[0]->name, "cbc(", 4) != 0 || out->ivsize != out->blocksize)
		return -ENOENT;
	out->skcipher = (struct skcipher_ops){cts_encrypt, cts_decrypt};
	return 0;
}

const struct template template_cts = {"cts", ALG_TYPE_SKCIPHER, 1, cts_create};
