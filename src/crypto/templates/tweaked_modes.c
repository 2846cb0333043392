/* SPDX-License-Identifier: MIT */
/*
 * Modes that xor each block with a tweak before and after the cipher.
 *
 * xts(X): IEEE Std 1619-2007, NIST SP 800-38E; a text that is not a whole number of blocks ends by
 * stealing ciphertext.  lrw(X): Liskov, Rivest, Wagner: "Tweakable Block Ciphers", 2002, as in the
 * drafts of IEEE 1619; the IV is the index of the first block, a big-endian number.
 *
 * xts leaves the IV, lrw leaves the index of the next block (C-20): each message wants to be
 * processed at once.
 */
#include <errno.h>
#include <string.h>

#include "base/secmem.h"
#include "crypto/bytes.h"
#include "crypto/templates/parts.h"
#include "crypto/templates/templates.h"

#define BLOCK 16u

typedef void (*block_function)(struct tfm *tfm, uint8_t *out, const uint8_t *in, size_t blocks);

/* Writes the tweaks of the next blocks, and goes on in state. */
typedef void (*tweak_function)(void *state, uint8_t *tweaks, size_t blocks);

/* Whole blocks, with the tweaks that follow in state. */
static void crypt_blocks(struct tfm *cipher, block_function function, tweak_function next_tweaks,
			 void *state, uint8_t *out, const uint8_t *in, size_t size)
{
	uint8_t tweaks[TEMPLATE_BATCH];
	uint8_t text[TEMPLATE_BATCH];
	size_t used = template_batch(size);

	while (size > 0) {
		size_t part = template_batch(size);

		next_tweaks(state, tweaks, part / BLOCK);
		bytes_xor(text, in, tweaks, part);
		function(cipher, text, text, part / BLOCK);
		bytes_xor(out, text, tweaks, part);
		in += part;
		out += part;
		size -= part;
	}
	secmem_wipe(tweaks, used);
	secmem_wipe(text, used);
}

/* ---- xts ---- */

#define DATA_KEY  0
#define TWEAK_KEY 1

/* The tweak as a little-endian number of 128 bits. */
struct xts_tweak {
	uint64_t low;
	uint64_t high;
};

/* Each is the one before times x; the top bit comes back as x^7 + x^2 + x + 1. */
static void xts_tweaks(void *state, uint8_t *tweaks, size_t blocks)
{
	struct xts_tweak *tweak = state;
	uint64_t low = tweak->low;
	uint64_t high = tweak->high;

	for (; blocks > 0; blocks--, tweaks += BLOCK) {
		uint64_t carry = (0 - (high >> 63)) & 0x87;

		bytes_store_le64(tweaks, low);
		bytes_store_le64(tweaks + 8, high);
		high = high << 1 | low >> 63;
		low = low << 1 ^ carry;
	}
	tweak->low = low;
	tweak->high = high;
}

/* K-08: two keys of one length.  Equal ones are as good as others (K-07). */
static int xts_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	const struct template_parts *parts = tfm_context(tfm);
	int result;

	if (size % 2 != 0)
		return -EINVAL;
	result = tfm_setkey(parts->tfm[DATA_KEY], key, size / 2);
	return result < 0 ? result : tfm_setkey(parts->tfm[TWEAK_KEY], key + size / 2, size / 2);
}

/*
 * The last whole block and the size bytes behind it: the whole one is processed under first, gives
 * its beginning away as the last ciphertext (or text), and the rest of it fills up the last bytes,
 * which are processed under second.
 */
static void xts_steal(struct tfm *cipher, block_function function, const uint8_t *first,
		      const uint8_t *second, uint8_t *out, const uint8_t *in, size_t size)
{
	uint8_t block[BLOCK];
	uint8_t filled[BLOCK];

	bytes_xor(block, in, first, BLOCK);
	function(cipher, block, block, 1);
	bytes_xor(block, block, first, BLOCK);
	memcpy(filled, in + BLOCK, size);
	memcpy(filled + size, block + size, BLOCK - size);
	memcpy(out + BLOCK, block, size);
	bytes_xor(filled, filled, second, BLOCK);
	function(cipher, filled, filled, 1);
	bytes_xor(out, filled, second, BLOCK);
	secmem_wipe(block, sizeof(block));
	secmem_wipe(filled, sizeof(filled));
}

static int xts_crypt(struct tfm *tfm, const uint8_t *iv, uint8_t *out, const uint8_t *in,
		     size_t size, bool encrypt)
{
	const struct template_parts *parts = tfm_context(tfm);
	struct tfm *cipher = parts->tfm[DATA_KEY];
	struct tfm *tweaker = parts->tfm[TWEAK_KEY];
	block_function function =
	    encrypt ? cipher->alg->cipher.encrypt : cipher->alg->cipher.decrypt;
	uint8_t tweaks[2 * BLOCK];
	struct xts_tweak tweak;
	size_t rest = size % BLOCK;
	size_t whole;

	if (size < BLOCK)
		return -EINVAL;
	tweaker->alg->cipher.encrypt(tweaker, tweaks, iv, 1);
	tweak.low = bytes_load_le64(tweaks);
	tweak.high = bytes_load_le64(tweaks + 8);
	whole = rest == 0 ? size : size - BLOCK - rest;
	crypt_blocks(cipher, function, xts_tweaks, &tweak, out, in, whole);
	if (rest > 0) {
		xts_tweaks(&tweak, tweaks, 2);
		xts_steal(cipher, function, encrypt ? tweaks : tweaks + BLOCK,
			  encrypt ? tweaks + BLOCK : tweaks, out + whole, in + whole, rest);
	}
	secmem_wipe(tweaks, sizeof(tweaks));
	secmem_wipe(&tweak, sizeof(tweak));
	return 0;
}

