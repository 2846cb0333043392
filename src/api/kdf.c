/* SPDX-License-Identifier: MIT */
/*
 * The key derivation functions of NIST SP 800-108r1: counter, feedback and double-pipeline mode.
 * Names are the standard's: K(i) are the blocks of output, A(i) those of the first pipeline.
 */
#include <string.h>

#include "api/mac.h"
#include "base/secmem.h"
#include "crypto/bytes.h"

#define LENGTH_BITS   32u
#define COUNTER_BYTES 4u
#define MAX_PARTS     4u

static bool is_mode(enum ualg_kdf_mode mode)
{
	return mode == UALG_KDF_COUNTER || mode == UALG_KDF_FEEDBACK ||
	       mode == UALG_KDF_DOUBLE_PIPELINE;
}

static bool is_counter(const struct ualg_kdf_request *request)
{
	switch (request->counter_bits) {
	case 0: /* where the counter stands has no meaning then */
		return request->mode != UALG_KDF_COUNTER && request->counter_offset == 0 &&
		       !request->counter_before_iteration;
	case 8:
	case 16:
	case 24:
	case 32:
		return request->counter_offset <= request->fixed_size;
	default:
		return false;
	}
}

static bool is_sound(const struct ualg_kdf_request *request)
{
	if (!request || !is_mode(request->mode) || !is_counter(request))
		return false;
	if (request->mode == UALG_KDF_COUNTER && request->counter_before_iteration)
		return false; /* there is no iteration variable */
	if (request->mode != UALG_KDF_FEEDBACK && request->iv_size > 0)
		return false;
	return api_is_there(request->key, request->key_size) &&
	       api_is_there(request->iv, request->iv_size) &&
	       api_is_there(request->fixed, request->fixed_size);
}

/* Whether size bytes can be counted: at most 2^r - 1 blocks, and 2^32 - 1 without a counter. */
static bool can_count(const struct ualg_kdf_request *request, size_t size, size_t block)
{
	unsigned bits = request->counter_bits ? request->counter_bits : 32;

	return (size - 1) / block < ((uint64_t)1 << bits) - 1;
}

/* One block: PRF(K, the iteration variable, the fixed data, and the counter where it belongs). */
static int compute_block(struct api_mac *mac, const struct ualg_kdf_request *request,
			 struct api_bytes iteration, uint32_t i, uint8_t *out)
{
	size_t counter_size = request->counter_bits / 8;
	size_t before = request->counter_offset;
	uint8_t number[COUNTER_BYTES];
	struct api_bytes counter = {number + COUNTER_BYTES - counter_size, counter_size};
	const uint8_t *fixed = api_in(request->fixed);
	bool first = request->counter_before_iteration;
	const struct api_bytes parts[] = {
	    first ? counter : iteration,
	    first ? iteration : (struct api_bytes){fixed, before},
	    first ? (struct api_bytes){fixed, before} : counter,
	    {fixed + before, request->fixed_size - before},
	};

	bytes_store_be32(number, i);
	return api_mac_compute(mac, parts, MAX_PARTS, out);
}

/* A(i) = PRF(K, A(i - 1)); A(0) is the fixed data. */
static int next_pipeline(struct api_mac *mac, const struct ualg_kdf_request *request, bool first,
			 uint8_t *a)
{
	struct api_bytes from = {a, mac->size};

	if (first)
		from = (struct api_bytes){request->fixed, request->fixed_size};
	return api_mac_compute(mac, &from, 1, a);
}

static int derive(struct api_mac *mac, const struct ualg_kdf_request *request, uint8_t *out,
		  size_t size)
{
	uint8_t block[ALG_MAX_DIGEST], a[ALG_MAX_DIGEST];
	struct api_bytes iteration = {request->iv, request->iv_size};
	int result = 0;

	for (uint32_t i = 1; size > 0 && result == 0; i++) {
		size_t share = api_mac_share(mac, size);

		if (request->mode == UALG_KDF_DOUBLE_PIPELINE) {
			result = next_pipeline(mac, request, i == 1, a);
			iteration = (struct api_bytes){a, mac->size};
		}
		if (result == 0)
			result = compute_block(mac, request, iteration, i, block);
		if (result < 0)
			break;
		if (request->mode == UALG_KDF_FEEDBACK)
			iteration = (struct api_bytes){block, mac->size};
		memcpy(out, block, share);
		out += share;
		size -= share;
	}
	secmem_wipe(block, sizeof(block));
	secmem_wipe(a, sizeof(a));
	return result;
}

int ualg_kdf_derive(const struct ualg_kdf_request *request, void *out, size_t size)
{
	struct api_mac mac;
	int result;

	if (!out || size == 0 || !is_sound(request))
		return -EINVAL;
	result = api_mac_open(&mac, request->mac, request->key, request->key_size);
	if (result == 0 && !can_count(request, size, mac.size))
		result = -EINVAL;
	if (result == 0)
		result = derive(&mac, request, out, size);
	api_mac_close(&mac);
	return result;
}

size_t ualg_kdf_fixed_size(size_t label_size, size_t context_size)
{
	const size_t rest = 1 + LENGTH_BITS / 8;

	if (label_size > SIZE_MAX - rest || context_size > SIZE_MAX - rest - label_size)
		return 0;
	return label_size + context_size + rest;
}

int ualg_kdf_fixed(const void *label, size_t label_size, const void *context, size_t context_size,
		   size_t key_size, void *out, size_t room)
{
	size_t size = ualg_kdf_fixed_size(label_size, context_size);
	uint8_t *at = out;

	if (!out || size == 0 || !api_is_there(label, label_size) ||
	    !api_is_there(context, context_size) || key_size > UINT32_MAX / 8)
		return -EINVAL;
	if (room < size)
		return -ENOBUFS;
	memcpy(at, api_in(label), label_size);
	at[label_size] = 0;
	memcpy(at + label_size + 1, api_in(context), context_size);
	bytes_store_be32(at + label_size + 1 + context_size, (uint32_t)(8 * key_size));
	return 0;
}

int ualg_kdf(enum ualg_kdf_mode mode, const char *mac, const void *key, size_t key_size,
	     const void *label, size_t label_size, const void *context, size_t context_size,
	     void *out, size_t size)
{
	size_t fixed_size = ualg_kdf_fixed_size(label_size, context_size);
	void *fixed = fixed_size ? secmem_alloc(fixed_size) : NULL;
	struct ualg_kdf_request request = {
	    .mode = mode,
	    .mac = mac,
	    .key = key,
	    .key_size = key_size,
	    .fixed = fixed,
	    .fixed_size = fixed_size,
	    .counter_bits = 32,
	};
	int result;

	if (!fixed)
		return fixed_size ? -ENOMEM : -EINVAL;
	result = ualg_kdf_fixed(label, label_size, context, context_size, size, fixed, fixed_size);
	if (result == 0)
		result = ualg_kdf_derive(&request, out, size);
	secmem_free(fixed, fixed_size);
	return result;
}
