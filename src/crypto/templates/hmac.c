/* SPDX-License-Identifier: MIT */
/*
 * hmac(H): RFC 2104.  Both keyed states of H are computed when the key is set, so that a message
 * begins with one copy and ends with another.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/secmem.h"
#include "crypto/registry.h"
#include "crypto/templates/parts.h"
#include "crypto/templates/templates.h"

#define IPAD 0x36
#define OPAD 0x5c

/* Followed by the inner and the outer state, each aligned for H. */
struct hmac_context {
	_Alignas(64) struct template_parts parts;
};

static size_t state_room(const struct alg *hash)
{
	return (hash->statesize + 63u) & ~(size_t)63u;
}

static uint8_t *inner_state(const struct tfm *tfm)
{
	return (uint8_t *)tfm_context(tfm) + sizeof(struct hmac_context);
}

static uint8_t *outer_state(const struct tfm *tfm)
{
	return inner_state(tfm) + state_room(tfm->alg->part[0]);
}

static const struct tfm *hash_part(const struct tfm *tfm)
{
	const struct template_parts *parts = tfm_context(tfm);

	return parts->tfm[0];
}

/* A state of H that has seen the padded key, each byte changed by mask. */
static int begin_keyed(const struct tfm *hash, uint8_t *state, const uint8_t *key, uint8_t mask)
{
	uint8_t block[ALG_MAX_BLOCK];
	int result;

	for (size_t i = 0; i < hash->alg->blocksize; i++)
		block[i] = key[i] ^ mask;
	hash->alg->hash.init(hash, state);
	result = hash->alg->hash.update(hash, state, block, hash->alg->blocksize);
	secmem_wipe(block, sizeof(block));
	return result;
}

/* Writes blocksize bytes: the key, or the digest of one that is longer, and zeros. */
static int pad_key(const struct tfm *hash, uint8_t *scratch, uint8_t *block, const uint8_t *key,
		   size_t size)
{
	int result;

	memset(block, 0, hash->alg->blocksize);
	if (size <= hash->alg->blocksize) {
		if (size > 0)
			memcpy(block, key, size);
		return 0;
	}
	hash->alg->hash.init(hash, scratch);
	result = hash->alg->hash.update(hash, scratch, key, size);
	return result < 0 ? result : hash->alg->hash.final(hash, scratch, block);
}

static int hmac_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	const struct tfm *hash = hash_part(tfm);
	uint8_t block[ALG_MAX_BLOCK];
	int result = pad_key(hash, inner_state(tfm), block, key, size);

	if (result == 0)
		result = begin_keyed(hash, inner_state(tfm), block, IPAD);
	if (result == 0)
		result = begin_keyed(hash, outer_state(tfm), block, OPAD);
	secmem_wipe(block, sizeof(block));
	return result;
}

static void hmac_init(const struct tfm *tfm, void *state)
{
	memcpy(state, inner_state(tfm), tfm->alg->statesize);
}

static int hmac_update(const struct tfm *tfm, void *state, const uint8_t *data, size_t size)
{
	const struct tfm *hash = hash_part(tfm);

	return hash->alg->hash.update(hash, state, data, size);
}

static int hmac_final(const struct tfm *tfm, void *state, uint8_t *digest)
{
	const struct tfm *hash = hash_part(tfm);
	uint8_t inner[ALG_MAX_DIGEST];
	int result = hash->alg->hash.final(hash, state, inner);

	if (result == 0) {
		memcpy(state, outer_state(tfm), hash->alg->statesize);
		result = hash->alg->hash.update(hash, state, inner, hash->alg->digestsize);
	}
	secmem_wipe(inner, sizeof(inner));
	return result < 0 ? result : hash->alg->hash.final(hash, state, digest);
}

static bool hmac_state_valid(const struct tfm *tfm, const void *state)
{
	const struct tfm *hash = hash_part(tfm);

	return !hash->alg->hash.state_valid || hash->alg->hash.state_valid(hash, state);
}

/* H needs no key, and has a state that can hold what a block does to it. */
static bool is_suitable(const struct alg *hash)
{
	return hash->key != ALG_KEY_NEEDED && hash->digestsize <= hash->blocksize &&
	       hash->statesize >= hash->blocksize;
}

static int hmac_create(const struct template_name *name, struct alg *out)
{
	const struct alg *hash;
	int result = registry_find(ALG_TYPE_HASH, name->arg[0], &hash);

	if (result < 0)
		return result;
	if (!is_suitable(hash))
		return -ENOENT;
	out->priority = hash->priority;
	out->key = ALG_KEY_NEEDED;
	out->max_keysize = UINT_MAX;
	out->blocksize = hash->blocksize;
	out->digestsize = hash->digestsize;
	out->statesize = hash->statesize;
	out->context_size = sizeof(struct hmac_context) + 2 * state_room(hash);
	out->init = template_parts_init;
	out->exit = template_parts_exit;
	out->setkey = hmac_setkey;
	out->hash = (struct hash_ops){hmac_init, hmac_update, hmac_final, hmac_state_valid};
	return template_compose(out, template_hmac.name, hash, NULL);
}

const struct template template_hmac = {"hmac", ALG_TYPE_HASH, 1, hmac_create};
