/* SPDX-License-Identifier: MIT */
/*
 * vmac64(X): VMAC with tags of 64 bits (Krovetz and Dai: "VMAC: Message Authentication Code using
 * Universal Hashing", draft-krovetz-vmac-01) over block ciphers with blocks of 16 bytes.  The nonce
 * is the message's first 16 bytes (H-23).
 *
 * The text is hashed in three layers: NH makes 128 bits of each 128 bytes, a polynomial modulo
 * 2^127 - 1 makes one number of those, and the last layer 64 bits of that.
 */
#include <errno.h>
#include <string.h>

#include "base/secmem.h"
#include "crypto/bytes.h"
#include "crypto/registry.h"
#include "crypto/templates/parts.h"
#include "crypto/templates/templates.h"
#include "crypto/wide.h"

#define BLOCK    16u
#define TAG_SIZE 8u
#define KEY_SIZE 16u  /* whatever X takes (T-01) */
#define PIECE    128u /* bytes that NH makes one hash of */
#define NH_WORDS (PIECE / 8)

/* First bytes of the blocks whose encryptions are keys (section 4). */
#define NH_KEYS   0x80
#define POLY_KEY  0xc0
#define LAST_KEYS 0xe0

#define POLY_MASK UINT64_C(0x1fffffff1fffffff)
#define P64       (UINT64_MAX - 256) /* 2^64 - 257 */

/* The high words of 2^126 - 1 and 2^127 - 1; the low ones are all ones. */
#define MASK126_HIGH (UINT64_MAX >> 2)
#define P127_HIGH    (UINT64_MAX >> 1)

struct vmac64_context {
	struct template_parts parts;
	uint64_t nh[NH_WORDS];
	uint64_t poly[2]; /* high, low */
	uint64_t last[2];
};

struct vmac64_state {
	uint64_t sum[2]; /* of the polynomial: high, low; less than 2^127 */
	uint8_t nonce[BLOCK];
	uint8_t piece[PIECE];
	uint32_t nonce_size; /* how much of the nonce has come */
	uint32_t count;      /* and of the piece at hand */
	uint32_t begun;      /* whether a piece came before */
};

/* The block that says what for, and which number, encrypted: two big-endian words. */
static void derive(struct tfm *cipher, uint8_t purpose, uint8_t number, uint64_t out[2])
{
	uint8_t block[BLOCK] = {0};

	block[0] = purpose;
	block[BLOCK - 1] = number;
	cipher->alg->cipher.encrypt(cipher, block, block, 1);
	out[0] = bytes_load_be64(block);
	out[1] = bytes_load_be64(block + 8);
	secmem_wipe(block, sizeof(block));
}

static int vmac64_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	struct vmac64_context *context = tfm_context(tfm);
	struct tfm *cipher = context->parts.tfm[0];
	int result = size == KEY_SIZE ? tfm_setkey(cipher, key, size) : -EINVAL;

	if (result < 0)
		return result;
	for (unsigned i = 0; i < NH_WORDS; i += 2)
		derive(cipher, NH_KEYS, (uint8_t)(i / 2), &context->nh[i]);
	derive(cipher, POLY_KEY, 0, context->poly);
	context->poly[0] &= POLY_MASK;
	context->poly[1] &= POLY_MASK;
	/* Those that are no numbers modulo 2^64 - 257 are passed over: one in 2^55. */
	for (uint8_t number = 0;; number++) {
		derive(cipher, LAST_KEYS, number, context->last);
		if ((context->last[0] < P64 && context->last[1] < P64) || number == UINT8_MAX)
			return 0;
	}
}

static void vmac64_init(const struct tfm *tfm, void *opaque)
{
	struct vmac64_state *state = opaque;

	(void)tfm;
	memset(state, 0, sizeof(*state));
	state->sum[1] = 1; /* the polynomial's leading coefficient */
}

