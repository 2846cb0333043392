/* SPDX-License-Identifier: MIT */
/*
 * What the kcapi programs share: options for keys and passwords, messages, exit codes (256 less an
 * errno).  They follow Debian's kcapi-tools 1.4.0, as its manuals say and as it was seen to act.
 *
 * Differences, all on purpose: an output file is whole or not there, and has the modes of other new
 * files; what is no hexadecimal digit is refused; an AEAD algorithm may go without --aad; a
 * password from a descriptor may be longer than 127 bytes; empty input works; modes that take a
 * message whole (xts) are right above 64 KiB too.
 */
#ifndef UALG_TOOLS_KCAPI_H
#define UALG_TOOLS_KCAPI_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "files/input.h"
#include "files/output.h"
#include "files/secret.h"
#include "tools/tools.h"

/* Options without a letter; each program has its own from KCAPI_OWN on. */
enum { KCAPI_PASSWD_FD = 256, KCAPI_ITERATIONS, KCAPI_MAC, KCAPI_KEY_FD, KCAPI_VERSION, KCAPI_OWN };

#define KCAPI_COMMON_OPTIONS                                                                       \
	{"cipher", required_argument, NULL, 'c'}, {"infile", required_argument, NULL, 'i'},        \
	    {"outfile", required_argument, NULL, 'o'}, {"salt", required_argument, NULL, 's'},     \
	    {"passwd", required_argument, NULL, 'p'},                                              \
	    {"passwdfd", required_argument, NULL, KCAPI_PASSWD_FD},                                \
	    {"pbkdfiter", required_argument, NULL, KCAPI_ITERATIONS},                              \
	    {"pbkdfmac", required_argument, NULL, KCAPI_MAC},                                      \
	    {"keyfd", required_argument, NULL, KCAPI_KEY_FD}, {"help", no_argument, NULL, 'h'},    \
	    {"version", no_argument, NULL, KCAPI_VERSION}, {"verbose", no_argument, NULL, 'v'},    \
	{                                                                                          \
		"quiet", no_argument, NULL, 'q'                                                    \
	}

#define KCAPI_COMMON_LETTERS "c:i:o:s:p:hvq"

struct kcapi_options {
	const char *program, *cipher, *infile, *outfile;
	const char *salt, *password, *password_fd, *iterations, *mac, *key_fd;
	bool quiet;
	unsigned verbose;
};

/* Takes one of the common options; false: it is none of them. */
bool kcapi_take(struct kcapi_options *options, int option, const char *value);

/* Whether a key or a password was named. */
bool kcapi_has_key(const struct kcapi_options *options);

/*
 * Reads the key, or derives 32 bytes from the password by PBKDF2, and then says the salt and the
 * iterations that it chose.  0, or a negative errno with a message printed.
 */
int kcapi_key(const struct kcapi_options *options, struct files_secret *key);

/* Prints "PROGRAM - Error: ..." on standard error, or "Warning", which quiet silences. */
void kcapi_error(const struct kcapi_options *options, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void kcapi_warning(const struct kcapi_options *options, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void kcapi_verbose(const struct kcapi_options *options, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Digits as bytes; of an odd number, the first is a byte.  out: room bytes; more is left out.
 * The bytes that the digits stand for, of which room at most are written; -EINVAL: no digits.
 */
ssize_t kcapi_hex(const char *text, uint8_t *out, size_t room);

/* Opens both files; 0, or -EIO or -EINVAL (no file to read), with a message printed. */
int kcapi_open(const struct kcapi_options *options, struct files_input *input,
	       struct files_output *output);

/* Prints a usage text, whose lines are all of the program's; returns the exit status 1. */
int kcapi_usage(const char *title, const char *lines);

/* Prints the version on standard error, as the original does; returns 0. */
int kcapi_version(void);

/* The exit status for a negative errno. */
static inline int kcapi_status(int error)
{
	return error & 0xff;
}

#endif
