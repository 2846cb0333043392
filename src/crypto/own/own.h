/* SPDX-License-Identifier: MIT */
/*
 * The algorithms of our own code.  Each function below registers those of one file: 0, or an errno
 * of registry_add.  Those that have code for some processors only pick what this one can run.
 */
#ifndef UALG_CRYPTO_OWN_OWN_H
#define UALG_CRYPTO_OWN_OWN_H

#include "crypto/alg.h"

int aegis128_register(void); /* aegis128: Wu and Preneel, AEGIS v1.1 */
int anubis_register(void);   /* anubis: Barreto and Rijmen, NESSIE, tweaked version */
int aria_register(void);     /* aria: RFC 5794 */
int arc4_register(void);     /* arc4, ecb(arc4) */
int blake2b_register(void);  /* blake2b-160 to -512: RFC 7693 */
int blake2s_register(void);  /* blake2s-128 to -256: RFC 7693 */
int cast6_register(void);    /* cast6: RFC 2612 */
int chacha_register(void);   /* chacha20, xchacha20, xchacha12: RFC 8439, draft-irtf-cfrg-xchacha */
int crc_register(void);      /* crc32, crc32c, crct10dif, crc64-rocksoft */
int fcrypt_register(void);   /* fcrypt: the cipher of AFS's rxkad */
int ghash_register(void);    /* ghash: NIST SP 800-38D; polyval: RFC 8452 */
int khazad_register(void);   /* khazad: Barreto and Rijmen, NESSIE, tweaked version */
int michael_register(void);  /* michael_mic: IEEE 802.11 */
int nhpoly1305_register(void); /* nhpoly1305: Crowley and Biggers, Adiantum */
int null_register(void);       /* digest_null, ecb(cipher_null) */
int poly1305_register(void);   /* poly1305: RFC 8439 */
int rmd160_register(void);     /* rmd160: Dobbertin, Bosselaers and Preneel, 1996 */
int serpent_register(void);    /* serpent: Anderson, Biham and Knudsen */
int sm3_register(void);        /* sm3: GB/T 32905-2016 */
int sm4_register(void);        /* sm4: GB/T 32907-2016 */
int streebog_register(void);   /* streebog256, streebog512: RFC 6986 */
int tea_register(void);        /* tea, xtea, xeta: Wheeler and Needham */
int twofish_register(void);    /* twofish: Schneier and others, 1998 */
int whirlpool_register(void);  /* wp512, wp384, wp256: ISO/IEC 10118-3 */
int xxhash64_register(void);   /* xxhash64: the xxHash specification */

/* Registers count descriptors: what the functions above are made of. */
int own_register(struct alg *algs, size_t count);

#endif
