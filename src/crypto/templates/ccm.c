/* SPDX-License-Identifier: MIT */
/*
 * ccm(X) and ccm_base(C,M): RFC 3610 and NIST SP 800-38C over any counter mode with 16-byte blocks
 * and a CBC-MAC of the same cipher.  The libraries' own ccm goes first.
 */
#include <string.h>

#include "crypto/aead_rules.h"
#include "crypto/bytes.h"
#include "crypto/templates/counter_aead.h"
#include "crypto/templates/templates.h"

#define BLOCK COUNTER_AEAD_BLOCK

/* The AAD's size before the AAD: two bytes, or a mark and four or eight (RFC 3610, 2.2). */
#define AAD_SHORT_END 0xff00u
#define AAD_HEADER    10u

static int ccm_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	int result = tfm_setkey(mac_part(tfm, COUNTER_AEAD_CTR), key, size);

	return result < 0 ? result : tfm_setkey(mac_part(tfm, COUNTER_AEAD_MAC), key, size);
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

/* The IV, with zeros where the counter has its room. */
static int ccm_begin(const struct aead_request *request, uint8_t *counter)
{
	int length_size = aead_ccm_length_size(request->iv, request->size);

	if (length_size < 0)
		return length_size;
	memcpy(counter, request->iv, BLOCK);
	memset(counter + BLOCK - length_size, 0, (size_t)length_size);
	return 0;
}

/*
 * The CBC-MAC over the first block, the AAD and a plaintext.  A size that does not fit the length
 * field is cut there (E-15).
 */
static int ccm_compute_mac(const struct tfm *tfm, const struct aead_request *request,
			   const uint8_t *text, uint8_t *out)
{
	struct mac mac = mac_begin(tfm, COUNTER_AEAD_MAC, true);
	uint8_t first[BLOCK];
	uint8_t header[AAD_HEADER];
	int result = ccm_begin(request, first);
	unsigned length_size = request->iv[0] + 1u;

	if (result < 0)
		return result;
	first[0] = (uint8_t)((request->aad_size > 0 ? 1u << 6 : 0) | (tfm->authsize - 2) / 2 << 3 |
			     (length_size - 1));
	bytes_add_be(first + BLOCK - length_size, length_size, request->size);
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

/* Whether a MAC is the CBC-MAC of the cipher that a counter mode is of. */
static bool ccm_suits(const struct alg *ctr, const struct alg *mac)
{
	return strncmp(mac->name, "cbcmac(", 7) == 0 && mac->digestsize == BLOCK &&
	       strcmp(mac->name + strlen("cbcmac"), ctr->name + strlen("ctr")) == 0;
}

static const struct counter_aead ccm = {
    .name = "ccm",
    .base_name = "ccm_base",
    .of_plaintext = true,
    .iv_size = CCM_IV_SIZE,
    .begin = ccm_begin,
    .compute_mac = ccm_compute_mac,
    .setkey = ccm_setkey,
    .authsize_valid = aead_ccm_authsize_valid,
    .suits = ccm_suits,
};

static int ccm_create(const struct template_name *name, struct alg *out)
{
	char ctr[ALG_NAME_MAX];
	char mac[ALG_NAME_MAX];
	int result = template_wrap(ctr, "ctr", name->arg[0]);

	if (result == 0)
		result = template_wrap(mac, "cbcmac", name->arg[0]);
	return result < 0 ? result : counter_aead_create(&ccm, ctr, mac, out);
}

static int ccm_base_create(const struct template_name *name, struct alg *out)
{
	return counter_aead_create(&ccm, name->arg[0], name->arg[1], out);
}

const struct template template_ccm = {"ccm", ALG_TYPE_AEAD, 1, ccm_create};
const struct template template_ccm_base = {"ccm_base", ALG_TYPE_AEAD, 2, ccm_base_create};
