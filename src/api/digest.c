/* SPDX-License-Identifier: MIT */
/* Digests: the public calls, and direct transport. */
#include <string.h>

#include "api/digest.h"
#include "base/secmem.h"
#include "crypto/registry.h"

/* An instance with its key; clones share it, since computing does not change it (crypto/alg.h). */
struct api_digest_key {
	_Atomic unsigned refs;
	struct tfm *tfm;
};

static void put_key(struct api_digest_key *key)
{
	if (!key || atomic_fetch_sub(&key->refs, 1) > 1)
		return;
	tfm_free(key->tfm);
	secmem_free(key, sizeof(*key));
}

static int new_key(const struct alg *alg, struct api_digest_key **out)
{
	struct api_digest_key *key = secmem_alloc(sizeof(*key));
	int result;

	*out = NULL;
	if (!key)
		return -ENOMEM;
	result = tfm_new(alg, &key->tfm);
	if (result < 0) {
		secmem_free(key, sizeof(*key));
		return result;
	}
	atomic_store(&key->refs, 1);
	*out = key;
	return 0;
}

static int direct_open(struct api_handle *handle)
{
	handle->ready = !alg_needs_key(handle->source.alg);
	return new_key(handle->source.alg, &((struct ualg_digest *)handle)->key);
}

static void direct_close(struct api_handle *handle)
{
	put_key(((struct ualg_digest *)handle)->key);
}

/* Into a new instance: a key that is refused spoils neither a clone nor what a hash is without. */
static int direct_set_key(struct ualg_digest *digest, const uint8_t *bytes, size_t size)
{
	struct api_digest_key *key;
	struct api_digest_key *bare = NULL;
	int result = new_key(digest->handle.source.alg, &key);

	if (result < 0)
		return result;
	result = tfm_setkey(key->tfm, bytes, size);
	if (result == -EINVAL && digest->handle.source.alg->key == ALG_KEY_OPTIONAL)
		(void)new_key(digest->handle.source.alg, &bare);
	if (result < 0)
		put_key(key);
	if (result < 0 && result != -EINVAL)
		return result;
	digest->handle.ready = result == 0 || bare;
	if (digest->handle.ready) {
		put_key(digest->key);
		digest->key = bare ? bare : key;
	}
	return result;
}

static void start(struct ualg_digest *digest)
{
	digest->handle.source.alg->hash.init(digest->key->tfm, digest->state);
	digest->open = true;
}

static int direct_update(struct ualg_digest *digest, const uint8_t *data, size_t size)
{
	int result = 0;

	if (!digest->open)
		start(digest);
	if (size)
		result = digest->handle.source.alg->hash.update(digest->key->tfm, digest->state,
								data, size);
	digest->open = result == 0;
	return result;
}

static int direct_final(struct ualg_digest *digest, uint8_t *out)
{
	if (!digest->open)
		start(digest);
	digest->open = false;
	return digest->handle.source.alg->hash.final(digest->key->tfm, digest->state, out);
}

static void direct_reset(struct ualg_digest *digest)
{
	digest->open = false;
	secmem_wipe(digest->state, digest->handle.source.alg->statesize);
}

static int direct_clone(const struct ualg_digest *digest, struct ualg_digest *clone)
{
	memcpy(clone->state, digest->state, digest->handle.source.alg->statesize);
	clone->key = digest->key;
	atomic_fetch_add(&clone->key->refs, 1);
	return 0;
}

static const struct api_digest_ops direct_ops = {
    .life = {direct_open, direct_close},
    .set_key = direct_set_key,
    .update = direct_update,
    .final = direct_final,
    .reset = direct_reset,
    .clone = direct_clone,
};

static const struct api_group group = {
    .type = ALG_TYPE_HASH,
    .size = sizeof(struct ualg_digest),
    .has_state = true,
    .direct = &direct_ops.life,
    .kernel = &api_kernel_digest_ops.life,
};

static const struct api_digest_ops *ops_of(const struct ualg_digest *digest)
{
	return (const struct api_digest_ops *)digest->handle.life;
}

int ualg_digest_open(struct ualg_digest **out, const char *name, enum ualg_transport transport)
{
	struct api_handle *handle;
	int result;

	if (!out)
		return -EINVAL;
	result = api_handle_open(&group, name, transport, &handle);
	*out = (struct ualg_digest *)handle;
	return result;
}

void ualg_digest_close(struct ualg_digest *digest)
{
	api_handle_close((struct api_handle *)digest);
}

const struct ualg_alg *ualg_digest_alg(const struct ualg_digest *digest)
{
	return api_handle_alg((const struct api_handle *)digest);
}

enum ualg_transport ualg_digest_transport(const struct ualg_digest *digest)
{
	return api_handle_transport((const struct api_handle *)digest);
}

size_t ualg_digest_size(const struct ualg_digest *digest)
{
	return digest ? digest->handle.source.alg->digestsize : 0;
}

int ualg_digest_set_key(struct ualg_digest *digest, const void *key, size_t size)
{
	if (!digest || !api_is_there(key, size))
		return -EINVAL;
	ualg_digest_reset(digest);
	return ops_of(digest)->set_key(digest, api_in(key), size);
}

int ualg_digest_update(struct ualg_digest *digest, const void *data, size_t size)
{
	if (!digest || !api_is_there(data, size))
		return -EINVAL;
	return digest->handle.ready ? ops_of(digest)->update(digest, data, size) : -ENOKEY;
}

int ualg_digest_final(struct ualg_digest *digest, void *out, size_t room)
{
	if (!digest || !out || room < digest->handle.source.alg->digestsize)
		return -EINVAL;
	return digest->handle.ready ? ops_of(digest)->final(digest, out) : -ENOKEY;
}

int ualg_digest_verify(struct ualg_digest *digest, const void *expected, size_t size)
{
	uint8_t computed[ALG_MAX_DIGEST];
	int result;

	if (!digest || !expected || size == 0 || size > digest->handle.source.alg->digestsize)
		return -EINVAL;
	result = ualg_digest_final(digest, computed, sizeof(computed));
	if (result == 0 && !secmem_equal(computed, expected, size))
		result = -EBADMSG;
	secmem_wipe(computed, sizeof(computed));
	return result;
}

int ualg_digest_once(struct ualg_digest *digest, const void *data, size_t size, void *out,
		     size_t room)
{
	int result;

	if (!digest || !api_is_there(data, size) || !out ||
	    room < digest->handle.source.alg->digestsize)
		return -EINVAL;
	if (!digest->handle.ready)
		return -ENOKEY;
	if (digest->open)
		ops_of(digest)->reset(digest);
	result = ops_of(digest)->update(digest, data, size);
	return result < 0 ? result : ops_of(digest)->final(digest, out);
}

void ualg_digest_reset(struct ualg_digest *digest)
{
	if (digest && digest->open)
		ops_of(digest)->reset(digest);
}

int ualg_digest_clone(const struct ualg_digest *digest, struct ualg_digest **out)
{
	struct ualg_digest *clone;
	int result;

	if (!digest || !out)
		return -EINVAL;
	*out = NULL;
	clone = (struct ualg_digest *)api_handle_again(&digest->handle);
	if (!clone)
		return -ENOMEM;
	clone->handle.ready = digest->handle.ready;
	clone->open = digest->open;
	result = ops_of(digest)->clone(digest, clone);
	if (result < 0) {
		secmem_free(clone, clone->handle.size);
		return result;
	}
	*out = clone;
	return 0;
}
