/* SPDX-License-Identifier: MIT */
/* libgcrypt: a handle with its key, reset or given an IV for each request. */
#include <gcrypt.h>

#include "measure.h"
#include "ways.h"

static const struct {
	const char *name;
	int algorithm;
	int mode; /* of a cipher; 0: a hash, -1: a MAC */
} rows[] = {
    {"sha256", GCRY_MD_SHA256, 0},
    {"hmac(sha256)", GCRY_MAC_HMAC_SHA256, -1},
    {"cmac(aes)", GCRY_MAC_CMAC_AES, -1},
    {"cbc(aes)", GCRY_CIPHER_AES128, GCRY_CIPHER_MODE_CBC},
    {"ctr(aes)", GCRY_CIPHER_AES128, GCRY_CIPHER_MODE_CTR},
    {"xts(aes)", GCRY_CIPHER_AES128, GCRY_CIPHER_MODE_XTS},
    {"gcm(aes)", GCRY_CIPHER_AES128, GCRY_CIPHER_MODE_GCM},
    {"rfc7539(chacha20,poly1305)", GCRY_CIPHER_CHACHA20, GCRY_CIPHER_MODE_POLY1305},
};

struct handles {
	const struct job *job;
	int algorithm;
	int mode;
	gcry_mac_hd_t mac;
	gcry_cipher_hd_t cipher;
};

static void *open_job(const struct job *job)
{
	static struct handles handles;

	handles = (struct handles){.job = job};
	gcry_check_version(NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!job_is(job, rows[i].name))
			continue;
		handles.algorithm = rows[i].algorithm;
		handles.mode = rows[i].mode;
		if (handles.mode < 0)
			measure_check(gcry_mac_open(&handles.mac, handles.algorithm, 0, NULL) ==
					      0 &&
					  gcry_mac_setkey(handles.mac, way_key, job->key_size) == 0,
				      "gcry_mac_open");
		else if (handles.mode > 0)
			measure_check(
			    gcry_cipher_open(&handles.cipher, handles.algorithm, handles.mode, 0) ==
				    0 &&
				gcry_cipher_setkey(handles.cipher, way_key, job->key_size) == 0,
			    "gcry_cipher_open");
		return &handles;
	}
	return NULL;
}

static bool encrypt(const struct handles *handles)
{
	const struct job *job = handles->job;

	if (handles->mode == GCRY_CIPHER_MODE_CTR
		? gcry_cipher_setctr(handles->cipher, way_iv, job->iv_size)
		: gcry_cipher_setiv(handles->cipher, way_iv, job->iv_size))
		return false;
	if (job->aad_size && gcry_cipher_authenticate(handles->cipher, way_in, job->aad_size))
		return false;
	if (gcry_cipher_encrypt(handles->cipher, way_out, job->size, way_in + job->aad_size,
				job->size))
		return false;
	return !job->tag_size ||
	       gcry_cipher_gettag(handles->cipher, way_out + job->size, job->tag_size) == 0;
}

static void run(void *context, size_t count)
{
	const struct handles *handles = context;
	size_t size = handles->job->tag_size;
	bool good = true;

	for (; count > 0; count--) {
		if (handles->mac)
			good = gcry_mac_reset(handles->mac) == 0 &&
			       gcry_mac_write(handles->mac, way_in, handles->job->size) == 0 &&
			       gcry_mac_read(handles->mac, way_out, &size) == 0;
		else if (handles->cipher)
			good = encrypt(handles);
		else
			gcry_md_hash_buffer(handles->algorithm, way_out, way_in,
					    handles->job->size);
	}
	measure_check(good, "libgcrypt");
}

static void close_job(void *context)
{
	struct handles *handles = context;

	gcry_mac_close(handles->mac);
	gcry_cipher_close(handles->cipher);
}

const struct way way_gcrypt = {"gcrypt", WAY_LIBRARY, open_job, run, close_job, NULL};
