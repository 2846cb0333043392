/* SPDX-License-Identifier: MIT */
/*
 * cryptd(D), pcrypt(D): in the kernel they run the driver D in other threads; results are those of
 * D.  Here they are other names of it, and with pcrypt requests that are in hand together are
 * computed by several threads, too: who has them sees it at the descriptor.  Only driver names will
 * do (Y-01, Y-03).  In the kernel an instance then serves the plain name too, as its priority is
 * higher; ours never does.
 */
#include <errno.h>
#include <string.h>

#include "crypto/registry.h"
#include "crypto/templates/templates.h"

#define FAR_BELOW 10000 /* less than any driver's priority is after this */

/* A copy of the driver's descriptor under another driver name. */
static int wrap(enum alg_type type, const struct template_name *name, struct alg *out)
{
	const struct alg *inner;
	int result = registry_find(type, name->arg[0], &inner);

	if (result < 0)
		return result;
	if (strcmp(inner->driver, name->arg[0]) != 0)
		return -ENOENT;
	if (strcmp(name->name, "cryptd") == 0 && strncmp(inner->driver, "cryptd(", 7) == 0)
		return -ENOENT;
	*out = *inner;
	out->priority -= FAR_BELOW;
	return template_set_driver(out, "%s(%s)", name->name, inner->driver);
}

static int hash_create(const struct template_name *name, struct alg *out)
{
	return wrap(ALG_TYPE_HASH, name, out);
}

static int skcipher_create(const struct template_name *name, struct alg *out)
{
	return wrap(ALG_TYPE_SKCIPHER, name, out);
}

static int aead_create(const struct template_name *name, struct alg *out)
{
	return wrap(ALG_TYPE_AEAD, name, out);
}

static int pcrypt_create(const struct template_name *name, struct alg *out)
{
	int result = aead_create(name, out);

	out->parallel = result == 0;
	return result;
}

const struct template template_cryptd_hash = {"cryptd", ALG_TYPE_HASH, 1, hash_create};
const struct template template_cryptd_skcipher = {"cryptd", ALG_TYPE_SKCIPHER, 1, skcipher_create};
const struct template template_cryptd_aead = {"cryptd", ALG_TYPE_AEAD, 1, aead_create};
const struct template template_pcrypt = {"pcrypt", ALG_TYPE_AEAD, 1, pcrypt_create};
