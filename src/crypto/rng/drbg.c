/* SPDX-License-Identifier: MIT */
#include "crypto/rng/drbg.h"

#include <errno.h>
#include <string.h>

#include "base/secmem.h"
#include "crypto/registry.h"
#include "crypto/rng/class.h"
#include "crypto/rng/entropy.h"

#define MAX_REQUEST     65536u     /* bytes; SP 800-90A table 2 and 3: 2^19 bits */
#define RESEED_INTERVAL (1u << 20) /* requests; the standard allows 2^48 */

/* Both variants of a DRBG; the kernel has all without prediction resistance before those with. */
#define PAIR(suffix, ...)                                                                          \
	{.driver = "drbg_nopr_" suffix, __VA_ARGS__},                                              \
	{                                                                                          \
		.driver = "drbg_pr_" suffix, .prediction_resistance = true, __VA_ARGS__            \
	}

#define HMAC(name, prio, bits, out)                                                                \
	PAIR("hmac_" name, .mechanism = &drbg_hmac, .primitive = "hmac(" name ")",                 \
	     .priority = prio, .strength = (bits) / 8, .out_size = out)

#define HASH(name, prio, bits, seed, out)                                                          \
	PAIR(name, .mechanism = &drbg_hash, .primitive = name, .priority = prio,                   \
	     .strength = (bits) / 8, .seed_size = seed, .out_size = out)

#define CTR(bits, prio)                                                                            \
	PAIR("ctr_aes" #bits, .mechanism = &drbg_ctr, .primitive = "aes", .priority = prio,        \
	     .strength = (bits) / 8, .seed_size = (bits) / 8 + DRBG_AES_BLOCK,                     \
	     .out_size = DRBG_AES_BLOCK)

/* Strengths: SP 800-57 part 1, table 3; sizes: SP 800-90A tables 2 and 3; priorities: Linux. */
static const struct drbg_row rows[] = {
    HMAC("sha512", 221, 256, 64),
    HMAC("sha256", 220, 256, 32),
    HMAC("sha384", 219, 256, 48),
    HMAC("sha1", 218, 128, 20),
    HASH("sha256", 217, 256, 55, 32),
    HASH("sha512", 216, 256, 111, 64),
    HASH("sha384", 215, 256, 111, 48),
    HASH("sha1", 214, 128, 55, 20),
    CTR(256, 213),
    CTR(192, 212),
    CTR(128, 211),
};

/* How much lower the variant with prediction resistance stands. */
#define PREDICTION_RESISTANCE_PRIORITY (-11)

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

int drbg_make_part(struct drbg *drbg, size_t index, enum alg_type type)
{
	const struct alg *alg;
	int result = registry_find(type, drbg->row->primitive, &alg);

	return result < 0 ? result : tfm_new(alg, &drbg->part[index]);
}

int drbg_digest(struct drbg *drbg, const struct drbg_input *inputs, size_t count, uint8_t *digest)
{
	const struct tfm *hash = drbg->part[0];
	const struct hash_ops *ops = &hash->alg->hash;

	ops->init(hash, drbg->hash_state);
	for (size_t i = 0; i < count; i++) {
		int result;

		if (inputs[i].size == 0)
			continue;
		result = ops->update(hash, drbg->hash_state, inputs[i].data, inputs[i].size);
		if (result < 0)
			return result;
	}
	return ops->final(hash, drbg->hash_state, digest);
}

static void free_parts(struct drbg *drbg)
{
	const struct tfm *hash = drbg->part[0];

	if (drbg->hash_state)
		secmem_free(drbg->hash_state, hash->alg->statesize);
	tfm_free(drbg->part[0]);
	tfm_free(drbg->part[1]);
}

static int drbg_init(struct tfm *tfm)
{
	struct drbg *drbg = tfm_context(tfm);
	const struct alg *first;
	int result;

	drbg->row = tfm->alg->data;
	result = drbg->row->mechanism->init(drbg);
	if (result == 0) {
		first = drbg->part[0]->alg;
		if (first->type == ALG_TYPE_HASH) {
			drbg->hash_state = secmem_alloc(first->statesize);
			result = drbg->hash_state ? 0 : -ENOMEM;
		}
	}
	if (result < 0)
		free_parts(drbg);
	return result;
}

static void drbg_exit(struct tfm *tfm)
{
	free_parts(tfm_context(tfm));
}

static bool is_fixed(const struct drbg *drbg)
{
	return drbg->state.fixed_size > 0;
}

/* Whether this is a copy that must not go on: of another process, or out of an exported block. */
static bool is_stale(const struct drbg *drbg)
{
	if (is_fixed(drbg))
		return false;
	return drbg->generation == 0 || drbg->generation != entropy_generation();
}

/* The entropy for one seeding: a test's, or fresh bytes of the source. */
static int get_entropy(struct drbg *drbg, bool reseed, struct drbg_input *out)
{
	size_t strength = drbg->row->strength;

	if (is_fixed(drbg)) {
		*out = (struct drbg_input){drbg->state.fixed, drbg->state.fixed_size};
		return 0;
	}
	/* Section 8.6.7: the nonce may be half the strength of random bits. */
	*out = (struct drbg_input){drbg->fresh, reseed ? strength : strength + strength / 2};
	return entropy_fill(drbg->fresh, out->size);
}

static void clear_scratch(struct drbg *drbg)
{
	secmem_wipe(drbg->fresh, sizeof(drbg->fresh));
	secmem_wipe(&drbg->scratch, sizeof(drbg->scratch));
	if (drbg->hash_state)
		secmem_wipe(drbg->hash_state, drbg->part[0]->alg->statesize);
}

