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
#include <string.h>

#include "base/secmem.h"
#include "crypto/backends/backends.h"

struct gcrypt_library gcrypt;

static const struct library_symbol symbols[] = {GCRYPT_FUNCTIONS(LIBRARY_SYMBOL)};

#define MODES_OF_64  (GCRYPT_BARE | GCRYPT_CHAIN | GCRYPT_COUNTER)
#define MODES_OF_128 (GCRYPT_BARE | GCRYPT_CHAIN | GCRYPT_COUNTER | GCRYPT_CCM)

/*
 * Serpent's own rule for short keys: a bit of one, then zeros up to 256 bits (Anderson, Biham,
 * Knudsen: "Serpent: A Proposal for the Advanced Encryption Standard", section 4).  The library's
 * bits of a byte go from the lowest up.
 */
static void expand_serpent(const uint8_t *key, size_t size, uint8_t *out, size_t *out_size)
{
	*out_size = 32;
	memset(out, 0, 32);
	if (size > 0)
		memcpy(out, key, size);
	if (size < 32)
		out[size] = 1;
}

/* RFC 2144, section 2.5: shorter keys end in zeros; from 88 bits on, the rounds are all 16. */
static void expand_cast5(const uint8_t *key, size_t size, uint8_t *out, size_t *out_size)
{
	*out_size = 16;
	memset(out, 0, 16);
	memcpy(out, key, size);
}

