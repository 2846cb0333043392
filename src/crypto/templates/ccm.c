/* SPDX-License-Identifier: MIT */
/*
 * ccm(X) and ccm_base(C,M): RFC 3610 and NIST SP 800-38C over any counter mode with 16-byte blocks
 * and a CBC-MAC of the same cipher.  The libraries' own ccm goes first.
 */
#include <errno.h>
#include <string.h>

#include "base/secmem.h"
#include "crypto/aead_rules.h"
#include "crypto/bytes.h"
#include "crypto/registry.h"
#include "crypto/templates/mac.h"
#include "crypto/templates/templates.h"

#define CTR 0
#define MAC 1

#define BLOCK_SIZE 16u

/* The AAD's size before the AAD: two bytes, or a mark and four or eight (RFC 3610, 2.2). */
#define AAD_SHORT_END 0xff00u
#define AAD_HEADER    10u

static struct tfm *part(const struct tfm *tfm, size_t index)
{
	const struct mac_parts *context = tfm_context(tfm);

	return context->parts.tfm[index];
}

static int ccm_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	int result = tfm_setkey(part(tfm, CTR), key, size);

	return result < 0 ? result : tfm_setkey(part(tfm, MAC), key, size);
}

static unsigned write_aad_size(uint8_t header[AAD_HEADER], uint64_t size)
{
	unsigned bytes = size < AAD_SHORT_END ? 2 : size <= UINT32_MAX ? 4 : 8;
	unsigned mark = bytes == 2 ? 0 : 2;

	memset(header, 0, AAD_HEADER);
	if (mark) {
		header[0] = 0xff;
		header[1] = bytes == 4 ? 0xfe : 0xff;
	}
	bytes_add_be(header + mark, bytes, size);
	return mark + bytes;
}

/*
 * The CBC-MAC over the first block, the AAD and a plaintext.  A size that does not fit the length
 * field is cut there (E-15).
 */
static int compute_mac(const struct tfm *tfm, const struct aead_request *request,
		       unsigned length_size, const uint8_t *text, uint8_t *out)
{
	struct mac mac = mac_begin(tfm, MAC, true);
	uint8_t first[BLOCK_SIZE];
	uint8_t header[AAD_HEADER];

	memcpy(first, request->iv, BLOCK_SIZE);
	first[0] = (uint8_t)((request->aad_size > 0 ? 1u << 6 : 0) | (tfm->authsize - 2) / 2 << 3 |
			     (length_size - 1));
	memset(first + BLOCK_SIZE - length_size, 0, length_size);
	bytes_add_be(first + BLOCK_SIZE - length_size, length_size, request->size);
	mac_add(&mac, first, sizeof(first));
	if (request->aad_size > 0) {
		mac_add(&mac, header, write_aad_size(header, request->aad_size));
		mac_add(&mac, request->aad, request->aad_size);
		mac_pad(&mac);
	}
	mac_add(&mac, text, request->size);
	mac_pad(&mac);
	return mac_end(&mac, out);
}

/* The key stream of counter 0 masks the tag; the text goes on from 1. */
static int start(const struct tfm *tfm, const struct aead_request *request, unsigned length_size,
		 uint8_t *counter, uint8_t *mask)
{
	struct tfm *ctr = part(tfm, CTR);

	memcpy(counter, request->iv, BLOCK_SIZE);
	memset(counter + BLOCK_SIZE - length_size, 0, length_size);
	memset(mask, 0, BLOCK_SIZE);
	return ctr->alg->skcipher.encrypt(ctr, counter, mask, mask, BLOCK_SIZE);
}

