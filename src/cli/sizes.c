/* SPDX-License-Identifier: MIT */
#include "cli/sizes.h"

#include <limits.h>
#include <stdio.h>

static void write_range(char *out, unsigned low, unsigned high)
{
	if (high == UINT_MAX && low == 0)
		snprintf(out, ALG_NAME_MAX, "any");
	else if (high == UINT_MAX)
		snprintf(out, ALG_NAME_MAX, "%u-any", low);
	else if (low == high)
		snprintf(out, ALG_NAME_MAX, "%u", low);
	else
		snprintf(out, ALG_NAME_MAX, "%u-%u", low, high);
}

static void write_key(const struct alg *alg, char *out)
{
	if (alg->type == ALG_TYPE_HASH && alg->key == ALG_KEY_NONE)
		snprintf(out, ALG_NAME_MAX, "-");
	else if (alg->type == ALG_TYPE_RNG)
		snprintf(out, ALG_NAME_MAX, "seed");
	else if (alg->max_keysize == 0 && alg->type != ALG_TYPE_SKCIPHER)
		snprintf(out, ALG_NAME_MAX, "any");
	else
		write_range(out, alg->min_keysize, alg->max_keysize);
}

static void write_number(char *out, bool shown, unsigned size)
{
	if (shown)
		snprintf(out, ALG_NAME_MAX, "%u", size);
	else
		snprintf(out, ALG_NAME_MAX, "-");
}

void cli_write_size(const struct alg *alg, enum cli_size size, char *out)
{
	bool cipher = alg->type == ALG_TYPE_SKCIPHER || alg->type == ALG_TYPE_AEAD;
	bool digest = alg->type == ALG_TYPE_HASH || alg->type == ALG_TYPE_AEAD;

	switch (size) {
	case CLI_SIZE_KEY:
		write_key(alg, out);
		break;
	case CLI_SIZE_IV:
		write_number(out, cipher, alg->ivsize);
		break;
	case CLI_SIZE_BLOCK:
		write_number(out, alg->type != ALG_TYPE_RNG, alg->blocksize);
		break;
	default:
		write_number(out, digest, alg->digestsize);
		break;
	}
}
