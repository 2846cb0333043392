/* SPDX-License-Identifier: MIT */
/*
 * Linked with the preload library, since LD_PRELOAD is not for programs that gain rights: says
 * whether it is one, and which profile is in force.  preload_secure.sh runs it.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/afalg.h"

int main(void)
{
	int parent = afalg_bind("rng", "drbg_nopr_hmac_sha256");
	int op = parent < 0 ? parent : afalg_accept(parent);
	char byte;

	if (op < 0) {
		printf("no alg socket\n");
		return 1;
	}
	/* never seeded.  The profile strict refuses, the default one seeds. */
	printf("secure %lu, %s\n", getauxval(AT_SECURE),
	       recv(op, &byte, 1, 0) == 1 ? "default"
	       : errno == EINVAL          ? "strict"
					  : "neither");
	return 0;
}
