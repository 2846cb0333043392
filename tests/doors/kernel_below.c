/* SPDX-License-Identifier: MIT */
/*
 * Stands below the preload library and plays a kernel that has AF_ALG, but of all names only md5.
 * Its sockets are unix sockets that call themselves AF_ALG's.  With KERNEL_REFUSES=ERRNO in the
 * environment socket() fails with that number.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "ualg/if_alg.h"

#define NUMBERS 1024

static bool is_alg[NUMBERS];

static bool known(int number)
{
	return number >= 0 && number < NUMBERS && is_alg[number];
}

int socket(int domain, int type, int protocol)
{
	int (*real)(int, int, int) = (int (*)(int, int, int))dlsym(RTLD_NEXT, "socket");
	const char *refuses = getenv("KERNEL_REFUSES");
	int number;

	if (domain != AF_ALG)
		return real(domain, type, protocol);
	if (refuses) {
		errno = atoi(refuses);
		return -1;
	}
	number = real(AF_UNIX, type, protocol);
	if (number >= 0 && number < NUMBERS)
		is_alg[number] = true;
	return number;
}

int bind(int number, __CONST_SOCKADDR_ARG address, socklen_t size)
{
	typedef int (*function)(int, const struct sockaddr *, socklen_t);
	const struct ualg_sockaddr *name = (const void *)address.__sockaddr__;

	if (!known(number))
		return ((function)dlsym(RTLD_NEXT, "bind"))(number, address.__sockaddr__, size);
	if (strcmp((const char *)name->salg_name, "md5") == 0)
		return 0;
	errno = ENOENT;
	return -1;
}

int getsockopt(int number, int level, int option, void *restrict value, socklen_t *restrict size)
{
	typedef int (*function)(int, int, int, void *, socklen_t *);
	int result = ((function)dlsym(RTLD_NEXT, "getsockopt"))(number, level, option, value, size);

	if (result == 0 && level == SOL_SOCKET && option == SO_DOMAIN && known(number))
		*(int *)value = AF_ALG;
	return result;
}
