/* SPDX-License-Identifier: MIT */
#include "crypto/templates/parts.h"

#include <stddef.h>

#define PART_COUNT 2u

void template_parts_exit(struct tfm *tfm)
{
	struct template_parts *parts = tfm_context(tfm);

	for (size_t i = 0; i < PART_COUNT; i++) {
		tfm_free(parts->tfm[i]);
		parts->tfm[i] = NULL;
	}
}

int template_parts_init(struct tfm *tfm)
{
	struct template_parts *parts = tfm_context(tfm);

	for (size_t i = 0; i < PART_COUNT && tfm->alg->part[i]; i++) {
		int result = tfm_new(tfm->alg->part[i], &parts->tfm[i]);

		if (result < 0) {
			template_parts_exit(tfm);
			return result;
		}
	}
	return 0;
}

int template_parts_priority(const struct alg *first, const struct alg *second)
{
	return second->priority < first->priority ? second->priority : first->priority;
}
