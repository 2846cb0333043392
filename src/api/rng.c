/* SPDX-License-Identifier: MIT */
/* Random generators: the public calls, and direct transport. */
#include "api/rng.h"

#include "base/secmem.h"

static int direct_seed(struct ualg_rng *rng, const uint8_t *seed, size_t size)
{
	return rng->handle.source.alg->rng.seed(rng->handle.tfm, seed, size);
}

static int direct_set_entropy(struct ualg_rng *rng, const uint8_t *entropy, size_t size)
{
	const struct rng_ops *ops = &rng->handle.source.alg->rng;

	return ops->set_entropy ? ops->set_entropy(rng->handle.tfm, entropy, size) : -EOPNOTSUPP;
}

static int direct_generate(struct ualg_rng *rng, const uint8_t *additional, size_t additional_size,
			   uint8_t *out, size_t size)
{
	return rng->handle.source.alg->rng.generate(rng->handle.tfm, additional, additional_size,
						    out, size);
}

static const struct api_rng_ops direct_ops = {
    .life = {api_direct_open, api_direct_close},
    .seed = direct_seed,
    .set_entropy = direct_set_entropy,
    .generate = direct_generate,
};

static const struct api_group group = {
    .type = ALG_TYPE_RNG,
    .size = sizeof(struct ualg_rng),
    .direct = &direct_ops.life,
    .kernel = &api_kernel_rng_ops.life,
};

static const struct api_rng_ops *ops_of(const struct ualg_rng *rng)
{
	return (const struct api_rng_ops *)rng->handle.life;
}

int ualg_rng_open(struct ualg_rng **out, const char *name, enum ualg_transport transport)
{
	struct api_handle *handle;
	int result;

	if (!out)
		return -EINVAL;
	result = api_handle_open(&group, name ? name : "stdrng", transport, &handle);
	*out = (struct ualg_rng *)handle;
	return result;
}

void ualg_rng_close(struct ualg_rng *rng)
{
	api_handle_close((struct api_handle *)rng);
}

const struct ualg_alg *ualg_rng_alg(const struct ualg_rng *rng)
{
	return api_handle_alg((const struct api_handle *)rng);
}

enum ualg_transport ualg_rng_transport(const struct ualg_rng *rng)
{
	return api_handle_transport((const struct api_handle *)rng);
}

size_t ualg_rng_seed_size(const struct ualg_rng *rng)
{
	return rng ? rng->handle.source.alg->seedsize : 0;
}

int ualg_rng_seed(struct ualg_rng *rng, const void *seed, size_t size)
{
	int result;

	if (!rng || !api_is_there(seed, size))
		return -EINVAL;
	result = ops_of(rng)->seed(rng, api_in(seed), size);
	rng->seeded = rng->seeded || result == 0;
	return result;
}

int ualg_rng_set_entropy(struct ualg_rng *rng, const void *entropy, size_t size)
{
	if (!rng || !api_is_there(entropy, size))
		return -EINVAL;
	return size > API_RNG_MAX ? -EMSGSIZE
				  : ops_of(rng)->set_entropy(rng, api_in(entropy), size);
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
	result = ops_of(rng)->generate(rng, additional, additional_size, out, size);
	if (result == -EINVAL && !rng->seeded) { /* */
		result = ualg_rng_seed(rng, NULL, 0);
		if (result == 0)
			result = ops_of(rng)->generate(rng, additional, additional_size, out, size);
	}
	return result;
}
