/* SPDX-License-Identifier: MIT */
/* Where the kernel's documents and the kernel differ: who is right in which profile. */
#ifndef UALG_SOCKET_PROFILE_H
#define UALG_SOCKET_PROFILE_H

#include "socket/host.h"

/* The differences that can be chosen; each is a bit, and a row of profile.c's table. */
enum sock_variant {
	SOCK_VARIANT_OPTIONS_ON_OP = 1u << 0,
	SOCK_VARIANT_AUTOSEED = 1u << 1,
	SOCK_VARIANT_KNOWN_ANSWERS = 1u << 2,
	SOCK_VARIANT_RECV_RETURNS_SHORT = 1u << 3,
	SOCK_VARIANT_AEAD_WITHOUT_AAD = 1u << 4,
	SOCK_VARIANT_AEAD_SHORT_BUFFER = 1u << 5,
};

struct sock_profile_row {
	enum sock_variant variant;
	const char *rule;     /* of abi.md */
	const char *name;     /* as abi.md section 14 calls it */
	const char *document; /* what the kernel's manual says */
	bool in_default;      /* documented has all of them, strict none */
};

extern const struct sock_profile_row sock_profile_rows[];
extern const size_t sock_profile_rows_count;

/* The variants of a profile, as bits. */
unsigned sock_profile_variants(enum sock_profile profile);

/* strict, default or documented; -1: no such name. */
int sock_profile_parse(const char *name, enum sock_profile *out);

#endif
