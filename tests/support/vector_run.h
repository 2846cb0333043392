/* SPDX-License-Identifier: MIT */
/*
 * Runs vector files (support/vector.h) through a transport and reports as TAP: a line for each
 * stanza.  The runners differ only in the transport: the engine's functions, or libc calls.
 *
 * Each stanza is run as one message and in random pieces with MSG_MORE, several times.  skcipher
 * and aead go both ways; aead also with every byte of the tag tampered with (and, where there is
 * one, the text and the AAD), which must give EBADMSG and leave the socket usable.  Nothing may be
 * written behind the output.  $UALG_TEST_SEED repeats a run's pieces.
 */
#ifndef UALG_TESTS_VECTOR_RUN_H
#define UALG_TESTS_VECTOR_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct afalg_control;

/* All functions return a negative errno on failure. */
struct vector_transport {
	const char *name;

	/* Whether it can carry an algorithm at all; a stanza of another one is skipped.  NULL: any.
	 */
	bool (*has)(const char *type, const char *alg);

	/* A parent socket, then an op socket of it, as handles. */
	int (*bind)(const char *type, const char *alg, void **parent);
	int (*set_key)(void *parent, const void *key, size_t size);
	int (*set_authsize)(void *parent, size_t size);
	int (*accept)(void *parent, void **op);

	/* Bytes sent.  control: NULL for none. */
	ssize_t (*send)(void *op, const struct afalg_control *control, const void *data,
			size_t size, bool more);

	/* Exactly size bytes; -EMSGSIZE where another number comes (see afalg_receive). */
	ssize_t (*receive)(void *op, void *data, size_t size);

	/*
	 * The same without control messages, the data spliced from a pipe and into one (rules
	 * Z-01, Z-02, Z-04).  size is not 0, nor more than a pipe holds.  NULL: there is no pipe.
	 */
	ssize_t (*splice_in)(void *op, const void *data, size_t size, bool more);
	ssize_t (*splice_out)(void *op, void *data, size_t size);

	void (*close)(void *handle);
};

/* Runs the files; returns the exit status: 0, or 1 where a vector failed or there was none. */
int vector_run(const struct vector_transport *transport, int count, char **files);

#endif
