/* SPDX-License-Identifier: MIT */
/*
 * Many requests at once, by jobs of libipsec-mb.
 *
 * A manager of jobs belongs to one batch at a time.  There is one for each thread that computes a
 * batch just now, as far as there are places; who finds none goes without.
 */
#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "base/secmem.h"
#include "crypto/backends/backends.h"
#include "crypto/backends/ipsec_mb.h"
#include "crypto/batch.h"

#define BLOCK       16u
#define MOST_SIZE   32768u /* the library counts a job's bytes in 16 bits */
#define MANAGERS    8u
#define HMAC_BLOCK  128u /* the largest of the hashes' */
#define HMAC_DIGEST 64u

/* ---- managers ---- */

static _Atomic(IMB_MGR *) idle[MANAGERS];
static _Atomic unsigned made;

static void *begin(void)
{
	IMB_MGR *manager;

	for (unsigned i = 0; i < MANAGERS; i++) {
		manager = atomic_exchange(&idle[i], NULL);
		if (manager)
			return manager;
	}
	if (atomic_fetch_add(&made, 1) < MANAGERS) {
		manager = ipsec_mb_manager_new();
		if (manager)
			return manager;
	}
	atomic_fetch_sub(&made, 1);
	return NULL;
}

static void end(void *lanes, bool left)
{
	IMB_MGR *manager = lanes;

	if (left)
		ipsec_mb_manager_reset(manager);
	/* There are no more managers than places. */
	for (unsigned i = 0;; i = (i + 1) % MANAGERS) {
		IMB_MGR *none = NULL;

		if (atomic_compare_exchange_strong(&idle[i], &none, manager))
			return;
	}
}

/* Gives each request to the manager, filled by fill.  False: not all of them were done. */
static bool run(IMB_MGR *manager, const struct batch_request *requests, size_t count,
		void (*fill)(IMB_JOB *job, const struct batch_request *request))
{
	const IMB_JOB *done;
	size_t good = 0;

	for (size_t i = 0; i < count; i++) {
		IMB_JOB *job = manager->get_next_job(manager);

		job->chain_order = IMB_ORDER_CIPHER_HASH;
		job->cipher_direction = IMB_DIR_ENCRYPT;
		job->src = requests[i].in;
		fill(job, &requests[i]);
		done = manager->submit_job_nocheck(manager);
		good += done && done->status == IMB_STATUS_COMPLETED;
	}
	while ((done = manager->flush_job(manager)) != NULL)
		good += done->status == IMB_STATUS_COMPLETED;
	return good == count;
}

/* ---- cbc ---- */

static int cbc_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	return ipsec_mb_aes_expand(tfm_context(tfm), key, size);
}

static void cbc_fill(IMB_JOB *job, const struct batch_request *request)
{
	const struct ipsec_mb_aes *key = tfm_context(request->tfm);

	job->cipher_mode = IMB_CIPHER_CBC;
	job->hash_alg = IMB_AUTH_NULL;
	job->enc_keys = key->encrypt;
	job->dec_keys = key->decrypt;
	job->key_len_in_bytes = key->size;
	job->dst = request->out;
	job->cipher_start_src_offset_in_bytes = 0;
	job->msg_len_to_cipher_in_bytes = request->size;
	job->iv = request->iv;
	job->iv_len_in_bytes = BLOCK;
}

static bool cbc_run(void *lanes, const struct batch_request *requests, size_t count)
{
	return run(lanes, requests, count, cbc_fill);
}

/* ---- the MACs ---- */

static void mac_fill(IMB_JOB *job, const struct batch_request *request, IMB_HASH_ALG mac)
{
	job->cipher_mode = IMB_CIPHER_NULL;
	job->hash_alg = mac;
	job->hash_start_src_offset_in_bytes = 0;
	job->msg_len_to_hash_in_bytes = request->size;
	job->auth_tag_output = request->out;
	job->auth_tag_output_len_in_bytes = request->tfm->alg->digestsize;
}

struct cmac_key {
	struct ipsec_mb_aes aes;
	_Alignas(16) uint8_t whole[BLOCK];
	_Alignas(16) uint8_t padded[BLOCK];
};

static int cmac_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	struct cmac_key *context = tfm_context(tfm);
	int result = ipsec_mb_aes_expand(&context->aes, key, size);

	if (result < 0)
		return result;
	if (size == IMB_KEY_128_BYTES)
		ipsec_mb->cmac_subkey_gen_128(context->aes.encrypt, context->whole,
					      context->padded);
	else if (size == IMB_KEY_256_BYTES)
		ipsec_mb->cmac_subkey_gen_256(context->aes.encrypt, context->whole,
					      context->padded);
	else
		return -EINVAL;
	return 0;
}

static void cmac_fill(IMB_JOB *job, const struct batch_request *request)
{
	const struct cmac_key *key = tfm_context(request->tfm);

	mac_fill(job, request,
		 key->aes.size == IMB_KEY_128_BYTES ? IMB_AUTH_AES_CMAC : IMB_AUTH_AES_CMAC_256);
	job->u.CMAC._key_expanded = key->aes.encrypt;
	job->u.CMAC._skey1 = key->whole;
	job->u.CMAC._skey2 = key->padded;
}

