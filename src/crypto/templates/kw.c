/* SPDX-License-Identifier: MIT */
/*
 * kw(X): AES Key Wrap (RFC 3394, NIST SP 800-38F) over any block cipher with blocks of 16 bytes.
 * The integrity block is not part of the text: wrapping leaves it as the IV, unwrapping wants it
 * there (C-21).
 */
#include <errno.h>
#include <string.h>

#include "base/secmem.h"
#include "crypto/bytes.h"
#include "crypto/templates/parts.h"
#include "crypto/templates/templates.h"

#define BLOCK  16u
#define HALF   8u
#define PASSES 6u

static const uint8_t initial[HALF] = {0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6};

static bool size_fits(size_t size)
{
	return size >= 2 * HALF && size % HALF == 0;
}

static void xor_step(uint8_t *integrity, uint64_t step)
{
	bytes_store_be64(integrity, bytes_load_be64(integrity) ^ step);
}

/* RFC 3394, section 2.2.1: block is A and a register. */
static int kw_encrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	struct tfm *cipher = template_part(tfm);
	uint8_t block[BLOCK];
	uint64_t step = 1;

	if (!size_fits(size))
		return -EINVAL;
	memmove(out, in, size);
	memcpy(block, initial, HALF);
	for (unsigned pass = 0; pass < PASSES; pass++) {
		for (size_t i = 0; i < size; i += HALF, step++) {
			memcpy(block + HALF, out + i, HALF);
			cipher->alg->cipher.encrypt(cipher, block, block, 1);
			xor_step(block, step);
			memcpy(out + i, block + HALF, HALF);
		}
	}
	memcpy(iv, block, HALF);
	secmem_wipe(block, sizeof(block));
	return 0;
}

/* RFC 3394, section 2.2.2. */
static int kw_decrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	struct tfm *cipher = template_part(tfm);
	uint8_t block[BLOCK];
	uint64_t step = PASSES * (size / HALF);
	bool intact;

	if (!size_fits(size))
		return -EINVAL;
	memmove(out, in, size);
	memcpy(block, iv, HALF);
	for (unsigned pass = 0; pass < PASSES; pass++) {
		for (size_t i = size; i > 0; i -= HALF, step--) {
			xor_step(block, step);
			memcpy(block + HALF, out + i - HALF, HALF);
			cipher->alg->cipher.decrypt(cipher, block, block, 1);
			memcpy(out + i - HALF, block + HALF, HALF);
		}
	}
	intact = secmem_equal(block, initial, HALF);
	secmem_wipe(block, sizeof(block));
	if (intact)
		return 0;
	secmem_wipe(out, size);
	return -EBADMSG;
}

static int kw_create(const struct template_name *name, struct alg *out)
{
	int result = template_block_create(name, out);

	if (result < 0)
		return result;
	if (out->blocksize != BLOCK)
		return -ENOENT;
	out->blocksize = HALF;
	out->chunksize = HALF;
	out->ivsize = HALF;
	out->skcipher = (struct skcipher_ops){kw_encrypt, kw_decrypt};
	return 0;
}

const struct template template_kw = {"kw", ALG_TYPE_SKCIPHER, 1, kw_create};