static struct wide nh(const struct vmac64_context *context, const uint8_t *data, size_t words)
{
	struct wide sum = {0, 0};

	for (size_t i = 0; i < words; i += 2)
		sum = wide_add(
		    sum, wide_multiply(bytes_load_le64(data + 8 * i) + context->nh[i],
				       bytes_load_le64(data + 8 * i + 8) + context->nh[i + 1]));
	sum.high &= MASK126_HIGH;
	return sum;
}

/* What stands at 2^127 is 1 modulo 2^127 - 1. */
static struct wide fold(struct wide value)
{
	return wide_add_word((struct wide){value.high & P127_HIGH, value.low}, value.high >> 63);
}

/* a * key modulo 2^127 - 1, not quite reduced: less than 2^127. */
static struct wide poly_multiply(struct wide a, const uint64_t key[2])
{
	struct wide low = wide_multiply(a.low, key[1]);
	struct wide middle = wide_add_word(wide_multiply(a.low, key[0]), low.high);
	struct wide cross = wide_add_word(wide_multiply(a.high, key[1]), middle.low);
	struct wide high =
	    wide_add_word(wide_add_word(wide_multiply(a.high, key[0]), middle.high), cross.high);

	low.high = cross.low;
	/* 2^128 is 2. */
	return fold(wide_add(fold(low), wide_add(high, high)));
}

/* The piece at hand becomes the polynomial's next coefficient. */
static void end_piece(const struct vmac64_context *context, struct vmac64_state *state,
		      const uint8_t *piece, size_t words)
{
	struct wide sum = {state->sum[0], state->sum[1]};

	sum = fold(wide_add(poly_multiply(sum, context->poly), nh(context, piece, words)));
	state->sum[0] = sum.high;
	state->sum[1] = sum.low;
	state->begun = 1;
}

static void absorb_text(const struct vmac64_context *context, struct vmac64_state *state,
			const uint8_t *data, size_t size)
{
	while (size > 0) {
		size_t take = PIECE - state->count < size ? PIECE - state->count : size;

		memcpy(state->piece + state->count, data, take);
		state->count += (uint32_t)take;
		data += take;
		size -= take;
		if (state->count == PIECE) {
			end_piece(context, state, state->piece, NH_WORDS);
			state->count = 0;
		}
	}
}

static int vmac64_update(const struct tfm *tfm, void *opaque, const uint8_t *data, size_t size)
{
	struct vmac64_state *state = opaque;
	size_t take = BLOCK - state->nonce_size < size ? BLOCK - state->nonce_size : size;

	if (take > 0)
		memcpy(state->nonce + state->nonce_size, data, take);
	state->nonce_size += (uint32_t)take;
	if (size > take)
		absorb_text(tfm_context(tfm), state, data + take, size - take);
	return 0;
}

/* value = quotient * (2^64 - 2^32) + remainder, in a time that does not depend on it. */
static void divide(struct wide value, uint64_t *quotient, uint64_t *remainder)
{
	/* In digits of 32 bits: value = (a * 2^64 + b * 2^32 + c) * 2^32 + d, by m = 2^32 - 1. */
	uint64_t a = value.high >> 32;
	uint64_t b = value.high & UINT32_MAX;
	uint64_t c = value.low >> 32;
	uint64_t d = value.low & UINT32_MAX;
	uint64_t sum = a + b + c; /* less than 3 m */
	uint64_t times = 0;

	for (unsigned i = 0; i < 3; i++) {
		uint64_t enough = (uint64_t)0 - (sum >= UINT32_MAX);

		sum -= UINT32_MAX & enough;
		times += 1 & enough;
	}
	*quotient = a * UINT32_MAX + 2 * a + b + times;
	*remainder = sum << 32 | d;
}

/* (a + b) modulo 2^64 - 257, b being less than that. */
static uint64_t add_p64(uint64_t a, uint64_t b)
{
	struct wide sum = wide_add_word((struct wide){0, a}, b);

	sum = wide_add_word((struct wide){0, sum.low}, sum.high * 257);
	return sum.low + sum.high * 257;
}

