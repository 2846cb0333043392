/* SPDX-License-Identifier: MIT */
/*
 * AEADs by aead sockets of the kernel (abi.md section 11).  A message goes in and comes out in one
 * piece, AAD first; after an error the op socket is replaced: it may not take another one (E-06).
 */
#include "api/aead.h"
#include "api/kernel.h"
#include "base/secmem.h"

static int kernel_set_tag_size(struct ualg_aead *aead, size_t size)
{
	api_kernel_drop(&aead->handle.op);
	return api_kernel_set_tag_size(aead->handle.source.kernel, size);
}

/* aad_out: where the AAD comes back to (E-01), as long as it is. */
static int exchange(struct ualg_aead *aead, bool encrypt, const struct aead_request *request,
		    uint8_t *aad_out)
{
	struct api_kernel_control control = {
	    .encrypt = encrypt,
	    .iv = request->iv,
	    .iv_size = aead->handle.source.alg->ivsize,
	    .is_aead = true,
	    .aad_size = (uint32_t)request->aad_size,
	};
	struct iovec to[] = {
	    {(void *)(uintptr_t)request->aad, request->aad_size},
	    {(void *)(uintptr_t)request->in, request->size},
	    {request->tag, encrypt ? 0 : aead->tag_size},
	};
	struct iovec from[] = {
	    {aad_out, request->aad_size},
	    {request->out, request->size},
	    {request->tag, encrypt ? aead->tag_size : 0},
	};
	size_t size = request->aad_size + request->size + from[2].iov_len;
	int result = api_kernel_send(aead->handle.op, &control, to, 3, false);

	return result < 0 ? result : api_kernel_receive(aead->handle.op, from, 3, size);
}

static int kernel_crypt(struct ualg_aead *aead, bool encrypt, const struct aead_request *request)
{
	uint8_t *aad_out;
	size_t room;
	int result = api_kernel_accept(aead->handle.source.kernel, &aead->handle.op);

	if (result < 0)
		return result;
	room = api_kernel_room(aead->handle.op);
	if (request->aad_size > room || request->size > room - request->aad_size ||
	    aead->tag_size > room - request->aad_size - request->size)
		return -EMSGSIZE;
	aad_out = secmem_alloc(request->aad_size);
	if (!aad_out)
		return -ENOMEM;
	result = exchange(aead, encrypt, request, aad_out);
	secmem_free(aad_out, request->aad_size);
	if (result < 0)
		api_kernel_drop(&aead->handle.op);
	return result;
}

const struct api_aead_ops api_kernel_aead_ops = {
    .life = {api_kernel_handle_open, api_kernel_handle_close},
    .set_key = api_kernel_handle_set_key,
    .set_tag_size = kernel_set_tag_size,
    .crypt = kernel_crypt,
};
