/* SPDX-License-Identifier: MIT */
/* The libraries that bulk.c compares with: each does the same to the same 16 KiB. */
#ifndef UALG_BENCH_BULK_H
#define UALG_BENCH_BULK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BULK_SIZE 16384u
#define BULK_AAD  16u

/* What is measured: a kernel's name, taken apart. */
struct bulk_job {
	const char *type; /* "hash", "skcipher", "aead" */
	const char *name; /* cbc(aes) */
	char outer[32];   /* cbc; "" for a plain name */
	char inner[64];   /* aes, or the plain name */
	size_t key_size;  /* of the whole: xts(aes) has 32 */
	const uint8_t *key;
	const uint8_t *iv;
	const uint8_t *in;
	uint8_t *out; /* room for a tag behind */
};

/* A library's way of doing a job. */
struct bulk_library {
	const char *name;
	/* A context, or NULL: the library does not have it. */
	void *(*open)(const struct bulk_job *job);
	/* count times the whole message. */
	void (*run)(void *context, size_t count);
};

extern const struct bulk_library bulk_gcrypt;
extern const struct bulk_library bulk_openssl;
extern const struct bulk_library bulk_nettle; /* where it is installed */

#endif
