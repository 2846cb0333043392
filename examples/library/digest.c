/* SPDX-License-Identifier: MIT */
/*
 * The digest of standard input, of any length:  digest [NAME]
 *
 *     cc digest.c $(pkg-config --cflags --libs ualg)
 */
#include <stdio.h>
#include <stdlib.h>
#include <ualg/ualg.h>

static int fail(const char *what, int error)
{
	fprintf(stderr, "digest: %s: %s\n", what, ualg_error_text(error));
	return 1;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "sha256";
	static unsigned char data[65536];
	unsigned char result[64];
	struct ualg_digest *digest;
	size_t size;
	int error = ualg_digest_open(&digest, name, UALG_TRANSPORT_DEFAULT);

	if (error < 0)
		return fail(name, error);
	while (error == 0 && (size = fread(data, 1, sizeof(data), stdin)) > 0)
		error = ualg_digest_update(digest, data, size);
	if (error == 0 && ferror(stdin)) {
		perror("digest: standard input");
		ualg_digest_close(digest);
		return 1;
	}
	if (error == 0)
		error = ualg_digest_final(digest, result, sizeof(result));
	if (error < 0) {
		ualg_digest_close(digest);
		return fail(name, error);
	}
	for (size_t i = 0; i < ualg_digest_size(digest); i++)
		printf("%02x", result[i]);
	printf("\n");
	ualg_digest_close(digest);
	return 0;
}
