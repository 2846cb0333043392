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
#include "crypto/backends/gcrypt.h"
#include "crypto/bytes.h"

#define ECB_HANDLE 0
#define MAC_HANDLE 1

#define GCM_IV_SIZE  12u
#define CCM_IV_SIZE  16u
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

/* ---- the bare cipher ---- */

/* ECB only reads the handle when it encrypts, which is what makes this safe to share. */
static void cipher_encrypt(struct tfm *tfm, uint8_t *out, const uint8_t *in, size_t blocks)
{
	(void)crypt_bytes(gcrypt.gcry_cipher_encrypt, gcrypt_context(tfm)->handle[ECB_HANDLE], out,
			  in, blocks * block_size(tfm));
}

static void cipher_decrypt(struct tfm *tfm, uint8_t *out, const uint8_t *in, size_t blocks)
{
	(void)crypt_bytes(gcrypt.gcry_cipher_decrypt, gcrypt_context(tfm)->handle[ECB_HANDLE], out,
			  in, blocks * block_size(tfm));
}

static void mac_by_blocks(struct tfm *tfm, uint8_t *chain, const uint8_t *in, size_t blocks)
{
	unsigned block = block_size(tfm);

	for (; blocks > 0; blocks--, in += block) {
		bytes_xor(chain, chain, in, block);
		cipher_encrypt(tfm, chain, chain, 1);
	}
}

/*
 * A MAC's tfm is shared by threads, but the library's CBC-MAC changes its handle: one thread at a
 * time uses it, others go block by block.  If the user of the handle is jumped out of, the handle
 * stays marked, and only speed is lost, until the next key.
 */
static void cipher_cbc_mac(struct tfm *tfm, uint8_t *chain, const uint8_t *in, size_t blocks)
{
	struct gcrypt_context *context = gcrypt_context(tfm);
	gcry_cipher_hd_t handle = context->handle[MAC_HANDLE];
	unsigned block = block_size(tfm);

	if (blocks < 2 ||
	    atomic_exchange_explicit(&context->mac_busy, true, memory_order_acquire)) {
		mac_by_blocks(tfm, chain, in, blocks);
		return;
	}
	if (gcrypt.gcry_cipher_setiv(handle, chain, block) ||
	    gcrypt.gcry_cipher_encrypt(handle, chain, block, in, blocks * block))
		secmem_wipe(chain, block);
	atomic_store_explicit(&context->mac_busy, false, memory_order_release);
}

/* ---- skcipher ---- */

static int ecb_crypt(crypt_function *function, struct tfm *tfm, uint8_t *out, const uint8_t *in,
		     size_t size)
{
	if (size % block_size(tfm) != 0)
		return -EINVAL;
	return crypt_bytes(function, gcrypt_context(tfm)->handle[0], out, in, size);
}

static int ecb_encrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	(void)iv;
	return ecb_crypt(gcrypt.gcry_cipher_encrypt, tfm, out, in, size);
}

static int ecb_decrypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	(void)iv;
	return ecb_crypt(gcrypt.gcry_cipher_decrypt, tfm, out, in, size);
}

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
	unsigned block = block_size(tfm);
	int result = gcrypt_errno(gcrypt.gcry_cipher_setctr(handle, iv, block));

	if (result == 0)
		result = crypt_bytes(gcrypt.gcry_cipher_encrypt, handle, out, in, size);
	if (result == 0)
		bytes_add_be(iv, block, size / block + (size % block != 0));
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

/* ---- aead ---- */

static bool gcm_authsize_valid(const struct alg *alg, unsigned size)
{
	(void)alg;
	return size == 4 || size == 8 || (size >= 12 && size <= 16);
}

static bool ccm_authsize_valid(const struct alg *alg, unsigned size)
{
	(void)alg;
	return size >= 4 && size <= 16 && size % 2 == 0;
}

static bool full_authsize_valid(const struct alg *alg, unsigned size)
{
	return size == alg->digestsize;
}

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

/* gcm and rfc7539: a 12-byte IV, and a full tag which is cut short. */
static int gcm_start(struct tfm *tfm, const struct aead_request *request)
{
	return gcrypt_errno(gcrypt.gcry_cipher_setiv(gcrypt_context(tfm)->handle[0], request->iv,
						     tfm->alg->ivsize));
}

