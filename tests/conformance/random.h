/* SPDX-License-Identifier: MIT */
/*
 * Random programs: sequences of AF_ALG calls that look like those of a real program, with mistakes
 * among them.  A plan is made from a number alone, never from what a call has answered, so that the
 * same program does the same on every kernel and behind every door.
 *
 * What has no fixed answer (abi.md: marked K~) is not in a plan: random_plan.c says how.
 */
#ifndef UALG_TESTS_RANDOM_H
#define UALG_TESTS_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PLAN_CALLS   40
#define PLAN_PARENTS 4
#define PLAN_OPS     6
#define PLAN_DATA    (256u * 1024) /* the largest buffer of a call, bytes */

enum call_kind {
	CALL_OPEN,    /* socket and bind */
	CALL_BIND,    /* bind again */
	CALL_KEY,     /* ALG_SET_KEY */
	CALL_TAG,     /* ALG_SET_AEAD_AUTHSIZE */
	CALL_ACCEPT,  /* parent to op socket */
	CALL_CLONE,   /* accept on an op socket */
	CALL_DUP,     /* an op socket's second number */
	CALL_SEND,    /* without control data */
	CALL_WRITEV,  /* in two parts */
	CALL_MESSAGE, /* with control data */
	CALL_RECV,
	CALL_READV, /* in two parts; the op socket does not sleep */
	CALL_RECVMSG,
	CALL_POLL,
	CALL_BUFFER, /* SO_SNDBUF */
	CALL_CLOSE,
};

/* What is wrong with a call, or odd about it. */
enum call_oddity {
	ODD_NOT,
	ODD_NAME,    /* bind: a name that is not there */
	ODD_TYPE,    /* bind: the name belongs to another type */
	ODD_POINTER, /* memory that is not there */
	ODD_OP,      /* control: an operation that is not there */
	ODD_IV_SIZE, /* control: one byte less */
	ODD_TYPE_OF_MESSAGE,
	ODD_LEVEL,   /* control: another level; nothing wrong, but it resets */
	ODD_NO_IV,   /* control: no IV */
	ODD_NO_OP,   /* control: no operation */
	ODD_ADDRESS, /* accept: with room for an address */
};

struct algorithm {
	const char *type, *name;
	uint16_t keys[3]; /* sizes that it takes, bytes; 0 ends them */
	uint16_t block;   /* what sizes turn on */
	uint16_t out;     /* digest, or the largest tag */
	uint8_t iv;
	uint8_t aad;         /* the only sensible size of AAD; 0: any */
	uint8_t cipher_key;  /* authenc: the cipher's key in the blob */
	unsigned whole : 1;  /* a message wants one read, and an IV (C-20) */
	unsigned hidden : 1; /* its bytes are random */
	unsigned slow : 1;
	unsigned ccm : 1; /* the first byte of its IV is 1 to 7 (E-15) */
};

struct call {
	enum call_kind kind;
	enum call_oddity oddity;
	bool on_parent;   /* slot is a parent's */
	uint8_t slot, to; /* to: the slot of a descriptor that is made */
	uint8_t algorithm;
	bool more, encrypt, nonblock;
	uint32_t size, size_2;
	uint32_t aad;
	uint32_t seed; /* of the bytes that are given */
};

struct plan {
	unsigned count;
	struct call calls[PLAN_CALLS];
};

extern const struct algorithm algorithms[];
extern const unsigned algorithms_count;

/* The plan of that number. */
void plan_make(struct plan *plan, uint64_t seed, unsigned number);

/* Carries it out, and prints a result for each call, apart by blanks. */
void plan_run(const struct plan *plan, FILE *out);

/* Says in words what a call does. */
void call_show(const struct call *call, FILE *out);

/* A generator of numbers: splitmix64 (Steele, Lea and Flood 2014). */
uint64_t random_next(uint64_t *state);

/* Fills bytes from a seed. */
void random_bytes(uint32_t seed, uint8_t *bytes, size_t size);

#endif
