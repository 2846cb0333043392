/* SPDX-License-Identifier: MIT */
/*
 * Makes plans.  Left out, for they have no fixed answer, or another than the contract's:
 * - what a request leaves as IV in modes that want each message in one read (C-20): these get
 *   operation and IV with every message, no MSG_MORE, and reads that take all;
 * - aead messages larger than the receive buffer (E-20), and keys and iovecs beyond the kernel's
 *   option memory (L-01, L-03);
 * - a fault in a hash's send without MSG_MORE: 6.1 keeps the digest of the message before (H-14);
 * - bytes of generators that draw their own entropy, and the name stdrng, which on the kernel is
 *   ansi_cprng where that was loaded first.
 */
#include <string.h>

#include "random.h"

const struct algorithm algorithms[] = {
    {"hash", "md5", {0}, .block = 64, .out = 16},
    {"hash", "sha1", {0}, .block = 64, .out = 20},
    {"hash", "sha224", {0}, .block = 64, .out = 28},
    {"hash", "sha256", {0}, .block = 64, .out = 32},
    {"hash", "sha384", {0}, .block = 128, .out = 48},
    {"hash", "sha512", {0}, .block = 128, .out = 64},
    {"hash", "sha3-256", {0}, .block = 136, .out = 32},
    {"hash", "sha3-512", {0}, .block = 72, .out = 64},
    {"hash", "hmac(sha1)", {20, 64, 65}, .block = 64, .out = 20},
    {"hash", "hmac(sha256)", {32, 64, 65}, .block = 64, .out = 32},
    {"hash", "hmac(sha512)", {1, 128, 129}, .block = 128, .out = 64},
    {"hash", "hmac(sha3-256)", {16, 136, 137}, .block = 136, .out = 32},
    {"hash", "cmac(aes)", {16, 24, 32}, .block = 16, .out = 16},
    {"hash", "md4", {0}, .block = 64, .out = 16},
    {"hash", "rmd160", {0}, .block = 64, .out = 20},
    {"hash", "wp512", {0}, .block = 64, .out = 64},
    {"hash", "streebog256", {0}, .block = 64, .out = 32},
    {"hash", "crc32c", {4}, .block = 4, .out = 4},
    {"hash", "blake2b-256", {1, 32, 64}, .block = 128, .out = 32},
    {"hash", "xxhash64", {8}, .block = 32, .out = 8},
    {"hash", "xcbc(aes)", {16}, .block = 16, .out = 16},
    {"hash", "cbcmac(aes)", {16, 32}, .block = 16, .out = 16},
    {"hash", "michael_mic", {8}, .block = 4, .out = 8},
    {"hash", "ghash", {16}, .block = 16, .out = 16},
    {"skcipher", "ecb(aes)", {16, 24, 32}, .block = 16},
    {"skcipher", "cbc(aes)", {16, 24, 32}, .block = 16, .iv = 16},
    {"skcipher", "cbc(aes)", {16, 24, 32}, .block = 16, .iv = 16},
    {"skcipher", "ctr(aes)", {16, 24, 32}, .block = 16, .iv = 16},
    {"skcipher", "ctr(aes)", {16, 24, 32}, .block = 16, .iv = 16},
    {"skcipher", "xts(aes)", {32, 48, 64}, .block = 16, .iv = 16, .whole = 1},
    {"skcipher", "lrw(aes)", {32, 40, 48}, .block = 16, .iv = 16, .whole = 1},
    {"skcipher", "cts(cbc(aes))", {16, 24, 32}, .block = 16, .iv = 16, .whole = 1},
    {"skcipher", "kw(aes)", {16, 24, 32}, .block = 8, .iv = 8, .whole = 1},
    {"skcipher", "chacha20", {32}, .block = 64, .iv = 16, .whole = 1},
    {"skcipher", "rfc3686(ctr(aes))", {20, 28, 36}, .block = 16, .iv = 8, .whole = 1},
    {"skcipher", "adiantum(xchacha20,aes)", {32}, .block = 16, .iv = 32, .whole = 1},
    {"skcipher", "cfb(aes)", {16, 24, 32}, .block = 16, .iv = 16},
    {"skcipher", "ofb(aes)", {16, 24, 32}, .block = 16, .iv = 16},
    {"skcipher", "pcbc(aes)", {16, 24, 32}, .block = 16, .iv = 16},
    {"skcipher", "cbc(camellia)", {16, 24, 32}, .block = 16, .iv = 16},
    {"skcipher", "ctr(serpent)", {0, 16, 32}, .block = 16, .iv = 16},
    {"skcipher", "ctr(cast5)", {5, 16}, .block = 8, .iv = 8},
    {"skcipher", "ecb(twofish)", {16, 24, 32}, .block = 16},
    {"skcipher", "ecb(cipher_null)", {0}, .block = 1},
    {"skcipher", "cbc(des3_ede)", {24}, .block = 8, .iv = 8},
    {"aead", "gcm(aes)", {16, 24, 32}, .block = 16, .out = 16, .iv = 12},
    {"aead", "gcm(aes)", {16, 24, 32}, .block = 16, .out = 16, .iv = 12},
    {"aead", "ccm(aes)", {16, 24, 32}, .block = 16, .out = 16, .iv = 16, .ccm = 1},
    {"aead", "rfc4106(gcm(aes))", {20, 28, 36}, .block = 16, .out = 16, .iv = 8, .aad = 16},
    {"aead", "rfc7539(chacha20,poly1305)", {32}, .block = 64, .out = 16, .iv = 12},
    {"aead",
     "authenc(hmac(sha1),cbc(aes))",
     {8 + 20 + 16},
     .block = 16,
     .out = 20,
     .iv = 16,
     .cipher_key = 16},
    {"aead",
     "authenc(hmac(sha256),cbc(aes))",
     {8 + 32 + 32},
     .block = 16,
     .out = 32,
     .iv = 16,
     .cipher_key = 32},
    {"aead", "rfc4309(ccm(aes))", {19, 27, 35}, .block = 16, .out = 16, .iv = 8, .aad = 16},
    {"aead", "rfc4543(gcm(aes))", {20, 28, 36}, .block = 16, .out = 16, .iv = 8, .aad = 16},
    {"aead", "rfc7539esp(chacha20,poly1305)", {36}, .block = 64, .out = 16, .iv = 8, .aad = 8},
    {"aead", "aegis128", {16}, .block = 16, .out = 16, .iv = 16},
    {"aead", "gcm(camellia)", {16, 32}, .block = 16, .out = 16, .iv = 12},
    {"aead",
     "authencesn(hmac(sha256),cbc(aes))",
     {8 + 32 + 16},
     .block = 16,
     .out = 32,
     .iv = 16,
     .aad = 8,
     .cipher_key = 16},
    {"rng", "drbg_nopr_hmac_sha512", {16, 48}, .block = 16, .hidden = 1},
    {"rng", "ansi_cprng", {32, 48}, .block = 16},
    {"rng", "jitterentropy_rng", {0}, .block = 16, .hidden = 1, .slow = 1},
};
const unsigned algorithms_count = sizeof(algorithms) / sizeof(algorithms[0]);

