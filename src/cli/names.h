/* SPDX-License-Identifier: MIT */
/* The names that people expect, so that instances of templates show before anybody binds them. */
#ifndef UALG_CLI_NAMES_H
#define UALG_CLI_NAMES_H

#include <stddef.h>

#include "crypto/alg.h"

struct cli_name {
	enum alg_type type;
	const char *name;
};

extern const struct cli_name cli_names[];
extern const size_t cli_names_count;

/* Looks all of them up, which registers the instances; what is not there is left out. */
void cli_names_instantiate(void);

#endif
