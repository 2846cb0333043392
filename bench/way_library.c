/* SPDX-License-Identifier: MIT */
/* The consumer library: ualg/ualg.h, in this process. */
#include <string.h>

#include "measure.h"
#include "ualg/ualg.h"
#include "ways.h"

struct handles {
	const struct job *job;
	struct ualg_digest *digest;
	struct ualg_skcipher *skcipher;
	struct ualg_aead *aead;
};

static int open_handles(struct handles *handles)
{
	const struct job *job = handles->job;
	int result;

	if (strcmp(job->type, "hash") == 0) {
		result = ualg_digest_open(&handles->digest, job->name, UALG_TRANSPORT_DIRECT);
		return result < 0 || !job->key_size
			   ? result
			   : ualg_digest_set_key(handles->digest, way_key, job->key_size);
	}
	if (strcmp(job->type, "skcipher") == 0) {
		result = ualg_skcipher_open(&handles->skcipher, job->name, UALG_TRANSPORT_DIRECT);
		return result < 0
			   ? result
			   : ualg_skcipher_set_key(handles->skcipher, way_key, job->key_size);
	}
	result = ualg_aead_open(&handles->aead, job->name, UALG_TRANSPORT_DIRECT);
	return result < 0 ? result : ualg_aead_set_key(handles->aead, way_key, job->key_size);
}

static void *open_job(const struct job *job)
{
	static struct handles handles;

	handles = (struct handles){.job = job};
	measure_check(open_handles(&handles) == 0, job->name);
	return &handles;
}

static int run_one(const struct handles *handles)
{
	const struct job *job = handles->job;

	if (handles->digest)
		return ualg_digest_once(handles->digest, way_in, job->size, way_out, job->tag_size);
	if (handles->skcipher)
		return ualg_skcipher_encrypt(handles->skcipher, way_iv, way_in, way_out, job->size);
	return ualg_aead_encrypt(handles->aead, way_iv, way_in, job->aad_size,
				 way_in + job->aad_size, way_out, job->size, way_out + job->size);
}

static void run(void *context, size_t count)
{
	int result = 0;

	for (; count > 0; count--)
		result |= run_one(context);
	measure_check(result == 0, "libualg");
}

static void close_job(void *context)
{
	struct handles *handles = context;

	ualg_digest_close(handles->digest);
	ualg_skcipher_close(handles->skcipher);
	ualg_aead_close(handles->aead);
}

const struct way way_library = {"library", WAY_OURS, open_job, run, close_job, NULL};
