/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <gcrypt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bulk.h"
#include "measure.h"

static const struct {
	const char *kernel;
	int number;
} hashes[] = {
    {"md4", GCRY_MD_MD4},
    {"md5", GCRY_MD_MD5},
    {"rmd160", GCRY_MD_RMD160},
    {"sha1", GCRY_MD_SHA1},
    {"sha224", GCRY_MD_SHA224},
    {"sha256", GCRY_MD_SHA256},
    {"sha384", GCRY_MD_SHA384},
    {"sha512", GCRY_MD_SHA512},
    {"sha3-224", GCRY_MD_SHA3_224},
    {"sha3-256", GCRY_MD_SHA3_256},
    {"sha3-384", GCRY_MD_SHA3_384},
    {"sha3-512", GCRY_MD_SHA3_512},
    {"sm3", GCRY_MD_SM3},
    {"streebog256", GCRY_MD_STRIBOG256},
    {"streebog512", GCRY_MD_STRIBOG512},
    {"wp512", GCRY_MD_WHIRLPOOL},
    {"blake2b-160", GCRY_MD_BLAKE2B_160},
    {"blake2b-256", GCRY_MD_BLAKE2B_256},
    {"blake2b-384", GCRY_MD_BLAKE2B_384},
    {"blake2b-512", GCRY_MD_BLAKE2B_512},
    {"crc32", GCRY_MD_CRC32},
};

/* By the size of one key. */
static const struct {
	const char *kernel;
	size_t key_size;
	int number;
} ciphers[] = {
    {"aes", 16, GCRY_CIPHER_AES128},
    {"camellia", 16, GCRY_CIPHER_CAMELLIA128},
    {"serpent", 16, GCRY_CIPHER_SERPENT128},
    {"twofish", 16, GCRY_CIPHER_TWOFISH128},
    {"sm4", 16, GCRY_CIPHER_SM4},
    {"seed", 16, GCRY_CIPHER_SEED},
    {"cast5", 16, GCRY_CIPHER_CAST5},
    {"blowfish", 16, GCRY_CIPHER_BLOWFISH},
    {"des", 8, GCRY_CIPHER_DES},
    {"des3_ede", 24, GCRY_CIPHER_3DES},
};

/* MACs of ciphers, with keys of 16 bytes but for those that say otherwise. */
static const struct {
	const char *kernel;
	size_t key_size;
	int number;
} macs[] = {
    {"cmac(aes)", 16, GCRY_MAC_CMAC_AES},
    {"cmac(camellia)", 16, GCRY_MAC_CMAC_CAMELLIA},
    {"cmac(serpent)", 16, GCRY_MAC_CMAC_SERPENT},
    {"cmac(twofish)", 16, GCRY_MAC_CMAC_TWOFISH},
    {"cmac(sm4)", 16, GCRY_MAC_CMAC_SM4},
    {"cmac(cast5)", 16, GCRY_MAC_CMAC_CAST5},
    {"cmac(blowfish)", 16, GCRY_MAC_CMAC_BLOWFISH},
    {"cmac(des3_ede)", 24, GCRY_MAC_CMAC_3DES},
    {"poly1305", 32, GCRY_MAC_POLY1305},
};