#define AEAD_BYTES_MAX 100000u /* of all aead sends of a plan (E-20) */

/* What the planner believes of a slot; calls that fail may make it differ, which does no harm. */
struct slot {
	bool open;
	bool nonblock;
	uint8_t algorithm;
};

struct planner {
	uint64_t state;
	struct plan *plan;
	struct slot parents[PLAN_PARENTS], ops[PLAN_OPS];
	uint32_t aead_bytes;
};

uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* 0 to below - 1 */
static unsigned below(struct planner *planner, unsigned bound)
{
	return (unsigned)(random_next(&planner->state) >> 33) % bound;
}

static bool once_in(struct planner *planner, unsigned times)
{
	return below(planner, times) == 0;
}

static const struct algorithm *algorithm_of(const struct slot *slot)
{
	return &algorithms[slot->algorithm];
}

static bool is_type(const struct slot *slot, const char *type)
{
	return strcmp(algorithm_of(slot)->type, type) == 0;
}

static struct call *add(struct planner *planner, enum call_kind kind)
{
	struct call *call = &planner->plan->calls[planner->plan->count++];

	*call = (struct call){.kind = kind, .seed = (uint32_t)random_next(&planner->state)};
	return call;
}

/* ---- sizes ---- */

/* Around what counts: blocks, pages, and the send buffer's limit. */
static uint32_t some_size(struct planner *planner, const struct algorithm *algorithm)
{
	static const int32_t steps[] = {-1, 0, 1};
	int32_t step = steps[below(planner, 3)];

	switch (below(planner, 20)) {
	case 0:
		return 0;
	case 1:
		return 1;
	case 2:
	case 3:
		return (uint32_t)(4096 + step);
	case 4:
		return (uint32_t)(8192 + step);
	case 5:
		return once_in(planner, 4) ? (uint32_t)(212992 + step) : 65536;
	case 6:
	case 7:
	case 8:
		return below(planner, 300);
	case 9:
	case 10:
		return (uint32_t)(algorithm->block + step);
	default: /* whole blocks: the way of most programs */
		return algorithm->block * (1 + below(planner, 8));
	}
}

