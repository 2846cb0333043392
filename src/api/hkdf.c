/* SPDX-License-Identifier: MIT */
/* HKDF: RFC 5869.  Names are the RFC's: PRK, T(i). */
#include <string.h>

#include "api/mac.h"
#include "base/secmem.h"

#define MAX_BLOCKS 255u

/* PRK = MAC(salt, key); a salt that is not given is a digest's length of zeros. */
static int extract(struct api_mac *mac, struct api_bytes key, uint8_t *prk)
{
	return api_mac_compute(mac, &key, 1, prk);
}

/* Opens the MAC with the salt as key.  To be closed, after a failure as well. */
static int open_with_salt(struct api_mac *mac, const char *name, const void *salt, size_t size)
{
	static const uint8_t zeros[ALG_MAX_DIGEST];
	const struct ualg_alg *alg;

	if (!api_is_there(salt, size)) {
		*mac = (struct api_mac){0};
		return -EINVAL;
	}
	if (size == 0 && ualg_alg_find(UALG_TYPE_HASH, name, &alg) == 0) {
		salt = zeros;
		size = ualg_alg_digest_size(alg);
	}
	return api_mac_open(mac, name, salt, size);
}

/* The MAC's key is the PRK.  T(i) = MAC(PRK, T(i - 1) || info || i). */
static int expand(struct api_mac *mac, struct api_bytes info, uint8_t *out, size_t size)
{
	uint8_t t[ALG_MAX_DIGEST];
	uint8_t i = 0;
	int result = 0;

	while (size > 0 && result == 0) {
		size_t share = api_mac_share(mac, size);
		const struct api_bytes parts[] = {{t, i ? mac->size : 0}, info, {&i, sizeof(i)}};

		i++;
		result = api_mac_compute(mac, parts, 3, t);
		if (result == 0)
			memcpy(out, t, share);
		out += share;
		size -= share;
	}
	secmem_wipe(t, sizeof(t));
	return result;
}

static bool is_output(const struct api_mac *mac, size_t size)
{
	return size <= MAX_BLOCKS * mac->size;
}

int ualg_hkdf(const char *mac_name, const void *key, size_t key_size, const void *salt,
	      size_t salt_size, const void *info, size_t info_size, void *out, size_t size)
{
	uint8_t prk[ALG_MAX_DIGEST];
	struct api_mac mac;
	int result;

	if (!api_is_there(key, key_size) || !api_is_there(info, info_size) || !out || size == 0)
		return -EINVAL;
	result = open_with_salt(&mac, mac_name, salt, salt_size);
	if (result == 0 && !is_output(&mac, size))
		result = -EINVAL;
	if (result == 0)
		result = extract(&mac, (struct api_bytes){key, key_size}, prk);
	if (result == 0)
		result = api_mac_set_key(&mac, prk, mac.size);
	if (result == 0)
		result = expand(&mac, (struct api_bytes){info, info_size}, out, size);
	api_mac_close(&mac);
	secmem_wipe(prk, sizeof(prk));
	return result;
}

int ualg_hkdf_extract(const char *mac_name, const void *key, size_t key_size, const void *salt,
		      size_t salt_size, void *out, size_t room)
{
	struct api_mac mac;
	int result;

	if (!api_is_there(key, key_size) || !out)
		return -EINVAL;
	result = open_with_salt(&mac, mac_name, salt, salt_size);
	if (result == 0 && room < mac.size)
		result = -EINVAL;
	if (result == 0)
		result = extract(&mac, (struct api_bytes){key, key_size}, out);
	api_mac_close(&mac);
	return result;
}

int ualg_hkdf_expand(const char *mac_name, const void *prk, size_t prk_size, const void *info,
		     size_t info_size, void *out, size_t size)
{
	struct api_mac mac;
	int result;

	if (!api_is_there(prk, prk_size) || !api_is_there(info, info_size) || !out || size == 0)
		return -EINVAL;
	result = api_mac_open(&mac, mac_name, prk, prk_size);
	if (result == 0 && !is_output(&mac, size))
		result = -EINVAL;
	if (result == 0)
		result = expand(&mac, (struct api_bytes){info, info_size}, out, size);
	api_mac_close(&mac);
	return result;
}