static int ccm_encrypt(struct tfm *tfm, const struct aead_request *request)
{
	int length_size = aead_ccm_length_size(request->iv, request->size);
	struct tfm *ctr = part(tfm, CTR);
	uint8_t counter[BLOCK_SIZE];
	uint8_t mask[BLOCK_SIZE];
	uint8_t tag[BLOCK_SIZE];
	int result;

	if (length_size < 0)
		return length_size;
	result = start(tfm, request, (unsigned)length_size, counter, mask);
	if (result == 0)
		result = compute_mac(tfm, request, (unsigned)length_size, request->in, tag);
	if (result == 0)
		result = ctr->alg->skcipher.encrypt(ctr, counter, request->out, request->in,
						    request->size);
	if (result == 0)
		bytes_xor(request->tag, tag, mask, tfm->authsize);
	secmem_wipe(tag, sizeof(tag));
	secmem_wipe(mask, sizeof(mask));
	return result;
}

static int ccm_decrypt(struct tfm *tfm, const struct aead_request *request)
{
	int length_size = aead_ccm_length_size(request->iv, request->size);
	struct tfm *ctr = part(tfm, CTR);
	uint8_t counter[BLOCK_SIZE];
	uint8_t mask[BLOCK_SIZE];
	uint8_t tag[BLOCK_SIZE];
	int result;

	if (length_size < 0)
		return length_size;
	result = start(tfm, request, (unsigned)length_size, counter, mask);
	if (result == 0)
		result = ctr->alg->skcipher.encrypt(ctr, counter, request->out, request->in,
						    request->size);
	if (result == 0)
		result = compute_mac(tfm, request, (unsigned)length_size, request->out, tag);
	if (result == 0) {
		bytes_xor(tag, tag, mask, BLOCK_SIZE);
		if (!secmem_equal(tag, request->tag, tfm->authsize))
			result = -EBADMSG;
	}
	secmem_wipe(tag, sizeof(tag));
	secmem_wipe(mask, sizeof(mask));
	if (result < 0)
		secmem_wipe(request->out, request->size);
	return result;
}

/* Whether a MAC is the CBC-MAC of the cipher that a counter mode is of. */
static bool belong_together(const struct alg *ctr, const struct alg *mac)
{
	return strncmp(mac->name, "cbcmac(", 7) == 0 && mac->digestsize == BLOCK_SIZE &&
	       strcmp(mac->name + strlen("cbcmac"), ctr->name + strlen("ctr")) == 0;
}

static int create(const char *ctr_name, const char *mac_name, struct alg *out)
{
	const struct alg *ctr;
	const struct alg *mac;
	int result = registry_find(ALG_TYPE_SKCIPHER, ctr_name, &ctr);

	if (result == 0)
		result = registry_find(ALG_TYPE_HASH, mac_name, &mac);
	if (result < 0)
		return result;
	if (!template_is_ctr(ctr) || !belong_together(ctr, mac))
		return -ENOENT;
	out->priority = template_parts_priority(ctr, mac) - TEMPLATE_BEHIND_FUSED;
	out->min_keysize = ctr->min_keysize;
	out->max_keysize = ctr->max_keysize;
	out->blocksize = 1;
	out->chunksize = BLOCK_SIZE;
	out->ivsize = CCM_IV_SIZE;
	out->digestsize = BLOCK_SIZE;
	out->context_size = mac_context_size(mac);
	out->init = template_parts_init;
	out->exit = template_parts_exit;
	out->setkey = ccm_setkey;
	out->aead = (struct aead_ops){aead_ccm_authsize_valid, ccm_encrypt, ccm_decrypt};
	result = template_compose(out, template_ccm_base.name, ctr, mac);
	return result < 0 ? result : template_rename(out, template_ccm.name, ctr);
}

static int ccm_create(const struct template_name *name, struct alg *out)
{
	char ctr[ALG_NAME_MAX];
	char mac[ALG_NAME_MAX];
	int result = template_wrap(ctr, "ctr", name->arg[0]);

	if (result == 0)
		result = template_wrap(mac, "cbcmac", name->arg[0]);
	return result < 0 ? result : create(ctr, mac, out);
}

static int ccm_base_create(const struct template_name *name, struct alg *out)
{
	return create(name->arg[CTR], name->arg[MAC], out);
}

const struct template template_ccm = {"ccm", ALG_TYPE_AEAD, 1, ccm_create};
const struct template template_ccm_base = {"ccm_base", ALG_TYPE_AEAD, 2, ccm_base_create};