/* aead messages stay below the receive buffer, with their tag (E-20). */
static uint32_t send_size(struct planner *planner, const struct slot *slot)
{
	uint32_t size = some_size(planner, algorithm_of(slot));

	if (!is_type(slot, "aead"))
		return size;
	if (size > 9000)
		size = 9000;
	if (planner->aead_bytes + size > AEAD_BYTES_MAX)
		size = 16;
	planner->aead_bytes += size;
	return size;
}

static uint32_t recv_size(struct planner *planner, const struct slot *slot)
{
	const struct algorithm *algorithm = algorithm_of(slot);

	if (algorithm->whole)
		return PLAN_DATA;
	if (algorithm->slow)
		return below(planner, 33);
	if (once_in(planner, 3))
		return some_size(planner, algorithm);
	return once_in(planner, 4) ? PLAN_DATA : algorithm->out + some_size(planner, algorithm);
}

/* ---- slots ---- */

static struct slot *pick(struct planner *planner, struct slot *slots, unsigned count, bool open,
			 uint8_t *index)
{
	unsigned first = below(planner, count);

	for (unsigned i = 0; i < count; i++) {
		*index = (uint8_t)((first + i) % count);
		if (slots[*index].open == open)
			return &slots[*index];
	}
	*index = (uint8_t)first;
	return NULL;
}

static struct slot *pick_parent(struct planner *planner, bool open, uint8_t *index)
{
	return pick(planner, planner->parents, PLAN_PARENTS, open, index);
}

static struct slot *pick_op(struct planner *planner, bool open, uint8_t *index)
{
	return pick(planner, planner->ops, PLAN_OPS, open, index);
}

/* ---- parents ---- */

static void plan_key(struct planner *planner, uint8_t index, bool right)
{
	const struct slot *parent = &planner->parents[index];
	struct call *call = add(planner, CALL_KEY);
	const struct algorithm *algorithm = algorithm_of(parent);
	unsigned choice = below(planner, 3);

	call->on_parent = true;
	call->slot = index;
	call->algorithm = parent->algorithm;
	while (choice > 0 && algorithm->keys[choice] == 0)
		choice--;
	call->size = algorithm->keys[choice];
	if (right)
		return;
	switch (below(planner, 4)) {
	case 0:
		call->size++;
		break;
	case 1:
		call->size = below(planner, 80);
		break;
	case 2:
		call->oddity = ODD_POINTER;
		break;
	default:
		call->size = 0;
	}
}

static void plan_tag(struct planner *planner, uint8_t index)
{
	struct call *call = add(planner, CALL_TAG);

	call->on_parent = true;
	call->slot = index;
	call->size = once_in(planner, 2) ? 4 * (1 + below(planner, 4)) : below(planner, 40);
}

