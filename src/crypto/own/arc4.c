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

/* One byte of the stream: moves i and j on. */
static inline uint8_t next_byte(uint8_t *s, uint32_t *i, uint32_t *j)
{
	uint8_t a, b;

	*i = (*i + 1) & 255;
	a = s[*i];
	*j = (*j + a) & 255;
	b = s[*j];
	s[*i] = b;
	s[*j] = a;
	return s[(uint8_t)(a + b)];
}

/* Eight bytes go to the text at once: stores to it between those to s would delay them. */
static void apply(struct arc4_state *state, uint8_t *out, const uint8_t *in, size_t size)
{
	uint8_t *s = state->s;
	uint32_t i = state->i;
	uint32_t j = state->j;

	for (; size >= 8; size -= 8, in += 8, out += 8) {
		uint64_t stream = next_byte(s, &i, &j);

		stream |= (uint64_t)next_byte(s, &i, &j) << 8;
		stream |= (uint64_t)next_byte(s, &i, &j) << 16;
		stream |= (uint64_t)next_byte(s, &i, &j) << 24;
		stream |= (uint64_t)next_byte(s, &i, &j) << 32;
		stream |= (uint64_t)next_byte(s, &i, &j) << 40;
		stream |= (uint64_t)next_byte(s, &i, &j) << 48;
		stream |= (uint64_t)next_byte(s, &i, &j) << 56;
		bytes_store_le64(out, bytes_load_le64(in) ^ stream);
	}
	for (; size > 0; size--)
		*out++ = (uint8_t)(*in++ ^ next_byte(s, &i, &j));
	state->i = (uint8_t)i;
	state->j = (uint8_t)j;
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
