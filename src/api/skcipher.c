/* SPDX-License-Identifier: MIT */
/* Symmetric ciphers: the public calls with plain buffers, and direct transport. */
#include "api/skcipher.h"

#include <string.h>

#include "base/secmem.h"
#include "crypto/bytes.h"

static int direct_part(struct ualg_skcipher *cipher, const uint8_t *in, uint8_t *out, size_t size,
		       bool last)
{
	struct tfm *tfm = cipher->handle.tfm;
	const struct skcipher_ops *ops = &tfm->alg->skcipher;
	int result;

	tfm->position = cipher->position;
	result = (cipher->encrypt ? ops->encrypt : ops->decrypt)(tfm, cipher->iv, out, in, size);
	if (result < 0 || last)
		return result;
	cipher->position += size;
	if (cipher->stream == API_STREAM_COUNTER)
		api_stream_advance(tfm->alg, cipher->iv, size);
	else if (tfm->alg->next_iv)
		tfm->alg->next_iv(tfm, cipher->iv, size);
	return 0;
}

static const struct api_skcipher_ops direct_ops = {
    .life = {api_direct_open, api_direct_close},
    .set_key = api_direct_set_key,
    .part = direct_part,
};

static const struct api_group group = {
    .type = ALG_TYPE_SKCIPHER,
    .size = sizeof(struct ualg_skcipher),
    .direct = &direct_ops.life,
    .kernel = &api_kernel_skcipher_ops.life,
};

int ualg_skcipher_open(struct ualg_skcipher **out, const char *name, enum ualg_transport transport)
{
	struct api_handle *handle;
	int result;

	if (!out)
		return -EINVAL;
	result = api_handle_open(&group, name, transport, &handle);
	*out = (struct ualg_skcipher *)handle;
	if (result < 0)
		return result;
	(*out)->stream = api_stream_of(handle->source.alg);
	(*out)->text_max = api_text_max(handle->source.alg);
	return 0;
}

void ualg_skcipher_close(struct ualg_skcipher *cipher)
{
	api_handle_close((struct api_handle *)cipher);
}

const struct ualg_alg *ualg_skcipher_alg(const struct ualg_skcipher *cipher)
{
	return api_handle_alg((const struct api_handle *)cipher);
}

enum ualg_transport ualg_skcipher_transport(const struct ualg_skcipher *cipher)
{
	return api_handle_transport((const struct api_handle *)cipher);
}

size_t ualg_skcipher_iv_size(const struct ualg_skcipher *cipher)
{
	return cipher ? cipher->handle.source.alg->ivsize : 0;
}

size_t ualg_skcipher_block_size(const struct ualg_skcipher *cipher)
{
	return cipher ? cipher->handle.source.alg->blocksize : 0;
}

int ualg_skcipher_set_key(struct ualg_skcipher *cipher, const void *key, size_t size)
{
	if (!cipher || !api_is_there(key, size))
		return -EINVAL;
	cipher->open = false;
	secmem_wipe(cipher->held, cipher->held_size);
	return api_skcipher_ops_of(cipher)->set_key(&cipher->handle, api_in(key), size);
}

int api_skcipher_begin(struct ualg_skcipher *cipher, bool encrypt, const void *iv, size_t size)
{
	const struct api_skcipher_ops *ops = api_skcipher_ops_of(cipher);
	size_t iv_size = cipher->handle.source.alg->ivsize;

	if (!api_is_there(iv, iv_size))
		return -EINVAL;
	if (!cipher->handle.ready)
		return -ENOKEY;
	if (size > cipher->text_max)
		return -EMSGSIZE;
	cipher->open = false;
	cipher->encrypt = encrypt;
	bytes_copy_iv(cipher->iv, iv, iv_size);
	cipher->position = 0;
	cipher->held_size = 0;
	return ops->start ? ops->start(cipher) : 0;
}

static int crypt_once(struct ualg_skcipher *cipher, bool encrypt, const void *iv, const void *in,
		      void *out, size_t size)
{
	int result;

	if (!cipher || !api_is_there(in, size) || !api_is_there(out, size) ||
	    !api_may_replace(out, in, size))
		return -EINVAL;
	result = api_skcipher_begin(cipher, encrypt, iv, size);
	if (result < 0)
		return result;
	return api_skcipher_ops_of(cipher)->part(cipher, api_in(in), out ? out : cipher->held, size,
						 true);
}

