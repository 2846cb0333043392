/* SPDX-License-Identifier: MIT */
/* One call for one message: the common algorithms without a handle. */
#include "api/api.h"

int ualg_digest_data(const char *name, const void *key, size_t key_size, const void *data,
		     size_t size, void *out, size_t room)
{
	struct ualg_digest *digest;
	int result = ualg_digest_open(&digest, name, UALG_TRANSPORT_DEFAULT);

	if (result == 0 && key)
		result = ualg_digest_set_key(digest, key, key_size);
	if (result == 0)
		result = ualg_digest_once(digest, data, size, out, room);
	ualg_digest_close(digest);
	return result;
}

#define DIGEST(function, name, digest_size)                                                        \
	int function(const void *data, size_t size, uint8_t out[digest_size])                      \
	{                                                                                          \
		return ualg_digest_data(name, NULL, 0, data, size, out, digest_size);              \
	}

DIGEST(ualg_sha1, "sha1", 20)
DIGEST(ualg_sha224, "sha224", 28)
DIGEST(ualg_sha256, "sha256", 32)
DIGEST(ualg_sha384, "sha384", 48)
DIGEST(ualg_sha512, "sha512", 64)
DIGEST(ualg_sha3_256, "sha3-256", 32)
DIGEST(ualg_sha3_512, "sha3-512", 64)

/* A key of size 0 is a key. */
#define HMAC(function, name, digest_size)                                                          \
	int function(const void *key, size_t key_size, const void *data, size_t size,              \
		     uint8_t out[digest_size])                                                     \
	{                                                                                          \
		if (!api_is_there(key, key_size))                                                  \
			return -EINVAL;                                                            \
		return ualg_digest_data(name, api_in(key), key_size, data, size, out,              \
					digest_size);                                              \
	}

HMAC(ualg_hmac_sha1, "hmac(sha1)", 20)
HMAC(ualg_hmac_sha256, "hmac(sha256)", 32)
HMAC(ualg_hmac_sha384, "hmac(sha384)", 48)
HMAC(ualg_hmac_sha512, "hmac(sha512)", 64)

static int crypt(const char *name, enum ualg_direction direction, const void *key, size_t key_size,
		 const uint8_t *iv, const void *in, void *out, size_t size)
{
	struct ualg_skcipher *cipher;
	int result = ualg_skcipher_open(&cipher, name, UALG_TRANSPORT_DEFAULT);

	if (result == 0)
		result = ualg_skcipher_set_key(cipher, key, key_size);
	if (result == 0)
		result = direction == UALG_ENCRYPT
			     ? ualg_skcipher_encrypt(cipher, iv, in, out, size)
			     : ualg_skcipher_decrypt(cipher, iv, in, out, size);
	ualg_skcipher_close(cipher);
	return result;
}

int ualg_aes_cbc_encrypt(const void *key, size_t key_size, const uint8_t iv[16], const void *in,
			 void *out, size_t size)
{
	return crypt("cbc(aes)", UALG_ENCRYPT, key, key_size, iv, in, out, size);
}

int ualg_aes_cbc_decrypt(const void *key, size_t key_size, const uint8_t iv[16], const void *in,
			 void *out, size_t size)
{
	return crypt("cbc(aes)", UALG_DECRYPT, key, key_size, iv, in, out, size);
}

int ualg_aes_ctr(const void *key, size_t key_size, const uint8_t counter[16], const void *in,
		 void *out, size_t size)
{
	return crypt("ctr(aes)", UALG_ENCRYPT, key, key_size, counter, in, out, size);
}

int ualg_aes_xts_encrypt(const void *key, size_t key_size, const uint8_t tweak[16], const void *in,
			 void *out, size_t size)
{
	return crypt("xts(aes)", UALG_ENCRYPT, key, key_size, tweak, in, out, size);
}

int ualg_aes_xts_decrypt(const void *key, size_t key_size, const uint8_t tweak[16], const void *in,
			 void *out, size_t size)
{
	return crypt("xts(aes)", UALG_DECRYPT, key, key_size, tweak, in, out, size);
}

/* An AEAD with its key.  NULL, and *result, where that fails. */
static struct ualg_aead *open_aead(const char *name, const void *key, size_t key_size, int *result)
{
	struct ualg_aead *aead;

	*result = ualg_aead_open(&aead, name, UALG_TRANSPORT_DEFAULT);
	if (*result == 0)
		*result = ualg_aead_set_key(aead, key, key_size);
	if (*result == 0)
		return aead;
	ualg_aead_close(aead);
	return NULL;
}

static int seal(const char *name, const void *key, size_t key_size, const uint8_t *nonce,
		const void *aad, size_t aad_size, const void *in, void *out, size_t size,
		uint8_t *tag)
{
	int result;
	struct ualg_aead *aead = open_aead(name, key, key_size, &result);

	if (aead)
		result = ualg_aead_encrypt(aead, nonce, aad, aad_size, in, out, size, tag);
	ualg_aead_close(aead);
	return result;
}

static int unseal(const char *name, const void *key, size_t key_size, const uint8_t *nonce,
		  const void *aad, size_t aad_size, const void *in, void *out, size_t size,
		  const uint8_t *tag)
{
	int result;
	struct ualg_aead *aead = open_aead(name, key, key_size, &result);

	if (aead)
		result = ualg_aead_decrypt(aead, nonce, aad, aad_size, in, out, size, tag);
	ualg_aead_close(aead);
	return result;
}

static const char gcm[] = "gcm(aes)";
static const char chacha20_poly1305[] = "rfc7539(chacha20,poly1305)";

int ualg_aes_gcm_encrypt(const void *key, size_t key_size, const uint8_t nonce[12], const void *aad,
			 size_t aad_size, const void *in, void *out, size_t size, uint8_t tag[16])
{
	return seal(gcm, key, key_size, nonce, aad, aad_size, in, out, size, tag);
}

int ualg_aes_gcm_decrypt(const void *key, size_t key_size, const uint8_t nonce[12], const void *aad,
			 size_t aad_size, const void *in, void *out, size_t size,
			 const uint8_t tag[16])
{
	return unseal(gcm, key, key_size, nonce, aad, aad_size, in, out, size, tag);
}

int ualg_chacha20_poly1305_encrypt(const uint8_t key[32], const uint8_t nonce[12], const void *aad,
				   size_t aad_size, const void *in, void *out, size_t size,
				   uint8_t tag[16])
{
	return seal(chacha20_poly1305, key, 32, nonce, aad, aad_size, in, out, size, tag);
}

int ualg_chacha20_poly1305_decrypt(const uint8_t key[32], const uint8_t nonce[12], const void *aad,
				   size_t aad_size, const void *in, void *out, size_t size,
				   const uint8_t tag[16])
{
	return unseal(chacha20_poly1305, key, 32, nonce, aad, aad_size, in, out, size, tag);
}

/*
 * A generator that nobody uses just now; whoever draws takes it, or makes one.  Without a lock: one
 * that a call holds while it goes to the kernel, or to what stands there for it, would have to be
 * held across fork as well.
 */
static _Atomic(struct ualg_rng *) idle_generator;

int ualg_random(void *out, size_t size)
{
	struct ualg_rng *rng = atomic_exchange(&idle_generator, NULL);
	int result = rng ? 0 : ualg_rng_open(&rng, NULL, UALG_TRANSPORT_DEFAULT);

	if (result == 0)
		result = ualg_rng_generate(rng, out, size);
	ualg_rng_close(atomic_exchange(&idle_generator, rng));
	return result;
}
