/* SPDX-License-Identifier: MIT */
/*
 * Misuses of AF_ALG by plain libc calls: each row names the rule of docs/design/abi.md that it
 * breaks and what the kernel answers.  The same program runs on a kernel that has AF_ALG.
 *
 * A result is what the call returned, or its negative errno.
 */
#ifndef UALG_TESTS_MISUSE_H
#define UALG_TESTS_MISUSE_H

#include <stddef.h>

/* What a descriptor is when it is misused. */
enum misuse_place {
	UNBOUND,
	BOUND_HASH,   /* sha256 */
	BOUND_HMAC,   /* hmac(sha256), no key */
	BOUND_CIPHER, /* cbc(aes), a key of 16 bytes */
	BOUND_XTS,    /* xts(aes), no key */
	BOUND_AEAD,   /* gcm(aes), a key of 16 bytes */
	BOUND_AUTHENC,
	BOUND_RNG, /* drbg_nopr_hmac_sha256, no seed */
	OP_HASH,   /* and the op sockets of those */
	OP_HMAC,
	OP_CIPHER,
	OP_CIPHER_BARE, /* cbc(aes), no key */
	OP_AEAD,
	OP_RNG,
	CLOSED, /* an op socket's number after close */
	FOREIGN_FILE,
	FOREIGN_PIPE,   /* the end that can be written */
	FOREIGN_SOCKET, /* AF_UNIX */
};

/* Where memory lies. */
enum misuse_pointer {
	GOOD,      /* right in front of a page that may not be touched */
	NOTHING,   /* NULL */
	UNMAPPED,  /* no page at all */
	READ_ONLY, /* a page that may not be written */
	HALF,      /* the second half may not be touched */
};

/* Makes such a descriptor; ends the program where that fails. */
int misuse_open(enum misuse_place place);

/* Closes it and what belongs to it. */
void misuse_close(int fd);

/* size bytes of such memory, at most a page; good until the next call. */
void *misuse_memory(enum misuse_pointer pointer, size_t size);

/* The result of a call just made. */
long misuse_result(long returned);

/* A line of TAP; also looks after the bystanders (misuse.c). */
void misuse_report(const char *rule, const char *what, long got, long want);

/* The tables. */
void misuse_run_calls(void);    /* misuse_calls.c: one call on one descriptor */
void misuse_run_messages(void); /* misuse_messages.c: sendmsg, recvmsg and control messages */
void misuse_run_stories(void);  /* misuse_stories.c: several calls, and what they leave behind */
void misuse_run_splice(void);   /* the same with splice and tee */

#endif
