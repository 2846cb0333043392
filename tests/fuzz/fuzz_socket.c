/* SPDX-License-Identifier: MIT */
/*
 * Programs of engine calls: each input byte picks a call and its sizes, on one parent and up to
 * three op sockets.  Nothing may crash, no call may write beyond its buffer (a sanitizer's work) or
 * return more than there is room for.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "support/engine.h"
#include "ualg/if_alg.h"

#define OPS 3u

static const struct {
	const char *type;
	const char *name;
} algs[] = {
    {"hash", "sha256"},
    {"hash", "hmac(sha3-256)"},
    {"hash", "cmac(aes)"},
    {"skcipher", "cbc(aes)"},
    {"skcipher", "ctr(aes)"},
    {"skcipher", "xts(aes)"},
    {"aead", "gcm(aes)"},
    {"aead", "ccm(aes)"},
    {"aead", "rfc4106(gcm(aes))"},
    {"aead", "authenc(hmac(sha256),cbc(aes))"},
    {"rng", "stdrng"},
};

/* Calls, by the low four bits of a byte; bit 7 makes the size that follows it large. */
enum call {
	KEY,
	AUTHSIZE,
	BIND,
	ACCEPT,
	CLONE,
	SEND,
	SEND_MORE,
	SEND_WITH,
	SEND_WITH_MORE,
	RECV,
	MOVE,
	CLOSE,
	NEXT
};

static const uint8_t sample[] = {3,   KEY,         16, ACCEPT,         0,   SEND_WITH,
				 32,  RECV,        16, MOVE,           0,   RECV,
				 16,  SEND,        7,  RECV,           7,   CLOSE,
				 0,   ACCEPT,      0,  SEND_WITH_MORE, 33,  SEND,
				 64,  RECV,        97, SEND_MORE,      12,  MOVE,
				 0,   SEND,        1,  RECV,           200, 0x80 | SEND_WITH,
				 255, 0x80 | RECV, 255};

const struct fuzz_sample fuzz_samples[] = {{sample, sizeof(sample)}};
const size_t fuzz_samples_count = 1;

struct program {
	const uint8_t *at;
	const uint8_t *end;
	struct sock *parent;
	struct sock *op[OPS];
	unsigned current;
};

static uint8_t take(struct program *program)
{
	return program->at < program->end ? *program->at++ : 0;
}

static void accept_op(struct program *program, struct sock *from)
{
	int error;
	unsigned slot = (program->current + 1) % OPS;
	struct sock *op = engine_accept(from, &error);

	if ((op == NULL) != (error < 0))
		abort();
	if (!op)
		return;
	if (program->op[slot])
		engine_close(program->op[slot]);
	program->op[slot] = op;
	program->current = slot;
}

static void receive(struct sock *op, size_t room)
{
	uint8_t *out = malloc(room ? room : 1);
	ssize_t result;

	if (!out)
		abort();
	result = engine_recv(op, out, room);
	if (result > (ssize_t)room || result == SOCK_WAIT)
		abort();
	free(out);
}

static void move(struct program *program, struct sock **op)
{
	static uint8_t block[1u << 19];
	struct sock *moved;
	ssize_t size;

	(void)sock_lock(*op);
	size = sock_export(*op, block, sizeof(block));
	sock_unlock(*op);
	if (size <= 0 || (size_t)size > sizeof(block))
		return;
	if (sock_import(&engine_host, program->parent, block, (size_t)size, &moved) < 0)
		abort();
	engine_close(*op);
	*op = moved;
}

static void one_call(struct program *program)
{
	static const uint8_t data[70000];
	uint8_t what = take(program);
	size_t size = take(program);
	struct sock **op = &program->op[program->current];

	if (what & 0x80)
		size *= 257;
	switch (what & 0x0f) {
	case KEY:
		(void)engine_key(program->parent, data, size % 80);
		return;
	case AUTHSIZE:
		(void)engine_option(program->parent, ALG_SET_AEAD_AUTHSIZE, NULL, (int)size);
		return;
	case BIND:
		(void)engine_bind(program->parent, algs[size % 11].type, algs[size % 11].name);
		return;
	case ACCEPT:
		accept_op(program, program->parent);
		return;
	default:
		break;
	}
	if (!*op)
		return;
	switch (what & 0x0f) {
	case CLONE:
		accept_op(program, *op);
		break;
	case SEND:
	case SEND_MORE:
		(void)engine_send(*op, data, size, (what & 0x0f) == SEND_MORE ? SOCK_MSG_MORE : 0);
		break;
	case SEND_WITH:
	case SEND_WITH_MORE:
		(void)engine_send_with(
		    *op, data, size, (what & 0x0f) == SEND_WITH_MORE ? SOCK_MSG_MORE : 0,
		    (int)(size & 1), data, size % 5 ? 16 : 12, (long)(size % 24));
		break;
	case RECV:
		receive(*op, size);
		break;
	case MOVE:
		move(program, op);
		break;
	case CLOSE:
		engine_close(*op);
		*op = NULL;
		break;
	default:
		program->current = what % OPS;
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct program program = {.at = data, .end = data + size};
	unsigned first = take(&program);
	int error;

	engine_host.profile = (enum sock_profile)(first / 16 % 3);
	program.parent = engine_open(algs[first % 11].type, algs[first % 11].name, &error);
	if (!program.parent)
		abort();
	for (unsigned calls = 0; program.at < program.end && calls < 200; calls++)
		one_call(&program);
	for (unsigned i = 0; i < OPS; i++)
		if (program.op[i])
			engine_close(program.op[i]);
	engine_close(program.parent);
	return 0;
}
