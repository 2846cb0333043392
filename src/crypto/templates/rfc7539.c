/* SPDX-License-Identifier: MIT */
/*
 * rfc7539(S,P): RFC 8439, section 2.8 (which took RFC 7539's place) over any stream cipher whose
 * 16-byte IV begins with a little-endian counter, and a one-time MAC that takes its key from the
 * first bytes of its message (H-23).  A library's own goes first.
 *
 * Like the kernel this takes every S and P of the right sizes (T-03): a P that wants a key of its
 * own can be bound, and its messages are -ENOKEY.
 */
#include <errno.h>
#include <string.h>

#include "base/secmem.h"
#include "crypto/aead_rules.h"
#include "crypto/bytes.h"
#include "crypto/registry.h"
#include "crypto/templates/mac.h"
#include "crypto/templates/templates.h"

#define STREAM 0
#define MAC    1

#define KEY_SIZE     32u
#define IV_SIZE      12u
#define COUNTER_SIZE 4u
#define TAG_SIZE     16u

static int rfc7539_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	return size == KEY_SIZE ? tfm_setkey(mac_part(tfm, STREAM), key, size) : -EINVAL;
}

/* The stream from a 64-byte block on. */
static int run_stream(struct tfm *tfm, const uint8_t *nonce, uint8_t block, uint8_t *out,
		      const uint8_t *in, size_t size)
{
	struct tfm *stream = mac_part(tfm, STREAM);
	uint8_t iv[COUNTER_SIZE + IV_SIZE] = {block};

	memcpy(iv + COUNTER_SIZE, nonce, IV_SIZE);
	return stream->alg->skcipher.encrypt(stream, iv, out, in, size);
}

static int compute_tag(struct tfm *tfm, const struct aead_request *request,
		       const uint8_t *ciphertext, uint8_t *tag)
{
	struct mac mac = mac_begin(tfm, MAC, false);
	uint8_t key[KEY_SIZE] = {0};
	uint8_t lengths[16];
	int result = run_stream(tfm, request->iv, 0, key, key, sizeof(key));

	if (result < 0)
		return result;
	bytes_store_le64(lengths, request->aad_size);
	bytes_store_le64(lengths + 8, request->size);
	mac_add(&mac, key, sizeof(key));
	mac_add(&mac, request->aad, request->aad_size);
	mac_pad(&mac);
	mac_add(&mac, ciphertext, request->size);
	mac_pad(&mac);
	mac_add(&mac, lengths, sizeof(lengths));
	secmem_wipe(key, sizeof(key));
	return mac_end(&mac, tag);
}

static int rfc7539_encrypt(struct tfm *tfm, const struct aead_request *request)
{
	int result = run_stream(tfm, request->iv, 1, request->out, request->in, request->size);

	return result < 0 ? result : compute_tag(tfm, request, request->out, request->tag);
}

static int rfc7539_decrypt(struct tfm *tfm, const struct aead_request *request)
{
	uint8_t tag[TAG_SIZE];
	int result = compute_tag(tfm, request, request->in, tag);

	if (result == 0 && !secmem_equal(tag, request->tag, sizeof(tag)))
		result = -EBADMSG;
	secmem_wipe(tag, sizeof(tag));
	if (result == 0)
		result = run_stream(tfm, request->iv, 1, request->out, request->in, request->size);
	if (result < 0)
		secmem_wipe(request->out, request->size);
	return result;
}

static int rfc7539_create(const struct template_name *name, struct alg *out)
{
	const struct alg *stream;
	const struct alg *mac;
	int result = registry_find(ALG_TYPE_SKCIPHER, name->arg[STREAM], &stream);

	if (result == 0)
		result = registry_find(ALG_TYPE_HASH, name->arg[MAC], &mac);
	if (result < 0)
		return result;
	if (stream->ivsize != COUNTER_SIZE + IV_SIZE || stream->blocksize != 1 ||
	    mac->digestsize != TAG_SIZE)
		return -ENOENT;
	out->priority = template_parts_priority(stream, mac) - TEMPLATE_BEHIND_FUSED;
	out->min_keysize = KEY_SIZE;
	out->max_keysize = KEY_SIZE;
	out->blocksize = 1;
	out->chunksize = 1;
	out->ivsize = IV_SIZE;
	out->digestsize = TAG_SIZE;
	out->context_size = mac_context_size(mac);
	out->init = template_parts_init;
	out->exit = template_parts_exit;
	out->setkey = rfc7539_setkey;
	out->aead = (struct aead_ops){aead_full_authsize_valid, rfc7539_encrypt, rfc7539_decrypt};
	return template_compose(out, template_rfc7539.name, stream, mac);
}

const struct template template_rfc7539 = {"rfc7539", ALG_TYPE_AEAD, 2, rfc7539_create};
