/* SPDX-License-Identifier: MIT */
/*
 * gcm(X) and gcm_base(C,G): NIST SP 800-38D over any counter mode with 16-byte blocks and a GHASH.
 * The libraries' own gcm goes first; this one serves ciphers and key sizes that they lack.
 */
#include <string.h>

#include "base/secmem.h"
#include "crypto/aead_rules.h"
#include "crypto/bytes.h"
#include "crypto/templates/counter_aead.h"
#include "crypto/templates/templates.h"

#define BLOCK COUNTER_AEAD_BLOCK

/* GHASH's key is the cipher's answer to a block of zeros: the key stream of a counter of zero. */
static int gcm_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	uint8_t counter[BLOCK] = {0};
	uint8_t subkey[BLOCK] = {0};
	int result = tfm_setkey(mac_part(tfm, COUNTER_AEAD_CTR), key, size);

	if (result == 0)
		result = counter_aead_run(tfm, counter, subkey, subkey, sizeof(subkey));
	if (result == 0)
		result = tfm_setkey(mac_part(tfm, COUNTER_AEAD_MAC), subkey, sizeof(subkey));
	secmem_wipe(subkey, sizeof(subkey));
	return result;
}

/* The pre-counter block of a 12-byte IV. */
static int gcm_begin(const struct aead_request *request, uint8_t *counter)
{
	memset(counter, 0, BLOCK);
	memcpy(counter, request->iv, GCM_IV_SIZE);
	counter[BLOCK - 1] = 1;
	return 0;
}

static int gcm_compute_mac(const struct tfm *tfm, const struct aead_request *request,
			   const uint8_t *text, uint8_t *out)
{
	struct mac mac = mac_begin(tfm, COUNTER_AEAD_MAC, true);
	uint8_t lengths[BLOCK] = {0};

	bytes_add_be(lengths, 8, (uint64_t)request->aad_size * 8);
	bytes_add_be(lengths + 8, 8, (uint64_t)request->size * 8);
	mac_add(&mac, request->aad, request->aad_size);
	mac_pad(&mac);
	mac_add(&mac, text, request->size);
	mac_pad(&mac);
	mac_add(&mac, lengths, sizeof(lengths));
	return mac_end(&mac, out);
}

static bool gcm_suits(const struct alg *ctr, const struct alg *mac)
{
	(void)ctr;
	return strcmp(mac->name, "ghash") == 0;
}

static const struct counter_aead gcm = {
    .name = "gcm",
    .base_name = "gcm_base",
    .of_plaintext = false,
    .iv_size = GCM_IV_SIZE,
    .begin = gcm_begin,
    .compute_mac = gcm_compute_mac,
    .setkey = gcm_setkey,
    .authsize_valid = aead_gcm_authsize_valid,
    .suits = gcm_suits,
};

static int gcm_create(const struct template_name *name, struct alg *out)
{
	char ctr[ALG_NAME_MAX];
	int result = template_wrap(ctr, "ctr", name->arg[0]);

	return result < 0 ? result : counter_aead_create(&gcm, ctr, "ghash", out);
}

static int gcm_base_create(const struct template_name *name, struct alg *out)
{
	return counter_aead_create(&gcm, name->arg[0], name->arg[1], out);
}

const struct template template_gcm = {"gcm", ALG_TYPE_AEAD, 1, gcm_create};
const struct template template_gcm_base = {"gcm_base", ALG_TYPE_AEAD, 2, gcm_base_create};
