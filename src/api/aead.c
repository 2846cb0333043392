/* SPDX-License-Identifier: MIT */
/* Authenticated encryption: the public calls, and direct transport. */
#include "api/aead.h"

#include <string.h>

#include "api/pieces.h"
#include "base/secmem.h"

static int direct_set_tag_size(struct ualg_aead *aead, size_t size)
{
	return size > UINT32_MAX ? -EINVAL : tfm_setauthsize(aead->handle.tfm, (unsigned)size);
}

static int direct_crypt(struct ualg_aead *aead, bool encrypt, const struct aead_request *request)
{
	const struct aead_ops *ops = &aead->handle.source.alg->aead;

	return (encrypt ? ops->encrypt : ops->decrypt)(aead->handle.tfm, request);
}

static const struct api_aead_ops direct_ops = {
    .life = {api_direct_open, api_direct_close},
    .set_key = api_direct_set_key,
    .set_tag_size = direct_set_tag_size,
    .crypt = direct_crypt,
};

/* essiv(authenc(...),...) gives back an AAD that is not the one it was given (E-25). */
static bool changes_aad(const struct alg *alg)
{
	return strncmp(alg->name, "essiv(", strlen("essiv(")) == 0;
}

static const struct api_group group = {
    .type = ALG_TYPE_AEAD,
    .size = sizeof(struct ualg_aead),
    .direct = &direct_ops.life,
    .kernel = &api_kernel_aead_ops.life,
};

static const struct api_aead_ops *ops_of(const struct ualg_aead *aead)
{
	return (const struct api_aead_ops *)aead->handle.life;
}

int ualg_aead_open(struct ualg_aead **out, const char *name, enum ualg_transport transport)
{
	struct api_handle *handle;
	struct ualg_aead *aead;
	int result;

	if (!out)
		return -EINVAL;
	*out = NULL;
	result = api_handle_open(&group, name, transport, &handle);
	if (result < 0)
		return result;
	if (changes_aad(handle->source.alg)) {
		api_handle_close(handle);
		return -EOPNOTSUPP;
	}
	aead = (struct ualg_aead *)handle;
	aead->tag_size = handle->source.alg->digestsize;
	aead->text_max = api_text_max(handle->source.alg);
	*out = aead;
	return 0;
}

void ualg_aead_close(struct ualg_aead *aead)
{
	api_handle_close((struct api_handle *)aead);
}

const struct ualg_alg *ualg_aead_alg(const struct ualg_aead *aead)
{
	return api_handle_alg((const struct api_handle *)aead);
}

enum ualg_transport ualg_aead_transport(const struct ualg_aead *aead)
{
	return api_handle_transport((const struct api_handle *)aead);
}

size_t ualg_aead_iv_size(const struct ualg_aead *aead)
{
	return aead ? aead->handle.source.alg->ivsize : 0;
}

size_t ualg_aead_tag_size(const struct ualg_aead *aead)
{
	return aead ? aead->tag_size : 0;
}

int ualg_aead_set_key(struct ualg_aead *aead, const void *key, size_t size)
{
	if (!aead || !api_is_there(key, size))
		return -EINVAL;
	return ops_of(aead)->set_key(&aead->handle, api_in(key), size);
}

int ualg_aead_set_tag_size(struct ualg_aead *aead, size_t size)
{
	int result = aead ? ops_of(aead)->set_tag_size(aead, size) : -EINVAL;

	if (result == 0)
		aead->tag_size = size;
	return result;
}

/* The request's sizes, IV and tag are there, and AAD and texts are; the handle is ready. */
static int crypt(struct ualg_aead *aead, bool encrypt, const struct aead_request *request)
{
	int result;

	if (request->size > aead->text_max)
		return -EMSGSIZE;
	result = ops_of(aead)->crypt(aead, encrypt, request);
	if (result == -EBADMSG)
		secmem_wipe(request->out, request->size);
	return result;
}

static int check(const struct ualg_aead *aead, const void *iv, const void *tag)
{
	if (!aead || !api_is_there(iv, aead->handle.source.alg->ivsize) ||
	    !api_is_there(tag, aead->tag_size))
		return -EINVAL;
	return aead->handle.ready ? 0 : -ENOKEY;
}

/* An address for what may be of size 0. */
static uint8_t *place(void *data)
{
	return (uint8_t *)(uintptr_t)api_in(data);
}

