/* SPDX-License-Identifier: MIT */
/*
 * adiantum(S,X): Crowley and Biggers, "Adiantum: length-preserving encryption for entry-level
 * processors", 2018, over a stream cipher S (XChaCha) and a block cipher X that takes keys of 32
 * bytes.  All of a message depends on all of it, so it is processed at once and the IV, which is
 * the tweak, stays (C-20).
 */
#include <errno.h>
#include <string.h>

#include "base/secmem.h"
#include "crypto/bytes.h"
#include "crypto/own/poly1305.h"
#include "crypto/registry.h"
#include "crypto/templates/parts.h"
#include "crypto/templates/templates.h"

#define BLOCK       16u
#define TWEAK_SIZE  32u
#define KEY_SIZE    32u
#define STREAM_IV   32u /* a nonce of 24 bytes and the position */
#define HASH_KEY    1088u
#define HEADER_SIZE (BLOCK + TWEAK_SIZE)

#define STREAM 0
#define CIPHER 1
#define HASH   2

/* Followed by a state of the hash. */
struct adiantum_context {
	_Alignas(64) struct template_parts parts;
	struct poly1305_key header_key;
};

/* The key stream after the nonce that is a single bit of one, in this order (section 2). */
struct adiantum_keys {
	uint8_t cipher[KEY_SIZE];
	uint8_t header[POLY1305_BLOCK];
	uint8_t hash[HASH_KEY];
};

static int derive_keys(struct adiantum_context *context, struct adiantum_keys *keys)
{
	struct tfm *stream = context->parts.tfm[STREAM];
	uint8_t iv[STREAM_IV] = {1};

	memset(keys, 0, sizeof(*keys));
	return stream->alg->skcipher.encrypt(stream, iv, (uint8_t *)keys, (const uint8_t *)keys,
					     sizeof(*keys));
}

static int adiantum_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	struct adiantum_context *context = tfm_context(tfm);
	struct adiantum_keys keys;
	int result = tfm_setkey(context->parts.tfm[STREAM], key, size);

	if (result < 0)
		return result;
	result = derive_keys(context, &keys);
	if (result == 0)
		result = tfm_setkey(context->parts.tfm[CIPHER], keys.cipher, KEY_SIZE);
	if (result == 0)
		result = tfm_setkey(context->parts.tfm[HASH], keys.hash, HASH_KEY);
	poly1305_set_key(&context->header_key, keys.header);
	secmem_wipe(&keys, sizeof(keys));
	return result;
}

/* A number of 128 bits, little-endian. */
static void add(uint8_t *to, const uint8_t *number, bool subtract)
{
	uint64_t low = bytes_load_le64(to), high = bytes_load_le64(to + 8);
	uint64_t other_low = bytes_load_le64(number), other_high = bytes_load_le64(number + 8);

	if (subtract) {
		high -= other_high + (low < other_low);
		low -= other_low;
	} else {
		low += other_low;
		high += other_high + (low < other_low);
	}
	bytes_store_le64(to, low);
	bytes_store_le64(to + 8, high);
}

/* Poly1305 over the length in bits and the tweak. */
static void hash_header(const struct adiantum_context *context, const uint8_t *tweak, size_t size,
			uint8_t *digest)
{
	struct poly1305_sum sum = {{0}};
	uint8_t header[HEADER_SIZE] = {0};

	bytes_store_le64(header, (uint64_t)size * 8);
	memcpy(header + BLOCK, tweak, TWEAK_SIZE);
	poly1305_blocks(&context->header_key, &sum, header, HEADER_SIZE / POLY1305_BLOCK, 1);
	poly1305_emit(&sum, NULL, digest);
}

/* The hash of tweak and text, the last block left out. */
static int hash_text(struct tfm *tfm, const uint8_t *tweak, const uint8_t *text, size_t size,
		     uint8_t *digest)
{
	const struct adiantum_context *context = tfm_context(tfm);
	const struct tfm *hash = context->parts.tfm[HASH];
	void *state = (uint8_t *)tfm_context(tfm) + sizeof(struct adiantum_context);
	uint8_t header[BLOCK];
	int result;

	hash->alg->hash.init(hash, state);
	result = hash->alg->hash.update(hash, state, text, size);
	if (result == 0)
		result = hash->alg->hash.final(hash, state, digest);
	hash_header(context, tweak, size, header);
	add(digest, header, false);
	secmem_wipe(state, hash->alg->statesize);
	return result;
}

