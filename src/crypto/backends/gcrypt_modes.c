/* SPDX-License-Identifier: MIT */
/*
 * The modes of the libgcrypt back end.
 *
 * Every request begins by setting the handle's IV or counter, which also forgets whatever a
 * request before it left: so one that was left in its middle does no harm.  Chained IVs are
 * computed here and kept by the caller.
 */
#include <errno.h>

#include "base/secmem.h"
#include "crypto/aead_rules.h"
#include "crypto/backends/gcrypt.h"
#include "crypto/bytes.h"

#define XTS_TWEAK_HANDLE 1

#define TAG_SIZE     16u
#define XTS_MIN_SIZE 16u

typedef __typeof__(gcry_cipher_encrypt) crypt_function;

/* Runs the library over size bytes; where it refuses, nothing of the input is left in out. */
static int crypt_bytes(crypt_function *function, gcry_cipher_hd_t handle, uint8_t *out,
		       const uint8_t *in, size_t size)
{
	int result;

	if (size == 0)
		return 0;
	result = gcrypt_errno(function(handle, out, size, in, size));
	if (result < 0)
		secmem_wipe(out, size);
	return result;
}

static unsigned block_size(const struct tfm *tfm)
{
	return tfm->alg->chunksize;
}

/* ---- skcipher ---- */

/* Sets the IV of handle 0 and runs over the text. */
static int iv_crypt(crypt_function *function, struct tfm *tfm, const uint8_t *iv, uint8_t *out,
		    const uint8_t *in, size_t size)
{
	gcry_cipher_hd_t handle = gcrypt_context(tfm)->handle[0];
	int result = gcrypt_errno(gcrypt.gcry_cipher_setiv(handle, iv, tfm->alg->ivsize));

	return result < 0 ? result : crypt_bytes(function, handle, out, in, size);
}

static int cbc_encrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	unsigned block = block_size(tfm);
	int result;

	if (size % block != 0)
		return -EINVAL;
	if (size == 0)
		return 0;
	result = iv_crypt(gcrypt.gcry_cipher_encrypt, tfm, iv, out, in, size);
	if (result == 0)
		memcpy(iv, out + size - block, block);
	return result;
}

static int cbc_decrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	unsigned block = block_size(tfm);
	uint8_t next[ALG_MAX_IV]; /* out may be in: the last ciphertext block is gone afterwards */
	int result;

	if (size % block != 0)
		return -EINVAL;
	if (size == 0)
		return 0;
	memcpy(next, in + size - block, block);
	result = iv_crypt(gcrypt.gcry_cipher_decrypt, tfm, iv, out, in, size);
	if (result == 0)
		memcpy(iv, next, block);
	return result;
}

static int ctr_crypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	gcry_cipher_hd_t handle = gcrypt_context(tfm)->handle[0];
	struct tfm *other = gcrypt_other(tfm);
	unsigned block = block_size(tfm);
	int result;

	if (other)
		return other->alg->skcipher.encrypt(other, iv, out, in, size);
	result = gcrypt_errno(gcrypt.gcry_cipher_setctr(handle, iv, block));
	if (result == 0)
		result = crypt_bytes(gcrypt.gcry_cipher_encrypt, handle, out, in, size);
	if (result == 0)
		bytes_add_be(iv, block, size / block + (size % block != 0));
	return result;
}

/* The last whole block of ciphertext continues a message; a part of one does not count. */
static int cfb_encrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	unsigned block = block_size(tfm);
	size_t whole = size - size % block;
	int result = iv_crypt(gcrypt.gcry_cipher_encrypt, tfm, iv, out, in, size);

	if (result == 0 && whole > 0)
		memcpy(iv, out + whole - block, block);
	return result;
}

static int cfb_decrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	unsigned block = block_size(tfm);
	size_t whole = size - size % block;
	uint8_t next[ALG_MAX_IV]; /* out may be in */
	int result;

	memcpy(next, whole > 0 ? in + whole - block : iv, block);
	result = iv_crypt(gcrypt.gcry_cipher_decrypt, tfm, iv, out, in, size);
	if (result == 0)
		memcpy(iv, next, block);
	return result;
}

static int ofb_crypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	unsigned block = block_size(tfm);
	size_t whole = size - size % block;
	uint8_t last[ALG_MAX_IV]; /* out may be in: the last block is gone afterwards */
	int result;

	if (whole > 0)
		memcpy(last, in + whole - block, block);
	result = iv_crypt(gcrypt.gcry_cipher_encrypt, tfm, iv, out, in, whole);
	if (result < 0)
		return result;
	if (whole > 0)
		bytes_xor(iv, out + whole - block, last, block);
	secmem_wipe(last, sizeof(last));
	if (size == whole)
		return 0;
	/* The rest uses a part of a block of the key stream, all of which is the next IV. */
	memset(iv, 0, block);
	result =
	    crypt_bytes(gcrypt.gcry_cipher_encrypt, gcrypt_context(tfm)->handle[0], iv, iv, block);
	if (result == 0)
		bytes_xor(out + whole, in + whole, iv, size - whole);
	return result;
}

