/* SPDX-License-Identifier: MIT */
#include "cli/names.h"

#include "crypto/registry.h"

const struct cli_name cli_names[] = {
    {ALG_TYPE_HASH, "md5"},
    {ALG_TYPE_HASH, "sha1"},
    {ALG_TYPE_HASH, "sha224"},
    {ALG_TYPE_HASH, "sha256"},
    {ALG_TYPE_HASH, "sha384"},
    {ALG_TYPE_HASH, "sha512"},
    {ALG_TYPE_HASH, "sha3-224"},
    {ALG_TYPE_HASH, "sha3-256"},
    {ALG_TYPE_HASH, "sha3-384"},
    {ALG_TYPE_HASH, "sha3-512"},
    {ALG_TYPE_HASH, "hmac(md5)"},
    {ALG_TYPE_HASH, "hmac(sha1)"},
    {ALG_TYPE_HASH, "hmac(sha224)"},
    {ALG_TYPE_HASH, "hmac(sha256)"},
    {ALG_TYPE_HASH, "hmac(sha384)"},
    {ALG_TYPE_HASH, "hmac(sha512)"},
    {ALG_TYPE_HASH, "hmac(sha3-224)"},
    {ALG_TYPE_HASH, "hmac(sha3-256)"},
    {ALG_TYPE_HASH, "hmac(sha3-384)"},
    {ALG_TYPE_HASH, "hmac(sha3-512)"},
    {ALG_TYPE_HASH, "cmac(aes)"},
    {ALG_TYPE_SKCIPHER, "ecb(aes)"},
    {ALG_TYPE_SKCIPHER, "cbc(aes)"},
    {ALG_TYPE_SKCIPHER, "ctr(aes)"},
    {ALG_TYPE_SKCIPHER, "xts(aes)"},
    {ALG_TYPE_SKCIPHER, "cbc(des3_ede)"},
    {ALG_TYPE_AEAD, "gcm(aes)"},
    {ALG_TYPE_AEAD, "ccm(aes)"},
    {ALG_TYPE_AEAD, "rfc4106(gcm(aes))"},
    {ALG_TYPE_AEAD, "authenc(hmac(sha256),cbc(aes))"},
    {ALG_TYPE_AEAD, "rfc7539(chacha20,poly1305)"},
    {ALG_TYPE_RNG, "stdrng"},
};

const size_t cli_names_count = sizeof(cli_names) / sizeof(cli_names[0]);

void cli_names_instantiate(void)
{
	const struct alg *alg;

	for (size_t i = 0; i < cli_names_count; i++)
		(void)registry_find(cli_names[i].type, cli_names[i].name, &alg);
}
