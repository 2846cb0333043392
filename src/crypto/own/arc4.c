/* SPDX-License-Identifier: MIT */
/*
 * arc4, also as ecb(arc4): the stream cipher known from its description of 1994 (in RFC 6229's
 * words, "RC4").  A message begins with the key's state, and a request that goes on with a message
 * goes on with its stream (V-07).
 */
#include "base/secmem.h"
#include "crypto/bytes.h"
#include "crypto/own/own.h"

#define MAX_KEY 256u

struct arc4_state {
	uint8_t s[256];
	uint8_t i;
	uint8_t j;
};

/* The stream where a request may begin, and which byte of its message that is. */
struct arc4_point {
	struct arc4_state state;
	uint64_t position;
};

/* Where the last request began is kept, too: one whose output was lost is made again. */
struct arc4_context {
	struct arc4_point before;
	struct arc4_point after;
	struct arc4_state start; /* as the key made it */
};

#define KEPT_SIZE offsetof(struct arc4_context, start) /* of an open message */

static int arc4_setkey(struct tfm *tfm, const uint8_t *key, size_t size)
{
	struct arc4_context *context = tfm_context(tfm);
	uint8_t *s = context->start.s;
	uint8_t j = 0;

	for (unsigned i = 0; i < 256; i++)
		s[i] = (uint8_t)i;
	for (unsigned i = 0; i < 256; i++) {
		uint8_t old = s[i];

		j = (uint8_t)(j + old + key[i % size]);
		s[i] = s[j];
		s[j] = old;
	}
	context->start.i = 0;
	context->start.j = 0;
	context->before.position = 0;
	context->after.position = 0;
	return 0;
}

static void apply(struct arc4_state *state, uint8_t *out, const uint8_t *in, size_t size)
{
	uint8_t *s = state->s;
	uint8_t i = state->i;
	uint8_t j = state->j;

	for (size_t n = 0; n < size; n++) {
		uint8_t a = s[++i];
		uint8_t b = s[j = (uint8_t)(j + a)];

		s[i] = b;
		s[j] = a;
		out[n] = (uint8_t)(in[n] ^ s[(uint8_t)(a + b)]);
	}
	state->i = i;
	state->j = j;
}

/* The stream at a position: at the start, or where the last request ended or began. */
static void find_point(const struct arc4_context *context, uint64_t position,
		       struct arc4_point *out)
{
	if (position == 0)
		*out = (struct arc4_point){.state = context->start};
	else if (position == context->after.position)
		*out = context->after;
	else
		*out = context->before;
}

/* The stream goes on in a copy: a request that faults has changed nothing. */
static int arc4_crypt(struct tfm *tfm, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	struct arc4_context *context = tfm_context(tfm);
	struct arc4_point before;
	struct arc4_point after;

	(void)iv;
	find_point(context, tfm->position, &before);
	after = before;
	apply(&after.state, out, in, size);
	after.position += size;
	context->before = before;
	context->after = after;
	secmem_wipe(&before, sizeof(before));
	secmem_wipe(&after, sizeof(after));
	return 0;
}

#define ARC4(title, driver_name)                                                                   \
	{                                                                                          \
		.name = title, .driver = driver_name, .backend = "own", .priority = 100,           \
		.type = ALG_TYPE_SKCIPHER, .blocksize = 1, .chunksize = 1, .min_keysize = 1,       \
		.max_keysize = MAX_KEY, .statesize = KEPT_SIZE,                                    \
		.context_size = sizeof(struct arc4_context), .setkey = arc4_setkey,                \
		.skcipher = {arc4_crypt, arc4_crypt},                                              \
	}

static struct alg arc4[] = {ARC4("arc4", "arc4-own"), ARC4("ecb(arc4)", "ecb-arc4-own")};

int arc4_register(void)
{
	return own_register(arc4, sizeof(arc4) / sizeof(arc4[0]));
}
