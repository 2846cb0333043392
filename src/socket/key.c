/* SPDX-License-Identifier: MIT */
/* Algorithms with their keys, as parents and op sockets share them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/secmem.h"
#include "socket/internal.h"

struct sock_key *sock_key_new(const struct alg *alg, int *error)
{
	struct sock_key *key = calloc(1, sizeof(*key));

	*error = -ENOMEM;
	if (!key)
		return NULL;
	*error = tfm_new(alg, &key->tfm);
	if (*error < 0) {
		free(key);
		return NULL;
	}
	atomic_store_explicit(&key->refs, 1, memory_order_relaxed);
	key->alg = alg;
	key->authsize = key->tfm->authsize;
	return key;
}

void sock_key_get(struct sock_key *key)
{
	atomic_fetch_add_explicit(&key->refs, 1, memory_order_relaxed);
}

void sock_key_put(struct sock_key *key)
{
	if (!key || atomic_fetch_sub_explicit(&key->refs, 1, memory_order_acq_rel) > 1)
		return;
	tfm_free(key->tfm);
	tfm_free(atomic_load(&key->spare));
	tfm_free(atomic_load(&key->batch));
	secmem_free(key->bytes, key->size);
	free(key);
}

int sock_key_with_bytes(const struct sock_key *key, const uint8_t *bytes, size_t size,
			struct sock_key **out)
{
	struct sock_key *new;
	int result;

	*out = NULL;
	new = sock_key_new(key->alg, &result);
	if (!new)
		return result;
	new->authsize = key->authsize;
	new->bytes = secmem_alloc(size);
	if (!new->bytes) {
		sock_key_put(new);
		return -ENOMEM;
	}
	new->size = size;
	if (size)
		memcpy(new->bytes, bytes, size);
	result = tfm_setkey(new->tfm, bytes, size);
	if (result < 0) {
		sock_key_put(new);
		return result;
	}
	new->set = true;
	*out = new;
	return 0;
}

int sock_key_with_authsize(const struct sock_key *key, unsigned authsize, struct sock_key **out)
{
	int result = tfm_setauthsize(key->tfm, authsize);

	*out = NULL;
	if (result < 0)
		return result;
	if (key->set)
		result = sock_key_with_bytes(key, key->bytes, key->size, out);
	else
		*out = sock_key_new(key->alg, &result);
	if (*out)
		(*out)->authsize = authsize;
	return *out ? 0 : result;
}

bool sock_key_ready(const struct sock_key *key)
{
	return key->set || !alg_needs_key(key->alg);
}

int sock_key_instance(struct sock_key *key, struct tfm **out)
{
	struct tfm *tfm = atomic_exchange(&key->spare, NULL);
	int result;

	if (!tfm) {
		result = tfm_new(key->alg, &tfm);
		if (result == 0 && key->set)
			result = tfm_setkey(tfm, key->bytes, key->size);
		if (result < 0) {
			tfm_free(tfm);
			*out = NULL;
			return result;
		}
	}
	tfm->authsize = key->authsize;
	tfm->position = 0;
	*out = tfm;
	return 0;
}

void sock_key_return(struct sock_key *key, struct tfm *tfm)
{
	tfm_free(atomic_exchange(&key->spare, tfm));
}

static struct tfm *new_batch(const struct sock_key *key)
{
	const struct alg *alg = key->set ? batch_find(key->alg) : NULL;
	struct tfm *tfm;

	if (!alg || tfm_new(alg, &tfm) < 0)
		return NULL;
	if (tfm_setkey(tfm, key->bytes, key->size) == 0)
		return tfm;
	tfm_free(tfm);
	return NULL;
}

const struct tfm *sock_key_batch(struct sock_key *key)
{
	struct tfm *none = NULL;
	struct tfm *tfm;

	if (!key || atomic_load_explicit(&key->batch_tried, memory_order_acquire))
		return key ? atomic_load_explicit(&key->batch, memory_order_acquire) : NULL;
	tfm = new_batch(key);
	if (tfm && !atomic_compare_exchange_strong(&key->batch, &none, tfm)) {
		tfm_free(tfm); /* another thread has made one */
		tfm = none;
	}
	atomic_store_explicit(&key->batch_tried, true, memory_order_release);
	return tfm;
}
