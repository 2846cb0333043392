/* SPDX-License-Identifier: MIT */
#include "crypto/own/own.h"

#include "crypto/registry.h"

int own_register(struct alg *algs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int result = registry_add(&algs[i]);

		if (result < 0)
			return result;
	}
	return 0;
}
