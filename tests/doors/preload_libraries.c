/* SPDX-License-Identifier: MIT */
/*
 * A program that uses libgcrypt and libcrypto itself, before, between and after its alg sockets:
 * it must find them as if we were not there.
 *
 * Started with an argument, it uses alg sockets first ("sockets") or the libraries first ("host").
 */
#include "preload_common.h"

#include <gcrypt.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

static bool gcrypt_abc(void)
{
	uint8_t digest[DIGEST_SIZE];

	gcry_md_hash_buffer(GCRY_MD_SHA256, digest, "abc", 3);
	return memcmp(digest, digest_abc, sizeof(digest)) == 0;
}

static bool openssl_abc(void)
{
	uint8_t digest[DIGEST_SIZE];
	unsigned size = sizeof(digest);

	return EVP_Digest("abc", 3, digest, &size, EVP_sha256(), NULL) == 1 &&
	       memcmp(digest, digest_abc, sizeof(digest)) == 0;
}

/* What a program does that looks after libgcrypt itself. */
static bool gcrypt_start(void)
{
	if (!gcry_check_version(NULL))
		return false;
	if (gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P))
		return true; /* we have been there: it says so, and the program leaves it at that */
	return gcry_control(GCRYCTL_SUSPEND_SECMEM_WARN) == 0 &&
	       gcry_control(GCRYCTL_INIT_SECMEM, 16384, 0) == 0 &&
	       gcry_control(GCRYCTL_RESUME_SECMEM_WARN) == 0 &&
	       gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0) == 0;
}

static bool secure_memory_works(void)
{
	void *block = gcry_malloc_secure(64);
	bool secure = block && gcry_is_secure(block);

	gcry_free(block);
	return secure;
}

static bool sockets_work(void)
{
	static const char *const names[] = {"sha256", "sha3-256", "md5"};
	int op = hash_op(), cipher = cipher_op();
	bool good = op >= 0 && cipher >= 0 && hashes_abc(op);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		close(afalg_bind("hash", names[i]));
	close(op);
	close(cipher);
	return good;
}

static unsigned number, failures;

static void check(bool good, const char *what)
{
	printf("%sok %u - %s\n", good ? "" : "not ", ++number, what);
	failures += !good;
}

int main(int count, char **arguments)
{
	bool host_first = count > 1 && strcmp(arguments[1], "host") == 0;

	if (host_first) {
		check(gcrypt_start(), "start libgcrypt");
		check(secure_memory_works(), "its secure memory");
		check(gcrypt_abc(), "hash by libgcrypt");
		check(openssl_abc(), "hash by libcrypto");
	}
	check(sockets_work(), "sockets");
	if (!host_first)
		check(gcrypt_start(), "start libgcrypt");
	check(gcrypt_abc(), "hash by libgcrypt");
	check(openssl_abc(), "hash by libcrypto");
	if (host_first)
		check(secure_memory_works(), "its secure memory");
	else
		check(gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0) == 0, "finish it again");
	check(sockets_work(), "sockets again");
	printf("1..%u\n", number);
	return failures != 0;
}