static int xts_encrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	return xts_crypt(tfm, iv, out, in, size, true);
}

static int xts_decrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	return xts_crypt(tfm, iv, out, in, size, false);
}

static int xts_create(const struct template_name *name, struct alg *out)
{
	int result = template_ecb_create(name, out);

	out->part[TWEAK_KEY] = out->part[DATA_KEY];
	out->min_keysize *= 2;
	out->max_keysize *= 2;
	out->ivsize = BLOCK;
	out->setkey = xts_setkey;
	out->skcipher = (struct skcipher_ops){xts_encrypt, xts_decrypt};
	return result;
}

/* ---- lrw ---- */

#define INDEX_BITS 128u

/*
 * The second key is multiplied by the index of each block.  From one index to the next its lowest k
 * bits change: all[k - 1] is the key times 2^k - 1.
 */
struct lrw_context {
	struct template_parts parts;
	uint8_t all[INDEX_BITS][BLOCK];
};

struct lrw_index {
	const struct lrw_context *context;
	uint8_t tweak[BLOCK];
	uint64_t low;
	uint64_t high;
};

static int lrw_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	struct lrw_context *context = tfm_context(tfm);
	uint8_t product[BLOCK]; /* of the second key and x^i */
	int result;

	if (size < BLOCK)
		return -EINVAL;
	result = tfm_setkey(context->parts.tfm[0], key, size - BLOCK);
	if (result < 0)
		return result;
	memcpy(product, key + size - BLOCK, BLOCK);
	memcpy(context->all[0], product, BLOCK);
	for (unsigned i = 1; i < INDEX_BITS; i++) {
		bytes_double_be(product, product, BLOCK);
		bytes_xor(context->all[i], context->all[i - 1], product, BLOCK);
	}
	secmem_wipe(product, sizeof(product));
	return 0;
}

static bool index_bit(const struct lrw_index *index, unsigned bit)
{
	return (bit < 64 ? index->low >> bit : index->high >> (bit - 64)) & 1;
}

/* The tweak of the index that an IV says. */
static void lrw_begin(struct lrw_index *index, const struct lrw_context *context, const uint8_t *iv)
{
	index->context = context;
	index->high = bytes_load_be64(iv);
	index->low = bytes_load_be64(iv + 8);
	memset(index->tweak, 0, BLOCK);
	for (unsigned bit = 0; bit < INDEX_BITS; bit++) {
		if (!index_bit(index, bit))
			continue;
		bytes_xor(index->tweak, index->tweak, context->all[bit], BLOCK);
		if (bit > 0)
			bytes_xor(index->tweak, index->tweak, context->all[bit - 1], BLOCK);
	}
}

/* How many bits change with the next index, less one; the last index is followed by 0. */
static unsigned changing_bits(const struct lrw_index *index)
{
	if (~index->low != 0)
		return (unsigned)__builtin_ctzll(~index->low);
	return ~index->high != 0 ? 64 + (unsigned)__builtin_ctzll(~index->high) : INDEX_BITS - 1;
}

static void lrw_tweaks(void *state, uint8_t *tweaks, size_t blocks)
{
	struct lrw_index *index = state;

	for (; blocks > 0; blocks--, tweaks += BLOCK) {
		memcpy(tweaks, index->tweak, BLOCK);
		bytes_xor(index->tweak, index->tweak, index->context->all[changing_bits(index)],
			  BLOCK);
		index->low++;
		index->high += index->low == 0;
	}
}

static int lrw_crypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size,
		     block_function function)
{
	const struct lrw_context *context = tfm_context(tfm);
	struct lrw_index index;

	if (size % BLOCK != 0)
		return -EINVAL;
	lrw_begin(&index, context, iv);
	crypt_blocks(context->parts.tfm[0], function, lrw_tweaks, &index, out, in, size);
	bytes_add_be(iv, BLOCK, size / BLOCK);
	secmem_wipe(&index, sizeof(index));
	return 0;
}

static int lrw_encrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	return lrw_crypt(tfm, iv, out, in, size, tfm->alg->part[0]->cipher.encrypt);
}

static int lrw_decrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	return lrw_crypt(tfm, iv, out, in, size, tfm->alg->part[0]->cipher.decrypt);
}

static int lrw_create(const struct template_name *name, struct alg *out)
{
	int result = template_ecb_create(name, out);

	out->min_keysize += BLOCK;
	out->max_keysize += BLOCK;
	out->ivsize = BLOCK;
	out->context_size = sizeof(struct lrw_context);
	out->setkey = lrw_setkey;
	out->skcipher = (struct skcipher_ops){lrw_encrypt, lrw_decrypt};
	return result;
}

const struct template template_xts = {"xts", ALG_TYPE_SKCIPHER, 1, xts_create};
const struct template template_lrw = {"lrw", ALG_TYPE_SKCIPHER, 1, lrw_create};
