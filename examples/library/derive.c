/* SPDX-License-Identifier: MIT */
/*
 * A password, from standard input, becomes a key by PBKDF2, with as many iterations as take a tenth
 * of a second here; HKDF makes two keys of it, one for each direction.
 *
 * Prints what is kept beside the data: the salt and the count; and a digest of the keys, to
 * compare.
 *
 *     derive [SALT ITERATIONS]
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ualg/ualg.h>

#define SALT_SIZE 16

static const char mac[] = "hmac(sha256)";

static void print_hex(const char *what, const unsigned char *data, size_t size)
{
	printf("%s ", what);
	for (size_t i = 0; i < size; i++)
		printf("%02x", data[i]);
	printf("\n");
}

static int read_salt(const char *text, unsigned char *salt)
{
	if (strlen(text) != 2 * SALT_SIZE)
		return -EINVAL;
	for (size_t i = 0; i < SALT_SIZE; i++) {
		char digits[3] = {text[2 * i], text[2 * i + 1], '\0'};

		salt[i] = (unsigned char)strtoul(digits, NULL, 16);
	}
	return 0;
}

int main(int argc, char **argv)
{
	unsigned char salt[SALT_SIZE], digest[32];
	/* The password, the key of it, and the two keys of that: in memory that is wiped. */
	struct {
		char password[1024];
		unsigned char key[32], sending[32], receiving[32];
	} *secret = ualg_secure_alloc(sizeof(*secret));
	uint64_t iterations = 0;
	size_t size;
	int error;

	if (!secret)
		return 1;
	size = fread(secret->password, 1, sizeof(secret->password), stdin);
	if (argc == 3) {
		error = read_salt(argv[1], salt);
		iterations = strtoull(argv[2], NULL, 10);
	} else {
		error = ualg_random(salt, sizeof(salt));
		if (error == 0)
			error = ualg_pbkdf2_iterations(mac, 32, 100, &iterations);
	}
	if (error == 0)
		error = ualg_pbkdf2(mac, secret->password, size, salt, sizeof(salt), iterations,
				    secret->key, 32);
	if (error == 0)
		error = ualg_hkdf_expand(mac, secret->key, 32, "send", 4, secret->sending, 32);
	if (error == 0)
		error = ualg_hkdf_expand(mac, secret->key, 32, "receive", 7, secret->receiving, 32);
	if (error == 0)
		error = ualg_sha256(secret->sending, 64, digest);
	ualg_secure_free(secret);
	if (error < 0) {
		fprintf(stderr, "derive: %s\n", ualg_error_text(error));
		return 1;
	}
	print_hex("salt", salt, sizeof(salt));
	printf("iterations %" PRIu64 "\n", iterations);
	print_hex("keys", digest, sizeof(digest));
	return 0;
}
