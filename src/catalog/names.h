/* SPDX-License-Identifier: MIT */
/*
 * The well-known names: every name that a kernel's AF_ALG binds (abi.md section 15) and that people
 * therefore expect, so that instances of templates show before anybody binds them.
 */
#ifndef UALG_CATALOG_NAMES_H
#define UALG_CATALOG_NAMES_H

#include <stddef.h>

#include "crypto/alg.h"

struct catalog_name {
	enum alg_type type;
	const char *name;
};

/* In the order of abi.md. */
extern const struct catalog_name catalog_names[];
extern const size_t catalog_names_count;

/* Looks all of them up, which registers the instances; what is not there is left out. */
void catalog_names_instantiate(void);

#endif
