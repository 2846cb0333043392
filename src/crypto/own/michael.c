/* SPDX-License-Identifier: MIT */
/* michael_mic: the message integrity code of TKIP (IEEE 802.11, "Michael"). */
#include <errno.h>

#include "crypto/bytes.h"
#include "crypto/own/absorb.h"
#include "crypto/own/own.h"

#define KEY_SIZE 8u
#define WORD     4u

struct michael_key {
	uint32_t l;
	uint32_t r;
};

/* The two halves of the code, and the bytes that do not make a word yet. */
struct michael_state {
	uint32_t l;
	uint32_t r;
	uint8_t word[WORD];
	uint32_t filled;
};

/* Exchanges the bytes of each half of a word. */
static uint32_t swap_pairs(uint32_t value)
{
	return (value & 0xff00ff00u) >> 8 | (value & 0x00ff00ffu) << 8;
}

static void absorb_word(struct michael_state *state, uint32_t word)
{
	uint32_t l = state->l ^ word;
	uint32_t r = state->r;

	r ^= bytes_rotl32(l, 17);
	l += r;
	r ^= swap_pairs(l);
	l += r;
	r ^= bytes_rotl32(l, 3);
	l += r;
	r ^= bytes_rotr32(l, 2);
	l += r;
	state->l = l;
	state->r = r;
}

static int michael_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	struct michael_key *context = tfm_context(tfm);

	if (size != KEY_SIZE)
		return -EINVAL;
	context->l = bytes_load_le32(key);
	context->r = bytes_load_le32(key + WORD);
	return 0;
}

static void michael_init(const struct tfm *tfm, void *opaque)
{
	const struct michael_key *key = tfm_context(tfm);

	*(struct michael_state *)opaque = (struct michael_state){.l = key->l, .r = key->r};
}

static void absorb_words(const struct tfm *tfm, void *state, const uint8_t *data, size_t words)
{
	(void)tfm;
	for (; words > 0; words--, data += WORD)
		absorb_word(state, bytes_load_le32(data));
}

static int michael_update(const struct tfm *tfm, void *opaque, const uint8_t *data, size_t size)
{
	struct michael_state *state = opaque;

	absorb(tfm, state, absorb_words, WORD, state->word, &state->filled, data, size);
	return 0;
}

/* The padding: 0x5a, then zeros up to a whole word, and one word of zeros. */
static int michael_final(const struct tfm *tfm, void *opaque, uint8_t *digest)
{
	struct michael_state *state = opaque;

	(void)tfm;
	state->word[state->filled] = 0x5a;
	memset(state->word + state->filled + 1, 0, WORD - 1 - state->filled);
	absorb_word(state, bytes_load_le32(state->word));
	absorb_word(state, 0);
	bytes_store_le32(digest, state->l);
	bytes_store_le32(digest + WORD, state->r);
	return 0;
}

static bool michael_state_valid(const struct tfm *tfm, const void *opaque)
{
	const struct michael_state *state = opaque;

	(void)tfm;
	return state->filled < WORD;
}

static struct alg michael[] = {{
    .name = "michael_mic",
    .driver = "michael_mic-own",
    .backend = "own",
    .priority = 100,
    .type = ALG_TYPE_HASH,
    .key = ALG_KEY_NEEDED,
    .blocksize = 8,
    .min_keysize = KEY_SIZE,
    .max_keysize = KEY_SIZE,
    .digestsize = 8,
    .statesize = sizeof(struct michael_state),
    .context_size = sizeof(struct michael_key),
    .setkey = michael_setkey,
    .hash = {michael_init, michael_update, michael_final, michael_state_valid},
}};

int michael_register(void)
{
	return own_register(michael, 1);
}
