/* SPDX-License-Identifier: MIT */
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "test_api.h"

#define PIECE ((size_t)1 << 24) /* bytes, below what an int counts */

static void need(int result)
{
	assert_int_equal(result, 1);
}

void reference_digest(const char *name, const void *data, size_t size, uint8_t *out)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	need(EVP_DigestInit_ex(context, EVP_get_digestbyname(name), NULL));
	need(EVP_DigestUpdate(context, data, size));
	need(EVP_DigestFinal_ex(context, out, NULL));
	EVP_MD_CTX_free(context);
}

void reference_hmac(const char *name, const void *key, size_t key_size, const void *data,
		    size_t size, uint8_t *out)
{
	assert_non_null(
	    HMAC(EVP_get_digestbyname(name), key, (int)key_size, data, size, out, NULL));
}

static void update(EVP_CIPHER_CTX *context, uint8_t *out, const uint8_t *in, size_t size)
{
	while (size > 0) {
		size_t now = size < PIECE ? size : PIECE;
		int written;

		need(EVP_CipherUpdate(context, out, &written, in, (int)now));
		if (out)
			out += written;
		in += now;
		size -= now;
	}
}

static EVP_CIPHER_CTX *begin(const char *name, bool encrypt, const uint8_t *key, const uint8_t *iv)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);

	assert_non_null(cipher);
	need(EVP_CipherInit_ex(context, cipher, NULL, key, iv, encrypt));
	need(EVP_CIPHER_CTX_set_padding(context, 0));
	EVP_CIPHER_free(cipher);
	return context;
}

void reference_cipher(const char *name, bool encrypt, const uint8_t *key, const uint8_t *iv,
		      const void *in, void *out, size_t size)
{
	EVP_CIPHER_CTX *context = begin(name, encrypt, key, iv);
	uint8_t none[32];
	int written;

	update(context, out, in, size);
	need(EVP_CipherFinal_ex(context, none, &written));
	assert_int_equal(written, 0);
	EVP_CIPHER_CTX_free(context);
}

void reference_aead(const char *name, const uint8_t *key, const uint8_t *iv, const void *aad,
		    size_t aad_size, const void *in, void *out, size_t size, uint8_t tag[16])
{
	EVP_CIPHER_CTX *context = begin(name, true, key, iv);
	uint8_t none[32];
	int written;

	update(context, NULL, aad, aad_size);
	update(context, out, in, size);
	need(EVP_CipherFinal_ex(context, none, &written));
	need(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, tag));
	EVP_CIPHER_CTX_free(context);
}

void reference_poly1305(const uint8_t key[32], const struct iovec *parts, size_t count,
			uint8_t tag[16])
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "Poly1305", NULL);
	EVP_MAC_CTX *context = EVP_MAC_CTX_new(mac);
	size_t written;

	need(EVP_MAC_init(context, key, 32, NULL));
	for (size_t i = 0; i < count; i++)
		need(EVP_MAC_update(context, parts[i].iov_base, parts[i].iov_len));
	need(EVP_MAC_final(context, tag, &written, 16));
	EVP_MAC_CTX_free(context);
	EVP_MAC_free(mac);
}
