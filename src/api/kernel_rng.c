/* SPDX-License-Identifier: MIT */
/* Random generators by rng sockets of the kernel (abi.md section 12). */
#include "api/kernel.h"
#include "api/rng.h"

static int kernel_open(struct api_handle *handle)
{
	(void)handle;
	return 0; /* a seed has to come before the first op socket: R-07 */
}

static int kernel_seed(struct ualg_rng *rng, const uint8_t *seed, size_t size)
{
	return api_kernel_handle_set_key(&rng->handle, seed, size);
}

static int kernel_set_entropy(struct ualg_rng *rng, const uint8_t *entropy, size_t size)
{
	int result;

	api_kernel_drop(&rng->handle.op);
	result = api_kernel_set_entropy(rng->handle.source.kernel, entropy, size);
	return result == -ENOPROTOOPT ? -EOPNOTSUPP : result; /* O-14 */
}

/* A request with additional data is one read, so that it is used for all of it. */
static int give_additional(const struct ualg_rng *rng, const uint8_t *additional,
			   size_t additional_size, size_t size)
{
	struct iovec piece = {(void *)(uintptr_t)additional, additional_size};

	if (additional_size > API_RNG_MAX || size > API_RNG_MAX)
		return -EMSGSIZE;
	return api_kernel_send(rng->handle.op, NULL, &piece, 1, false);
}

static int kernel_generate(struct ualg_rng *rng, const uint8_t *additional, size_t additional_size,
			   uint8_t *out, size_t size)
{
	struct iovec piece = {out, size};
	int result = api_kernel_accept(rng->handle.source.kernel, &rng->handle.op);

	if (result == 0 && additional_size)
		result = give_additional(rng, additional, additional_size, size);
	return result < 0 ? result : api_kernel_receive(rng->handle.op, &piece, 1, size);
}

const struct api_rng_ops api_kernel_rng_ops = {
    .life = {kernel_open, api_kernel_handle_close},
    .seed = kernel_seed,
    .set_entropy = kernel_set_entropy,
    .generate = kernel_generate,
};