static const struct gcrypt_cipher ciphers[] = {
    {
	.name = "aes",
	.block = 16,
	.modes = MODES_OF_128 | GCRYPT_ECB | GCRYPT_XTS,
	.key = {{GCRY_CIPHER_AES128, 16, 16},
		{GCRY_CIPHER_AES192, 24, 24},
		{GCRY_CIPHER_AES256, 32, 32}},
    },
    {
	.name = "camellia",
	.block = 16,
	.modes = GCRYPT_BARE | GCRYPT_COUNTER,
	.key = {{GCRY_CIPHER_CAMELLIA128, 16, 16},
		{GCRY_CIPHER_CAMELLIA192, 24, 24},
		{GCRY_CIPHER_CAMELLIA256, 32, 32}},
	.serial = "camellia-openssl",
    },
    {
	.name = "serpent",
	.block = 16,
	.modes = MODES_OF_128,
	.key = {{GCRY_CIPHER_SERPENT256, 0, 32}},
	.expand = expand_serpent,
    },
    {
	.name = "twofish",
	.block = 16,
	.modes = GCRYPT_BARE | GCRYPT_COUNTER,
	.key = {{GCRY_CIPHER_TWOFISH128, 16, 16}, {GCRY_CIPHER_TWOFISH, 32, 32}},
	.other = "twofish-own",
    },
    {
	.name = "sm4",
	.block = 16,
	.modes = GCRYPT_BARE | GCRYPT_COUNTER,
	.key = {{GCRY_CIPHER_SM4, 16, 16}},
	.serial = "sm4-own",
    },
    {
	.name = "seed",
	.block = 16,
	.modes = MODES_OF_128,
	.key = {{GCRY_CIPHER_SEED, 16, 16}},
    },
    {
	.name = "des",
	.block = 8,
	.modes = MODES_OF_64,
	.key = {{GCRY_CIPHER_DES, 8, 8}},
    },
    {
	.name = "des3_ede",
	.block = 8,
	.modes = MODES_OF_64,
	.key = {{GCRY_CIPHER_3DES, 24, 24}},
    },
    {
	.name = "blowfish",
	.block = 8,
	.modes = MODES_OF_64,
	.key = {{GCRY_CIPHER_BLOWFISH, 4, 56}},
    },
    {
	.name = "cast5",
	.block = 8,
	.modes = GCRYPT_BARE | GCRYPT_COUNTER,
	.key = {{GCRY_CIPHER_CAST5, 11, 16}},
	.expand = expand_cast5,
	.other = "cast5-openssl",
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

/* The library's algorithm for a cipher's keys of size bytes, or 0. */
static int find_algorithm(const struct gcrypt_cipher *cipher, size_t size)
{
	for (size_t i = 0; cipher->key[i].algorithm; i++)
		if (size >= cipher->key[i].min && size <= cipher->key[i].max)
			return cipher->key[i].algorithm;
	return 0;
}

/* Keys all handles. */
static int key_handles(const struct gcrypt_pair *pair, struct gcrypt_context *context,
		       const uint8_t *key, size_t size)
{
	for (size_t i = 0; i < pair->mode->handles; i++) {
		size_t from = pair->mode->handle[i].last_key ? size - size / pair->mode->keys : 0;
		gcry_error_t error =
		    gcrypt.gcry_cipher_setkey(context->handle[i], key + from, size - from);

		/* Where weak keys are allowed the key is set, and the warning is given still. */
		if (gcry_err_code(error) != GPG_ERR_NO_ERROR &&
		    gcry_err_code(error) != GPG_ERR_WEAK_KEY)
			return gcrypt_errno(error);
	}
	return 0;
}

/* The same with the key that the library wants instead of ours: of each part for itself. */
static int key_expanded(const struct gcrypt_pair *pair, struct gcrypt_context *context,
			const uint8_t *key, size_t size)
{
	uint8_t expanded[GCRYPT_MAX_KEY];
	size_t part = size / pair->mode->keys;
	size_t total = 0;
	int result;

	for (size_t i = 0; i < pair->mode->keys; i++) {
		size_t one;

		pair->cipher->expand(key + i * part, part, expanded + total, &one);
		total += one;
	}
	result = key_handles(pair, context, expanded, total);
	secmem_wipe(expanded, sizeof(expanded));
	return result;
}

/* Gives the key to the other tfm, which is made when it is needed first. */
static int key_other(const struct tfm *tfm, const uint8_t *key, size_t size)
{
	const struct gcrypt_pair *pair = tfm->alg->data;
	struct gcrypt_context *context = gcrypt_context(tfm);
	const char *const *around = pair->mode->around;
	char name[ALG_NAME_MAX];
	const struct alg *alg;
	int result = 0;

	if (!pair->other || !around[0])
		return -EINVAL;
	if (!context->other) {
		(void)snprintf(name, sizeof(name), "%s%s%s", around[0], pair->other->driver,
			       around[1]);
		result = registry_find(tfm->alg->type, name, &alg);
		if (result == 0)
			result = tfm_new(alg, &context->other);
	}
	return result < 0 ? result : tfm_setkey(context->other, key, size);
}

static int set_key(struct tfm *tfm, const uint8_t *key, size_t size)
{
	const struct gcrypt_pair *pair = tfm->alg->data;
	struct gcrypt_context *context = gcrypt_context(tfm);
	int algorithm = 0;
	int result;

	if (size % pair->mode->keys == 0)
		algorithm = find_algorithm(pair->cipher, size / pair->mode->keys);
	atomic_store(&context->chain_busy, false);
	if (!algorithm) {
		close_handles(context);
		return key_other(tfm, key, size);
	}
	result = open_handles(context, pair->mode, algorithm);
	if (result == 0)
		result = pair->cipher->expand ? key_expanded(pair, context, key, size)
					      : key_handles(pair, context, key, size);
	if (result == 0 && context->serial)
		result = tfm_setkey(context->serial, key, size);
	if (result < 0)
		close_handles(context);
	return result;
}

static int init_tfm(struct tfm *tfm)
{
	const struct gcrypt_pair *pair = tfm->alg->data;

	return pair->serial ? tfm_new(pair->serial, &gcrypt_context(tfm)->serial) : 0;
}

static void exit_tfm(struct tfm *tfm)
{
	close_handles(gcrypt_context(tfm));
	tfm_free(gcrypt_context(tfm)->other);
	tfm_free(gcrypt_context(tfm)->serial);
}

static bool fits(const struct gcrypt_cipher *cipher, const struct gcrypt_mode *mode)
{
	if ((cipher->modes & mode->set) == 0)
		return false;
	return mode->block == 0 || mode->block == cipher->block;
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
	if (!pair->other)
		return;
	if (pair->other->min_keysize < alg->min_keysize)
		alg->min_keysize = pair->other->min_keysize;
	if (pair->other->max_keysize > alg->max_keysize)
		alg->max_keysize = pair->other->max_keysize;
}

static int add_pair(const struct gcrypt_pair *pair)
{
	const struct gcrypt_cipher *cipher = pair->cipher;
	const struct gcrypt_mode *mode = pair->mode;
	struct alg alg = mode->alg;

	if (mode->name) {
		(void)snprintf(alg.name, sizeof(alg.name), "%s(%s)", mode->name, cipher->name);
		(void)snprintf(alg.driver, sizeof(alg.driver), "%s-%s-gcrypt", mode->name,
			       cipher->name);
	} else {
		(void)snprintf(alg.name, sizeof(alg.name), "%s", cipher->name);
		(void)snprintf(alg.driver, sizeof(alg.driver), "%s-gcrypt", cipher->name);
	}
	alg.backend = "gcrypt";
	alg.blocksize = mode->stream ? 1 : cipher->block;
	alg.chunksize = cipher->block;
	if (mode->iv_is_block)
		alg.ivsize = cipher->block;
	set_key_sizes(&alg, pair);
	alg.context_size = sizeof(struct gcrypt_context);
	alg.setkey = set_key;
	alg.init = init_tfm;
	alg.exit = exit_tfm;
	alg.data = pair;
	return registry_add_copy(&alg);
}

/* One cipher in one mode, if they suit each other. */
static int add_if_fits(struct gcrypt_pair *pair, const struct gcrypt_cipher *cipher,
		       const struct gcrypt_mode *mode)
{
	if (!fits(cipher, mode))
		return 0;
	pair->cipher = cipher;
	pair->mode = mode;
	if (cipher->other)
		(void)registry_find(ALG_TYPE_CIPHER, cipher->other, &pair->other);
	if (cipher->serial && !mode->name)
		(void)registry_find(ALG_TYPE_CIPHER, cipher->serial, &pair->serial);
	return add_pair(pair);
}

static int add_all(void)
{
	for (size_t c = 0; c < CIPHER_COUNT; c++) {
		if (!is_available(&ciphers[c]))
			continue;
		for (size_t m = 0; m < gcrypt_mode_count && m < MAX_MODES; m++) {
			int result = add_if_fits(&pairs[c][m], &ciphers[c], gcrypt_modes[m]);

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
