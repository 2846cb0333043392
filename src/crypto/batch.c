/* SPDX-License-Identifier: MIT */
#include "crypto/batch.h"

#include "crypto/backends/backends.h"

const struct alg *batch_find(const struct alg *alg)
{
#if HAVE_IPSEC_MB
	return backend_ipsec_mb_batch(alg);
#else
	(void)alg;
	return NULL;
#endif
}
