/* SPDX-License-Identifier: MIT */
/*
 * The verbs of the conformance table, by subject.  A verb fills a token (TOKEN_SIZE bytes, empty
 * before); one that makes a descriptor says so with verb_made.  The comment before each verb shows
 * how it is written; words in brackets may be left out.
 */
#ifndef UALG_TESTS_VERBS_H
#define UALG_TESTS_VERBS_H

#include "language.h"

struct verb {
	const char *name;
	void (*run)(const struct command *command, char *token);
};

/* Each ends with a row without a name. */
extern const struct verb verbs_socket[];  /* sockets, bind, accept, options */
extern const struct verb verbs_data[];    /* send and recv in all their shapes */
extern const struct verb verbs_system[];  /* the generic calls: poll, ioctl, fcntl, stat... */
extern const struct verb verbs_pipe[];    /* splice, sendfile, asynchronous I/O */
extern const struct verb verbs_process[]; /* signals, threads, fork, exec, descriptor passing */
extern const struct verb verbs_crypto[];  /* /proc/crypto, NETLINK_CRYPTO, keyrings */

/* Runs one command, text without "NAME =" counts too: the descriptor that it makes gets NAME. */
void verb_run(const char *text, char *token);

/* The descriptor that this thread's last command made; -1 where it failed. */
void verb_made(int fd);

/* Carries out a command in a program image of its own: see the verb exec. */
int verb_main_after_exec(int count, char **arguments);

#endif
