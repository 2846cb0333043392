/* SPDX-License-Identifier: MIT */
/*
 * Symmetric ciphers by skcipher sockets of the kernel (abi.md section 10).
 *
 * A message that its mode can take in parts goes through the socket in parts of what its queues
 * hold: one open message of the socket where the IV chains (C-08), and one message each, with an IV
 * of our counting, where it does not (C-20).  After an error the op socket is replaced: what it
 * still holds is no longer known.
 */
#include <string.h>

#include "api/kernel.h"
#include "api/skcipher.h"

static void drop(struct ualg_skcipher *cipher)
{
	api_kernel_drop(&cipher->handle.op);
	cipher->sending = false;
}

static int kernel_set_key(struct api_handle *handle, const uint8_t *key, size_t size)
{
	((struct ualg_skcipher *)handle)->sending = false;
	return api_kernel_handle_set_key(handle, key, size);
}

/* An open message that is given up may have to be read out: a new socket is simpler. */
static int kernel_start(struct ualg_skcipher *cipher)
{
	int result;

	if (cipher->sending)
		drop(cipher);
	result = api_kernel_accept(cipher->handle.source.kernel, &cipher->handle.op);
	if (result == 0 && cipher->room == 0)
		cipher->room = api_kernel_room(cipher->handle.op);
	return result;
}

static int transfer(struct ualg_skcipher *cipher, const uint8_t *in, uint8_t *out, size_t size,
		    bool more)
{
	struct api_kernel_control control = {
	    .encrypt = cipher->encrypt,
	    .iv = cipher->iv,
	    .iv_size = cipher->handle.source.alg->ivsize,
	};
	struct iovec to = {(void *)(uintptr_t)in, size};
	struct iovec from = {out, size};
	int result =
	    api_kernel_send(cipher->handle.op, cipher->sending ? NULL : &control, &to, 1, more);

	if (result == 0 && (size > 0 || !more))
		result = api_kernel_receive(cipher->handle.op, &from, 1, size);
	cipher->sending = more;
	return result;
}

/* How much goes into the socket at once: whole chunks, unless it is all that is left. */
static size_t portion(const struct ualg_skcipher *cipher, size_t left)
{
	return left <= cipher->room
		   ? left
		   : cipher->room - cipher->room % cipher->handle.source.alg->chunksize;
}

static int kernel_part(struct ualg_skcipher *cipher, const uint8_t *in, uint8_t *out, size_t size,
		       bool last)
{
	const struct alg *alg = cipher->handle.source.alg;
	int result;

	if (cipher->stream == API_STREAM_WHOLE && size > cipher->room)
		return -EMSGSIZE;
	do {
		size_t now = portion(cipher, size);
		bool ends = last && now == size;
		bool counts = cipher->stream == API_STREAM_COUNTER;

		result = transfer(cipher, in, out, now, !ends && !counts);
		if (result < 0)
			break;
		if (counts && !ends)
			api_stream_advance(alg, cipher->iv, now);
		in += now;
		out += now;
		size -= now;
	} while (size > 0);
	if (result < 0)
		drop(cipher);
	return result;
}

const struct api_skcipher_ops api_kernel_skcipher_ops = {
    .life = {api_kernel_handle_open, api_kernel_handle_close},
    .set_key = kernel_set_key,
    .start = kernel_start,
    .part = kernel_part,
};
