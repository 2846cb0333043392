/* SPDX-License-Identifier: MIT */
/* libnettle: contexts on the stack's side, no set-up to speak of. */
#include <nettle/aes.h>
#include <nettle/cbc.h>
#include <nettle/cmac.h>
#include <nettle/hmac.h>
#include <nettle/sha2.h>
#include <string.h>

#include "measure.h"
#include "ways.h"

struct contexts {
	const struct job *job;
	struct sha256_ctx sha256;
	struct hmac_sha256_ctx hmac;
	struct cmac_aes128_ctx cmac;
	struct aes128_ctx aes;
};

static void hash(struct contexts *contexts)
{
	sha256_update(&contexts->sha256, contexts->job->size, way_in);
	sha256_digest(&contexts->sha256, SHA256_DIGEST_SIZE, way_out);
}

static void authenticate(struct contexts *contexts)
{
	hmac_sha256_update(&contexts->hmac, contexts->job->size, way_in);
	hmac_sha256_digest(&contexts->hmac, SHA256_DIGEST_SIZE, way_out);
}

static void cmac(struct contexts *contexts)
{
	cmac_aes128_update(&contexts->cmac, contexts->job->size, way_in);
	cmac_aes128_digest(&contexts->cmac, CMAC128_DIGEST_SIZE, way_out);
}

static void chain(struct contexts *contexts)
{
	uint8_t iv[AES_BLOCK_SIZE];

	memcpy(iv, way_iv, sizeof(iv));
	cbc_encrypt(&contexts->aes, (nettle_cipher_func *)aes128_encrypt, sizeof(iv), iv,
		    contexts->job->size, way_out, way_in);
}

static const struct {
	const char *name;
	void (*run)(struct contexts *contexts);
} rows[] = {
    {"sha256", hash}, {"hmac(sha256)", authenticate}, {"cmac(aes)", cmac}, {"cbc(aes)", chain}};

static void (*run_one)(struct contexts *contexts);

static void *open_job(const struct job *job)
{
	static struct contexts contexts;

	contexts.job = job;
	sha256_init(&contexts.sha256);
	hmac_sha256_set_key(&contexts.hmac, job->key_size, way_key);
	cmac_aes128_set_key(&contexts.cmac, way_key);
	aes128_set_encrypt_key(&contexts.aes, way_key);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!job_is(job, rows[i].name))
			continue;
		run_one = rows[i].run;
		return &contexts;
	}
	return NULL;
}

static void run(void *context, size_t count)
{
	for (; count > 0; count--)
		run_one(context);
}

static void close_job(void *context)
{
	(void)context;
}

const struct way way_nettle = {"nettle", WAY_LIBRARY, open_job, run, close_job, NULL};
