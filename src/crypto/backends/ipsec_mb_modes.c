/* SPDX-License-Identifier: MIT */
/*
 * The algorithms of the libipsec-mb back end, one request at a time.
 *
 * The library checks its arguments and does nothing where one is wrong; what the contract lets
 * through is always right for it: no size of a text comes near the limits of gcm.
 */
#include <errno.h>

#include "base/lock.h"
#include "base/secmem.h"
#include "crypto/aead_rules.h"
#include "crypto/backends/ipsec_mb.h"
#include "crypto/bytes.h"

#define BLOCK    16u
#define TAG_SIZE 16u

#define PRIORITY 400 /* before the other libraries */

/* ---- gcm ---- */

/* The running state is kept here rather than on the stack: it is as secret as the key. */
struct gcm_context {
	struct gcm_key_data key;
	struct gcm_context_data state;
	aes_gcm_enc_dec_t encrypt;
	aes_gcm_enc_dec_t decrypt;
};

static int gcm_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	struct gcm_context *context = tfm_context(tfm);

	switch (size) {
	case IMB_KEY_128_BYTES:
		ipsec_mb->gcm128_pre(key, &context->key);
		context->encrypt = ipsec_mb->gcm128_enc;
		context->decrypt = ipsec_mb->gcm128_dec;
		return 0;
	case IMB_KEY_192_BYTES:
		ipsec_mb->gcm192_pre(key, &context->key);
		context->encrypt = ipsec_mb->gcm192_enc;
		context->decrypt = ipsec_mb->gcm192_dec;
		return 0;
	case IMB_KEY_256_BYTES:
		ipsec_mb->gcm256_pre(key, &context->key);
		context->encrypt = ipsec_mb->gcm256_enc;
		context->decrypt = ipsec_mb->gcm256_dec;
		return 0;
	default:
		return -EINVAL;
	}
}

static int gcm_encrypt(struct tfm *tfm, const struct aead_request *request)
{
	struct gcm_context *context = tfm_context(tfm);

	if (!context->encrypt)
		return -EINVAL; /* the key was refused */
	context->encrypt(&context->key, &context->state, request->out, request->in, request->size,
			 request->iv, request->aad, request->aad_size, request->tag, tfm->authsize);
	return 0;
}

/* Compares tags; where they differ, nothing of the text is left. */
static int judge_tag(const struct tfm *tfm, const struct aead_request *request, uint8_t *tag)
{
	bool right = secmem_equal(tag, request->tag, tfm->authsize);

	if (!right)
		secmem_wipe(request->out, request->size);
	secmem_wipe(tag, TAG_SIZE); /* the right tag of a forgery is worth keeping secret */
	return right ? 0 : -EBADMSG;
}

static int gcm_decrypt(struct tfm *tfm, const struct aead_request *request)
{
	struct gcm_context *context = tfm_context(tfm);
	uint8_t tag[TAG_SIZE];

	if (!context->decrypt)
		return -EINVAL;
	context->decrypt(&context->key, &context->state, request->out, request->in, request->size,
			 request->iv, request->aad, request->aad_size, tag, sizeof(tag));
	return judge_tag(tfm, request, tag);
}

/* ---- rfc7539 ---- */

#define CHACHA_KEY 32u

struct chacha_context {
	uint8_t key[CHACHA_KEY];
	struct chacha20_poly1305_context_data state;
};

static int rfc7539_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	struct chacha_context *context = tfm_context(tfm);

	if (size != CHACHA_KEY)
		return -EINVAL;
	memcpy(context->key, key, CHACHA_KEY);
	return 0;
}

static void rfc7539_crypt(struct tfm *tfm, const struct aead_request *request,
			  chacha_poly_enc_dec_update_t update, uint8_t *tag)
{
	struct chacha_context *context = tfm_context(tfm);

	ipsec_mb->chacha20_poly1305_init(context->key, &context->state, request->iv, request->aad,
					 request->aad_size);
	if (request->size > 0)
		update(context->key, &context->state, request->out, request->in, request->size);
	ipsec_mb->chacha20_poly1305_finalize(&context->state, tag, TAG_SIZE);
}

static int rfc7539_encrypt(struct tfm *tfm, const struct aead_request *request)
{
	rfc7539_crypt(tfm, request, ipsec_mb->chacha20_poly1305_enc_update, request->tag);
	return 0;
}

static int rfc7539_decrypt(struct tfm *tfm, const struct aead_request *request)
{
	uint8_t tag[TAG_SIZE];

	rfc7539_crypt(tfm, request, ipsec_mb->chacha20_poly1305_dec_update, tag);
	return judge_tag(tfm, request, tag);
}

/* ---- ctr, cbc ---- */

struct aes_context {
	struct ipsec_mb_aes key;
	/* cbc: encrypts, which is no faster here one block after the other.  ctr: see FEW_BYTES. */
	struct tfm *other;
};

static int aes_init(struct tfm *tfm)
{
	struct aes_context *context = tfm_context(tfm);

	return tfm_new(tfm->alg->data, &context->other);
}

static void aes_exit(struct tfm *tfm)
{
	struct aes_context *context = tfm_context(tfm);

	tfm_free(context->other);
}

