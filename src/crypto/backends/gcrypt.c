/* SPDX-License-Identifier: MIT */
/*
 * libgcrypt: block ciphers and their modes.
 *
 * The program may use the library itself, before us or after us: we set no handler, no secure
 * memory and no thread callbacks, and never declare its initialisation finished.
 */
#include "crypto/backends/gcrypt.h"

#include <errno.h>
#include <stdio.h>

#include "crypto/backends/backends.h"

struct gcrypt_library gcrypt;

static const struct library_symbol symbols[] = {GCRYPT_FUNCTIONS(LIBRARY_SYMBOL)};

static const struct gcrypt_cipher ciphers[] = {
    {
	.name = "aes",
	.driver = "aes",
	.block = 16,
	.key = {{GCRY_CIPHER_AES128, 16, 16},
		{GCRY_CIPHER_AES192, 24, 24},
		{GCRY_CIPHER_AES256, 32, 32}},
    },
    {
	.name = "des3_ede",
	.driver = "des3_ede",
	.block = 8,
	.key = {{GCRY_CIPHER_3DES, 24, 24}},
    },
    {
	/* With its authenticator, as rfc7539(chacha20,poly1305). */
	.name = "chacha20,poly1305",
	.driver = "chacha20-poly1305",
	.block = 1,
	.key = {{GCRY_CIPHER_CHACHA20, 32, 32}},
    },
};

#define CIPHER_COUNT (sizeof(ciphers) / sizeof(ciphers[0]))
#define MAX_MODES    16u

static struct gcrypt_pair pairs[CIPHER_COUNT][MAX_MODES];

int gcrypt_errno(gcry_error_t error)
{
	switch (gcry_err_code(error)) {
	case GPG_ERR_NO_ERROR:
		return 0;
	case GPG_ERR_ENOMEM:
		return -ENOMEM;
	default:
		return -EINVAL;
	}
}

static void close_handles(struct gcrypt_context *context)
{
	for (size_t i = 0; i < GCRYPT_MAX_HANDLES; i++) {
		if (context->handle[i])
			gcrypt.gcry_cipher_close(context->handle[i]);
		context->handle[i] = NULL;
	}
	context->algorithm = 0;
}

static int open_handles(struct gcrypt_context *context, const struct gcrypt_mode *mode,
			int algorithm)
{
	if (context->algorithm == algorithm)
		return 0;
	close_handles(context);
	for (size_t i = 0; i < mode->handles; i++) {
		if (gcrypt.gcry_cipher_open(&context->handle[i], algorithm, mode->handle[i].mode,
					    mode->handle[i].flags)) {
			context->handle[i] = NULL;
			close_handles(context);
			return -ENOMEM;
		}
		/* Weak keys are the caller's business (K-07).  Ciphers that have none refuse this.
		 */
		(void)gcrypt.gcry_cipher_ctl(context->handle[i], GCRYCTL_SET_ALLOW_WEAK_KEY, NULL,
					     1);
	}
	context->algorithm = algorithm;
	return 0;
}

/* The library's algorithm for keys of size bytes, or 0. */
static int find_algorithm(const struct gcrypt_pair *pair, size_t size)
{
	size_t part = size / pair->mode->keys;

	if (size % pair->mode->keys != 0)
		return 0;
	for (size_t i = 0; pair->cipher->key[i].algorithm; i++)
		if (part >= pair->cipher->key[i].min && part <= pair->cipher->key[i].max)
			return pair->cipher->key[i].algorithm;
	return 0;
}

static int set_key(struct tfm *tfm, const uint8_t *key, size_t size)
{
	const struct gcrypt_pair *pair = tfm->alg->data;
	struct gcrypt_context *context = gcrypt_context(tfm);
	int algorithm = find_algorithm(pair, size);
	int result;

	if (!algorithm)
		return -EINVAL;
	result = open_handles(context, pair->mode, algorithm);
	for (size_t i = 0; result == 0 && i < pair->mode->handles; i++) {
		gcry_error_t error = gcrypt.gcry_cipher_setkey(context->handle[i], key, size);

		/* Where weak keys are allowed the key is set, and the warning is given still. */
		if (gcry_err_code(error) != GPG_ERR_WEAK_KEY)
			result = gcrypt_errno(error);
	}
	if (result < 0)
		close_handles(context);
	atomic_store(&context->mac_busy, false);
	return result;
}

static void exit_tfm(struct tfm *tfm)
{
	close_handles(gcrypt_context(tfm));
}

static bool fits(const struct gcrypt_cipher *cipher, const struct gcrypt_mode *mode)
{
	return mode->block ? mode->block == cipher->block : cipher->block > 1;
}

/* Whether the library was built with, and is now allowed to use, all key sizes of a cipher. */
static bool is_available(const struct gcrypt_cipher *cipher)
{
	for (size_t i = 0; cipher->key[i].algorithm; i++)
		if (gcrypt.gcry_cipher_algo_info(cipher->key[i].algorithm, GCRYCTL_TEST_ALGO, NULL,
						 NULL))
			return false;
	return true;
}

static void set_key_sizes(struct alg *alg, const struct gcrypt_pair *pair)
{
	size_t last = 0;

	while (pair->cipher->key[last + 1].algorithm)
		last++;
	alg->min_keysize = pair->cipher->key[0].min * pair->mode->keys;
	alg->max_keysize = pair->cipher->key[last].max * pair->mode->keys;
}

static int add_pair(const struct gcrypt_pair *pair)
{
	const struct gcrypt_cipher *cipher = pair->cipher;
	const struct gcrypt_mode *mode = pair->mode;
	struct alg alg = mode->alg;

	if (mode->name) {
		(void)snprintf(alg.name, sizeof(alg.name), "%s(%s)", mode->name, cipher->name);
		(void)snprintf(alg.driver, sizeof(alg.driver), "%s-%s-gcrypt", mode->name,
			       cipher->driver);
	} else {
		(void)snprintf(alg.name, sizeof(alg.name), "%s", cipher->name);
		(void)snprintf(alg.driver, sizeof(alg.driver), "%s-gcrypt", cipher->driver);
	}
	alg.backend = "gcrypt";
	alg.blocksize = mode->stream ? 1 : cipher->block;
	alg.chunksize = cipher->block;
	if (mode->iv_is_block)
		alg.ivsize = cipher->block;
	set_key_sizes(&alg, pair);
	alg.context_size = sizeof(struct gcrypt_context);
	alg.setkey = set_key;
	alg.exit = exit_tfm;
	alg.data = pair;
	return registry_add_copy(&alg);
}

static int add_all(void)
{
	for (size_t c = 0; c < CIPHER_COUNT; c++) {
		if (!is_available(&ciphers[c]))
			continue;
		for (size_t m = 0; m < gcrypt_mode_count && m < MAX_MODES; m++) {
			int result = 0;

			pairs[c][m] = (struct gcrypt_pair){&ciphers[c], &gcrypt_modes[m]};
			if (fits(&ciphers[c], &gcrypt_modes[m]))
				result = add_pair(&pairs[c][m]);
			if (result < 0)
				return result;
		}
	}
	return 0;
}

int backend_gcrypt_load(struct registry_backend *backend)
{
	int result =
	    library_open(backend->library, symbols, sizeof(symbols) / sizeof(symbols[0]), &gcrypt);

	if (result < 0)
		return result;
	/* Initialises the library where nobody has; otherwise it only answers. */
	backend->version = gcrypt.gcry_check_version(NULL);
	return add_all();
}
