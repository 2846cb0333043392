/* SPDX-License-Identifier: MIT */
/* Random generators: the public calls, and direct transport. */
#include "api/rng.h"

#include "base/secmem.h"

static int direct_open(struct ualg_rng *rng)
{
	return tfm_new(rng->source.alg, &rng->tfm);
}

static void direct_close(struct ualg_rng *rng)
{
	tfm_free(rng->tfm);
}

static int direct_seed(struct ualg_rng *rng, const uint8_t *seed, size_t size)
{
	return rng->source.alg->rng.seed(rng->tfm, seed, size);
}

static int direct_set_entropy(struct ualg_rng *rng, const uint8_t *entropy, size_t size)
{
	const struct rng_ops *ops = &rng->source.alg->rng;

	return ops->set_entropy ? ops->set_entropy(rng->tfm, entropy, size) : -EOPNOTSUPP;
}

static int direct_generate(struct ualg_rng *rng, const uint8_t *additional, size_t additional_size,
			   uint8_t *out, size_t size)
{
	return rng->source.alg->rng.generate(rng->tfm, additional, additional_size, out, size);
}

static const struct api_rng_ops direct_ops = {
    .open = direct_open,
    .close = direct_close,
    .seed = direct_seed,
    .set_entropy = direct_set_entropy,
    .generate = direct_generate,
};

int ualg_rng_open(struct ualg_rng **out, const char *name, enum ualg_transport transport)
{
	struct api_source source;
	struct ualg_rng *rng;
	int result;

	if (!out)
		return -EINVAL;
	*out = NULL;
	result = api_source_find(ALG_TYPE_RNG, name ? name : "stdrng", transport, &source);
	if (result < 0)
		return result;
	rng = secmem_alloc(sizeof(*rng));
	if (!rng) {
		api_source_release(&source);
		return -ENOMEM;
	}
	rng->source = source;
	rng->ops = source.kernel ? &api_kernel_rng_ops : &direct_ops;
	result = rng->ops->open(rng);
	if (result < 0) {
		ualg_rng_close(rng);
		return result;
	}
	*out = rng;
	return 0;
}

void ualg_rng_close(struct ualg_rng *rng)
{
	if (!rng)
		return;
	rng->ops->close(rng);
	api_source_release(&rng->source);
	secmem_free(rng, sizeof(*rng));
}

const struct ualg_alg *ualg_rng_alg(const struct ualg_rng *rng)
{
	return rng ? api_public_alg(rng->source.alg) : NULL;
}

enum ualg_transport ualg_rng_transport(const struct ualg_rng *rng)
{
	return rng ? api_source_transport(&rng->source) : UALG_TRANSPORT_DEFAULT;
}

size_t ualg_rng_seed_size(const struct ualg_rng *rng)
{
	return rng ? rng->source.alg->seedsize : 0;
}

int ualg_rng_seed(struct ualg_rng *rng, const void *seed, size_t size)
{
	int result;

	if (!rng || !api_is_there(seed, size))
		return -EINVAL;
	result = rng->ops->seed(rng, api_in(seed), size);
	rng->seeded = rng->seeded || result == 0;
	return result;
}

int ualg_rng_set_entropy(struct ualg_rng *rng, const void *entropy, size_t size)
{
	if (!rng || !api_is_there(entropy, size))
		return -EINVAL;
	return size > API_RNG_MAX ? -EMSGSIZE : rng->ops->set_entropy(rng, api_in(entropy), size);
}

int ualg_rng_generate(struct ualg_rng *rng, void *out, size_t size)
{
	return ualg_rng_generate_with(rng, NULL, 0, out, size);
}

int ualg_rng_generate_with(struct ualg_rng *rng, const void *additional, size_t additional_size,
			   void *out, size_t size)
{
	int result;

	if (!rng || !api_is_there(additional, additional_size) || !api_is_there(out, size))
		return -EINVAL;
	if (size == 0)
		return 0;
	result = rng->ops->generate(rng, additional, additional_size, out, size);
	if (result == -EINVAL && !rng->seeded) { /* */
		result = ualg_rng_seed(rng, NULL, 0);
		if (result == 0)
			result = rng->ops->generate(rng, additional, additional_size, out, size);
	}
	return result;
}
