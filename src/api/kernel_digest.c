/* SPDX-License-Identifier: MIT */
/* Digests by hash sockets of the kernel (abi.md section 9). */
#include "api/digest.h"
#include "api/kernel.h"
#include "base/secmem.h"

static int kernel_open(struct ualg_digest *digest)
{
	digest->op = -1;
	digest->ready = true; /* whether a key is missing the kernel knows: K-01 */
	return api_kernel_accept(digest->source.kernel, &digest->op);
}

static void kernel_close(struct ualg_digest *digest)
{
	api_kernel_drop(&digest->op);
}

/* No op socket may be there (O-05); a clone's would be another handle's. */
static int kernel_set_key(struct ualg_digest *digest, const uint8_t *key, size_t size)
{
	struct api_kernel *kernel = digest->source.kernel;
	int result, accepted;

	if (api_kernel_is_shared(kernel))
		return -EBUSY;
	api_kernel_drop(&digest->op);
	result = api_kernel_set_key(kernel, key, size);
	accepted = api_kernel_accept(kernel, &digest->op);
	return result < 0 ? result : accepted;
}

/* An op socket may be missing where making one anew failed. */
static int kernel_update(struct ualg_digest *digest, const uint8_t *data, size_t size)
{
	struct iovec piece = {(void *)(uintptr_t)data, size};
	int result = api_kernel_accept(digest->source.kernel, &digest->op);

	if (result == 0)
		result = api_kernel_send(digest->op, NULL, &piece, 1, true);
	digest->open = result == 0;
	return result;
}

/* Reading ends the message (H-05). */
static int kernel_final(struct ualg_digest *digest, uint8_t *out)
{
	size_t size = digest->source.alg->digestsize;
	struct iovec piece = {out, size};
	int result = api_kernel_accept(digest->source.kernel, &digest->op);

	digest->open = false;
	return result < 0 ? result : api_kernel_receive(digest->op, &piece, 1, size);
}

static void kernel_reset(struct ualg_digest *digest)
{
	uint8_t unread[ALG_MAX_DIGEST];

	(void)kernel_final(digest, unread);
	secmem_wipe(unread, sizeof(unread));
}

/* The op socket is cloned (H-19); both are of one bound socket. */
static int kernel_clone(const struct ualg_digest *digest, struct ualg_digest *clone)
{
	int result;

	clone->op = -1;
	if (digest->open)
		result = api_kernel_clone(digest->op, &clone->op);
	else
		result = api_kernel_accept(digest->source.kernel, &clone->op);
	if (result == 0)
		api_kernel_get(digest->source.kernel);
	return result;
}

const struct api_digest_ops api_kernel_digest_ops = {
    .open = kernel_open,
    .close = kernel_close,
    .set_key = kernel_set_key,
    .update = kernel_update,
    .final = kernel_final,
    .reset = kernel_reset,
    .clone = kernel_clone,
};