static const struct {
	const char *kernel;
	int number;
	bool aead;
} modes[] = {
    {"ecb", GCRY_CIPHER_MODE_ECB, false},    {"cbc", GCRY_CIPHER_MODE_CBC, false},
    {"ctr", GCRY_CIPHER_MODE_CTR, false},    {"cfb", GCRY_CIPHER_MODE_CFB, false},
    {"ofb", GCRY_CIPHER_MODE_OFB, false},    {"xts", GCRY_CIPHER_MODE_XTS, false},
    {"gcm", GCRY_CIPHER_MODE_GCM, true},     {"ccm", GCRY_CIPHER_MODE_CCM, true},
    {"kw", GCRY_CIPHER_MODE_AESWRAP, false},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct context {
	const struct bulk_job *job;
	gcry_md_hd_t md;
	gcry_mac_hd_t mac;
	gcry_cipher_hd_t cipher;
	int mode;
	size_t block;
};

static bool open_hash(struct context *context, const char *name, bool hmac)
{
	for (size_t i = 0; i < COUNT(hashes); i++)
		if (strcmp(hashes[i].kernel, name) == 0 &&
		    gcry_md_open(&context->md, hashes[i].number, hmac ? GCRY_MD_FLAG_HMAC : 0) == 0)
			return !hmac || gcry_md_setkey(context->md, context->job->key,
						       context->job->key_size) == 0;
	return false;
}

static bool open_mac(struct context *context)
{
	const struct bulk_job *job = context->job;

	for (size_t i = 0; i < COUNT(macs); i++)
		if (strcmp(macs[i].kernel, job->name) == 0)
			return gcry_mac_open(&context->mac, macs[i].number, 0, NULL) == 0 &&
			       gcry_mac_setkey(context->mac, job->key, macs[i].key_size) == 0;
	return false;
}

static bool open_cipher(struct context *context, int cipher, int mode)
{
	context->mode = mode;
	context->block = gcry_cipher_get_algo_blklen(cipher);
	return gcry_cipher_open(&context->cipher, cipher, mode, 0) == 0 &&
	       gcry_cipher_setkey(context->cipher, context->job->key, context->job->key_size) == 0;
}

static bool open_mode(struct context *context)
{
	const struct bulk_job *job = context->job;
	size_t key_size = strcmp(job->outer, "xts") == 0 ? job->key_size / 2 : job->key_size;

	if (strcmp(job->name, "rfc7539(chacha20,poly1305)") == 0)
		return open_cipher(context, GCRY_CIPHER_CHACHA20, GCRY_CIPHER_MODE_POLY1305);
	if (strcmp(job->name, "chacha20") == 0)
		return open_cipher(context, GCRY_CIPHER_CHACHA20, GCRY_CIPHER_MODE_STREAM);
	if (strcmp(job->inner, "arc4") == 0)
		return open_cipher(context, GCRY_CIPHER_ARCFOUR, GCRY_CIPHER_MODE_STREAM);
	for (size_t m = 0; m < COUNT(modes); m++)
		for (size_t c = 0; c < COUNT(ciphers); c++)
			if (strcmp(modes[m].kernel, job->outer) == 0 &&
			    strcmp(ciphers[c].kernel, job->inner) == 0 &&
			    ciphers[c].key_size == key_size)
				return open_cipher(context, ciphers[c].number, modes[m].number);
	return false;
}

static void *open_job(const struct bulk_job *job)
{
	struct context *context = calloc(1, sizeof(*context));
	bool good;

	measure_check(context && gcry_check_version(NULL), "gcrypt");
	context->job = job;
	if (strcmp(job->type, "hash") == 0)
		good = open_mac(context) ||
		       (open_hash(context, job->inner, strcmp(job->outer, "hmac") == 0) &&
			(!job->outer[0] || strcmp(job->outer, "hmac") == 0));
	else
		good = open_mode(context);
	if (good)
		return context;
	free(context);
	return NULL;
}

static void run_hash(const struct context *context)
{
	gcry_md_reset(context->md);
	gcry_md_write(context->md, context->job->in, BULK_SIZE);
	memcpy(context->job->out, gcry_md_read(context->md, 0), 4);
}

static void run_mac(const struct context *context)
{
	size_t size = 16;

	(void)gcry_mac_reset(context->mac);
	(void)gcry_mac_write(context->mac, context->job->in, BULK_SIZE);
	(void)gcry_mac_read(context->mac, context->job->out, &size);
}

static void run_cipher(const struct context *context)
{
	const struct bulk_job *job = context->job;
	bool aead = strcmp(job->type, "aead") == 0;

	if (context->mode == GCRY_CIPHER_MODE_CCM) {
		uint64_t lengths[3] = {BULK_SIZE, BULK_AAD, 16};

		(void)gcry_cipher_setiv(context->cipher, job->iv + 1, 11);
		(void)gcry_cipher_ctl(context->cipher, GCRYCTL_SET_CCM_LENGTHS, lengths,
				      sizeof(lengths));
	} else if (aead) {
		(void)gcry_cipher_setiv(context->cipher, job->iv, 12);
	} else if (context->mode == GCRY_CIPHER_MODE_CTR) {
		(void)gcry_cipher_setctr(context->cipher, job->iv, context->block);
	} else if (context->mode != GCRY_CIPHER_MODE_ECB &&
		   context->mode != GCRY_CIPHER_MODE_AESWRAP &&
		   context->mode != GCRY_CIPHER_MODE_STREAM) {
		(void)gcry_cipher_setiv(context->cipher, job->iv, context->block);
	}
	if (aead)
		(void)gcry_cipher_authenticate(context->cipher, job->in, BULK_AAD);
	/* Key wrapping gives 8 bytes more. */
	(void)gcry_cipher_encrypt(context->cipher, job->out, BULK_SIZE + 8, job->in, BULK_SIZE);
	if (aead)
		(void)gcry_cipher_gettag(context->cipher, job->out + BULK_SIZE, 16);
}

static void run(void *opaque, size_t count)
{
	const struct context *context = opaque;

	for (; count > 0; count--) {
		if (context->md)
			run_hash(context);
		else if (context->mac)
			run_mac(context);
		else
			run_cipher(context);
	}
}

const struct bulk_library bulk_gcrypt = {"gcrypt", open_job, run};
