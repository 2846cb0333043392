/* SPDX-License-Identifier: MIT */
#include <nettle/cbc.h>
#include <nettle/ctr.h>
#include <nettle/nettle-meta.h>
#include <stdlib.h>
#include <string.h>

#include "bulk.h"
#include "measure.h"

static const struct {
	const char *kernel;
	const char *nettle;
} hashes[] = {
    {"md4", "md4"},
    {"md5", "md5"},
    {"rmd160", "ripemd160"},
    {"sha1", "sha1"},
    {"sha224", "sha224"},
    {"sha256", "sha256"},
    {"sha384", "sha384"},
    {"sha512", "sha512"},
    {"sha3-224", "sha3_224"},
    {"sha3-256", "sha3_256"},
    {"sha3-384", "sha3_384"},
    {"sha3-512", "sha3_512"},
    {"sm3", "sm3"},
    {"streebog256", "streebog256"},
    {"streebog512", "streebog512"},
};

static const struct {
	const char *kernel;
	const char *nettle;
} ciphers[] = {
    {"aes", "aes128"},         {"camellia", "camellia128"}, {"serpent", "serpent128"},
    {"twofish", "twofish128"}, {"cast5", "cast128"},
};

static const struct {
	const char *kernel;
	const char *nettle;
} aeads[] = {
    {"gcm(aes)", "gcm_aes128"},
    {"gcm(camellia)", "gcm_camellia128"},
    {"rfc7539(chacha20,poly1305)", "chacha_poly1305"},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct context {
	const struct bulk_job *job;
	const struct nettle_hash *hash;
	const struct nettle_cipher *cipher;
	const struct nettle_aead *aead;
	char mode; /* e, c, t: ecb, cbc, ctr */
	_Alignas(64) uint8_t state[];
};

static struct context *new_context(const struct bulk_job *job, size_t size)
{
	struct context *context = aligned_alloc(64, (sizeof(struct context) + size + 63) / 64 * 64);

	measure_check(context, "memory");
	memset(context, 0, sizeof(*context));
	context->job = job;
	return context;
}

static void *open_hash(const struct bulk_job *job)
{
	for (size_t i = 0; i < COUNT(hashes); i++) {
		const struct nettle_hash *hash = nettle_lookup_hash(hashes[i].nettle);

		if (job->outer[0] || strcmp(hashes[i].kernel, job->inner) != 0 || !hash)
			continue;
		struct context *context = new_context(job, hash->context_size);
		context->hash = hash;
		hash->init(context->state);
		return context;
	}
	return NULL;
}

static void *open_cipher(const struct bulk_job *job)
{
	const char *mode = strstr("ecb cbc ctr", job->outer);

	if (strlen(job->outer) != 3 || !mode)
		return NULL;
	for (size_t i = 0; i < COUNT(ciphers); i++)
		for (size_t n = 0; nettle_ciphers[n]; n++) {
			if (strcmp(ciphers[i].kernel, job->inner) != 0 ||
			    strcmp(ciphers[i].nettle, nettle_ciphers[n]->name) != 0)
				continue;
			struct context *context = new_context(job, nettle_ciphers[n]->context_size);
			context->cipher = nettle_ciphers[n];
			context->mode = mode[1] == 'c' ? 'e' : mode[1] == 'b' ? 'c' : 't';
			context->cipher->set_encrypt_key(context->state, job->key);
			return context;
		}
	return NULL;
}

static void *open_aead(const struct bulk_job *job)
{
	for (size_t i = 0; i < COUNT(aeads); i++)
		for (size_t n = 0; nettle_aeads[n]; n++) {
			if (strcmp(aeads[i].kernel, job->name) != 0 ||
			    strcmp(aeads[i].nettle, nettle_aeads[n]->name) != 0)
				continue;
			struct context *context = new_context(job, nettle_aeads[n]->context_size);
			context->aead = nettle_aeads[n];
			context->aead->set_encrypt_key(context->state, job->key);
			return context;
		}
	return NULL;
}

static void *open_job(const struct bulk_job *job)
{
	if (strcmp(job->type, "hash") == 0)
		return open_hash(job);
	return strcmp(job->type, "aead") == 0 ? open_aead(job) : open_cipher(job);
}

static void run_cipher(struct context *context)
{
	const struct bulk_job *job = context->job;
	const struct nettle_cipher *cipher = context->cipher;
	uint8_t iv[16];

	memcpy(iv, job->iv, sizeof(iv));
	if (context->mode == 'e')
		cipher->encrypt(context->state, BULK_SIZE, job->out, job->in);
	else if (context->mode == 'c')
		cbc_encrypt(context->state, cipher->encrypt, cipher->block_size, iv, BULK_SIZE,
			    job->out, job->in);
	else
		ctr_crypt(context->state, cipher->encrypt, cipher->block_size, iv, BULK_SIZE,
			  job->out, job->in);
}

static void run(void *opaque, size_t count)
{
	struct context *context = opaque;
	const struct bulk_job *job = context->job;

	for (; count > 0; count--) {
		if (context->hash) {
			context->hash->update(context->state, BULK_SIZE, job->in);
			context->hash->digest(context->state, context->hash->digest_size, job->out);
		} else if (context->cipher) {
			run_cipher(context);
		} else {
			context->aead->set_nonce(context->state, job->iv);
			context->aead->update(context->state, BULK_AAD, job->in);
			context->aead->encrypt(context->state, BULK_SIZE, job->out, job->in);
			context->aead->digest(context->state, 16, job->out + BULK_SIZE);
		}
	}
}

const struct bulk_library bulk_nettle = {"nettle", open_job, run};
