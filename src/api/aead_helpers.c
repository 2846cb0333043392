/* SPDX-License-Identifier: MIT */
/* What the kernel's AEADs take in forms of their own: IVs of ccm, keys of authenc. */
#include <string.h>

#include "api/api.h"
#include "crypto/bytes.h"

int ualg_ccm_iv(const void *nonce, size_t nonce_size, uint8_t iv[16])
{
	if (!nonce || !iv || nonce_size < 7 || nonce_size > 13)
		return -EINVAL;
	memset(iv, 0, 16);
	iv[0] = (uint8_t)(14 - nonce_size); /* L - 1, where L is 15 - nonce_size */
	memcpy(iv + 1, nonce, nonce_size);
	return 0;
}

/* K-10: a header of native u16 length and type, the size of the cipher's key; both keys. */
#define AUTHENC_HEADER 8u
#define AUTHENC_TYPE   1u

size_t ualg_authenc_key_size(size_t auth_size, size_t cipher_size)
{
	if (auth_size > UINT32_MAX || cipher_size > UINT32_MAX ||
	    auth_size > SIZE_MAX - AUTHENC_HEADER - cipher_size)
		return 0;
	return AUTHENC_HEADER + auth_size + cipher_size;
}

int ualg_authenc_key(const void *auth, size_t auth_size, const void *cipher, size_t cipher_size,
		     void *out, size_t room)
{
	size_t size = ualg_authenc_key_size(auth_size, cipher_size);
	const uint16_t header[2] = {AUTHENC_HEADER, AUTHENC_TYPE};
	uint8_t *at = out;

	if (!out || size == 0 || !api_is_there(auth, auth_size) ||
	    !api_is_there(cipher, cipher_size))
		return -EINVAL;
	if (room < size)
		return -ENOBUFS;
	memcpy(at, header, sizeof(header));
	bytes_store_be32(at + sizeof(header), (uint32_t)cipher_size);
	memcpy(at + AUTHENC_HEADER, api_in(auth), auth_size);
	memcpy(at + AUTHENC_HEADER + auth_size, api_in(cipher), cipher_size);
	return 0;
}