static void plan_open(struct planner *planner)
{
	uint8_t index;
	struct slot *parent = pick_parent(planner, false, &index);

	if (!parent)
		return;
	struct call *call = add(planner, CALL_OPEN);
	call->slot = index;
	call->on_parent = true;
	call->algorithm = (uint8_t)below(planner, algorithms_count);
	if (algorithms[call->algorithm].slow && !once_in(planner, 8))
		call->algorithm = 0;
	*parent = (struct slot){.open = true, .algorithm = call->algorithm};
	if (algorithms[call->algorithm].keys[0] && !once_in(planner, 6) &&
	    planner->plan->count < PLAN_CALLS)
		plan_key(planner, index, true);
}

/* A socket of a mode that wants whole messages keeps its name: the planner has to know it. */
static void plan_bind(struct planner *planner, uint8_t index)
{
	struct slot *parent = &planner->parents[index];
	uint8_t other = (uint8_t)below(planner, algorithms_count);
	bool fixed = algorithm_of(parent)->whole || algorithms[other].whole ||
		     algorithm_of(parent)->slow || algorithms[other].slow ||
		     algorithm_of(parent)->hidden || algorithms[other].hidden;
	struct call *call = add(planner, CALL_BIND);

	call->on_parent = true;
	call->slot = index;
	call->algorithm = fixed ? parent->algorithm : other;
	if (once_in(planner, 3))
		call->oddity = once_in(planner, 2) ? ODD_NAME : ODD_TYPE;
	else
		parent->algorithm = call->algorithm;
}

static void plan_accept(struct planner *planner, uint8_t index)
{
	uint8_t to;
	struct slot *op = pick_op(planner, false, &to);
	struct call *call;

	if (!op)
		return;
	call = add(planner, CALL_ACCEPT);
	call->on_parent = true;
	call->slot = index;
	call->to = to;
	call->nonblock = once_in(planner, 3);
	if (once_in(planner, 20))
		call->oddity = ODD_ADDRESS;
	*op = (struct slot){true, call->nonblock, planner->parents[index].algorithm};
	if (call->oddity == ODD_ADDRESS)
		op->open = false;
}

static void plan_on_parent(struct planner *planner)
{
	uint8_t index;
	struct slot *parent = pick_parent(planner, true, &index);

	if (!parent)
		return;
	switch (below(planner, 10)) {
	case 0:
	case 1:
		plan_key(planner, index, true);
		break;
	case 2:
		plan_key(planner, index, false);
		break;
	case 3:
		plan_tag(planner, index);
		break;
	case 4:
		plan_bind(planner, index);
		break;
	case 5: {
		struct call *call = add(planner, CALL_CLOSE);

		call->on_parent = true;
		call->slot = index;
		parent->open = false;
		break;
	}
	case 6: {
		struct call *call = add(planner, once_in(planner, 2) ? CALL_SEND : CALL_RECV);

		call->on_parent = true;
		call->slot = index;
		call->size = 16;
		break;
	}
	default:
		plan_accept(planner, index);
	}
}

/* ---- op sockets ---- */

static void plan_send(struct planner *planner, const struct slot *op, uint8_t index)
{
	enum call_kind kind = once_in(planner, 4) ? CALL_WRITEV : CALL_SEND;
	struct call *call = add(planner, op->nonblock ? kind : CALL_SEND);

	call->slot = index;
	call->size = send_size(planner, op);
	if (call->kind == CALL_WRITEV)
		call->size_2 = below(planner, 40);
	else
		call->more = once_in(planner, 2);
	if (call->kind == CALL_SEND && once_in(planner, 25)) {
		call->oddity = ODD_POINTER;
		call->more |= is_type(op, "hash");
	}
}

static uint32_t some_aad(struct planner *planner, const struct algorithm *algorithm)
{
	if (algorithm->aad && !once_in(planner, 8))
		return algorithm->aad;
	return once_in(planner, 2) ? below(planner, 24) : 4 * below(planner, 6);
}