static int gcm_encrypt(struct tfm *tfm, const struct aead_request *request)
{
	int result = gcm_start(tfm, request);

	return result < 0 ? result : aead_encrypt(tfm, request, TAG_SIZE);
}

static int gcm_decrypt(struct tfm *tfm, const struct aead_request *request)
{
	int result = gcm_start(tfm, request);

	return result < 0 ? result : aead_decrypt(tfm, request, TAG_SIZE);
}

/*
 * RFC 3610: the first IV byte is the size of the length field less one, the nonce follows.  A text
 * of exactly 2^(8 * size) bytes passes, though its length does not fit: the kernel's way (E-15).
 */
static int ccm_start(struct tfm *tfm, const struct aead_request *request)
{
	gcry_cipher_hd_t handle = gcrypt_context(tfm)->handle[0];
	uint64_t lengths[3] = {request->size, request->aad_size, tfm->authsize};
	unsigned length_size = request->iv[0] + 1u;
	int result;

	if (length_size < 2 || length_size > 8)
		return -EINVAL;
	if (length_size < 8 && request->size > UINT64_C(1) << (8 * length_size))
		return -EOVERFLOW;
	result = gcrypt_errno(
	    gcrypt.gcry_cipher_setiv(handle, request->iv + 1, CCM_IV_SIZE - 1 - length_size));
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

#define FUSED_PRIORITY  300
#define CIPHER_PRIORITY 200 /* less, so that a template around it never hides a fused mode */

#define SKCIPHER(encrypt, decrypt)                                                                 \
	{                                                                                          \
		.type = ALG_TYPE_SKCIPHER, .priority = FUSED_PRIORITY, .skcipher = {               \
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

const struct gcrypt_mode gcrypt_modes[] = {
    {
	.keys = 1,
	.handles = 2,
	.handle = {[ECB_HANDLE] = {GCRY_CIPHER_MODE_ECB, 0},
		   [MAC_HANDLE] = {GCRY_CIPHER_MODE_CBC, GCRY_CIPHER_CBC_MAC}},
	.alg = {.type = ALG_TYPE_CIPHER,
		.priority = CIPHER_PRIORITY,
		.cipher = {cipher_encrypt, cipher_decrypt, cipher_cbc_mac}},
    },
    {
	.name = "ecb",
	.keys = 1,
	.handles = 1,
	.handle = {{GCRY_CIPHER_MODE_ECB, 0}},
	.alg = SKCIPHER(ecb_encrypt, ecb_decrypt),
    },
    {
	.name = "cbc",
	.keys = 1,
	.iv_is_block = true,
	.handles = 1,
	.handle = {{GCRY_CIPHER_MODE_CBC, 0}},
	.alg = SKCIPHER(cbc_encrypt, cbc_decrypt),
    },
    {
	.name = "ctr",
	.keys = 1,
	.stream = true,
	.iv_is_block = true,
	.handles = 1,
	.handle = {{GCRY_CIPHER_MODE_CTR, 0}},
	.alg = SKCIPHER(ctr_crypt, ctr_crypt),
    },
    {
	.name = "xts",
	.block = 16,
	.keys = 2,
	.iv_is_block = true,
	.handles = 1,
	.handle = {{GCRY_CIPHER_MODE_XTS, 0}},
	.alg = SKCIPHER(xts_encrypt, xts_decrypt),
    },
    {
	.name = "gcm",
	.block = 16,
	.keys = 1,
	.stream = true,
	.handles = 1,
	.handle = {{GCRY_CIPHER_MODE_GCM, 0}},
	.alg = AEAD(GCM_IV_SIZE, gcm_authsize_valid, gcm_encrypt, gcm_decrypt),
    },
    {
	.name = "ccm",
	.block = 16,
	.keys = 1,
	.stream = true,
	.handles = 1,
	.handle = {{GCRY_CIPHER_MODE_CCM, 0}},
	.alg = AEAD(CCM_IV_SIZE, ccm_authsize_valid, ccm_encrypt, ccm_decrypt),
    },
    {
	.name = "rfc7539",
	.block = 1,
	.keys = 1,
	.stream = true,
	.handles = 1,
	.handle = {{GCRY_CIPHER_MODE_POLY1305, 0}},
	.alg = AEAD(GCM_IV_SIZE, full_authsize_valid, gcm_encrypt, gcm_decrypt),
    },
};

const size_t gcrypt_mode_count = sizeof(gcrypt_modes) / sizeof(gcrypt_modes[0]);
