/* SPDX-License-Identifier: MIT */
/*
 * The raw format: [IV] ciphertext [tag].  The IV is in the file where none was given, the tag where
 * the algorithm has one, so that nothing has to be kept beside the file but the key.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/crypt.h"
#include "cli/values.h"

#define IV_MAX  64u
#define TAG_MAX 64u

/* The IV: as given, or random and written out, or read from the file. */
static int take_iv(struct crypt_job *job, size_t size, uint8_t iv[IV_MAX])
{
	size_t got;
	int result;

	if (job->iv) {
		result = cli_hex("--iv", job->iv, iv, IV_MAX, &got);
		if (result != CLI_OK || got == size)
			return result;
		cli_message("--iv: '%s' is %zu bytes; '%s' needs %zu", job->iv, got, job->algorithm,
			    size);
		return CLI_USAGE;
	}
	if (size == 0)
		return CLI_OK;
	if (job->direction == UALG_ENCRYPT) {
		int error = ualg_random(iv, size);

		return error ? crypt_refused("stdrng", error) : crypt_write(job, iv, size);
	}
	result = crypt_read(job, iv, size, &got);
	if (result == CLI_OK && got < size) {
		cli_message("'%s' is too short: it has no IV", job->input.name);
		return CLI_FAILURE;
	}
	return result;
}

static int refuse_key(const struct crypt_job *job, const struct files_secret *key, int error)
{
	if (error != -EINVAL)
		return crypt_refused(job->algorithm, error);
	cli_message("'%s' takes no key of %zu bytes ('ualg info' tells the sizes)", job->algorithm,
		    key->size);
	return CLI_FAILURE;
}

static int with_skcipher(struct crypt_job *job, struct ualg_skcipher *cipher)
{
	struct files_secret key = {0};
	uint8_t iv[IV_MAX];
	int result, error;

	if (job->aad || job->aad_file || job->tag_size) {
		cli_message("'%s' does not authenticate; it has no AAD and no tag", job->algorithm);
		return CLI_USAGE;
	}
	if (job->padding && strcmp(job->padding, "pkcs7") == 0 &&
	    ualg_skcipher_block_size(cipher) == 1) {
		cli_message("'%s' takes any length; it has no padding", job->algorithm);
		return CLI_USAGE;
	}
	result = cli_key_read(&job->key_source, &key);
	if (result != CLI_OK)
		return result;
	error = ualg_skcipher_set_key(cipher, key.data, key.size);
	result =
	    error ? refuse_key(job, &key, error) : take_iv(job, ualg_skcipher_iv_size(cipher), iv);
	secret_free(&key);
	return result == CLI_OK ? crypt_cipher(job, cipher, iv) : result;
}

static int take_aad(const struct crypt_job *job, struct files_secret *aad)
{
	int error;

	if (job->aad && job->aad_file) {
		cli_message("--aad and --aad-file exclude each other");
		return CLI_USAGE;
	}
	if (job->aad_file) {
		error = secret_read_file(aad, job->aad_file);
		return error ? cli_cannot("read", job->aad_file, error) : CLI_OK;
	}
	error = secret_new(aad, job->aad ? strlen(job->aad) : 0);
	if (error != 0)
		return crypt_refused(job->algorithm, error);
	return job->aad ? cli_hex("--aad", job->aad, aad->data, aad->size, &aad->size) : CLI_OK;
}

static int take_tag_size(const struct crypt_job *job, struct ualg_aead *aead)
{
	size_t most = ualg_alg_max_tag_size(ualg_aead_alg(aead));
	size_t size;

	if (!job->tag_size)
		return CLI_OK;
	if (cli_size("--tag-size", job->tag_size, 0, most, &size) != CLI_OK)
		return CLI_USAGE;
	if (ualg_aead_set_tag_size(aead, size) == 0)
		return CLI_OK;
	cli_message("'%s' has no tags of %s bytes", job->algorithm, job->tag_size);
	return CLI_USAGE;
}

/* Text and tag of one message: read whole, worked on in place, written. */
static int one_message(struct crypt_job *job, struct ualg_aead *aead, const uint8_t *iv,
		       const struct files_secret *aad)
{
	bool encrypts = job->direction == UALG_ENCRYPT;
	size_t tag_size = ualg_aead_tag_size(aead);
	size_t size;
	uint8_t *data;
	int error, result = crypt_read_whole(job, TAG_MAX, &data, &size);

	if (result != CLI_OK)
		return result;
	if (encrypts) {
		error = ualg_aead_encrypt(aead, iv, aad->data, aad->size, data, data, size,
					  data + size);
		size += tag_size;
	} else if (size < tag_size) {
		error = -EBADMSG;
	} else {
		size -= tag_size;
		error = ualg_aead_decrypt(aead, iv, aad->data, aad->size, data, data, size,
					  data + size);
	}
	result = error ? crypt_refused(job->algorithm, error) : crypt_write(job, data, size);
	ualg_secure_wipe(data, size);
	free(data);
	return result;
}

static int with_aead(struct crypt_job *job, struct ualg_aead *aead)
{
	struct files_secret key = {0}, aad = {0};
	uint8_t iv[IV_MAX];
	int result = take_tag_size(job, aead);

	if (result == CLI_OK)
		result = take_aad(job, &aad);
	if (result == CLI_OK)
		result = cli_key_read(&job->key_source, &key);
	if (result == CLI_OK) {
		int error = ualg_aead_set_key(aead, key.data, key.size);

		if (error != 0)
			result = refuse_key(job, &key, error);
	}
	if (result == CLI_OK)
		result = take_iv(job, ualg_aead_iv_size(aead), iv);
	if (result == CLI_OK)
		result = one_message(job, aead, iv, &aad);
	secret_free(&key);
	secret_free(&aad);
	return result;
}

int crypt_raw(struct crypt_job *job)
{
	struct ualg_skcipher *cipher;
	struct ualg_aead *aead;
	int result, error;

	if (!job->algorithm) {
		cli_message("--format raw needs --algorithm");
		return CLI_USAGE;
	}
	if (cli_password_is_named(&job->key_source)) {
		cli_message("--format raw takes a key, not a password; 'ualg pbkdf2' makes one");
		return CLI_USAGE;
	}
	error = ualg_skcipher_open(&cipher, job->algorithm, UALG_TRANSPORT_DEFAULT);
	if (error == 0) {
		result = with_skcipher(job, cipher);
		ualg_skcipher_close(cipher);
		return result;
	}
	error = ualg_aead_open(&aead, job->algorithm, UALG_TRANSPORT_DEFAULT);
	if (error != 0)
		return crypt_refused(job->algorithm, error);
	result = with_aead(job, aead);
	ualg_aead_close(aead);
	return result;
}