int ualg_skcipher_encrypt(struct ualg_skcipher *cipher, const void *iv, const void *in, void *out,
			  size_t size)
{
	return crypt_once(cipher, true, iv, in, out, size);
}

int ualg_skcipher_decrypt(struct ualg_skcipher *cipher, const void *iv, const void *in, void *out,
			  size_t size)
{
	return crypt_once(cipher, false, iv, in, out, size);
}

int ualg_skcipher_start(struct ualg_skcipher *cipher, enum ualg_direction direction, const void *iv)
{
	int result;

	if (!cipher || (direction != UALG_ENCRYPT && direction != UALG_DECRYPT))
		return -EINVAL;
	if (cipher->stream == API_STREAM_WHOLE)
		return -EOPNOTSUPP;
	result = api_skcipher_begin(cipher, direction == UALG_ENCRYPT, iv, 0);
	cipher->open = result == 0;
	return result;
}

/* What is held and some of in make a chunk, by way of the handle: *in and *out move on. */
static int fill_held(struct ualg_skcipher *cipher, const uint8_t **in, size_t *size, uint8_t **out)
{
	size_t chunk = cipher->handle.source.alg->chunksize;
	size_t missing = chunk - cipher->held_size;
	uint8_t result_bytes[ALG_MAX_BLOCK];
	int result;

	memcpy(cipher->held + cipher->held_size, *in, missing);
	*in += missing;
	*size -= missing;
	result =
	    api_skcipher_ops_of(cipher)->part(cipher, cipher->held, result_bytes, chunk, false);
	memcpy(*out, result_bytes, chunk);
	secmem_wipe(result_bytes, chunk);
	*out += chunk;
	cipher->held_size = 0;
	return result;
}

/* There is at least a chunk: gives all whole ones, and holds the rest. */
static int give_chunks(struct ualg_skcipher *cipher, const uint8_t *in, size_t size, uint8_t *out)
{
	size_t rest;
	int result = cipher->held_size ? fill_held(cipher, &in, &size, &out) : 0;

	rest = size % cipher->handle.source.alg->chunksize;
	if (result == 0 && size > rest)
		result = api_skcipher_ops_of(cipher)->part(cipher, in, out, size - rest, false);
	if (rest)
		memcpy(cipher->held, in + size - rest, rest);
	cipher->held_size = rest;
	return result;
}

/* In place only if nothing is shifted; otherwise wholly apart. */
static bool is_place_fine(const struct ualg_skcipher *cipher, const void *in, size_t size,
			  const void *out, size_t out_size)
{
	if (in == out)
		return cipher->held_size == 0 && out_size == size;
	return api_are_apart(in, size, out, out_size);
}

int ualg_skcipher_update(struct ualg_skcipher *cipher, const void *in, size_t size, void *out,
			 size_t room, size_t *written)
{
	size_t total;
	int result;

	if (!written)
		return -EINVAL;
	*written = 0;
	if (!cipher || !cipher->open || !api_is_there(in, size) ||
	    size > SIZE_MAX - cipher->held_size)
		return -EINVAL;
	total = cipher->held_size + size;
	total -= total % cipher->handle.source.alg->chunksize;
	if (room < total)
		return -ENOBUFS;
	if (!api_is_there(out, total))
		return -EINVAL;
	if (size == 0)
		return 0;
	if (total == 0) {
		memcpy(cipher->held + cipher->held_size, in, size);
		cipher->held_size += size;
		return 0;
	}
	if (!is_place_fine(cipher, in, size, out, total))
		return -EINVAL;
	result = give_chunks(cipher, in, size, out);
	cipher->open = result == 0;
	*written = result == 0 ? total : 0;
	return result;
}

int ualg_skcipher_finish(struct ualg_skcipher *cipher, void *out, size_t room, size_t *written)
{
	uint8_t last[ALG_MAX_BLOCK];
	size_t size;
	int result;

	if (!written)
		return -EINVAL;
	*written = 0;
	if (!cipher || !cipher->open)
		return -EINVAL;
	size = cipher->held_size;
	if (room < size)
		return -ENOBUFS;
	if (!api_is_there(out, size))
		return -EINVAL;
	cipher->open = false;
	result = api_skcipher_ops_of(cipher)->part(cipher, cipher->held, last, size, true);
	if (result == 0 && size)
		memcpy(out, last, size);
	secmem_wipe(last, size);
	secmem_wipe(cipher->held, size);
	*written = result == 0 ? size : 0;
	return result;
}
