/* SPDX-License-Identifier: MIT */
/* Random generators by rng sockets of the kernel (abi.md section 12). */
#include "api/kernel.h"
#include "api/rng.h"

static int kernel_open(struct ualg_rng *rng)
{
	rng->op = -1;
	return 0; /* a seed has to come before the first op socket: R-07 */
}

static void kernel_close(struct ualg_rng *rng)
{
	api_kernel_drop(&rng->op);
}

static int kernel_seed(struct ualg_rng *rng, const uint8_t *seed, size_t size)
{
	api_kernel_drop(&rng->op);
	return api_kernel_set_key(rng->source.kernel, seed, size);
}

static int kernel_set_entropy(struct ualg_rng *rng, const uint8_t *entropy, size_t size)
{
	int result;

	api_kernel_drop(&rng->op);
	result = api_kernel_set_entropy(rng->source.kernel, entropy, size);
	return result == -ENOPROTOOPT ? -EOPNOTSUPP : result; /* O-14 */
}

/* A request with additional data is one read, so that it is used for all of it. */
static int give_additional(const struct ualg_rng *rng, const uint8_t *additional,
			   size_t additional_size, size_t size)
{
	struct iovec piece = {(void *)(uintptr_t)additional, additional_size};

	if (additional_size > API_RNG_MAX || size > API_RNG_MAX)
		return -EMSGSIZE;
	return api_kernel_send(rng->op, NULL, &piece, 1, false);
}

static int kernel_generate(struct ualg_rng *rng, const uint8_t *additional, size_t additional_size,
			   uint8_t *out, size_t size)
{
	struct iovec piece = {out, size};
	int result = api_kernel_accept(rng->source.kernel, &rng->op);

	if (result == 0 && additional_size)
		result = give_additional(rng, additional, additional_size, size);
	return result < 0 ? result : api_kernel_receive(rng->op, &piece, 1, size);
}

const struct api_rng_ops api_kernel_rng_ops = {
    .open = kernel_open,
    .close = kernel_close,
    .seed = kernel_seed,
    .set_entropy = kernel_set_entropy,
    .generate = kernel_generate,
};
