/* SPDX-License-Identifier: MIT */
/* HMAC_DRBG: NIST SP 800-90A Rev. 1, section 10.1.2. */
#include <string.h>

#include "crypto/rng/drbg.h"

static int hmac_init(struct drbg *drbg)
{
	return drbg_make_part(drbg, 0, ALG_TYPE_HASH);
}

static int hmac_load(struct drbg *drbg)
{
	return tfm_setkey(drbg->part[0], drbg->state.c, drbg->row->out_size);
}

/* V = HMAC(Key, V). */
static int next_v(struct drbg *drbg)
{
	const struct drbg_input v = {drbg->state.v, drbg->row->out_size};

	return drbg_digest(drbg, &v, 1, drbg->state.v);
}

/* Key = HMAC(Key, V || marker || first || second); V = HMAC(Key, V). */
static int mix(struct drbg *drbg, uint8_t marker, struct drbg_input first, struct drbg_input second)
{
	const struct drbg_input inputs[] = {
	    {drbg->state.v, drbg->row->out_size}, {&marker, 1}, first, second};
	int result = drbg_digest(drbg, inputs, 4, drbg->state.c);

	if (result == 0)
		result = hmac_load(drbg);
	return result < 0 ? result : next_v(drbg);
}

/* HMAC_DRBG_Update. */
static int update(struct drbg *drbg, struct drbg_input first, struct drbg_input second)
{
	int result = mix(drbg, 0, first, second);

	if (result < 0 || first.size + second.size == 0)
		return result;
	return mix(drbg, 1, first, second);
}

static int hmac_seed(struct drbg *drbg, bool reseed, struct drbg_input entropy,
		     struct drbg_input string)
{
	int result = 0;

	if (!reseed) {
		memset(drbg->state.c, 0, drbg->row->out_size);
		memset(drbg->state.v, 1, drbg->row->out_size);
		result = hmac_load(drbg);
	}
	return result < 0 ? result : update(drbg, entropy, string);
}

static int hmac_generate(struct drbg *drbg, struct drbg_input additional, uint8_t *out, size_t size)
{
	const struct drbg_input none = {NULL, 0};
	int result = 0;

	if (additional.size > 0)
		result = update(drbg, additional, none);
	while (result == 0 && size > 0) {
		size_t part = size < drbg->row->out_size ? size : drbg->row->out_size;

		result = next_v(drbg);
		memcpy(out, drbg->state.v, part);
		out += part;
		size -= part;
	}
	return result < 0 ? result : update(drbg, additional, none);
}

const struct drbg_mechanism drbg_hmac = {
    .init = hmac_init,
    .seed = hmac_seed,
    .generate = hmac_generate,
    .load = hmac_load,
};
