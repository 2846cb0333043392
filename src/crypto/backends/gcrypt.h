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
#define GCRYPT_MAX_HANDLES 3u
#define GCRYPT_MAX_KEY     112u /* bytes that setkey hands to the library: blowfish has 56, twice */

/*
 * Which modes of its own the library runs a cipher in.  Where it goes block by block although it
 * can take many at once, our templates over the bare cipher are faster; where it knows some key
 * sizes only, they are the only way.
 */
enum gcrypt_mode_set {
	GCRYPT_BARE = 1,    /* the cipher itself, for our templates */
	GCRYPT_ECB = 2,     /* ecb by other means than the library's: see gcrypt_cipher.c */
	GCRYPT_CHAIN = 4,   /* cbc, cfb, ofb */
	GCRYPT_COUNTER = 8, /* ctr, gcm */
	GCRYPT_CCM = 16,
	GCRYPT_XTS = 32,
};

/* A cipher: one row makes it available in every mode that suits its block size. */
struct gcrypt_cipher {
	const char *name; /* as in cbc(NAME) */
	unsigned block;   /* bytes; 1: a stream cipher */
	unsigned modes;   /* of enum gcrypt_mode_set */
	/* The library's number for keys of min..max bytes; ended by algorithm 0. */
	struct {
		int algorithm;
		unsigned min;
		unsigned max;
	} key[GCRYPT_MAX_KEYS + 1];
	/*
	 * Makes the library's key of one of ours, where they differ: writes *out_size bytes, at
	 * most GCRYPT_MAX_KEY / 2.
	 */
	void (*expand)(const uint8_t *key, size_t size, uint8_t *out, size_t *out_size);
	/* The driver of a bare cipher that takes the keys of other sizes, or NULL. */
	const char *other;
	/* The driver of a bare cipher that is faster with one block at a time, or NULL. */
	const char *serial;
};

/* A mode: one row makes it available for every cipher of its block size. */
struct gcrypt_mode {
	const char *name; /* as in NAME(aes); NULL: the bare cipher */
	enum gcrypt_mode_set set;
	unsigned block;   /* the block size it wants; 0: any but 1 */
	unsigned keys;    /* how many keys of the cipher one key holds */
	bool stream;      /* takes text of any length: block size 1 to the outside */
	bool iv_is_block; /* else alg.ivsize says */
	/* What makes this mode of a bare cipher, before and behind its driver's name; or NULL. */
	const char *around[2];
	unsigned handles;
	struct {
		int mode;
		unsigned flags;
		bool last_key; /* has the last of the keys, not all of them */
	} handle[GCRYPT_MAX_HANDLES];
	struct alg alg; /* type, ivsize, digestsize, priority and functions */
};

/* What alg->data points to. */
struct gcrypt_pair {
	const struct gcrypt_cipher *cipher;
	const struct gcrypt_mode *mode;
	const struct alg *other;  /* that the cipher's row names */
	const struct alg *serial; /* likewise; for the bare cipher only */
};

/* A tfm's context.  Handles are opened and keyed by setkey and serve all requests. */
struct gcrypt_context {
	gcry_cipher_hd_t handle[GCRYPT_MAX_HANDLES];
	int algorithm;          /* of the open handles; 0: the key is the other's */
	atomic_bool chain_busy; /* see gcrypt_cipher.c */
	struct tfm *other;      /* the same mode of pair->other, or NULL: not needed yet */
	struct tfm *serial;     /* of pair->serial, or NULL */
};

/* The modes of one file: the bare cipher, and ecb, which is made of the same. */
extern const struct gcrypt_mode gcrypt_cipher_mode;
extern const struct gcrypt_mode gcrypt_ecb_mode;

/* All of them, the bare cipher too. */
extern const struct gcrypt_mode *const gcrypt_modes[];
extern const size_t gcrypt_mode_count;

static inline struct gcrypt_context *gcrypt_context(const struct tfm *tfm)
{
	return tfm_context(tfm);
}

/* The tfm that has the key, where it is of a size that the library does not know; or NULL. */
static inline struct tfm *gcrypt_other(const struct tfm *tfm)
{
	const struct gcrypt_context *context = gcrypt_context(tfm);

	return context->algorithm == 0 ? context->other : NULL;
}

/* 0, -ENOMEM, or -EINVAL for all else that the library can say. */
int gcrypt_errno(gcry_error_t error);

#endif
