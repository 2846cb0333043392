/* SPDX-License-Identifier: MIT */
/* Digests by hash sockets of the kernel (abi.md section 9). */
#include "api/digest.h"
#include "api/kernel.h"
#include "base/secmem.h"

/* A clone's op socket would be in the way, and it is another handle's. */
static int kernel_set_key(struct ualg_digest *digest, const uint8_t *key, size_t size)
{
	if (api_kernel_is_shared(digest->handle.source.kernel))
		return -EBUSY;
	return api_kernel_handle_set_key(&digest->handle, key, size);
}

static int kernel_update(struct ualg_digest *digest, const uint8_t *data, size_t size)
{
	struct iovec piece = {(void *)(uintptr_t)data, size};
	int result = api_kernel_accept(digest->handle.source.kernel, &digest->handle.op);

	if (result == 0)
		result = api_kernel_send(digest->handle.op, NULL, &piece, 1, true);
	digest->open = result == 0;
	return result;
}

/* Reading ends the message (H-05). */
static int kernel_final(struct ualg_digest *digest, uint8_t *out)
{
	size_t size = digest->handle.source.alg->digestsize;
	struct iovec piece = {out, size};
	int result = api_kernel_accept(digest->handle.source.kernel, &digest->handle.op);

	digest->open = false;
	return result < 0 ? result : api_kernel_receive(digest->handle.op, &piece, 1, size);
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

	if (digest->open)
		result = api_kernel_clone(digest->handle.op, &clone->handle.op);
	else
		result = api_kernel_accept(digest->handle.source.kernel, &clone->handle.op);
	if (result == 0)
		api_kernel_get(digest->handle.source.kernel);
	return result;
}

const struct api_digest_ops api_kernel_digest_ops = {
    .life = {api_kernel_handle_open, api_kernel_handle_close},
    .set_key = kernel_set_key,
    .update = kernel_update,
    .final = kernel_final,
    .reset = kernel_reset,
    .clone = kernel_clone,
};
