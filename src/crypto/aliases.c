/* SPDX-License-Identifier: MIT */
#include "crypto/aliases.h"

#include <string.h>

#include "crypto/registry.h"

struct alias {
	enum alg_type type;
	const char *generic;
	const char *driver; /* of the kernel; NULL: the generic name and "-generic" */
};

static const struct alias aliases[] = {
    {ALG_TYPE_CIPHER, "aes", NULL},         {ALG_TYPE_CIPHER, "aes", "aes-fixed-time"},
    {ALG_TYPE_CIPHER, "anubis", NULL},      {ALG_TYPE_CIPHER, "aria", NULL},
    {ALG_TYPE_CIPHER, "blowfish", NULL},    {ALG_TYPE_CIPHER, "camellia", NULL},
    {ALG_TYPE_CIPHER, "cast5", NULL},       {ALG_TYPE_CIPHER, "cast6", NULL},
    {ALG_TYPE_CIPHER, "cipher_null", NULL}, {ALG_TYPE_CIPHER, "des", NULL},
    {ALG_TYPE_CIPHER, "des3_ede", NULL},    {ALG_TYPE_CIPHER, "fcrypt", NULL},
    {ALG_TYPE_CIPHER, "khazad", NULL},      {ALG_TYPE_CIPHER, "seed", NULL},
    {ALG_TYPE_CIPHER, "serpent", NULL},     {ALG_TYPE_CIPHER, "sm4", NULL},
    {ALG_TYPE_CIPHER, "tea", NULL},         {ALG_TYPE_CIPHER, "twofish", NULL},
    {ALG_TYPE_CIPHER, "xeta", NULL},        {ALG_TYPE_CIPHER, "xtea", NULL},
    {ALG_TYPE_SKCIPHER, "arc4", NULL},      {ALG_TYPE_SKCIPHER, "chacha20", NULL},
    {ALG_TYPE_SKCIPHER, "xchacha12", NULL}, {ALG_TYPE_SKCIPHER, "xchacha20", NULL},
    {ALG_TYPE_AEAD, "aegis128", NULL},      {ALG_TYPE_HASH, "blake2b-160", NULL},
    {ALG_TYPE_HASH, "blake2b-256", NULL},   {ALG_TYPE_HASH, "blake2b-384", NULL},
    {ALG_TYPE_HASH, "blake2b-512", NULL},   {ALG_TYPE_HASH, "crc32", NULL},
    {ALG_TYPE_HASH, "crc32c", NULL},        {ALG_TYPE_HASH, "crc64-rocksoft", NULL},
    {ALG_TYPE_HASH, "crct10dif", NULL},     {ALG_TYPE_HASH, "digest_null", NULL},
    {ALG_TYPE_HASH, "ghash", NULL},         {ALG_TYPE_HASH, "md4", NULL},
    {ALG_TYPE_HASH, "md5", NULL},           {ALG_TYPE_HASH, "michael_mic", NULL},
    {ALG_TYPE_HASH, "nhpoly1305", NULL},    {ALG_TYPE_HASH, "poly1305", NULL},
    {ALG_TYPE_HASH, "polyval", NULL},       {ALG_TYPE_HASH, "rmd160", NULL},
    {ALG_TYPE_HASH, "sha1", NULL},          {ALG_TYPE_HASH, "sha224", NULL},
    {ALG_TYPE_HASH, "sha256", NULL},        {ALG_TYPE_HASH, "sha384", NULL},
    {ALG_TYPE_HASH, "sha512", NULL},        {ALG_TYPE_HASH, "sha3-224", NULL},
    {ALG_TYPE_HASH, "sha3-256", NULL},      {ALG_TYPE_HASH, "sha3-384", NULL},
    {ALG_TYPE_HASH, "sha3-512", NULL},      {ALG_TYPE_HASH, "sm3", NULL},
    {ALG_TYPE_HASH, "streebog256", NULL},   {ALG_TYPE_HASH, "streebog512", NULL},
    {ALG_TYPE_HASH, "wp256", NULL},         {ALG_TYPE_HASH, "wp384", NULL},
    {ALG_TYPE_HASH, "wp512", NULL},         {ALG_TYPE_HASH, "xxhash64", NULL},
};

#define ALIAS_COUNT (sizeof(aliases) / sizeof(aliases[0]))

static const char suffix[] = "-generic";

static bool is_alias(const struct alias *alias, const char *word, size_t size)
{
	size_t length = strlen(alias->generic);

	if (alias->driver)
		return strlen(alias->driver) == size && memcmp(alias->driver, word, size) == 0;
	return size == length + sizeof(suffix) - 1 && memcmp(alias->generic, word, length) == 0 &&
	       memcmp(suffix, word + length, sizeof(suffix) - 1) == 0;
}

/* The driver name of ours for a word that is the kernel's, or NULL. */
static const char *translate_word(const char *word, size_t size)
{
	for (size_t i = 0; i < ALIAS_COUNT; i++) {
		const struct alg *alg;

		if (is_alias(&aliases[i], word, size) &&
		    registry_find(aliases[i].type, aliases[i].generic, &alg) == 0)
			return alg->driver;
	}
	return NULL;
}

bool aliases_translate(const char *name, char *out)
{
	size_t filled = 0;
	bool replaced = false;

	while (*name) {
		size_t size = strcspn(name, "(),");
		const char *driver = size > 0 ? translate_word(name, size) : NULL;
		const char *text = driver ? driver : name;
		size_t length = driver ? strlen(driver) : size > 0 ? size : 1;

		if (filled + length >= ALG_NAME_MAX)
			return false;
		memcpy(out + filled, text, length);
		filled += length;
		name += size > 0 ? size : 1;
		replaced = replaced || driver;
	}
	out[filled] = '\0';
	return replaced;
}
