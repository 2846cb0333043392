/* SPDX-License-Identifier: MIT */
/* Data through a cipher without authentication, in pieces, with PKCS #7 padding (RFC 5652, 6.3). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/crypt.h"
#include "cli/values.h"
#include "files/padding.h"

int crypt_password(const struct crypt_job *job, struct files_secret *password)
{
	bool encrypt = job->direction == UALG_ENCRYPT;
	int result = cli_password_read(&job->key_source, encrypt, password);

	if (result != CLI_OK || !encrypt || password->size > 0)
		return result;
	secret_free(password);
	cli_message("the password is empty");
	return CLI_FAILURE;
}

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

/* The text is all that can be wrong with a call now: the key and the IV were taken. */
static int refuse_text(const struct crypt_job *job, const struct ualg_skcipher *cipher, int error)
{
	bool unpadded = job->direction == UALG_ENCRYPT && !wants_padding(job, cipher);

	if (error != -EINVAL)
		return crypt_refused(job->algorithm, error);
	cli_message("'%s' takes no %s of this length; its blocks are %zu bytes%s", job->algorithm,
		    unpadded ? "text" : "data", ualg_skcipher_block_size(cipher),
		    unpadded ? ", and '--padding pkcs7' fills the last one" : "");
	return CLI_FAILURE;
}

static int do_piece(struct crypt_job *job, struct ualg_skcipher *cipher, uint8_t *in, size_t size,
		    bool last, uint8_t *out)
{
	size_t room = INPUT_PIECE + 2 * PADDING_MAX;
	bool padded = wants_padding(job, cipher);
	size_t block = ualg_skcipher_block_size(cipher);
	size_t written, rest = 0;
	int error;

	if (last && padded && job->direction == UALG_ENCRYPT)
		size = padding_add(in, size, block);
	error = ualg_skcipher_update(cipher, in, size, out, room, &written);
	if (error == 0 && last)
		error = ualg_skcipher_finish(cipher, out + written, room - written, &rest);
	written += rest;
	if (error == 0 && last && padded && job->direction == UALG_DECRYPT)
		error = padding_remove(out, &written, block);
	return error ? refuse_text(job, cipher, error) : crypt_write(job, out, written);
}

int crypt_next(struct crypt_job *job, struct files_ahead *ahead, uint8_t **data, size_t *size,
	       bool *last)
{
	ssize_t got = ahead_next(ahead, data, last);

	*size = 0;
	if (got < 0)
		return cli_cannot("read", job->input.name, (int)got);
	*size = (size_t)got;
	progress_step(&job->progress, *size);
	return CLI_OK;
}

static int in_pieces(struct crypt_job *job, struct ualg_skcipher *cipher, const uint8_t *iv)
{
	uint8_t *out = malloc(INPUT_PIECE + 2 * PADDING_MAX), *in;
	struct files_ahead ahead;
	bool last = false;
	size_t size;
	int result, error = ahead_open(&ahead, &job->input, INPUT_PIECE, PADDING_MAX);

	if (error != 0)
		result = cli_cannot("read", job->input.name, error);
	else if (!out || (error = ualg_skcipher_start(cipher, job->direction, iv)) != 0)
		result = crypt_refused(job->algorithm, out ? error : -ENOMEM);
	else
		result = CLI_OK;
	while (result == CLI_OK && !last) {
		result = crypt_next(job, &ahead, &in, &size, &last);
		if (result == CLI_OK)
			result = do_piece(job, cipher, in, size, last, out);
	}
	ahead_close(&ahead);
	if (out)
		ualg_secure_wipe(out, INPUT_PIECE + 2 * PADDING_MAX);
	free(out);
	return result;
}

int crypt_read_whole(struct crypt_job *job, size_t behind, uint8_t **out, size_t *size)
{
	int error = input_read_all(&job->input, CRYPT_WHOLE_MAX, behind, out, size);

	if (error == -EFBIG || error == -ENOMEM) {
		cli_message("'%s' takes a message only whole, and '%s' is too large",
			    job->algorithm, job->input.name);
		return CLI_FAILURE;
	}
	return error ? cli_cannot("read", job->input.name, error) : CLI_OK;
}

static int whole(struct crypt_job *job, struct ualg_skcipher *cipher, const uint8_t *iv)
{
	bool encrypts = job->direction == UALG_ENCRYPT;
	bool padded = wants_padding(job, cipher);
	size_t block = ualg_skcipher_block_size(cipher);
	uint8_t *data;
	size_t size;
	int error = 0;
	int result = crypt_read_whole(job, PADDING_MAX, &data, &size);

	if (result != CLI_OK)
		return result;
	if (padded && encrypts)
		size = padding_add(data, size, block);
	if (encrypts)
		error = ualg_skcipher_encrypt(cipher, iv, data, data, size);
	else
		error = ualg_skcipher_decrypt(cipher, iv, data, data, size);
	if (error == 0 && padded && !encrypts)
		error = padding_remove(data, &size, block);
	result = error ? refuse_text(job, cipher, error) : crypt_write(job, data, size);
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
