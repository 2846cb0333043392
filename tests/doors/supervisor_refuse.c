/* SPDX-License-Identifier: MIT */
/*
 * supervisor_refuse [-e ERRNO] [-c CALL]... -- PROGRAM: runs a program under a filter that refuses
 * socket(AF_ALG), as container engines do, with EPERM or another errno, and further calls by name
 * with EPERM.  Exit status 77 (for a skip) where no filter can be installed.
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ualg/if_alg.h"

#define SKIPPED 77

static int refuse(scmp_filter_ctx filter, int argc, char **argv)
{
	uint32_t answer = SCMP_ACT_ERRNO(EPERM);
	int option;

	while ((option = getopt(argc, argv, "+e:c:")) != -1) {
		int number;

		if (option == 'e') {
			answer = SCMP_ACT_ERRNO((unsigned)atoi(optarg));
			continue;
		}
		number = option == 'c' ? seccomp_syscall_resolve_name(optarg) : __NR_SCMP_ERROR;
		if (number == __NR_SCMP_ERROR ||
		    seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), number, 0) < 0)
			return -1;
	}
	return seccomp_rule_add(filter, answer, SCMP_SYS(socket), 1,
				SCMP_CMP(0, SCMP_CMP_MASKED_EQ, UINT32_MAX, AF_ALG));
}

int main(int argc, char **argv)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	if (!filter || refuse(filter, argc, argv) < 0 || optind >= argc) {
		(void)fprintf(stderr, "usage: %s [-e ERRNO] [-c CALL]... -- PROGRAM\n", argv[0]);
		return 2;
	}
#if defined(__x86_64__)
	/* 32-bit programs, too: of a direct call of socket; socketcall's arguments are in memory.
	 */
	(void)seccomp_arch_add(filter, SCMP_ARCH_X86);
#endif
	if (seccomp_load(filter) < 0)
		return SKIPPED;
	seccomp_release(filter);
	execvp(argv[optind], argv + optind);
	perror(argv[optind]);
	return 127;
}