static void plan_message(struct planner *planner, const struct slot *op, uint8_t index)
{
	static const enum call_oddity mistakes[] = {ODD_OP, ODD_IV_SIZE, ODD_TYPE_OF_MESSAGE};
	static const enum call_oddity oddities[] = {ODD_LEVEL, ODD_NO_IV, ODD_NO_OP};
	struct call *call = add(planner, CALL_MESSAGE);
	bool whole = algorithm_of(op)->whole;

	call->slot = index;
	call->algorithm = op->algorithm;
	call->size = send_size(planner, op);
	call->encrypt = !once_in(planner, 3);
	call->more = !whole && once_in(planner, 3);
	if (is_type(op, "aead"))
		call->aad = some_aad(planner, algorithm_of(op));
	if (once_in(planner, 10))
		call->oddity = mistakes[below(planner, 3)];
	else if (!whole && once_in(planner, 4))
		call->oddity = oddities[below(planner, 3)];
}

static void plan_recv(struct planner *planner, const struct slot *op, uint8_t index)
{
	static const enum call_kind kinds[] = {CALL_RECV, CALL_RECV, CALL_RECVMSG, CALL_READV};
	enum call_kind kind = kinds[below(planner, 4)];
	struct call *call;

	if (kind == CALL_READV && !op->nonblock)
		kind = CALL_RECV;
	call = add(planner, kind);
	call->slot = index;
	call->algorithm = op->algorithm;
	call->size = recv_size(planner, op);
	if (kind == CALL_READV && !algorithm_of(op)->whole)
		call->size_2 = below(planner, 40);
	if (kind == CALL_RECV && once_in(planner, 25))
		call->oddity = ODD_POINTER;
}

/* A second number for an op socket, or a clone of it. */
static void plan_copy(struct planner *planner, const struct slot *op, uint8_t index)
{
	uint8_t to;
	struct slot *copy = pick_op(planner, false, &to);
	struct call *call;

	if (!copy)
		return;
	call = add(planner, once_in(planner, 2) ? CALL_DUP : CALL_CLONE);
	call->slot = index;
	call->to = to;
	*copy = (struct slot){true, call->kind == CALL_DUP && op->nonblock, op->algorithm};
	if (call->kind == CALL_CLONE && !is_type(op, "hash"))
		copy->open = false;
}

static void plan_small(struct planner *planner, struct slot *op, uint8_t index)
{
	static const uint32_t buffers[] = {0, 4096, 5000, 8192, 65536};
	static const enum call_kind kinds[] = {CALL_POLL, CALL_POLL, CALL_CLOSE, CALL_KEY,
					       CALL_BUFFER};
	struct call *call = add(planner, kinds[below(planner, 5)]);

	call->slot = index;
	if (call->kind == CALL_CLOSE)
		op->open = false;
	if (call->kind == CALL_KEY)
		call->size = 16;
	if (call->kind == CALL_BUFFER)
		call->size = buffers[below(planner, 5)];
}

static void plan_on_op(struct planner *planner)
{
	uint8_t index;
	struct slot *op = pick_op(planner, true, &index);
	unsigned choice = below(planner, 20);

	if (!op)
		return;
	if (choice < 1)
		plan_copy(planner, op, index);
	else if (choice < 4)
		plan_small(planner, op, index);
	else if (choice < 11)
		plan_recv(planner, op, index);
	else if (is_type(op, "hash") || is_type(op, "rng") ||
		 (choice < 15 && !algorithm_of(op)->whole))
		plan_send(planner, op, index);
	else
		plan_message(planner, op, index);
}

void plan_make(struct plan *plan, uint64_t seed, unsigned number)
{
	struct planner planner = {.state = seed * 0x100000001b3u + number, .plan = plan};
	unsigned length;
	uint8_t index;

	plan->count = 0;
	length = 5 + below(&planner, PLAN_CALLS - 4);
	plan_open(&planner);
	for (unsigned tries = 0; plan->count + 1 < length && tries < 1000; tries++) {
		unsigned choice = below(&planner, 10);

		if (choice == 0 && once_in(&planner, 2))
			plan_open(&planner);
		else if (choice < 3)
			plan_on_parent(&planner);
		else if (pick_op(&planner, true, &index))
			plan_on_op(&planner);
		else if (pick_parent(&planner, true, &index))
			plan_accept(&planner, index);
	}
}
