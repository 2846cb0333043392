/* SPDX-License-Identifier: MIT */
/*
 * Encrypts or decrypts standard input to standard output in parts, with little memory for any
 * length:
 *
 *     cipher encrypt|decrypt NAME KEYFILE
 *
 * The IV stands before the ciphertext.  Nothing here tells whether somebody has changed it: see
 * seal.c for that.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <ualg/ualg.h>

#define PART     65536
#define KEY_MAX  512
#define IV_MAX   64
#define HELD_MAX 256 /* more than any cipher's chunk, which is what may come on top of a part */

/* Reads a key of at most KEY_MAX bytes.  -EINVAL: there is none, or it is longer. */
static int read_key(const char *path, unsigned char *key, size_t *size)
{
	FILE *file = fopen(path, "rb");

	if (!file)
		return -errno;
	*size = fread(key, 1, KEY_MAX, file);
	if (ferror(file) || fgetc(file) != EOF)
		*size = 0;
	fclose(file);
	return *size > 0 ? 0 : -EINVAL;
}

static int put(const unsigned char *data, size_t size)
{
	return fwrite(data, 1, size, stdout) == size ? 0 : -EIO;
}

/* Makes an IV and writes it, or reads it. */
static int exchange_iv(enum ualg_direction direction, unsigned char *iv, size_t size)
{
	int error;

	if (direction == UALG_DECRYPT)
		return fread(iv, 1, size, stdin) == size ? 0 : -EINVAL;
	error = ualg_random(iv, size);
	return error < 0 ? error : put(iv, size);
}

static int crypt(struct ualg_skcipher *cipher, enum ualg_direction direction)
{
	static unsigned char in[PART], out[PART + HELD_MAX];
	unsigned char iv[IV_MAX];
	size_t size, written;
	int error = exchange_iv(direction, iv, ualg_skcipher_iv_size(cipher));

	if (error == 0)
		error = ualg_skcipher_start(cipher, direction, iv);
	while (error == 0 && (size = fread(in, 1, sizeof(in), stdin)) > 0) {
		error = ualg_skcipher_update(cipher, in, size, out, sizeof(out), &written);
		if (error == 0)
			error = put(out, written);
	}
	if (error == 0)
		error = ualg_skcipher_finish(cipher, out, sizeof(out), &written);
	if (error == 0)
		error = put(out, written);
	if (error == 0 && (ferror(stdin) || fflush(stdout) != 0))
		error = -EIO;
	ualg_secure_wipe(in, sizeof(in));
	ualg_secure_wipe(out, sizeof(out));
	return error;
}

int main(int argc, char **argv)
{
	struct ualg_skcipher *cipher = NULL;
	unsigned char *key;
	enum ualg_direction direction;
	size_t size = 0;
	int error;

	if (argc != 4 || (strcmp(argv[1], "encrypt") != 0 && strcmp(argv[1], "decrypt") != 0)) {
		fprintf(stderr, "usage: cipher encrypt|decrypt NAME KEYFILE\n");
		return 2;
	}
	direction = strcmp(argv[1], "encrypt") == 0 ? UALG_ENCRYPT : UALG_DECRYPT;
	key = ualg_secure_alloc(KEY_MAX);
	error = key ? read_key(argv[3], key, &size) : -ENOMEM;
	if (error == 0)
		error = ualg_skcipher_open(&cipher, argv[2], UALG_TRANSPORT_DEFAULT);
	if (error == 0)
		error = ualg_skcipher_set_key(cipher, key, size);
	if (error == 0)
		error = crypt(cipher, direction);
	ualg_skcipher_close(cipher);
	ualg_secure_free(key);
	if (error < 0)
		fprintf(stderr, "cipher: %s\n", ualg_error_text(error));
	return error < 0;
}