/* The library's bound, and the standard's (SP 800-38E): 2^20 blocks; -EINVAL beyond. */
static int xts_crypt(crypt_function *function, struct tfm *tfm, const uint8_t *iv, uint8_t *out,
		     const uint8_t *in, size_t size)
{
	if (size < XTS_MIN_SIZE)
		return -EINVAL;
	return iv_crypt(function, tfm, iv, out, in, size);
}

static int xts_encrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	return xts_crypt(gcrypt.gcry_cipher_encrypt, tfm, iv, out, in, size);
}

static int xts_decrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	return xts_crypt(gcrypt.gcry_cipher_decrypt, tfm, iv, out, in, size);
}

/* The tweak of the block behind the last one, as the kernel's fastest implementation leaves it: the
 * IV encrypted under the second key, times x for each block (C-20). */
static void xts_next_iv(struct tfm *tfm, uint8_t *iv, size_t size)
{
	uint64_t low, high;

	if (crypt_bytes(gcrypt.gcry_cipher_encrypt, gcrypt_context(tfm)->handle[XTS_TWEAK_HANDLE],
			iv, iv, 16) < 0)
		return;
	low = bytes_load_le64(iv);
	high = bytes_load_le64(iv + 8);
	for (size_t blocks = size / 16; blocks > 0; blocks--) {
		uint64_t carry = (0 - (high >> 63)) & 0x87;

		high = high << 1 | low >> 63;
		low = low << 1 ^ carry;
	}
	bytes_store_le64(iv, low);
	bytes_store_le64(iv + 8, high);
}

/* ---- aead ---- */

/* The text in one direction, after the IV is set, and the tag it should have. */
static int aead_text(crypt_function *function, gcry_cipher_hd_t handle,
		     const struct aead_request *request, uint8_t *tag, unsigned tag_size)
{
	int result = 0;

	if (request->aad_size > 0)
		result = gcrypt_errno(
		    gcrypt.gcry_cipher_authenticate(handle, request->aad, request->aad_size));
	if (result == 0)
		result = crypt_bytes(function, handle, request->out, request->in, request->size);
	if (result == 0)
		result = gcrypt_errno(gcrypt.gcry_cipher_gettag(handle, tag, tag_size));
	if (result < 0)
		secmem_wipe(request->out, request->size);
	return result;
}

/* Gives the tag away, or compares it. */
static int aead_encrypt(struct tfm *tfm, const struct aead_request *request, unsigned tag_size)
{
	uint8_t tag[TAG_SIZE];
	int result = aead_text(gcrypt.gcry_cipher_encrypt, gcrypt_context(tfm)->handle[0], request,
			       tag, tag_size);

	if (result == 0)
		memcpy(request->tag, tag, tfm->authsize);
	return result;
}

static int aead_decrypt(struct tfm *tfm, const struct aead_request *request, unsigned tag_size)
{
	uint8_t tag[TAG_SIZE];
	int result = aead_text(gcrypt.gcry_cipher_decrypt, gcrypt_context(tfm)->handle[0], request,
			       tag, tag_size);

	if (result == 0 && !secmem_equal(tag, request->tag, tfm->authsize)) {
		secmem_wipe(request->out, request->size);
		result = -EBADMSG;
	}
	secmem_wipe(tag, sizeof(tag)); /* the right tag of a forgery is worth keeping secret */
	return result;
}

/* gcm: a 12-byte IV, and a full tag which is cut short. */
static int gcm_start(struct tfm *tfm, const struct aead_request *request)
{
	return gcrypt_errno(gcrypt.gcry_cipher_setiv(gcrypt_context(tfm)->handle[0], request->iv,
						     tfm->alg->ivsize));
}

/* gcrypt_other, with the same tag size. */
static struct tfm *aead_other(const struct tfm *tfm)
{
	struct tfm *other = gcrypt_other(tfm);

	if (other)
		other->authsize = tfm->authsize;
	return other;
}

static int gcm_encrypt(struct tfm *tfm, const struct aead_request *request)
{
	struct tfm *other = aead_other(tfm);
	int result;

	if (other)
		return other->alg->aead.encrypt(other, request);
	result = gcm_start(tfm, request);
	return result < 0 ? result : aead_encrypt(tfm, request, TAG_SIZE);
}

static int gcm_decrypt(struct tfm *tfm, const struct aead_request *request)
{
	struct tfm *other = aead_other(tfm);
	int result;

	if (other)
		return other->alg->aead.decrypt(other, request);
	result = gcm_start(tfm, request);
	return result < 0 ? result : aead_decrypt(tfm, request, TAG_SIZE);
}

/* The nonce stands between the IV's first byte and the room of the length field. */
static int ccm_start(struct tfm *tfm, const struct aead_request *request)
{
	gcry_cipher_hd_t handle = gcrypt_context(tfm)->handle[0];
	uint64_t lengths[3] = {request->size, request->aad_size, tfm->authsize};
	int length_size = aead_ccm_length_size(request->iv, request->size);
	int result;

	if (length_size < 0)
		return length_size;
	result = gcrypt_errno(gcrypt.gcry_cipher_setiv(handle, request->iv + 1,
						       CCM_IV_SIZE - 1 - (unsigned)length_size));
	if (result < 0)
		return result;
	return gcrypt_errno(
	    gcrypt.gcry_cipher_ctl(handle, GCRYCTL_SET_CCM_LENGTHS, lengths, sizeof(lengths)));
}