/* Instantiates, or reseeds what is instantiated already. */
static int seed_with(struct drbg *drbg, struct drbg_input string)
{
	bool reseed = drbg->state.seeded != 0;
	/* Read first: a fork from here on makes the seed stale in the child. */
	uint64_t generation = is_fixed(drbg) ? 0 : entropy_generation();
	struct drbg_input entropy;
	int result;

	if (generation == 0 && !is_fixed(drbg))
		return -EIO;
	result = get_entropy(drbg, reseed, &entropy);
	if (result < 0)
		return result;
	result = drbg->row->mechanism->seed(drbg, reseed, entropy, string);
	if (result < 0)
		return result;
	drbg->generation = generation;
	drbg->state.counter = 1;
	drbg->state.seeded = 1;
	return 0;
}

static int drbg_seed(struct tfm *tfm, const uint8_t *seed, size_t size)
{
	struct drbg *drbg = tfm_context(tfm);
	int result = seed_with(drbg, (struct drbg_input){seed, size});

	clear_scratch(drbg);
	return result;
}

static bool must_reseed(const struct drbg *drbg)
{
	return drbg->row->prediction_resistance || drbg->state.counter > RESEED_INTERVAL ||
	       is_stale(drbg);
}

/* One request of the standard: at most MAX_REQUEST bytes (section 9.3.1). */
static int generate_request(struct drbg *drbg, struct drbg_input additional, uint8_t *out,
			    size_t size)
{
	do {
		struct drbg_input left = additional;
		int result;

		if (must_reseed(drbg)) {
			result = seed_with(drbg, additional);
			if (result < 0)
				return result;
			left = (struct drbg_input){NULL, 0}; /* step 7.4: the reseeding took it */
		}
		result = drbg->row->mechanism->generate(drbg, left, out, size);
		if (result < 0)
			return result;
		drbg->state.counter++;
		/* A signal handler may have forked in the midst: then both have these bytes. */
	} while (is_stale(drbg));
	return 0;
}

static int drbg_generate(struct tfm *tfm, const uint8_t *additional, size_t additional_size,
			 uint8_t *out, size_t size)
{
	struct drbg *drbg = tfm_context(tfm);
	size_t done = 0;
	int result = 0;

	if (!drbg->state.seeded)
		return -EINVAL;
	while (result == 0 && done < size) {
		size_t part = size - done < MAX_REQUEST ? size - done : MAX_REQUEST;

		result = generate_request(drbg, (struct drbg_input){additional, additional_size},
					  out + done, part);
		done += part;
	}
	clear_scratch(drbg);
	if (result < 0)
		secmem_wipe(out, size);
	return result;
}

/* -EMSGSIZE: more than DRBG_MAX_FIXED bytes.  Size 0 is accepted and changes nothing. */
static int drbg_set_entropy(struct tfm *tfm, const uint8_t *entropy, size_t size)
{
	struct drbg_state *state = &((struct drbg *)tfm_context(tfm))->state;

	if (size > DRBG_MAX_FIXED)
		return -EMSGSIZE;
	if (size == 0)
		return 0;
	secmem_wipe(state->fixed, sizeof(state->fixed));
	memcpy(state->fixed, entropy, size);
	state->fixed_size = (uint32_t)size;
	return 0;
}

static void describe(struct alg *alg, const struct drbg_row *row)
{
	strcpy(alg->name, "stdrng");
	strcpy(alg->driver, row->driver);
	alg->backend = "own";
	alg->priority =
	    row->priority + (row->prediction_resistance ? PREDICTION_RESISTANCE_PRIORITY : 0);
	alg->type = ALG_TYPE_RNG;
	alg->context_size = sizeof(struct drbg);
	alg->init = drbg_init;
	alg->exit = drbg_exit;
	alg->rng.seed = drbg_seed;
	alg->rng.generate = drbg_generate;
	alg->rng.set_entropy = drbg_set_entropy;
	alg->data = row;
}

static int drbg_add_all(void)
{
	static struct alg algs[ROW_COUNT];

	for (size_t i = 0; i < ROW_COUNT; i++) {
		int result;

		describe(&algs[i], &rows[i]);
		result = registry_add(&algs[i]);
		if (result < 0)
			return result;
	}
	return 0;
}

static void drbg_save(const struct tfm *tfm, uint8_t *saved)
{
	const struct drbg *drbg = tfm_context(tfm);

	memcpy(saved, &drbg->state, sizeof(drbg->state));
}

static bool state_valid(const struct drbg_state *state)
{
	if (state->seeded > 1 || state->fixed_size > DRBG_MAX_FIXED)
		return false;
	return state->seeded ? state->counter >= 1 && state->counter <= RESEED_INTERVAL + 1
			     : state->counter == 0;
}

static int drbg_restore(struct tfm *tfm, const uint8_t *saved)
{
	struct drbg *drbg = tfm_context(tfm);
	const struct drbg_mechanism *mechanism = drbg->row->mechanism;
	struct drbg_state state;
	int result = -EINVAL;

	memcpy(&state, saved, sizeof(state));
	if (state_valid(&state)) {
		drbg->state = state;
		drbg->generation = 0;
		result = state.seeded && mechanism->load ? mechanism->load(drbg) : 0;
		if (result < 0)
			drbg->state.seeded = 0;
	}
	secmem_wipe(&state, sizeof(state));
	return result;
}

const struct rng_class drbg_class = {
    .generate = drbg_generate,
    .add = drbg_add_all,
    .state_size = sizeof(struct drbg_state),
    .save = drbg_save,
    .restore = drbg_restore,
};
