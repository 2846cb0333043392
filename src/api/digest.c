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

static size_t handle_size(const struct ualg_digest *digest)
{
	return sizeof(*digest) + (digest->source.kernel ? 0 : digest->source.alg->statesize);
}

/* A handle of a source, which is the handle's from now on if this succeeds. */
static struct ualg_digest *new_handle(const struct api_source *source)
{
	struct ualg_digest like = {.source = *source};
	struct ualg_digest *digest = secmem_alloc(handle_size(&like));

	if (digest)
		*digest = like;
	return digest;
}

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

static int direct_open(struct ualg_digest *digest)
{
	digest->ready = !alg_needs_key(digest->source.alg);
	return new_key(digest->source.alg, &digest->key);
}

static void direct_close(struct ualg_digest *digest)
{
	put_key(digest->key);
}

/* Into a new instance: a key that is refused spoils neither a clone nor what a hash is without. */
static int direct_set_key(struct ualg_digest *digest, const uint8_t *bytes, size_t size)
{
	struct api_digest_key *key;
	struct api_digest_key *bare = NULL;
	int result = new_key(digest->source.alg, &key);

	if (result < 0)
		return result;
	result = tfm_setkey(key->tfm, bytes, size);
	if (result == -EINVAL && digest->source.alg->key == ALG_KEY_OPTIONAL)
		(void)new_key(digest->source.alg, &bare);
	if (result < 0)
		put_key(key);
	if (result < 0 && result != -EINVAL)
		return result;
	digest->ready = result == 0 || bare;
	if (digest->ready) {
		put_key(digest->key);
		digest->key = bare ? bare : key;
	}
	return result;
}

static void start(struct ualg_digest *digest)
{
	digest->source.alg->hash.init(digest->key->tfm, digest->state);
	digest->open = true;
}

static int direct_update(struct ualg_digest *digest, const uint8_t *data, size_t size)
{
	int result = 0;

	if (!digest->open)
		start(digest);
	if (size)
		result =
		    digest->source.alg->hash.update(digest->key->tfm, digest->state, data, size);
	digest->open = result == 0;
	return result;
}

static int direct_final(struct ualg_digest *digest, uint8_t *out)
{
	if (!digest->open)
		start(digest);
	digest->open = false;
	return digest->source.alg->hash.final(digest->key->tfm, digest->state, out);
}

static void direct_reset(struct ualg_digest *digest)
{
	digest->open = false;
	secmem_wipe(digest->state, digest->source.alg->statesize);
}

static int direct_clone(const struct ualg_digest *digest, struct ualg_digest *clone)
{
	memcpy(clone->state, digest->state, digest->source.alg->statesize);
	clone->key = digest->key;
	atomic_fetch_add(&clone->key->refs, 1);
	return 0;
}

static const struct api_digest_ops direct_ops = {
    .open = direct_open,
    .close = direct_close,
    .set_key = direct_set_key,
    .update = direct_update,
    .final = direct_final,
    .reset = direct_reset,
    .clone = direct_clone,
};

int ualg_digest_open(struct ualg_digest **out, const char *name, enum ualg_transport transport)
{
	struct api_source source;
	struct ualg_digest *digest;
	int result;

	if (!out)
		return -EINVAL;
	*out = NULL;
	result = api_source_find(ALG_TYPE_HASH, name, transport, &source);
	if (result < 0)
		return result;
	digest = new_handle(&source);
	if (!digest) {
		api_source_release(&source);
		return -ENOMEM;
	}
	digest->ops = source.kernel ? &api_kernel_digest_ops : &direct_ops;
	result = digest->ops->open(digest);
	if (result < 0) {
		ualg_digest_close(digest);
		return result;
	}
	*out = digest;
	return 0;
}

void ualg_digest_close(struct ualg_digest *digest)
{
	size_t size;

	if (!digest)
		return;
	size = handle_size(digest);
	digest->ops->close(digest);
	api_source_release(&digest->source);
	secmem_free(digest, size);
}

const struct ualg_alg *ualg_digest_alg(const struct ualg_digest *digest)
{
	return digest ? api_public_alg(digest->source.alg) : NULL;
}

enum ualg_transport ualg_digest_transport(const struct ualg_digest *digest)
{
	return digest ? api_source_transport(&digest->source) : UALG_TRANSPORT_DEFAULT;
}

size_t ualg_digest_size(const struct ualg_digest *digest)
{
	return digest ? digest->source.alg->digestsize : 0;
}

int ualg_digest_set_key(struct ualg_digest *digest, const void *key, size_t size)
{
	if (!digest || !api_is_there(key, size))
		return -EINVAL;
	ualg_digest_reset(digest);
	return digest->ops->set_key(digest, api_in(key), size);
}

int ualg_digest_update(struct ualg_digest *digest, const void *data, size_t size)
{
	if (!digest || !api_is_there(data, size))
		return -EINVAL;
	return digest->ready ? digest->ops->update(digest, data, size) : -ENOKEY;
}

int ualg_digest_final(struct ualg_digest *digest, void *out, size_t room)
{
	if (!digest || !out || room < digest->source.alg->digestsize)
		return -EINVAL;
	return digest->ready ? digest->ops->final(digest, out) : -ENOKEY;
}

int ualg_digest_verify(struct ualg_digest *digest, const void *expected, size_t size)
{
	uint8_t computed[ALG_MAX_DIGEST];
	int result;

	if (!digest || !expected || size == 0 || size > digest->source.alg->digestsize)
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

	if (!digest || !api_is_there(data, size) || !out || room < digest->source.alg->digestsize)
		return -EINVAL;
	if (!digest->ready)
		return -ENOKEY;
	if (digest->open)
		digest->ops->reset(digest);
	result = digest->ops->update(digest, data, size);
	return result < 0 ? result : digest->ops->final(digest, out);
}

void ualg_digest_reset(struct ualg_digest *digest)
{
	if (digest && digest->open)
		digest->ops->reset(digest);
}

int ualg_digest_clone(const struct ualg_digest *digest, struct ualg_digest **out)
{
	struct ualg_digest *clone;
	int result;

	if (!digest || !out)
		return -EINVAL;
	*out = NULL;
	clone = new_handle(&digest->source);
	if (!clone)
		return -ENOMEM;
	clone->ops = digest->ops;
	clone->ready = digest->ready;
	clone->open = digest->open;
	result = digest->ops->clone(digest, clone);
	if (result < 0) {
		secmem_free(clone, handle_size(clone));
		return result;
	}
	*out = clone;
	return 0;
}
