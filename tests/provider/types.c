/* SPDX-License-Identifier: MIT */
/*
 * A provider with an algorithm of each type that a socket can bind, simple enough to be computed
 * anew by the test; and some whose functions return what they must not.
 */
#include <errno.h>
#include <string.h>

#include "ualg/provider.h"

/* ---- a hash: RFC 1950's Adler-32, or with a key of 4 bytes from another beginning ---- */

#define ADLER_PRIME 65521u

struct adler {
	uint32_t a, b;
};

static void adler_init(const void *context, void *state)
{
	*(struct adler *)state = (struct adler){1, *(const uint32_t *)context};
}

static int adler_update(const void *context, void *state, const uint8_t *data, size_t size)
{
	struct adler *adler = state;

	(void)context;
	for (size_t i = 0; i < size; i++) {
		adler->a = (adler->a + data[i]) % ADLER_PRIME;
		adler->b = (adler->b + adler->a) % ADLER_PRIME;
	}
	return 0;
}

static int adler_final(const void *context, void *state, uint8_t *digest)
{
	const struct adler *adler = state;

	(void)context;
	digest[0] = (uint8_t)(adler->b >> 8);
	digest[1] = (uint8_t)adler->b;
	digest[2] = (uint8_t)(adler->a >> 8);
	digest[3] = (uint8_t)adler->a;
	return 0;
}

static int adler_setkey(void *context, const uint8_t *key, size_t size)
{
	(void)size;
	*(uint32_t *)context = (uint32_t)(key[0] << 8 | key[1]) % ADLER_PRIME;
	return key[2] == 0xff ? -EINVAL : 0;
}

/* Returns what is no errno. */
static int wrong_update(const void *context, void *state, const uint8_t *data, size_t size)
{
	(void)context, (void)state, (void)data, (void)size;
	return 12345;
}

/* ---- a stream: every byte xor the IV and the key ---- */

static int stream_setkey(void *context, const uint8_t *key, size_t size)
{
	(void)size;
	*(uint8_t *)context = *key;
	return 0;
}

static int stream_crypt(void *context, uint8_t *iv, uint8_t *out, const uint8_t *in, size_t size)
{
	for (size_t i = 0; i < size; i++)
		out[i] = (uint8_t)(in[i] ^ *(uint8_t *)context ^ (*iv)++);
	return 0;
}

/* ---- an AEAD: the stream, and a sum of all bytes ---- */

static int tag_size_valid(size_t size)
{
	return size == 1 || size == 2;
}

static uint8_t sum(const uint8_t *data, size_t size)
{
	uint8_t total = 0;

	for (size_t i = 0; i < size; i++)
		total = (uint8_t)(total + data[i]);
	return total;
}

static int sum_encrypt(void *context, const struct ualg_provider_request *request)
{
	uint8_t iv = *request->iv;

	(void)stream_crypt(context, &iv, request->out, request->in, request->size);
	memset(request->tag, 0, request->tag_size);
	request->tag[0] =
	    (uint8_t)(sum(request->aad, request->aad_size) + sum(request->out, request->size));
	return 0;
}

static int sum_decrypt(void *context, const struct ualg_provider_request *request)
{
	uint8_t iv = *request->iv;
	uint8_t tag =
	    (uint8_t)(sum(request->aad, request->aad_size) + sum(request->in, request->size));

	(void)stream_crypt(context, &iv, request->out, request->in, request->size);
	return tag == request->tag[0] ? 0 : -EBADMSG; /* the text stays: ualg wipes it */
}

#define HASH(title, update_function)                                                               \
	.type = UALG_PROVIDER_HASH, .name = title, .driver = title "-test", .priority = 100,       \
	.block_size = 1, .digest_size = 4, .state_size = sizeof(struct adler),                     \
	.context_size = sizeof(uint32_t), .hash = {adler_init, update_function, adler_final, NULL}

static const struct ualg_provider_alg algs[] = {
    {HASH("adler32", adler_update)},
    {HASH("keyed-adler32", adler_update), .key = UALG_PROVIDER_KEY_NEEDED, .min_key_size = 4,
     .max_key_size = 4, .setkey = adler_setkey},
    {HASH("wrong-hash", wrong_update)},
    {
	.type = UALG_PROVIDER_SKCIPHER,
	.name = "xorstream",
	.driver = "xorstream-test",
	.priority = 100,
	.block_size = 1,
	.min_key_size = 1,
	.max_key_size = 1,
	.iv_size = 1,
	.context_size = 1,
	.setkey = stream_setkey,
	.skcipher = {stream_crypt, stream_crypt},
    },
    {
	.type = UALG_PROVIDER_AEAD,
	.name = "xorsum",
	.driver = "xorsum-test",
	.priority = 100,
	.block_size = 1,
	.min_key_size = 1,
	.max_key_size = 1,
	.iv_size = 1,
	.digest_size = 2,
	.context_size = 1,
	.setkey = stream_setkey,
	.aead = {tag_size_valid, sum_encrypt, sum_decrypt},
    },
};

static const struct ualg_provider provider = {
    .version = UALG_PROVIDER_VERSION,
    .alg_size = sizeof(struct ualg_provider_alg),
    .name = "types",
    .release = "7",
    .algs = algs,
    .alg_count = sizeof(algs) / sizeof(algs[0]),
};

const struct ualg_provider *ualg_provider_init(uint32_t version)
{
	return version == UALG_PROVIDER_VERSION ? &provider : NULL;
}
