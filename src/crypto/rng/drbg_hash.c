/* SPDX-License-Identifier: MIT */
/* Hash_DRBG: NIST SP 800-90A Rev. 1, section 10.1.1. */
#include <string.h>

#include "crypto/bytes.h"
#include "crypto/rng/drbg.h"

#define MAX_INPUTS 4u

static int hash_init(struct drbg *drbg)
{
	return drbg_make_part(drbg, 0, ALG_TYPE_HASH);
}

/* Hash_df of section 10.3.1: seedlen bytes out of all inputs.  out is none of the inputs. */
static int derive(struct drbg *drbg, const struct drbg_input *inputs, size_t count, uint8_t *out)
{
	size_t size = drbg->row->seed_size;
	size_t outlen = drbg->row->out_size;
	uint8_t header[5]; /* a counter, and the bits to return */
	struct drbg_input all[1 + MAX_INPUTS] = {{header, sizeof(header)}};

	memcpy(all + 1, inputs, count * sizeof(*inputs));
	drbg_store32(header + 1, (uint32_t)size * 8);
	header[0] = 1;
	for (size_t done = 0; done < size; done += outlen) {
		size_t part = size - done < outlen ? size - done : outlen;
		int result = drbg_digest(drbg, all, 1 + count, drbg->scratch.hash.digest);

		if (result < 0)
			return result;
		memcpy(out + done, drbg->scratch.hash.digest, part);
		header[0]++;
	}
	return 0;
}

/* V = Hash_df(inputs), C = Hash_df(0x00 || V). */
static int set_seed(struct drbg *drbg, const struct drbg_input *inputs, size_t count)
{
	static const uint8_t zero = 0;
	struct drbg_state *state = &drbg->state;
	const struct drbg_input for_c[] = {{&zero, 1}, {state->v, drbg->row->seed_size}};
	int result = derive(drbg, inputs, count, drbg->scratch.hash.seed);

	if (result < 0)
		return result;
	memcpy(state->v, drbg->scratch.hash.seed, drbg->row->seed_size);
	return derive(drbg, for_c, 2, state->c);
}

static int hash_seed(struct drbg *drbg, bool reseed, struct drbg_input entropy,
		     struct drbg_input string)
{
	static const uint8_t one = 1;
	const struct drbg_input inputs[] = {
	    {&one, 1}, {drbg->state.v, drbg->row->seed_size}, entropy, string};

	/* Instantiation has the last two only. */
	return reseed ? set_seed(drbg, inputs, 4) : set_seed(drbg, inputs + 2, 2);
}

/* sum += term, as numbers of size and term_size <= size bytes, most significant first. */
static void add(uint8_t *sum, size_t size, const uint8_t *term, size_t term_size)
{
	unsigned carry = 0;

	for (size_t i = 0; i < size; i++) {
		unsigned digit = i < term_size ? term[term_size - 1 - i] : 0;

		carry += sum[size - 1 - i] + digit;
		sum[size - 1 - i] = (uint8_t)carry;
		carry >>= 8;
	}
}

/* V = V + Hash(prefix || V || extra). */
static int add_digest(struct drbg *drbg, uint8_t prefix, struct drbg_input extra)
{
	struct drbg_state *state = &drbg->state;
	size_t seedlen = drbg->row->seed_size;
	const struct drbg_input inputs[] = {{&prefix, 1}, {state->v, seedlen}, extra};
	int result = drbg_digest(drbg, inputs, 3, drbg->scratch.hash.digest);

	if (result == 0)
		add(state->v, seedlen, drbg->scratch.hash.digest, drbg->row->out_size);
	return result;
}

/* Hashgen: Hash(V) || Hash(V + 1) || ... */
static int fill(struct drbg *drbg, uint8_t *out, size_t size)
{
	uint8_t *data = drbg->scratch.hash.seed;
	size_t seedlen = drbg->row->seed_size;
	const struct drbg_input input = {data, seedlen};

	memcpy(data, drbg->state.v, seedlen);
	while (size > 0) {
		size_t part = size < drbg->row->out_size ? size : drbg->row->out_size;
		int result = drbg_digest(drbg, &input, 1, drbg->scratch.hash.digest);

		if (result < 0)
			return result;
		memcpy(out, drbg->scratch.hash.digest, part);
		bytes_add_be(data, seedlen, 1);
		out += part;
		size -= part;
	}
	return 0;
}

static int hash_generate(struct drbg *drbg, struct drbg_input additional, uint8_t *out, size_t size)
{
	struct drbg_state *state = &drbg->state;
	size_t seedlen = drbg->row->seed_size;
	int result = 0;

	if (additional.size > 0)
		result = add_digest(drbg, 2, additional);
	if (result == 0)
		result = fill(drbg, out, size);
	if (result == 0)
		result = add_digest(drbg, 3, (struct drbg_input){NULL, 0});
	if (result < 0)
		return result;
	add(state->v, seedlen, state->c, seedlen);
	bytes_add_be(state->v, seedlen, state->counter);
	return 0;
}

const struct drbg_mechanism drbg_hash = {
    .init = hash_init,
    .seed = hash_seed,
    .generate = hash_generate,
};
