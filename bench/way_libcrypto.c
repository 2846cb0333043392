/* SPDX-License-Identifier: MIT */
/* libcrypto: its low-level hashes, the fastest it has, and EVP as programs commonly use it. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <string.h>

#include "measure.h"
#include "ways.h"

/* ---- low-level ---- */

struct low {
	size_t size;
	bool keyed;
	SHA256_CTX inner, outer; /* behind the key's block */
};

/* RFC 2104: the key, filled up to a block, with each byte changed by pad. */
static void hash_key(SHA256_CTX *sha, const struct job *job, uint8_t pad)
{
	uint8_t padded[SHA256_CBLOCK] = {0};

	memcpy(padded, way_key, job->key_size);
	for (size_t i = 0; i < sizeof(padded); i++)
		padded[i] ^= pad;
	SHA256_Init(sha);
	SHA256_Update(sha, padded, sizeof(padded));
}

static void *low_open(const struct job *job)
{
	static struct low low;

	low.size = job->size;
	low.keyed = job_is(job, "hmac(sha256)");
	if (!low.keyed && !job_is(job, "sha256"))
		return NULL;
	hash_key(&low.inner, job, 0x36);
	hash_key(&low.outer, job, 0x5c);
	return &low;
}

static void low_run(void *context, size_t count)
{
	const struct low *low = context;

	for (; count > 0; count--) {
		SHA256_CTX sha;

		if (low->keyed)
			sha = low->inner;
		else
			SHA256_Init(&sha);
		SHA256_Update(&sha, way_in, low->size);
		SHA256_Final(way_out, &sha);
		if (!low->keyed)
			continue;
		sha = low->outer;
		SHA256_Update(&sha, way_out, SHA256_DIGEST_LENGTH);
		SHA256_Final(way_out, &sha);
	}
}

static void low_close(void *context)
{
	(void)context;
}

const struct way way_libcrypto = {"libcrypto", WAY_LIBRARY, low_open, low_run, low_close, NULL};

/* ---- EVP ---- */

struct evp {
	const struct job *job;
	const EVP_MD *hash;
	EVP_MD_CTX *hashing;
	HMAC_CTX *mac;
	EVP_CIPHER_CTX *cipher;
};

static const EVP_CIPHER *cipher_of(const struct job *job)
{
	if (job_is(job, "cbc(aes)"))
		return EVP_aes_128_cbc();
	if (job_is(job, "ctr(aes)"))
		return EVP_aes_128_ctr();
	if (job_is(job, "xts(aes)"))
		return EVP_aes_128_xts();
	if (job_is(job, "gcm(aes)"))
		return EVP_aes_128_gcm();
	if (job_is(job, "rfc7539(chacha20,poly1305)"))
		return EVP_chacha20_poly1305();
	return NULL;
}

static void *evp_open(const struct job *job)
{
	static struct evp evp;
	const EVP_CIPHER *cipher = cipher_of(job);

	evp = (struct evp){.job = job};
	if (job_is(job, "sha256")) {
		evp.hash = EVP_sha256();
		evp.hashing = EVP_MD_CTX_new();
		return &evp;
	}
	if (job_is(job, "hmac(sha256)")) {
		evp.mac = HMAC_CTX_new();
		measure_check(
		    HMAC_Init_ex(evp.mac, way_key, (int)job->key_size, EVP_sha256(), NULL) == 1,
		    "HMAC_Init_ex");
		return &evp;
	}
	if (!cipher)
		return NULL;
	evp.cipher = EVP_CIPHER_CTX_new();
	measure_check(EVP_EncryptInit_ex2(evp.cipher, cipher, way_key, way_iv, NULL) == 1,
		      "EVP_EncryptInit_ex2");
	EVP_CIPHER_CTX_set_padding(evp.cipher, 0);
	return &evp;
}

static bool evp_encrypt(const struct evp *evp)
{
	const struct job *job = evp->job;
	int size;

	return EVP_EncryptInit_ex2(evp->cipher, NULL, NULL, way_iv, NULL) == 1 &&
	       (job->aad_size == 0 ||
		EVP_EncryptUpdate(evp->cipher, NULL, &size, way_in, (int)job->aad_size) == 1) &&
	       EVP_EncryptUpdate(evp->cipher, way_out, &size, way_in + job->aad_size,
				 (int)job->size) == 1 &&
	       (job->tag_size == 0 ||
		(EVP_EncryptFinal_ex(evp->cipher, way_out + job->size, &size) == 1 &&
		 EVP_CIPHER_CTX_ctrl(evp->cipher, EVP_CTRL_AEAD_GET_TAG, (int)job->tag_size,
				     way_out + job->size) == 1));
}

static void evp_run(void *context, size_t count)
{
	const struct evp *evp = context;
	bool good = true;

	for (; count > 0; count--) {
		if (evp->hashing)
			good = EVP_DigestInit_ex2(evp->hashing, evp->hash, NULL) == 1 &&
			       EVP_DigestUpdate(evp->hashing, way_in, evp->job->size) == 1 &&
			       EVP_DigestFinal_ex(evp->hashing, way_out, NULL) == 1;
		else if (evp->mac)
			good = HMAC_Init_ex(evp->mac, NULL, 0, NULL, NULL) == 1 &&
			       HMAC_Update(evp->mac, way_in, evp->job->size) == 1 &&
			       HMAC_Final(evp->mac, way_out, NULL) == 1;
		else
			good = evp_encrypt(evp);
	}
	measure_check(good, "EVP");
}

static void evp_close(void *context)
{
	struct evp *evp = context;

	EVP_MD_CTX_free(evp->hashing);
	HMAC_CTX_free(evp->mac);
	EVP_CIPHER_CTX_free(evp->cipher);
}

const struct way way_evp = {"EVP", WAY_COMMON, evp_open, evp_run, evp_close, NULL};
