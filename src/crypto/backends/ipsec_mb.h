/* SPDX-License-Identifier: MIT */
/*
 * Shared by the files of the libipsec-mb back end.
 *
 * The library has two faces.  Functions of its manager that take all they need as arguments serve
 * one request (ipsec_mb_modes.c): they may run in any thread, and be left by a jump.  Jobs, which
 * share a manager's lanes, serve many requests at once (ipsec_mb_batch.c).
 */
#ifndef UALG_CRYPTO_BACKENDS_IPSEC_MB_H
#define UALG_CRYPTO_BACKENDS_IPSEC_MB_H

#define NO_COMPAT_IMB_API_053 /* names without prefix */
#include <intel-ipsec-mb.h>

#include "crypto/alg.h"

/* The manager whose functions are used, never its jobs; NULL before the library was loaded. */
extern const IMB_MGR *ipsec_mb;

/*
 * A manager for jobs, in secret memory, which the caller keeps for good.  NULL: no memory, or no
 * library.
 */
IMB_MGR *ipsec_mb_manager_new(void);

/* Makes it as new, whatever state its jobs were left in. */
void ipsec_mb_manager_reset(IMB_MGR *manager);

/* The vector AES and carry-less products of AVX-512, with which it is ahead of everybody. */
#define IPSEC_MB_WIDE (IMB_FEATURE_AVX512_SKX | IMB_FEATURE_VAES | IMB_FEATURE_VPCLMULQDQ)

#define IPSEC_MB_NAME "ipsec-mb" /* in the table of back ends */

/* The AES key schedules that the library's functions and jobs read. */
#define IPSEC_MB_SCHEDULE_SIZE (15u * 16u)
struct ipsec_mb_aes {
	_Alignas(64) uint8_t encrypt[IPSEC_MB_SCHEDULE_SIZE];
	_Alignas(64) uint8_t decrypt[IPSEC_MB_SCHEDULE_SIZE];
	IMB_KEY_SIZE_BYTES size;
};

/* 0; -EINVAL: no size of an AES key. */
int ipsec_mb_aes_expand(struct ipsec_mb_aes *aes, const uint8_t *key, size_t size);

/* An algorithm, and the processor features that it is the fastest with. */
struct ipsec_mb_row {
	uint64_t features; /* IMB_FEATURE_ */
	const char *other; /* the driver of its name that does what it does not; alg.data then */
	struct alg alg;
};

extern const struct ipsec_mb_row ipsec_mb_rows[];
extern const size_t ipsec_mb_row_count;

#endif
