/* SPDX-License-Identifier: MIT */
/* How lists write the sizes of an algorithm. */
#ifndef UALG_CLI_SIZES_H
#define UALG_CLI_SIZES_H

#include "crypto/alg.h"

enum cli_size { CLI_SIZE_KEY, CLI_SIZE_IV, CLI_SIZE_BLOCK, CLI_SIZE_OUT, CLI_SIZES };

/* Writes one into out, ALG_NAME_MAX bytes: a number, a range, "any", "seed", or "-": has none. */
void cli_write_size(const struct alg *alg, enum cli_size size, char *out);

#endif
