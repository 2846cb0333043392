/* SPDX-License-Identifier: MIT */
/* Information about algorithms: the descriptors of crypto/alg.h behind an opaque name. */
#include <pthread.h>
#include <string.h>

#include "api/api.h"
#include "catalog/names.h"
#include "crypto/registry.h"

static const enum alg_type types[] = {
    [UALG_TYPE_HASH] = ALG_TYPE_HASH,
    [UALG_TYPE_SKCIPHER] = ALG_TYPE_SKCIPHER,
    [UALG_TYPE_AEAD] = ALG_TYPE_AEAD,
    [UALG_TYPE_RNG] = ALG_TYPE_RNG,
};

#define TYPES (sizeof(types) / sizeof(types[0]))

static const struct alg *inside(const struct ualg_alg *alg)
{
	return (const struct alg *)alg;
}

const char *ualg_type_name(enum ualg_type type)
{
	if (type == UALG_TYPE_ANY)
		return "any";
	return (size_t)type < TYPES ? alg_type_name(types[type]) : NULL;
}

int ualg_alg_find(enum ualg_type type, const char *name, const struct ualg_alg **out)
{
	size_t first = type == UALG_TYPE_ANY ? UALG_TYPE_HASH : (size_t)type;
	size_t last = type == UALG_TYPE_ANY ? UALG_TYPE_RNG : (size_t)type;
	int result = -EINVAL;

	if (!out)
		return -EINVAL;
	*out = NULL;
	if (!name || last >= TYPES)
		return -EINVAL;
	for (size_t i = first; i <= last; i++) {
		struct api_source source;

		result = api_source_find(types[i], name, UALG_TRANSPORT_DIRECT, &source);
		*out = api_public_alg(source.alg);
		if (result != -ENOENT)
			break;
	}
	return result;
}

/* The first from here on that can be opened by name. */
static const struct alg *next_public(const struct alg *alg)
{
	while (alg && (alg->internal || alg->type == ALG_TYPE_CIPHER))
		alg = alg->next;
	return alg;
}

const struct ualg_alg *ualg_alg_next(const struct ualg_alg *previous)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	if (previous)
		return api_public_alg(next_public(inside(previous)->next));
	(void)pthread_once(&once, catalog_names_instantiate);
	return api_public_alg(next_public(registry_first()));
}

const char *ualg_alg_name(const struct ualg_alg *alg)
{
	return alg ? inside(alg)->name : NULL;
}

const char *ualg_alg_driver(const struct ualg_alg *alg)
{
	return alg ? inside(alg)->driver : NULL;
}

const char *ualg_alg_backend(const struct ualg_alg *alg)
{
	return alg ? inside(alg)->backend : NULL;
}

enum ualg_type ualg_alg_type(const struct ualg_alg *alg)
{
	for (size_t i = UALG_TYPE_HASH; alg && i < TYPES; i++)
		if (types[i] == inside(alg)->type)
			return (enum ualg_type)i;
	return UALG_TYPE_ANY;
}

int ualg_alg_priority(const struct ualg_alg *alg)
{
	return alg ? inside(alg)->priority : 0;
}

size_t ualg_alg_block_size(const struct ualg_alg *alg)
{
	return alg ? inside(alg)->blocksize : 0;
}

size_t ualg_alg_chunk_size(const struct ualg_alg *alg)
{
	return alg ? inside(alg)->chunksize : 0;
}

size_t ualg_alg_min_key_size(const struct ualg_alg *alg)
{
	return alg ? inside(alg)->min_keysize : 0;
}

size_t ualg_alg_max_key_size(const struct ualg_alg *alg)
{
	return alg ? inside(alg)->max_keysize : 0;
}

size_t ualg_alg_iv_size(const struct ualg_alg *alg)
{
	return alg ? inside(alg)->ivsize : 0;
}

size_t ualg_alg_digest_size(const struct ualg_alg *alg)
{
	return alg && inside(alg)->type == ALG_TYPE_HASH ? inside(alg)->digestsize : 0;
}

size_t ualg_alg_max_tag_size(const struct ualg_alg *alg)
{
	return alg && inside(alg)->type == ALG_TYPE_AEAD ? inside(alg)->digestsize : 0;
}

size_t ualg_alg_seed_size(const struct ualg_alg *alg)
{
	return alg ? inside(alg)->seedsize : 0;
}

enum ualg_key ualg_alg_key(const struct ualg_alg *alg)
{
	if (!alg)
		return UALG_KEY_NONE;
	if (inside(alg)->type == ALG_TYPE_HASH && inside(alg)->key == ALG_KEY_OPTIONAL)
		return UALG_KEY_OPTIONAL;
	return alg_needs_key(inside(alg)) ? UALG_KEY_NEEDED : UALG_KEY_NONE;
}

bool ualg_alg_streams(const struct ualg_alg *alg)
{
	return alg && inside(alg)->type == ALG_TYPE_SKCIPHER &&
	       api_stream_of(inside(alg)) != API_STREAM_WHOLE;
}
