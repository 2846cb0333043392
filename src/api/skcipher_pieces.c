/* SPDX-License-Identifier: MIT */
/* Symmetric ciphers over data in pieces. */
#include "api/pieces.h"
#include "api/skcipher.h"
#include "base/secmem.h"

#define BOUNCE 65536u /* bytes that go by way of a buffer at once */

struct crossing {
	struct api_cursor in, out;
	uint8_t *bounce;
	size_t bounce_size;
};

/* The longest part, up to limit, that lies in one piece on both sides. */
static size_t common(const struct api_cursor *in, const struct api_cursor *out, size_t limit)
{
	size_t size = limit;

	if (in->piece->iov_len - in->offset < size)
		size = in->piece->iov_len - in->offset;
	if (out->piece->iov_len - out->offset < size)
		size = out->piece->iov_len - out->offset;
	return size;
}

/* The next part, where it lies if it does so in one piece on both sides, else by the buffer. */
static int crypt_part(struct ualg_skcipher *cipher, struct crossing *crossing, size_t left,
		      size_t *done)
{
	size_t chunk = cipher->handle.source.alg->chunksize;
	size_t size;
	int result;

	(void)api_cursor_in_one(&crossing->in, 0); /* both stand where there is data now */
	(void)api_cursor_in_one(&crossing->out, 0);
	size = common(&crossing->in, &crossing->out, left);
	if (size < left)
		size -= size % chunk;
	if (size == left || (size > 0 && cipher->stream != API_STREAM_WHOLE)) {
		const uint8_t *from = api_cursor_in_one(&crossing->in, size);
		uint8_t *to = api_cursor_in_one(&crossing->out, size);

		*done = size;
		return api_skcipher_ops_of(cipher)->part(cipher, from, to, size, size == left);
	}
	size = left < crossing->bounce_size ? left : crossing->bounce_size;
	api_cursor_gather(&crossing->in, crossing->bounce, size);
	result = api_skcipher_ops_of(cipher)->part(cipher, crossing->bounce, crossing->bounce, size,
						   size == left);
	if (result == 0)
		api_cursor_scatter(&crossing->out, crossing->bounce, size);
	*done = size;
	return result;
}

static int crypt_all(struct ualg_skcipher *cipher, struct crossing *crossing, size_t left)
{
	size_t done;
	int result = 0;

	if (left == 0)
		return api_skcipher_ops_of(cipher)->part(cipher, crossing->bounce, crossing->bounce,
							 0, true);
	for (; left > 0 && result == 0; left -= done)
		result = crypt_part(cipher, crossing, left, &done);
	return result;
}

static int crypt_pieces(struct ualg_skcipher *cipher, bool encrypt, const void *iv,
			const struct iovec *in, size_t in_count, const struct iovec *out,
			size_t out_count)
{
	struct crossing crossing;
	size_t size;
	int result;

	if (!cipher || api_pieces_check(in, in_count, out, out_count, &size) < 0)
		return -EINVAL;
	result = api_skcipher_begin(cipher, encrypt, iv, size);
	if (result < 0)
		return result;
	crossing.bounce_size = size;
	if (size > BOUNCE && cipher->stream != API_STREAM_WHOLE)
		crossing.bounce_size = BOUNCE - BOUNCE % cipher->handle.source.alg->chunksize;
	crossing.bounce = secmem_alloc(crossing.bounce_size);
	if (!crossing.bounce)
		return -ENOMEM;
	api_cursor_begin(&crossing.in, in, in_count);
	api_cursor_begin(&crossing.out, out, out_count);
	result = crypt_all(cipher, &crossing, size);
	secmem_free(crossing.bounce, crossing.bounce_size);
	return result;
}

int ualg_skcipher_encrypt_iov(struct ualg_skcipher *cipher, const void *iv, const struct iovec *in,
			      size_t in_count, const struct iovec *out, size_t out_count)
{
	return crypt_pieces(cipher, true, iv, in, in_count, out, out_count);
}

int ualg_skcipher_decrypt_iov(struct ualg_skcipher *cipher, const void *iv, const struct iovec *in,
			      size_t in_count, const struct iovec *out, size_t out_count)
{
	return crypt_pieces(cipher, false, iv, in, in_count, out, out_count);
}
