/* SPDX-License-Identifier: MIT */
/* What the templates share: the keyed parts of an instance. */
#ifndef UALG_CRYPTO_TEMPLATES_PARTS_H
#define UALG_CRYPTO_TEMPLATES_PARTS_H

#include "crypto/alg.h"

/* The context of a template's tfm begins with this: a tfm for each alg->part. */
struct template_parts {
	struct tfm *tfm[2];
};

/* alg->init and alg->exit of a template's instance.  -ENOMEM, or an errno of a part's init. */
int template_parts_init(struct tfm *tfm);
void template_parts_exit(struct tfm *tfm);

/* The lower of the priorities: an instance is as good as its parts. */
int template_parts_priority(const struct alg *first, const struct alg *second);

#endif