/* Xors the key stream that block chooses: the nonce is the block and a bit of one. */
static int run_stream(struct tfm *tfm, const uint8_t *block, uint8_t *out, const uint8_t *in,
		      size_t size)
{
	const struct adiantum_context *context = tfm_context(tfm);
	struct tfm *stream = context->parts.tfm[STREAM];
	uint8_t iv[STREAM_IV] = {0};

	memcpy(iv, block, BLOCK);
	iv[BLOCK] = 1;
	return stream->alg->skcipher.encrypt(stream, iv, out, in, size);
}

static int adiantum_crypt(struct tfm *tfm, const uint8_t *tweak, uint8_t *out, const uint8_t *in,
			  size_t size, bool encrypt)
{
	const struct adiantum_context *context = tfm_context(tfm);
	struct tfm *cipher = context->parts.tfm[CIPHER];
	uint8_t last[BLOCK], middle[BLOCK], digest[BLOCK];
	size_t left;
	int result;

	if (size < BLOCK)
		return -EINVAL;
	left = size - BLOCK;
	memcpy(last, in + left, BLOCK);
	result = hash_text(tfm, tweak, in, left, digest);
	add(last, digest, false);
	if (encrypt)
		cipher->alg->cipher.encrypt(cipher, middle, last, 1);
	else
		memcpy(middle, last, BLOCK);
	if (result == 0)
		result = run_stream(tfm, middle, out, in, left);
	if (!encrypt)
		cipher->alg->cipher.decrypt(cipher, middle, last, 1);
	if (result == 0)
		result = hash_text(tfm, tweak, out, left, digest);
	add(middle, digest, true);
	memcpy(out + left, middle, BLOCK);
	secmem_wipe(last, sizeof(last));
	secmem_wipe(middle, sizeof(middle));
	secmem_wipe(digest, sizeof(digest));
	return result;
}

static int adiantum_encrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in,
			    size_t size)
{
	return adiantum_crypt(tfm, iv, out, in, size, true);
}

static int adiantum_decrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in,
			    size_t size)
{
	return adiantum_crypt(tfm, iv, out, in, size, false);
}

static bool is_suitable(const struct alg *stream, const struct alg *cipher)
{
	return (strcmp(stream->name, "xchacha12") == 0 || strcmp(stream->name, "xchacha20") == 0) &&
	       cipher->blocksize == BLOCK && cipher->min_keysize <= KEY_SIZE &&
	       cipher->max_keysize >= KEY_SIZE;
}

/* The driver names the hash as well, so a name of three drivers is one (N-06). */
static int adiantum_create(const struct template_name *name, struct alg *out)
{
	const struct alg *stream, *cipher, *hash;
	int result = registry_find(ALG_TYPE_SKCIPHER, name->arg[0], &stream);

	if (result == 0)
		result = registry_find(ALG_TYPE_CIPHER, name->arg[1], &cipher);
	if (result == 0)
		result = registry_find(ALG_TYPE_HASH, name->args > 2 ? name->arg[2] : "nhpoly1305",
				       &hash);
	if (result < 0)
		return result;
	if (!is_suitable(stream, cipher) || strcmp(hash->name, "nhpoly1305") != 0)
		return -ENOENT;
	out->priority = template_parts_priority(stream, cipher);
	out->min_keysize = KEY_SIZE;
	out->max_keysize = KEY_SIZE;
	out->blocksize = BLOCK;
	out->chunksize = BLOCK;
	out->ivsize = TWEAK_SIZE;
	out->context_size = sizeof(struct adiantum_context) + hash->statesize;
	out->init = template_parts_init;
	out->exit = template_parts_exit;
	out->setkey = adiantum_setkey;
	out->skcipher = (struct skcipher_ops){adiantum_encrypt, adiantum_decrypt};
	result = template_compose(out, name->name, stream, cipher);
	if (result < 0)
		return result;
	out->part[HASH] = hash;
	return template_set_driver(out, "%s(%s,%s,%s)", name->name, stream->driver, cipher->driver,
				   hash->driver);
}

const struct template template_adiantum = {"adiantum", ALG_TYPE_SKCIPHER, 2, adiantum_create};
const struct template template_adiantum_hash = {"adiantum", ALG_TYPE_SKCIPHER, 3, adiantum_create};
