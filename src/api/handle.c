/* SPDX-License-Identifier: MIT */
#include "api/handle.h"

#include "api/kernel.h"
#include "base/secmem.h"

static struct api_handle *allocate(const struct api_source *source, const struct api_life *life,
				   size_t size)
{
	struct api_handle *handle = secmem_alloc(size);

	if (handle)
		*handle =
		    (struct api_handle){.source = *source, .life = life, .size = size, .op = -1};
	return handle;
}

int api_handle_open(const struct api_group *group, const char *name, enum ualg_transport transport,
		    struct api_handle **out)
{
	struct api_source source;
	struct api_handle *handle;
	size_t state;
	int result = api_source_find(group->type, name, transport, &source);

	*out = NULL;
	if (result < 0)
		return result;
	state = group->has_state && !source.kernel ? source.alg->statesize : 0;
	handle =
	    allocate(&source, source.kernel ? group->kernel : group->direct, group->size + state);
	if (!handle) {
		api_source_release(&source);
		return -ENOMEM;
	}
	result = handle->life->open(handle);
	if (result < 0) {
		api_handle_close(handle);
		return result;
	}
	*out = handle;
	return 0;
}

struct api_handle *api_handle_again(const struct api_handle *handle)
{
	return allocate(&handle->source, handle->life, handle->size);
}

void api_handle_close(struct api_handle *handle)
{
	if (!handle)
		return;
	handle->life->close(handle);
	api_source_release(&handle->source);
	secmem_free(handle, handle->size);
}

const struct ualg_alg *api_handle_alg(const struct api_handle *handle)
{
	return handle ? api_public_alg(handle->source.alg) : NULL;
}

enum ualg_transport api_handle_transport(const struct api_handle *handle)
{
	if (!handle)
		return UALG_TRANSPORT_DEFAULT;
	return handle->source.kernel ? UALG_TRANSPORT_KERNEL : UALG_TRANSPORT_DIRECT;
}

int api_direct_open(struct api_handle *handle)
{
	handle->ready = !alg_needs_key(handle->source.alg);
	return tfm_new(handle->source.alg, &handle->tfm);
}

void api_direct_close(struct api_handle *handle)
{
	tfm_free(handle->tfm);
}

int api_direct_set_key(struct api_handle *handle, const uint8_t *key, size_t size)
{
	int result = tfm_setkey(handle->tfm, key, size);

	handle->ready = result == 0;
	return result;
}

int api_kernel_handle_open(struct api_handle *handle)
{
	handle->ready = true; /* whether a key is missing the kernel knows: K-01 */
	return api_kernel_accept(handle->source.kernel, &handle->op);
}

void api_kernel_handle_close(struct api_handle *handle)
{
	api_kernel_drop(&handle->op);
}

int api_kernel_handle_set_key(struct api_handle *handle, const uint8_t *key, size_t size)
{
	api_kernel_drop(&handle->op);
	return api_kernel_set_key(handle->source.kernel, key, size);
}