static int crypt_buffers(struct ualg_aead *aead, bool encrypt, const void *iv, const void *aad,
			 size_t aad_size, const void *in, void *out, size_t size, void *tag)
{
	struct aead_request request = {
	    .iv = api_in(iv),
	    .aad = api_in(aad),
	    .aad_size = aad_size,
	    .in = api_in(in),
	    .out = place(out),
	    .size = size,
	    .tag = place(tag),
	};
	int result = check(aead, iv, tag);

	if (result < 0)
		return result;
	if (!api_is_there(aad, aad_size) || !api_is_there(in, size) || !api_is_there(out, size) ||
	    !api_may_replace(out, in, size))
		return -EINVAL;
	return crypt(aead, encrypt, &request);
}

int ualg_aead_encrypt(struct ualg_aead *aead, const void *iv, const void *aad, size_t aad_size,
		      const void *in, void *out, size_t size, void *tag)
{
	return crypt_buffers(aead, true, iv, aad, aad_size, in, out, size, tag);
}

int ualg_aead_decrypt(struct ualg_aead *aead, const void *iv, const void *aad, size_t aad_size,
		      const void *in, void *out, size_t size, const void *tag)
{
	return crypt_buffers(aead, false, iv, aad, aad_size, in, out, size, (void *)(uintptr_t)tag);
}

/* A list as one piece: itself where it is one, else a copy, which release gives back. */
struct joined {
	uint8_t *data;
	size_t size;
	bool is_copy;
};

static int join(const struct iovec *pieces, size_t count, size_t size, struct joined *out)
{
	struct api_cursor cursor;

	*out = (struct joined){.size = size};
	api_cursor_begin(&cursor, pieces, count);
	out->data = size ? api_cursor_in_one(&cursor, size) : place(NULL);
	if (out->data)
		return 0;
	out->data = secmem_alloc(size);
	if (!out->data)
		return -ENOMEM;
	out->is_copy = true;
	api_cursor_gather(&cursor, out->data, size);
	return 0;
}

static void release(struct joined *joined)
{
	if (joined->is_copy)
		secmem_free(joined->data, joined->size);
}

/* Where out is one piece it is written to at once; else the copy of in, or a new one, is spread. */
static int crypt_joined(struct ualg_aead *aead, bool encrypt, struct aead_request *request,
			const struct joined *text, const struct iovec *out, size_t out_count)
{
	struct joined spread = {.size = text->size};
	struct api_cursor cursor;
	int result;

	api_cursor_begin(&cursor, out, out_count);
	request->out = text->size ? api_cursor_in_one(&cursor, text->size) : place(NULL);
	if (request->out)
		return crypt(aead, encrypt, request);
	if (text->is_copy) {
		request->out = text->data;
	} else {
		spread.data = request->out = secmem_alloc(text->size);
		spread.is_copy = spread.data;
	}
	if (!request->out)
		return -ENOMEM;
	result = crypt(aead, encrypt, request);
	if (result == 0 || result == -EBADMSG)
		api_cursor_scatter(&cursor, request->out, text->size);
	release(&spread);
	return result;
}

static int crypt_pieces(struct ualg_aead *aead, bool encrypt, const void *iv,
			const struct iovec *aad, size_t aad_count, const struct iovec *in,
			size_t in_count, const struct iovec *out, size_t out_count, void *tag)
{
	struct aead_request request = {.iv = api_in(iv), .tag = place(tag)};
	struct joined head = {0}, text = {0};
	size_t aad_size, size;
	int result = check(aead, iv, tag);

	if (result < 0)
		return result;
	if (api_pieces_size(aad, aad_count, &aad_size) < 0 ||
	    api_pieces_check(in, in_count, out, out_count, &size) < 0)
		return -EINVAL;
	result = join(aad, aad_count, aad_size, &head);
	if (result == 0)
		result = join(in, in_count, size, &text);
	if (result == 0) {
		request.aad = head.data;
		request.aad_size = aad_size;
		request.in = text.data;
		request.size = size;
		result = crypt_joined(aead, encrypt, &request, &text, out, out_count);
	}
	release(&text);
	release(&head);
	return result;
}

int ualg_aead_encrypt_iov(struct ualg_aead *aead, const void *iv, const struct iovec *aad,
			  size_t aad_count, const struct iovec *in, size_t in_count,
			  const struct iovec *out, size_t out_count, void *tag)
{
	return crypt_pieces(aead, true, iv, aad, aad_count, in, in_count, out, out_count, tag);
}

int ualg_aead_decrypt_iov(struct ualg_aead *aead, const void *iv, const struct iovec *aad,
			  size_t aad_count, const struct iovec *in, size_t in_count,
			  const struct iovec *out, size_t out_count, const void *tag)
{
	return crypt_pieces(aead, false, iv, aad, aad_count, in, in_count, out, out_count,
			    (void *)(uintptr_t)tag);
}