static int aes_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	struct aes_context *context = tfm_context(tfm);
	int result = ipsec_mb_aes_expand(&context->key, key, size);

	return result < 0 ? result : tfm_setkey(context->other, key, size);
}

/* A burst of one: it touches no lane of the manager, so all threads may use the same. */
static void burst(const struct ipsec_mb_aes *key, IMB_CIPHER_MODE mode, IMB_CIPHER_DIRECTION way,
		  const uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	IMB_JOB job;

	job.enc_keys = key->encrypt;
	job.dec_keys = key->decrypt;
	job.key_len_in_bytes = key->size;
	job.src = in;
	job.dst = out;
	job.cipher_start_src_offset_in_bytes = 0;
	job.msg_len_to_cipher_in_bytes = size;
	job.iv = iv;
	job.iv_len_in_bytes = BLOCK;
	(void)ipsec_mb->submit_cipher_burst_nocheck((IMB_MGR *)(uintptr_t)ipsec_mb, &job, 1, mode,
						    way, key->size);
}

/*
 * The library notes each call's error in one word for all threads, which then takes longer to
 * travel between their processors than so many bytes to encrypt.
 */
#define FEW_BYTES 1024u

static uint64_t blocks_of(size_t size)
{
	return size / BLOCK + (size % BLOCK != 0);
}

/* The library counts in the last 32 bits; where they wrap, the carry is ours to make. */
static int ctr_crypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	const struct aes_context *context = tfm_context(tfm);

	if (size < FEW_BYTES && !LOCK_ALONE)
		return context->other->alg->skcipher.encrypt(context->other, iv, out, in, size);
	while (size > 0) {
		uint64_t until_wrap = (UINT64_C(1) << 32) - (uint32_t)bytes_load_be64(iv + 8);
		size_t part = blocks_of(size) <= until_wrap ? size : (size_t)until_wrap * BLOCK;

		burst(&context->key, IMB_CIPHER_CNTR, IMB_DIR_ENCRYPT, iv, out, in, part);
		bytes_add_be(iv, BLOCK, blocks_of(part));
		in += part;
		out += part;
		size -= part;
	}
	return 0;
}

static int cbc_encrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	const struct aes_context *context = tfm_context(tfm);

	return context->other->alg->skcipher.encrypt(context->other, iv, out, in, size);
}

static int cbc_decrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	const struct aes_context *context = tfm_context(tfm);
	uint8_t next[BLOCK]; /* out may be in: the last ciphertext block is gone afterwards */

	if (size % BLOCK != 0)
		return -EINVAL;
	if (size == 0)
		return 0;
	memcpy(next, in + size - BLOCK, BLOCK);
	burst(&context->key, IMB_CIPHER_CBC, IMB_DIR_DECRYPT, iv, out, in, size);
	memcpy(iv, next, BLOCK);
	return 0;
}

/* ---- the table ---- */

#define AEAD(alg, driver_name, chunk, least_key, most_key, context, set, valid, encrypt, decrypt)  \
	{                                                                                          \
		.name = (alg), .driver = (driver_name), .priority = PRIORITY,                      \
		.type = ALG_TYPE_AEAD, .blocksize = 1, .chunksize = (chunk),                       \
		.min_keysize = (least_key), .max_keysize = (most_key), .ivsize = GCM_IV_SIZE,      \
		.digestsize = TAG_SIZE, .context_size = sizeof(struct context), .setkey = (set),   \
		.aead = {(valid), (encrypt), (decrypt)},                                           \
	}

#define AES(mode, block, late, encrypt, decrypt)                                                   \
	{                                                                                          \
		.name = mode "(aes)", .driver = mode "-aes-ipsecmb", .priority = PRIORITY,         \
		.type = ALG_TYPE_SKCIPHER, .blocksize = (block), .chunksize = BLOCK,               \
		.refuses_late = (late), .min_keysize = 16, .max_keysize = 32, .ivsize = BLOCK,     \
		.context_size = sizeof(struct aes_context), .init = aes_init, .exit = aes_exit,    \
		.setkey = aes_setkey, .skcipher = {(encrypt), (decrypt)},                          \
	}

const struct ipsec_mb_row ipsec_mb_rows[] = {
    {IMB_FEATURE_AVX2, NULL,
     AEAD("gcm(aes)", "gcm-aes-ipsecmb", BLOCK, 16, 32, gcm_context, gcm_setkey,
	  aead_gcm_authsize_valid, gcm_encrypt, gcm_decrypt)},
    {IMB_FEATURE_AVX2, NULL,
     AEAD("rfc7539(chacha20,poly1305)", "rfc7539-chacha20-poly1305-ipsecmb", 1, CHACHA_KEY,
	  CHACHA_KEY, chacha_context, rfc7539_setkey, aead_full_authsize_valid, rfc7539_encrypt,
	  rfc7539_decrypt)},
    {IPSEC_MB_WIDE, "ctr-aes-gcrypt", AES("ctr", 1, false, ctr_crypt, ctr_crypt)},
    {IPSEC_MB_WIDE, "cbc-aes-gcrypt", AES("cbc", BLOCK, true, cbc_encrypt, cbc_decrypt)},
};

const size_t ipsec_mb_row_count = sizeof(ipsec_mb_rows) / sizeof(ipsec_mb_rows[0]);
