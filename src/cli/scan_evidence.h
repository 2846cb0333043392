/* SPDX-License-Identifier: MIT */
/* What in a file tells of AF_ALG, and how sure that is.  Files are read, never run. */
#ifndef UALG_CLI_SCAN_EVIDENCE_H
#define UALG_CLI_SCAN_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/elf.h"

/* Signs, as bits. */
enum scan_sign {
	SCAN_CALL = 1 << 0,        /* code with the arguments of socket(AF_ALG, SOCK_SEQPACKET) */
	SCAN_SYSTEM_CALL = 1 << 1, /* the same for syscall(SYS_socket, ...) */
	SCAN_NETLINK = 1 << 2,     /* code with those of socket(AF_NETLINK, ..., NETLINK_CRYPTO) */
	SCAN_ADDRESS = 1 << 3,     /* the beginning of a sockaddr_alg, as data */
	SCAN_TYPE = 1 << 4,        /* the text "skcipher" */
	SCAN_WORD = 1 << 5,        /* the word AF_ALG; in a script: behind no comment sign */
	SCAN_COMMENT = 1 << 6,     /* script: the word behind a comment sign */
	SCAN_GO = 1 << 7,          /* Go's name for the address */
	SCAN_LINKS_KCAPI = 1 << 8, /* needs libkcapi */
	SCAN_NAMES_KCAPI = 1 << 9, /* the text "libkcapi.so" */
	SCAN_SCRIPT = 1 << 10,     /* a script, not an ELF file */
	SCAN_STATIC = 1 << 11,     /* an ELF file without loader, libraries and imports */
	SCAN_SOCKET = 1 << 12,     /* imports of functions */
	SCAN_BIND = 1 << 13,
	SCAN_ACCEPT = 1 << 14,
	SCAN_SYSCALL = 1 << 15,
	SCAN_OPTION = 1 << 16,     /* the word ALG_SET_KEY */
	SCAN_OTHER_TYPE = 1 << 17, /* the whole text "hash", "aead" or "rng" */
};

#define SCAN_NAMES_MAX 64u

struct scan_evidence {
	unsigned signs;
	/* Well-known names of algorithms with parentheses that stand in it, as catalog/names.h has
	 * them; not more than SCAN_NAMES_MAX. */
	const char *names[SCAN_NAMES_MAX];
	unsigned name_count;
};

/*
 * Gathers the evidence of an open regular file.  is_script: by its name it is a script, even if it
 * does not begin with #!.  0: it is no program, library or script, or *out has its signs; -EIO: it
 * cannot be read; -ENOMEM.
 */
int scan_file(int fd, bool is_script, struct scan_evidence *out);

/* scan_code.c: signs in a part of the machine code of an ELF file; 0 for a machine not known. */
unsigned scan_code(uint16_t machine, const uint8_t *code, size_t size);

enum scan_confidence { SCAN_NONE, SCAN_LOW, SCAN_MEDIUM, SCAN_HIGH };

extern const char *const scan_confidences[]; /* "none", "low", ... */

#define SCAN_REASONS_MAX 8u

/* How sure it is that a file uses AF_ALG, and why: static texts. */
struct scan_verdict {
	enum scan_confidence confidence;
	const char *reasons[SCAN_REASONS_MAX];
	unsigned reason_count;
};

void scan_judge(const struct scan_evidence *evidence, struct scan_verdict *out);

#endif
