/* SPDX-License-Identifier: MIT */
#include "socket/profile.h"

#include <string.h>

const struct sock_profile_row sock_profile_rows[] = {
    {SOCK_VARIANT_OPTIONS_ON_OP, "O-01, O-02", "options-on-op",
     "setsockopt is invoked on the file descriptor of the accepted socket", true},
    {SOCK_VARIANT_AUTOSEED, "R-02", "drbg-autoseed",
     "a DRBG does not need to be seeded by its user", true},
    {SOCK_VARIANT_KNOWN_ANSWERS, "R-10, R-11", "drbg-known-answers",
     "ALG_SET_DRBG_ENTROPY and additional data make known-answer tests of a DRBG", true},
    {SOCK_VARIANT_RECV_RETURNS_SHORT, "C-02, E-04", "recv-returns-short",
     "the output buffer is at least as large as the data", false},
    {SOCK_VARIANT_AEAD_WITHOUT_AAD, "E-01, E-02", "aead-without-aad",
     "the output is ciphertext and tag, or plaintext, without the associated data", false},
    {SOCK_VARIANT_AEAD_SHORT_BUFFER, "E-05", "aead-short-buffer",
     "with an output buffer that is too small no operation is performed", false},
};

const size_t sock_profile_rows_count = sizeof(sock_profile_rows) / sizeof(sock_profile_rows[0]);

unsigned sock_profile_variants(enum sock_profile profile)
{
	unsigned variants = 0;

	if (profile == SOCK_PROFILE_STRICT)
		return 0;
	for (size_t i = 0; i < sock_profile_rows_count; i++)
		if (profile == SOCK_PROFILE_DOCUMENTED || sock_profile_rows[i].in_default)
			variants |= sock_profile_rows[i].variant;
	return variants;
}

int sock_profile_parse(const char *name, enum sock_profile *out)
{
	static const char *const names[] = {"strict", "default", "documented"};

	for (unsigned i = 0; i < 3; i++) {
		if (strcmp(name, names[i]) == 0) {
			*out = (enum sock_profile)i;
			return 0;
		}
	}
	return -1;
}
