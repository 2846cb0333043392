/* SPDX-License-Identifier: MIT */
/* libipsec-mb: the functions of its manager that serve one request. */
#define NO_COMPAT_IMB_API_053
#include <intel-ipsec-mb.h>
#include <string.h>

#include "measure.h"
#include "ways.h"

struct contexts {
	const struct job *job;
	IMB_MGR *manager;
	_Alignas(64) struct gcm_key_data gcm;
	_Alignas(64) uint8_t encrypt[240];
	_Alignas(64) uint8_t decrypt[240];
};

static void gcm(struct contexts *contexts)
{
	const struct job *job = contexts->job;
	struct gcm_context_data state;

	IMB_AES128_GCM_ENC(contexts->manager, &contexts->gcm, &state, way_out,
			   way_in + job->aad_size, job->size, way_iv, way_in, job->aad_size,
			   way_out + job->size, job->tag_size);
}

static void chacha(struct contexts *contexts)
{
	const struct job *job = contexts->job;
	struct chacha20_poly1305_context_data state;

	IMB_CHACHA20_POLY1305_INIT(contexts->manager, way_key, &state, way_iv, way_in,
				   job->aad_size);
	IMB_CHACHA20_POLY1305_ENC_UPDATE(contexts->manager, way_key, &state, way_out,
					 way_in + job->aad_size, job->size);
	IMB_CHACHA20_POLY1305_ENC_FINALIZE(contexts->manager, &state, way_out + job->size,
					   job->tag_size);
}

static void ctr(struct contexts *contexts)
{
	IMB_JOB job;

	job.enc_keys = contexts->encrypt;
	job.dec_keys = contexts->decrypt;
	job.key_len_in_bytes = IMB_KEY_128_BYTES;
	job.src = way_in;
	job.dst = way_out;
	job.cipher_start_src_offset_in_bytes = 0;
	job.msg_len_to_cipher_in_bytes = contexts->job->size;
	job.iv = way_iv;
	job.iv_len_in_bytes = 16;
	(void)IMB_SUBMIT_CIPHER_BURST_NOCHECK(contexts->manager, &job, 1, IMB_CIPHER_CNTR,
					      IMB_DIR_ENCRYPT, IMB_KEY_128_BYTES);
}

static const struct {
	const char *name;
	void (*run)(struct contexts *contexts);
} rows[] = {{"gcm(aes)", gcm}, {"rfc7539(chacha20,poly1305)", chacha}, {"ctr(aes)", ctr}};

static void (*run_one)(struct contexts *contexts);

static void *open_job(const struct job *job)
{
	static struct contexts contexts;

	if (!contexts.manager) {
		contexts.manager = alloc_mb_mgr(0);
		measure_check(contexts.manager != NULL, "alloc_mb_mgr");
		init_mb_mgr_auto(contexts.manager, NULL);
	}
	contexts.job = job;
	IMB_AES128_GCM_PRE(contexts.manager, way_key, &contexts.gcm);
	contexts.manager->keyexp_128(way_key, contexts.encrypt, contexts.decrypt);
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

const struct way way_ipsec_mb = {"ipsec-mb", WAY_LIBRARY, open_job, run, close_job, NULL};
