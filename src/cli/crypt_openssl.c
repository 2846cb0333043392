/* SPDX-License-Identifier: MIT */
/*
 * What `openssl enc -pbkdf2 -salt` writes and reads: "Salted__", eight bytes of salt, ciphertext;
 * key and IV come from the password.  Without -pbkdf2 they come from EVP_BytesToKey, once round the
 * digest: 'bytes-to-key' (openssl-enc(1), EVP_BytesToKey(3)).
 */
#include <stdio.h>
#include <string.h>

#include "cli/crypt.h"
#include "cli/values.h"

#define SALT_SIZE          8u
#define DIGEST_MAX         64u
#define DEFAULT_ITERATIONS 10000u /* openssl's */
#define DEFAULT_KEY_MAX    32u
#define KEY_MAX            256u

static const char magic[8] = {'S', 'a', 'l', 't', 'e', 'd', '_', '_'};

static int take_salt(struct crypt_job *job, uint8_t salt[SALT_SIZE])
{
	uint8_t header[sizeof(magic) + SALT_SIZE];
	size_t got;
	int error, result;

	if (job->direction == UALG_ENCRYPT) {
		error = ualg_random(salt, SALT_SIZE);
		return error ? crypt_refused("stdrng", error) : CLI_OK;
	}
	result = crypt_read(job, header, sizeof(header), &got);
	if (result != CLI_OK)
		return result;
	if (got < sizeof(header) || memcmp(header, magic, sizeof(magic)) != 0) {
		cli_message("'%s' is not what 'openssl enc' writes with a password and a salt",
			    job->input.name);
		return CLI_FAILURE;
	}
	memcpy(salt, header + sizeof(magic), SALT_SIZE);
	return CLI_OK;
}

static int write_salt(struct crypt_job *job, const uint8_t salt[SALT_SIZE])
{
	uint8_t header[sizeof(magic) + SALT_SIZE];

	memcpy(header, magic, sizeof(magic));
	memcpy(header + sizeof(magic), salt, SALT_SIZE);
	return crypt_write(job, header, sizeof(header));
}

/* D(i) = digest(D(i-1) || password || salt), as many as are needed. */
static int bytes_to_key(struct ualg_digest *digest, const struct files_secret *password,
			const uint8_t salt[SALT_SIZE], struct files_secret *out)
{
	size_t size = ualg_digest_size(digest);
	uint8_t block[DIGEST_MAX];
	int error = 0;

	for (size_t done = 0; done < out->size && error == 0; done += size) {
		size_t piece = out->size - done < size ? out->size - done : size;

		if (done > 0)
			error = ualg_digest_update(digest, block, size);
		if (error == 0)
			error = ualg_digest_update(digest, password->data, password->size);
		if (error == 0)
			error = ualg_digest_update(digest, salt, SALT_SIZE);
		if (error == 0)
			error = ualg_digest_final(digest, block, sizeof(block));
		if (error == 0)
			memcpy(out->data + done, block, piece);
	}
	ualg_secure_wipe(block, sizeof(block));
	return error;
}

static int derive(const struct crypt_job *job, const struct files_secret *password,
		  const uint8_t salt[SALT_SIZE], uint64_t iterations, struct files_secret *out)
{
	const char *name = job->digest ? job->digest : "sha256";
	struct ualg_digest *digest;
	char mac[160];
	int error;

	if (!job->openssl_kdf || strcmp(job->openssl_kdf, "pbkdf2") == 0) {
		snprintf(mac, sizeof(mac), "hmac(%s)", name);
		error = ualg_pbkdf2(mac, password->data, password->size, salt, SALT_SIZE,
				    iterations, out->data, out->size);
		return error ? crypt_refused(mac, error) : CLI_OK;
	}
	error = ualg_digest_open(&digest, name, UALG_TRANSPORT_DEFAULT);
	if (error == 0) {
		error = bytes_to_key(digest, password, salt, out);
		ualg_digest_close(digest);
	}
	return error ? crypt_refused(name, error) : CLI_OK;
}

static int key_size(const struct crypt_job *job, const struct ualg_alg *alg, size_t *size)
{
	size_t least = ualg_alg_min_key_size(alg), most = ualg_alg_max_key_size(alg);

	most = most < KEY_MAX ? most : KEY_MAX;
	if (job->key_size)
		return cli_size("--key-size", job->key_size, least, most, size);
	*size = most < DEFAULT_KEY_MAX || least > DEFAULT_KEY_MAX ? most : DEFAULT_KEY_MAX;
	return CLI_OK;
}

static int with_cipher(struct crypt_job *job, struct ualg_skcipher *cipher)
{
	struct files_secret password = {0}, derived = {0};
	uint64_t iterations = DEFAULT_ITERATIONS;
	size_t size;
	uint8_t salt[SALT_SIZE];
	int result, error;

	result = key_size(job, ualg_skcipher_alg(cipher), &size);
	if (result == CLI_OK && job->iterations)
		result = cli_number("--iterations", job->iterations, 1, UINT32_MAX, &iterations);
	if (result == CLI_OK)
		result = crypt_password(job, &password);
	if (result == CLI_OK)
		result = take_salt(job, salt);
	if (result == CLI_OK) {
		error = secret_new(&derived, size + ualg_skcipher_iv_size(cipher));
		result = error ? crypt_refused(job->algorithm, error)
			       : derive(job, &password, salt, iterations, &derived);
	}
	if (result == CLI_OK) {
		error = ualg_skcipher_set_key(cipher, derived.data, size);
		result = error ? crypt_refused(job->algorithm, error) : CLI_OK;
	}
	/* Not before the key is there: what failed till then has written nothing. */
	if (result == CLI_OK && job->direction == UALG_ENCRYPT)
		result = write_salt(job, salt);
	if (result == CLI_OK)
		result = crypt_cipher(job, cipher, derived.data + size);
	secret_free(&password);
	secret_free(&derived);
	return result;
}

int crypt_openssl(struct crypt_job *job)
{
	struct ualg_skcipher *cipher;
	int result, error;

	if (!job->algorithm)
		job->algorithm = "cbc(aes)";
	if (cli_key_is_named(&job->key_source) || job->iv || job->aad || job->aad_file ||
	    job->tag_size) {
		cli_message("--format openssl takes a password, and nothing else: key and IV come "
			    "from it");
		return CLI_USAGE;
	}
	error = ualg_skcipher_open(&cipher, job->algorithm, UALG_TRANSPORT_DEFAULT);
	if (error != 0)
		return crypt_refused(job->algorithm, error);
	result = with_cipher(job, cipher);
	ualg_skcipher_close(cipher);
	return result;
}
