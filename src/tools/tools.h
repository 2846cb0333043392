/* SPDX-License-Identifier: MIT */
/*
 * Drop-ins for programs that compute by AF_ALG, or could: one program, ualg-tools, that is
 * whichever it is called as.  What is observable of each, options, output, exit codes, follows
 * coreutils 9.1 (md5sum and its like), the manuals of hmaccalc (sha512hmac) and fipscheck, and
 * Debian's kcapi-tools 1.4.0.
 */
#ifndef UALG_TOOLS_TOOLS_H
#define UALG_TOOLS_TOOLS_H

#include <stddef.h>

struct tools_program {
	const char *name;
	int (*run)(const struct tools_program *program, int argc, char **argv);
	const char *algorithm; /* of the checksum programs */
	const char *tag;       /* what lines of --tag call it */
};

int tools_sums(const struct tools_program *program, int argc, char **argv);
int tools_hmac(const struct tools_program *program, int argc, char **argv);
int tools_fipscheck(const struct tools_program *program, int argc, char **argv);
int tools_fipshmac(const struct tools_program *program, int argc, char **argv);
int tools_kcapi_dgst(const struct tools_program *program, int argc, char **argv);
int tools_kcapi_enc(const struct tools_program *program, int argc, char **argv);
int tools_kcapi_rng(const struct tools_program *program, int argc, char **argv);

/* Prints "NAME: ..." on standard error; the name is the program's that runs. */
void tools_message(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A file's name in messages: quoted where blanks or the like could mislead.  Of one call at a time.
 */
const char *tools_quoted(const char *name);

/* Flushes standard output: 0, or 1 with a message. */
int tools_finish_output(void);

/* Prints what --version prints; returns 0. */
int tools_version(const struct tools_program *program);

#endif