static bool cmac_run(void *lanes, const struct batch_request *requests, size_t count)
{
	return run(lanes, requests, count, cmac_fill);
}

/* What is particular to the hash of an hmac; functions by where they are in a manager. */
struct hmac {
	IMB_HASH_ALG job;
	unsigned block;
	size_t hash;
	size_t one_block;
};

struct hmac_key {
	_Alignas(16) uint8_t inner[HMAC_DIGEST];
	_Alignas(16) uint8_t outer[HMAC_DIGEST];
};

/* RFC 2104, section 2: the state of the hash behind the key's first block. */
static void hash_key(hash_one_block_t one_block, const uint8_t *key, unsigned block, uint8_t pad,
		     uint8_t *state)
{
	uint8_t padded[HMAC_BLOCK];

	for (unsigned i = 0; i < block; i++)
		padded[i] = key[i] ^ pad;
	one_block(padded, state);
	secmem_wipe(padded, sizeof(padded));
}

static int hmac_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	const struct hmac *hmac = tfm->alg->data;
	struct hmac_key *context = tfm_context(tfm);
	uint8_t short_key[HMAC_BLOCK] = {0};
	hash_one_block_t one_block;
	hash_fn_t hash;

	memcpy(&hash, (const uint8_t *)ipsec_mb + hmac->hash, sizeof(hash));
	memcpy(&one_block, (const uint8_t *)ipsec_mb + hmac->one_block, sizeof(one_block));
	if (size > hmac->block)
		hash(key, size, short_key);
	else if (size > 0)
		memcpy(short_key, key, size);
	hash_key(one_block, short_key, hmac->block, 0x36, context->inner);
	hash_key(one_block, short_key, hmac->block, 0x5c, context->outer);
	secmem_wipe(short_key, sizeof(short_key));
	return 0;
}

static void hmac_fill(IMB_JOB *job, const struct batch_request *request)
{
	const struct hmac *hmac = request->tfm->alg->data;
	const struct hmac_key *key = tfm_context(request->tfm);

	mac_fill(job, request, hmac->job);
	job->u.HMAC._hashed_auth_key_xor_ipad = key->inner;
	job->u.HMAC._hashed_auth_key_xor_opad = key->outer;
}

static bool hmac_run(void *lanes, const struct batch_request *requests, size_t count)
{
	return run(lanes, requests, count, hmac_fill);
}

/* ---- the table ---- */

static const struct batch_ops cbc_ops = {4, 256, MOST_SIZE, begin, cbc_run, end};
static const struct batch_ops cmac_ops = {4, 256, MOST_SIZE, begin, cmac_run, end};
/* 16 lanes of 32 bits against the processor's own SHA instructions; 8 of 64 bits against none. */
static const struct batch_ops hmac32_ops = {8, 512, MOST_SIZE, begin, hmac_run, end};
static const struct batch_ops hmac64_ops = {4, 512, MOST_SIZE, begin, hmac_run, end};

#define HMAC(number, bits, block_size, digest)                                                     \
	{                                                                                          \
		.name = "hmac(sha" #number ")", .driver = "hmac-sha" #number "-ipsecmb-batch",     \
		.type = ALG_TYPE_HASH, .key = ALG_KEY_NEEDED, .blocksize = (block_size),           \
		.digestsize = (digest), .context_size = sizeof(struct hmac_key), .internal = true, \
		.setkey = hmac_setkey, .batch = &hmac##bits##_ops,                                 \
		.data = &(const struct hmac){IMB_AUTH_HMAC_SHA_##number, (block_size),             \
					     offsetof(IMB_MGR, sha##number),                       \
					     offsetof(IMB_MGR, sha##number##_one_block)},          \
	}

static const struct alg batches[] = {
    {
	.name = "cbc(aes)",
	.driver = "cbc-aes-ipsecmb-batch",
	.type = ALG_TYPE_SKCIPHER,
	.blocksize = BLOCK,
	.chunksize = BLOCK,
	.min_keysize = 16,
	.max_keysize = 32,
	.ivsize = BLOCK,
	.context_size = sizeof(struct ipsec_mb_aes),
	.internal = true,
	.setkey = cbc_setkey,
	.batch = &cbc_ops,
    },
    {
	.name = "cmac(aes)",
	.driver = "cmac-aes-ipsecmb-batch",
	.type = ALG_TYPE_HASH,
	.key = ALG_KEY_NEEDED,
	.blocksize = BLOCK,
	.digestsize = BLOCK,
	.context_size = sizeof(struct cmac_key),
	.internal = true,
	.setkey = cmac_setkey,
	.batch = &cmac_ops,
    },
    HMAC(1, 32, 64, 20),
    HMAC(224, 32, 64, 28),
    HMAC(256, 32, 64, 32),
    HMAC(384, 64, 128, 48),
    HMAC(512, 64, 128, 64),
};

const struct alg *backend_ipsec_mb_batch(const struct alg *alg)
{
	for (size_t i = 0; i < sizeof(batches) / sizeof(batches[0]); i++) {
		if (batches[i].type != alg->type || strcmp(batches[i].name, alg->name) != 0)
			continue;
		if (!registry_load(IPSEC_MB_NAME) || (IPSEC_MB_WIDE & ~ipsec_mb->features))
			return NULL;
		return &batches[i];
	}
	return NULL;
}
