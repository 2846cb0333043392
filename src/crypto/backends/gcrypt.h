/* SPDX-License-Identifier: MIT */
/* Shared by the files of the libgcrypt back end: the library, its tables' rows, its handles. */
#ifndef UALG_CRYPTO_BACKENDS_GCRYPT_H
#define UALG_CRYPTO_BACKENDS_GCRYPT_H

#include <gcrypt.h>
#include <stdatomic.h>

#include "crypto/alg.h"
#include "crypto/backends/library.h"

#define GCRYPT_FUNCTIONS(X)                                                                        \
	X(gcry_check_version)                                                                      \
	X(gcry_control)                                                                            \
	X(gcry_cipher_algo_info)                                                                   \
	X(gcry_cipher_open)                                                                        \
	X(gcry_cipher_close)                                                                       \
	X(gcry_cipher_ctl)                                                                         \
	X(gcry_cipher_setkey)                                                                      \
	X(gcry_cipher_setiv)                                                                       \
	X(gcry_cipher_setctr)                                                                      \
	X(gcry_cipher_encrypt)                                                                     \
	X(gcry_cipher_decrypt)                                                                     \
	X(gcry_cipher_authenticate)                                                                \
	X(gcry_cipher_gettag)

struct gcrypt_library {
	GCRYPT_FUNCTIONS(LIBRARY_MEMBER)
};

extern struct gcrypt_library gcrypt;

#define GCRYPT_MAX_KEYS    3u /* algorithm numbers that one cipher has */
#define GCRYPT_MAX_HANDLES 2u

/* A cipher: one row makes it available in every mode that suits its block size. */
struct gcrypt_cipher {
	const char *name;   /* as in cbc(NAME) */
	const char *driver; /* as in cbc-DRIVER-gcrypt */
	unsigned block;     /* bytes; 1: a stream cipher */
	/* The library's number for keys of min..max bytes; ended by algorithm 0. */
	struct {
		int algorithm;
		unsigned min;
		unsigned max;
	} key[GCRYPT_MAX_KEYS + 1];
};

/* A mode: one row makes it available for every cipher of its block size. */
struct gcrypt_mode {
	const char *name; /* as in NAME(aes); NULL: the bare cipher */
	unsigned block;   /* the block size it wants; 0: any but 1 */
	unsigned keys;    /* how many keys of the cipher one key holds */
	bool stream;      /* takes text of any length: block size 1 to the outside */
	bool iv_is_block; /* else alg.ivsize says */
	unsigned handles;
	struct {
		int mode;
		unsigned flags;
	} handle[GCRYPT_MAX_HANDLES];
	struct alg alg; /* type, ivsize, digestsize, priority and functions */
};

/* What alg->data points to. */
struct gcrypt_pair {
	const struct gcrypt_cipher *cipher;
	const struct gcrypt_mode *mode;
};

/* A tfm's context.  Handles are opened and keyed by setkey and serve all requests. */
struct gcrypt_context {
	gcry_cipher_hd_t handle[GCRYPT_MAX_HANDLES];
	int algorithm;        /* of the open handles */
	atomic_bool mac_busy; /* see gcrypt_cipher_cbc_mac */
};

extern const struct gcrypt_mode gcrypt_modes[];
extern const size_t gcrypt_mode_count;

static inline struct gcrypt_context *gcrypt_context(const struct tfm *tfm)
{
	return tfm_context(tfm);
}

/* 0, -ENOMEM, or -EINVAL for all else that the library can say. */
int gcrypt_errno(gcry_error_t error);

#endif
