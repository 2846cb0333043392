/* SPDX-License-Identifier: MIT */
/* The EVP interface as it is fastest: fetched once, the key kept, only the IV set anew. */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bulk.h"
#include "measure.h"

static const struct {
	const char *kernel;
	const char *evp;
} hashes[] = {
    {"md4", "MD4"},           {"md5", "MD5"},           {"rmd160", "RIPEMD160"},
    {"sha1", "SHA1"},         {"sha224", "SHA224"},     {"sha256", "SHA256"},
    {"sha384", "SHA384"},     {"sha512", "SHA512"},     {"sha3-224", "SHA3-224"},
    {"sha3-256", "SHA3-256"}, {"sha3-384", "SHA3-384"}, {"sha3-512", "SHA3-512"},
    {"sm3", "SM3"},           {"wp512", "WHIRLPOOL"},   {"blake2b-512", "BLAKE2B-512"},
};

/* %s: the mode. */
static const struct {
	const char *kernel;
	const char *evp;
} ciphers[] = {
    {"aes", "AES-128-%s"}, {"camellia", "CAMELLIA-128-%s"}, {"aria", "ARIA-128-%s"},
    {"sm4", "SM4-%s"},     {"des3_ede", "DES-EDE3-%s"},     {"des", "DES-%s"},
    {"blowfish", "BF-%s"}, {"cast5", "CAST5-%s"},           {"seed", "SEED-%s"},
};

static const struct {
	const char *kernel;
	const char *evp;
} modes[] = {
    {"ecb", "ECB"}, {"cbc", "CBC"}, {"ctr", "CTR"}, {"cfb", "CFB"},
    {"ofb", "OFB"}, {"xts", "XTS"}, {"gcm", "GCM"}, {"ccm", "CCM"},
};

