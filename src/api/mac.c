/* SPDX-License-Identifier: MIT */
#include "api/mac.h"

int api_mac_open(struct api_mac *mac, const char *name, const void *key, size_t size)
{
	int result;

	*mac = (struct api_mac){0};
	result = ualg_digest_open(&mac->digest, name, UALG_TRANSPORT_DEFAULT);
	if (result < 0)
		return result;
	mac->size = ualg_digest_size(mac->digest);
	return mac->size ? api_mac_set_key(mac, key, size) : -EINVAL;
}

void api_mac_close(struct api_mac *mac)
{
	ualg_digest_close(mac->digest);
}

int api_mac_set_key(struct api_mac *mac, const void *key, size_t size)
{
	return ualg_digest_set_key(mac->digest, key, size);
}

int api_mac_compute(struct api_mac *mac, const struct api_bytes *parts, size_t count, uint8_t *out)
{
	int result = 0;

	for (size_t i = 0; i < count && result == 0; i++)
		if (parts[i].size)
			result = ualg_digest_update(mac->digest, parts[i].data, parts[i].size);
	return result < 0 ? result : ualg_digest_final(mac->digest, out, mac->size);
}