static uint64_t multiply_p64(uint64_t a, uint64_t b)
{
	struct wide product = wide_multiply(a, b);
	uint64_t result;

	product = wide_add_word(wide_multiply(product.high, 257), product.low);
	product = wide_add_word(wide_multiply(product.high, 257), product.low);
	result = product.low + product.high * 257;
	return result - (P64 & ((uint64_t)0 - (result >= P64)));
}

/* The last layer (L3-HASH); size is the bytes of the last piece, if it is not whole. */
static uint64_t hash_last(const struct vmac64_context *context, const struct vmac64_state *state,
			  size_t size)
{
	struct wide value = fold((struct wide){state->sum[0] + size * 8, state->sum[1]});
	uint64_t quotient, remainder;
	uint64_t mask;

	/* 2^127 - 1 is 0. */
	mask = (uint64_t)0 - (uint64_t)(((value.high ^ P127_HIGH) | ~value.low) != 0);
	value = (struct wide){value.high & mask, value.low & mask};
	divide(value, &quotient, &remainder);
	return multiply_p64(add_p64(quotient, context->last[0]),
			    add_p64(remainder, context->last[1]));
}

/*
 * -EINVAL: the nonce is not complete, or its first bit, which tells nonces from the blocks of
 * keys, is set (H-23).
 */
static int vmac64_final(const struct tfm *tfm, void *opaque, uint8_t *digest)
{
	const struct vmac64_context *context = tfm_context(tfm);
	struct tfm *cipher = context->parts.tfm[0];
	struct vmac64_state *state = opaque;
	uint32_t size = state->count;
	unsigned half = state->nonce[BLOCK - 1] & 1;
	uint64_t hash;

	if (state->nonce_size < BLOCK || state->nonce[0] & 0x80)
		return -EINVAL;
	if (size > 0 || !state->begun) {
		size_t filled = (size + BLOCK - 1) / BLOCK * BLOCK;

		memset(state->piece + size, 0, filled - size);
		end_piece(context, state, state->piece, filled / 8);
	}
	hash = hash_last(context, state, size);
	state->nonce[BLOCK - 1] &= 0xfe;
	cipher->alg->cipher.encrypt(cipher, state->nonce, state->nonce, 1);
	bytes_store_be64(digest, hash + bytes_load_be64(state->nonce + (size_t)TAG_SIZE * half));
	return 0;
}

static bool vmac64_state_valid(const struct tfm *tfm, const void *opaque)
{
	const struct vmac64_state *state = opaque;

	(void)tfm;
	return state->nonce_size <= BLOCK && state->count < PIECE && state->sum[0] >> 63 == 0;
}

static int vmac64_create(const struct template_name *name, struct alg *out)
{
	const struct alg *cipher;
	int result = registry_find(ALG_TYPE_CIPHER, name->arg[0], &cipher);

	if (result < 0)
		return result;
	if (cipher->blocksize != BLOCK)
		return -ENOENT;
	out->priority = cipher->priority;
	out->key = ALG_KEY_NEEDED;
	out->min_keysize = KEY_SIZE;
	out->max_keysize = KEY_SIZE;
	out->blocksize = BLOCK;
	out->digestsize = TAG_SIZE;
	out->statesize = sizeof(struct vmac64_state);
	out->context_size = sizeof(struct vmac64_context);
	out->init = template_parts_init;
	out->exit = template_parts_exit;
	out->setkey = vmac64_setkey;
	out->hash = (struct hash_ops){vmac64_init, vmac64_update, vmac64_final, vmac64_state_valid};
	return template_compose(out, name->name, cipher, NULL);
}

const struct template template_vmac64 = {"vmac64", ALG_TYPE_HASH, 1, vmac64_create};
