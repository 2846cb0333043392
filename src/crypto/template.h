/* SPDX-License-Identifier: MIT */
/*
 * Templates: algorithms made of algorithms, written TEMPLATE(ARG,...) (abi.md section 4, table
 * "What templates accept").
 */
#ifndef UALG_CRYPTO_TEMPLATE_H
#define UALG_CRYPTO_TEMPLATE_H

#include "crypto/alg.h"

#define TEMPLATE_MAX_ARGS 3u

/* A name taken apart: hmac(sha256) is "hmac" and {"sha256"}. */
struct template_name {
	char name[ALG_NAME_MAX];
	char arg[TEMPLATE_MAX_ARGS][ALG_NAME_MAX];
	unsigned args;
};

/*
 * Takes a name apart one level deep; arguments may be expressions themselves.
 * -ENOENT: not of the form TEMPLATE(ARG,...) (N-03), more arguments than any template has, or too
 * long.  Never reads beyond the NUL.
 */
int template_parse(const char *text, struct template_name *out);

struct template
{
	const char *name;
	enum alg_type type; /* of what it makes */
	unsigned args;
	/*
	 * Fills a descriptor from the parsed name: looks its parts up with registry_find, checks
	 * that they suit, composes name and driver with template_compose.  -ENOENT: parts do not
	 * suit.
	 */
	int (*create)(const struct template_name *name, struct alg *out);
};

/* Writes TEMPLATE(PART,...) of the parts' generic and driver names; -ENOENT: too long. */
int template_compose(struct alg *out, const char *name, const struct alg *first,
		     const struct alg *second);

/*
 * Writes another driver name than template_compose did, printf-like, for templates whose driver
 * names more or other parts than the generic name does.  -ENOENT: too long.
 */
__attribute__((format(printf, 2, 3))) int template_set_driver(struct alg *out, const char *format,
							      ...);

/* The template of that name that makes that type of so many arguments, or NULL. */
const struct template *template_find(const char *name, enum alg_type type, unsigned args);

#endif