/* Those with a name of their own. */
static const struct {
	const char *kernel;
	const char *evp;
} whole_names[] = {
    {"rfc7539(chacha20,poly1305)", "ChaCha20-Poly1305"},
    {"chacha20", "ChaCha20"},
    {"arc4", "RC4"},
    {"ecb(arc4)", "RC4"},
    {"kw(aes)", "AES-128-WRAP"},
    {"cts(cbc(aes))", "AES-128-CBC-CTS"},
    {"cts(cbc(camellia))", "CAMELLIA-128-CBC-CTS"},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct context {
	const struct bulk_job *job;
	EVP_MD *md;
	EVP_MD_CTX *md_context;
	EVP_MAC_CTX *mac;
	EVP_CIPHER_CTX *cipher;
	bool ccm;
};

static const char *hash_name(const char *kernel)
{
	for (size_t i = 0; i < COUNT(hashes); i++)
		if (strcmp(hashes[i].kernel, kernel) == 0)
			return hashes[i].evp;
	return NULL;
}

static const char *whole_name(const char *kernel)
{
	for (size_t i = 0; i < COUNT(whole_names); i++)
		if (strcmp(whole_names[i].kernel, kernel) == 0)
			return whole_names[i].evp;
	return NULL;
}

static bool cipher_name(const char *mode, const char *kernel, char *out, size_t room)
{
	for (size_t m = 0; m < COUNT(modes); m++)
		for (size_t c = 0; c < COUNT(ciphers); c++) {
			size_t prefix = strcspn(ciphers[c].evp, "%");

			if (strcmp(modes[m].kernel, mode) != 0 ||
			    strcmp(ciphers[c].kernel, kernel) != 0)
				continue;
			snprintf(out, room, "%.*s%s", (int)prefix, ciphers[c].evp, modes[m].evp);
			return true;
		}
	return false;
}

static bool open_mac(struct context *context, const char *name, const char *parameter,
		     const char *value)
{
	OSSL_PARAM parameters[] = {
	    parameter ? OSSL_PARAM_construct_utf8_string(parameter, (char *)(uintptr_t)value, 0)
		      : OSSL_PARAM_construct_end(),
	    OSSL_PARAM_construct_end(),
	};
	EVP_MAC *mac = EVP_MAC_fetch(NULL, name, NULL);

	context->mac = mac ? EVP_MAC_CTX_new(mac) : NULL;
	EVP_MAC_free(mac);
	return context->mac &&
	       EVP_MAC_init(context->mac, context->job->key,
			    parameter ? context->job->key_size : 32, parameters) == 1;
}

static bool open_hash(struct context *context)
{
	const struct bulk_job *job = context->job;
	const char *name = hash_name(job->inner);
	char cipher[64];

	if (strcmp(job->outer, "hmac") == 0)
		return name && open_mac(context, "HMAC", OSSL_MAC_PARAM_DIGEST, name);
	if (strcmp(job->outer, "cmac") == 0)
		return cipher_name("cbc", job->inner, cipher, sizeof(cipher)) &&
		       open_mac(context, "CMAC", OSSL_MAC_PARAM_CIPHER, cipher);
	if (strcmp(job->name, "poly1305") == 0)
		return open_mac(context, "POLY1305", NULL, NULL);
	if (job->outer[0] || !name)
		return false;
	context->md = EVP_MD_fetch(NULL, name, NULL);
	context->md_context = EVP_MD_CTX_new();
	return context->md && context->md_context;
}

static bool open_cipher(struct context *context)
{
	const struct bulk_job *job = context->job;
	char name[64];
	EVP_CIPHER *cipher;

	if (whole_name(job->name))
		snprintf(name, sizeof(name), "%s", whole_name(job->name));
	else if (!cipher_name(job->outer, job->inner, name, sizeof(name)))
		return false;
	cipher = EVP_CIPHER_fetch(NULL, name, NULL);
	context->cipher = EVP_CIPHER_CTX_new();
	EVP_CIPHER_CTX_set_flags(context->cipher, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	context->ccm = strcmp(job->outer, "ccm") == 0;
	if (!cipher || (size_t)EVP_CIPHER_get_key_length(cipher) != job->key_size ||
	    EVP_EncryptInit_ex2(context->cipher, cipher, NULL, NULL, NULL) != 1)
		return false;
	if (context->ccm &&
	    (EVP_CIPHER_CTX_ctrl(context->cipher, EVP_CTRL_AEAD_SET_IVLEN, 11, NULL) != 1 ||
	     EVP_CIPHER_CTX_ctrl(context->cipher, EVP_CTRL_AEAD_SET_TAG, 16, NULL) != 1))
		return false;
	return EVP_EncryptInit_ex2(context->cipher, NULL, job->key, job->iv, NULL) == 1 &&
	       EVP_CIPHER_CTX_set_padding(context->cipher, 0) == 1;
}

static void *open_job(const struct bulk_job *job)
{
	static OSSL_PROVIDER *providers[2];
	struct context *context = calloc(1, sizeof(*context));

	if (!providers[0]) {
		providers[0] = OSSL_PROVIDER_load(NULL, "default");
		providers[1] = OSSL_PROVIDER_load(NULL, "legacy");
	}
	measure_check(context, "memory");
	context->job = job;
	if (strcmp(job->type, "hash") == 0 ? open_hash(context) : open_cipher(context))
		return context;
	free(context);
	return NULL;
}

static void run_hash(const struct context *context)
{
	const struct bulk_job *job = context->job;
	unsigned size;

	(void)EVP_DigestInit_ex2(context->md_context, context->md, NULL);
	(void)EVP_DigestUpdate(context->md_context, job->in, BULK_SIZE);
	(void)EVP_DigestFinal_ex(context->md_context, job->out, &size);
}

static void run_mac(const struct context *context)
{
	const struct bulk_job *job = context->job;
	size_t size;

	/* A key of Poly1305 is for one message. */
	if (strcmp(job->name, "poly1305") == 0)
		(void)EVP_MAC_init(context->mac, job->key, 32, NULL);
	else
		(void)EVP_MAC_init(context->mac, NULL, 0, NULL);
	(void)EVP_MAC_update(context->mac, job->in, BULK_SIZE);
	(void)EVP_MAC_final(context->mac, job->out, &size, 64);
}

static void run_cipher(const struct context *context)
{
	const struct bulk_job *job = context->job;
	EVP_CIPHER_CTX *cipher = context->cipher;
	int size;

	(void)EVP_EncryptInit_ex2(cipher, NULL, NULL, context->ccm ? job->iv + 1 : job->iv, NULL);
	if (context->ccm)
		(void)EVP_EncryptUpdate(cipher, NULL, &size, NULL, BULK_SIZE);
	if (strcmp(job->type, "aead") == 0)
		(void)EVP_EncryptUpdate(cipher, NULL, &size, job->in, BULK_AAD);
	(void)EVP_EncryptUpdate(cipher, job->out, &size, job->in, BULK_SIZE);
	if (strcmp(job->type, "aead") == 0) {
		(void)EVP_EncryptFinal_ex(cipher, job->out + BULK_SIZE, &size);
		(void)EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, 16, job->out + BULK_SIZE);
	}
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

const struct bulk_library bulk_openssl = {"openssl", open_job, run};