static int ccm_encrypt(struct tfm *tfm, const struct aead_request *request)
{
	int result = ccm_start(tfm, request);

	return result < 0 ? result : aead_encrypt(tfm, request, tfm->authsize);
}

static int ccm_decrypt(struct tfm *tfm, const struct aead_request *request)
{
	int result = ccm_start(tfm, request);

	return result < 0 ? result : aead_decrypt(tfm, request, tfm->authsize);
}

/* ---- the table ---- */

#define FUSED_PRIORITY 300 /* before our templates over the bare cipher */

#define SKCIPHER(encrypt, decrypt, next)                                                           \
	{                                                                                          \
		.type = ALG_TYPE_SKCIPHER, .priority = FUSED_PRIORITY, .next_iv = next,            \
		.skcipher = {                                                                      \
			encrypt,                                                                   \
			decrypt                                                                    \
		}                                                                                  \
	}
#define AEAD(iv, authsize_valid, encrypt, decrypt)                                                 \
	{                                                                                          \
		.type = ALG_TYPE_AEAD, .priority = FUSED_PRIORITY, .ivsize = iv,                   \
		.digestsize = TAG_SIZE, .aead = {                                                  \
			authsize_valid,                                                            \
			encrypt,                                                                   \
			decrypt                                                                    \
		}                                                                                  \
	}

static const struct gcrypt_mode cbc = {
    .name = "cbc",
    .set = GCRYPT_CHAIN,
    .keys = 1,
    .iv_is_block = true,
    .handles = 1,
    .handle = {{.mode = GCRY_CIPHER_MODE_CBC}},
    .alg = {.type = ALG_TYPE_SKCIPHER,
	    .priority = FUSED_PRIORITY,
	    .refuses_late = true,
	    .skcipher = {cbc_encrypt, cbc_decrypt}},
};

static const struct gcrypt_mode ctr = {
    .name = "ctr",
    .set = GCRYPT_COUNTER,
    .keys = 1,
    .stream = true,
    .iv_is_block = true,
    .around = {"ctr(", ")"},
    .handles = 1,
    .handle = {{.mode = GCRY_CIPHER_MODE_CTR}},
    .alg = SKCIPHER(ctr_crypt, ctr_crypt, NULL),
};

static const struct gcrypt_mode cfb = {
    .name = "cfb",
    .set = GCRYPT_CHAIN,
    .keys = 1,
    .stream = true,
    .iv_is_block = true,
    .handles = 1,
    .handle = {{.mode = GCRY_CIPHER_MODE_CFB}},
    .alg = SKCIPHER(cfb_encrypt, cfb_decrypt, NULL),
};

static const struct gcrypt_mode ofb = {
    .name = "ofb",
    .set = GCRYPT_CHAIN,
    .keys = 1,
    .stream = true,
    .iv_is_block = true,
    .handles = 1,
    .handle = {{.mode = GCRY_CIPHER_MODE_OFB}},
    .alg = SKCIPHER(ofb_crypt, ofb_crypt, NULL),
};

static const struct gcrypt_mode xts = {
    .name = "xts",
    .set = GCRYPT_XTS,
    .block = 16,
    .keys = 2,
    .iv_is_block = true,
    .handles = 2,
    .handle = {{.mode = GCRY_CIPHER_MODE_XTS}, {.mode = GCRY_CIPHER_MODE_ECB, .last_key = true}},
    .alg = SKCIPHER(xts_encrypt, xts_decrypt, xts_next_iv),
};

static const struct gcrypt_mode gcm = {
    .name = "gcm",
    .set = GCRYPT_COUNTER,
    .block = 16,
    .keys = 1,
    .stream = true,
    .around = {"gcm_base(ctr(", "),ghash-own)"},
    .handles = 1,
    .handle = {{.mode = GCRY_CIPHER_MODE_GCM}},
    .alg = AEAD(GCM_IV_SIZE, aead_gcm_authsize_valid, gcm_encrypt, gcm_decrypt),
};

static const struct gcrypt_mode ccm = {
    .name = "ccm",
    .set = GCRYPT_CCM,
    .block = 16,
    .keys = 1,
    .stream = true,
    .handles = 1,
    .handle = {{.mode = GCRY_CIPHER_MODE_CCM}},
    .alg = AEAD(CCM_IV_SIZE, aead_ccm_authsize_valid, ccm_encrypt, ccm_decrypt),
};

const struct gcrypt_mode *const gcrypt_modes[] = {
    &gcrypt_cipher_mode, &gcrypt_ecb_mode, &cbc, &ctr, &cfb, &ofb, &xts, &gcm, &ccm,
};

const size_t gcrypt_mode_count = sizeof(gcrypt_modes) / sizeof(gcrypt_modes[0]);
