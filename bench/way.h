/* SPDX-License-Identifier: MIT */
/*
 * What is compared, and the ways it is computed: one table of jobs, one row for each way.  A new
 * way is a struct way in a file of its own and its name in ways.c.
 */
#ifndef UALG_BENCH_WAY_H
#define UALG_BENCH_WAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WAY_MAX_SIZE (1u << 20)
#define WAY_MAX_AAD  64u
#define WAY_MAX_TAG  64u

/* One request: a digest of size bytes, an encryption, or an encryption with AAD and tag. */
struct job {
	const char *type; /* as in sockaddr_alg */
	const char *name;
	unsigned key_size;
	unsigned iv_size;
	unsigned aad_size;
	unsigned tag_size; /* of a hash: of its digest */
	size_t size;
};

/*
 * The memory of all ways: what goes in, AAD before the text, and what comes out, text and tag.  Key
 * and IV are way_key and way_iv.
 */
extern uint8_t way_in[WAY_MAX_AAD + WAY_MAX_SIZE];
extern uint8_t way_out[WAY_MAX_AAD + WAY_MAX_SIZE + WAY_MAX_TAG];
extern const uint8_t way_key[64];
extern const uint8_t way_iv[16];

/* How a way counts when ways are compared. */
enum way_kind {
	WAY_LIBRARY, /* a library called as directly as it allows */
	WAY_COMMON,  /* as programs commonly call one */
	WAY_DOOR,    /* AF_ALG calls, served by ualg */
	WAY_OURS,    /* ualg without sockets */
	WAY_FLOOR,   /* moves the bytes and computes nothing */
};

struct way {
	const char *name;
	enum way_kind kind;
	/* What run needs for a job, ready and keyed; NULL: this way does not have it. */
	void *(*open)(const struct job *job);
	/* count requests: the digest or the text at out, and behind it the tag. */
	void (*run)(void *context, size_t count);
	void (*close)(void *context);
	/* Takes count requests elsewhere and returns the time of one, ns; negative: they could not
	 * be done; NULL: run is timed. */
	double (*time)(void *context, size_t count);
};

extern const struct way *const ways[];
extern const size_t way_count;

const struct way *way_find(const char *name);

static inline bool job_is(const struct job *job, const char *name)
{
	return __builtin_strcmp(job->name, name) == 0;
}

#endif
