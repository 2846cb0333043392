/* SPDX-License-Identifier: MIT */
/*
 * Control messages of sendmsg (abi.md section 8).  The block is the door's own copy, so what was
 * checked is what is used; its content is hostile.
 */
#include <errno.h>
#include <string.h>

#include "base/cmsg.h"
#include "socket/internal.h"
#include "ualg/if_alg.h"

#define WORD_SIZE sizeof(uint32_t)

/* What the messages said so far; the last of a kind wins (M-11). */
struct found {
	uint32_t op;
	uint32_t aad_size;
	const uint8_t *iv;
	uint32_t iv_size;
};

static uint32_t word(const uint8_t *data)
{
	uint32_t value;

	memcpy(&value, data, WORD_SIZE);
	return value;
}

/* M-05, M-07: each begins with a word. */
static int take(int type, const uint8_t *data, size_t size, struct found *found)
{
	if (size < WORD_SIZE)
		return -EINVAL;
	switch (type) {
	case ALG_SET_OP:
		found->op = word(data);
		return 0;
	case ALG_SET_IV:
		found->iv_size = word(data);
		found->iv = data + WORD_SIZE;
		return found->iv_size <= size - WORD_SIZE ? 0 : -EINVAL; /* M-07 */
	case ALG_SET_AEAD_ASSOCLEN:
		found->aad_size = word(data);
		return found->aad_size < 0x80000000u ? 0 : -EINVAL; /* M-12 */
	default:
		return -EINVAL; /* M-09 */
	}
}

static int walk(const uint8_t *block, size_t size, struct found *found)
{
	struct cmsg message;
	size_t offset = 0;
	int result;

	while ((result = cmsg_next(block, size, &offset, &message)) > 0) { /* M-05, M-06, M-18 */
		if (message.level != SOL_ALG)
			continue; /* M-10 */
		result = take(message.type, block + message.at, message.size, found);
		if (result < 0)
			return result;
	}
	return result;
}

int sock_control_parse(const struct alg *alg, const void *control, size_t size,
		       struct sock_control *out)
{
	struct found found = {.op = ALG_OP_DECRYPT}; /* M-02 */
	int result;

	*out = (struct sock_control){.present = size > 0};
	if (size == 0)
		return 0;
	result = walk(control, size, &found);
	if (result < 0)
		return result;
	if (found.op != ALG_OP_DECRYPT && found.op != ALG_OP_ENCRYPT)
		return -EINVAL; /* M-03 */
	if (found.iv && found.iv_size != alg->ivsize)
		return -EINVAL; /* M-08 */
	out->encrypt = found.op == ALG_OP_ENCRYPT;
	out->aad_size = found.aad_size;
	out->iv = found.iv;
	return 0;
}
