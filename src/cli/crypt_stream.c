/* SPDX-License-Identifier: MIT */
/* Data through a cipher without authentication, in pieces, with PKCS #7 padding (RFC 5652, 6.3). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/crypt.h"
#include "cli/values.h"

/* Block sizes of all ciphers are far below. */
#define BLOCK_MAX 64u

int crypt_read(struct crypt_job *job, void *out, size_t room, size_t *got)
{
	ssize_t result = input_read(&job->input, out, room);

	*got = 0;
	if (result < 0)
		return cli_cannot("read", job->input.name, (int)result);
	*got = (size_t)result;
	progress_step(&job->progress, *got);
	return CLI_OK;
}

int crypt_write(struct crypt_job *job, const void *data, size_t size)
{
	int error = output_write(&job->output, data, size);

	return error ? cli_cannot("write", job->output.name, error) : CLI_OK;
}

int crypt_refused(const char *algorithm, int error)
{
	if (error != -EBADMSG)
		return cli_refused(algorithm, error);
	cli_message("wrong key or password, or the data was changed");
	return CLI_FAILURE;
}

static bool wants_padding(const struct crypt_job *job, const struct ualg_skcipher *cipher)
{
	const struct ualg_alg *alg = ualg_skcipher_alg(cipher);

	if (ualg_alg_block_size(alg) == 1)
		return false;
	if (job->padding)
		return strcmp(job->padding, "pkcs7") == 0;
	return ualg_alg_streams(alg);
}

/* Pads in place: the new size.  Room for a block has to be behind. */
static size_t pad(uint8_t *data, size_t size, size_t block)
{
	size_t more = block - size % block;

	memset(data + size, (int)more, more);
	return size + more;
}

/* The size without padding, or -EBADMSG: there is none. */
static int unpad(const uint8_t *data, size_t *size, size_t block)
{
	size_t count = *size ? data[*size - 1] : 0;

	if (count == 0 || count > block || count > *size)
		return -EBADMSG;
	for (size_t i = *size - count; i < *size; i++)
		if (data[i] != count)
			return -EBADMSG;
	*size -= count;
	return 0;
}

/* Pieces of input, one ahead of the one at work, so that the last is known as such. */
struct pieces {
	uint8_t *now, *ahead, *out;
	size_t size, size_ahead;
};

static int allocate(struct pieces *pieces)
{
	*pieces = (struct pieces){
	    .now = malloc(INPUT_PIECE + BLOCK_MAX),
	    .ahead = malloc(INPUT_PIECE + BLOCK_MAX),
	    .out = malloc(INPUT_PIECE + 2 * BLOCK_MAX),
	};
	return pieces->now && pieces->ahead && pieces->out ? 0 : -ENOMEM;
}

static void release(struct pieces *pieces)
{
	uint8_t *const blocks[] = {pieces->now, pieces->ahead, pieces->out};

	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		if (blocks[i])
			ualg_secure_wipe(blocks[i], INPUT_PIECE + BLOCK_MAX);
		free(blocks[i]);
	}
}

/* Moves on to the piece that was read ahead, and reads another. */
static int advance(struct crypt_job *job, struct pieces *pieces)
{
	uint8_t *free_one = pieces->now;

	pieces->now = pieces->ahead;
	pieces->size = pieces->size_ahead;
	pieces->ahead = free_one;
	pieces->size_ahead = 0;
	if (pieces->size < INPUT_PIECE)
		return CLI_OK;
	return crypt_read(job, pieces->ahead, INPUT_PIECE, &pieces->size_ahead);
}

static int do_piece(struct crypt_job *job, struct ualg_skcipher *cipher, struct pieces *pieces)
{
	size_t room = INPUT_PIECE + 2 * BLOCK_MAX;
	bool last = pieces->size_ahead == 0;
	bool padded = wants_padding(job, cipher);
	size_t block = ualg_skcipher_block_size(cipher);
	size_t written, rest = 0;
	int error;

	if (last && padded && job->direction == UALG_ENCRYPT)
		pieces->size = pad(pieces->now, pieces->size, block);
	error =
	    ualg_skcipher_update(cipher, pieces->now, pieces->size, pieces->out, room, &written);
	if (error == 0 && last)
		error = ualg_skcipher_finish(cipher, pieces->out + written, room - written, &rest);
	written += rest;
	if (error == 0 && last && padded && job->direction == UALG_DECRYPT)
		error = unpad(pieces->out, &written, block);
	return error ? crypt_refused(job->algorithm, error)
		     : crypt_write(job, pieces->out, written);
}

static int in_pieces(struct crypt_job *job, struct ualg_skcipher *cipher, const uint8_t *iv)
{
	struct pieces pieces;
	int error = allocate(&pieces);
	int result;

	if (error == 0)
		error = ualg_skcipher_start(cipher, job->direction, iv);
	result = error ? crypt_refused(job->algorithm, error)
		       : crypt_read(job, pieces.ahead, INPUT_PIECE, &pieces.size_ahead);
	do {
		if (result == CLI_OK)
			result = advance(job, &pieces);
		if (result == CLI_OK)
			result = do_piece(job, cipher, &pieces);
	} while (result == CLI_OK && pieces.size_ahead > 0);
	release(&pieces);
	return result;
}

int crypt_read_whole(struct crypt_job *job, size_t behind, uint8_t **out, size_t *size)
{
	size_t room = INPUT_PIECE, got;
	uint8_t *data = NULL;
	int result;

	*size = 0;
	do {
		uint8_t *larger = *size < CRYPT_WHOLE_MAX ? realloc(data, room + behind) : NULL;

		if (!larger) {
			cli_message("'%s' takes a message only whole, and '%s' is too large",
				    job->algorithm, job->input.name);
			free(data);
			return CLI_FAILURE;
		}
		data = larger;
		result = crypt_read(job, data + *size, room - *size, &got);
		if (result != CLI_OK) {
			free(data);
			return result;
		}
		*size += got;
		room *= 2;
	} while (got > 0 && *size == room / 2);
	*out = data;
	return CLI_OK;
}

static int whole(struct crypt_job *job, struct ualg_skcipher *cipher, const uint8_t *iv)
{
	bool encrypts = job->direction == UALG_ENCRYPT;
	bool padded = wants_padding(job, cipher);
	size_t block = ualg_skcipher_block_size(cipher);
	uint8_t *data;
	size_t size;
	int error = 0;
	int result = crypt_read_whole(job, BLOCK_MAX, &data, &size);

	if (result != CLI_OK)
		return result;
	if (padded && encrypts)
		size = pad(data, size, block);
	if (encrypts)
		error = ualg_skcipher_encrypt(cipher, iv, data, data, size);
	else
		error = ualg_skcipher_decrypt(cipher, iv, data, data, size);
	if (error == 0 && padded && !encrypts)
		error = unpad(data, &size, block);
	result = error ? crypt_refused(job->algorithm, error) : crypt_write(job, data, size);
	ualg_secure_wipe(data, size);
	free(data);
	return result;
}

int crypt_cipher(struct crypt_job *job, struct ualg_skcipher *cipher, const uint8_t *iv)
{
	if (ualg_alg_streams(ualg_skcipher_alg(cipher)))
		return in_pieces(job, cipher, iv);
	return whole(job, cipher, iv);
}
