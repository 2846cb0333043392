/* SPDX-License-Identifier: MIT */
/* ualg's algorithms without sockets around them: what src/crypto adds to a library. */
#include <string.h>

#include "crypto/registry.h"
#include "measure.h"
#include "ways.h"

struct engine {
	const struct job *job;
	struct tfm *tfm;
	_Alignas(64) uint8_t state[ALG_MAX_HASH_STATE];
};

static int type_of(const char *name)
{
	for (int type = ALG_TYPE_HASH; type < ALG_TYPE_RNG; type++)
		if (strcmp(alg_type_name((enum alg_type)type), name) == 0)
			return type;
	return -1;
}

static void *open_job(const struct job *job)
{
	static struct engine engine;
	const struct alg *alg;

	engine.job = job;
	if (registry_find((enum alg_type)type_of(job->type), job->name, &alg) < 0)
		return NULL;
	measure_check(tfm_new(alg, &engine.tfm) == 0, "tfm_new");
	if (job->key_size)
		measure_check(tfm_setkey(engine.tfm, way_key, job->key_size) == 0, "tfm_setkey");
	return &engine;
}

static int run_one(struct engine *engine)
{
	const struct job *job = engine->job;
	struct tfm *tfm = engine->tfm;
	const struct alg *alg = tfm->alg;
	uint8_t iv[ALG_MAX_IV];
	struct aead_request request;

	switch (alg->type) {
	case ALG_TYPE_HASH:
		alg->hash.init(tfm, engine->state);
		return alg->hash.update(tfm, engine->state, way_in, job->size) ||
		       alg->hash.final(tfm, engine->state, way_out);
	case ALG_TYPE_SKCIPHER:
		memcpy(iv, way_iv, sizeof(way_iv));
		return alg->skcipher.encrypt(tfm, iv, way_out, way_in, job->size);
	default:
		request = (struct aead_request){.iv = way_iv,
						.aad = way_in,
						.aad_size = job->aad_size,
						.in = way_in + job->aad_size,
						.out = way_out,
						.size = job->size,
						.tag = way_out + job->size};
		return alg->aead.encrypt(tfm, &request);
	}
}

static void run(void *context, size_t count)
{
	int result = 0;

	for (; count > 0; count--)
		result |= run_one(context);
	measure_check(result == 0, "src/crypto");
}

static void close_job(void *context)
{
	struct engine *engine = context;

	tfm_free(engine->tfm);
}

const struct way way_engine = {"engine", WAY_OURS, open_job, run, close_job, NULL};
