/* SPDX-License-Identifier: MIT */
/*
 * A witness of what a foreign program does: a library that is preloaded in front of ualg's and
 * writes a line to the file $UALG_TEST_WITNESS for each bind of an AF_ALG socket and each sendfile.
 * Programs that fall back to other code without a word, and end well, are told apart by it.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ualg/if_alg.h"

__attribute__((format(printf, 1, 2))) static void tell(const char *format, ...)
{
	const char *path = getenv("UALG_TEST_WITNESS");
	int before = errno;
	char line[256];
	va_list arguments;
	int fd, size;

	va_start(arguments, format);
	size = vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	fd = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;
	if (fd >= 0) {
		/* One write, so that lines of several processes do not mix. */
		if (write(fd, line, (size_t)size) != size)
			abort();
		close(fd);
	}
	errno = before;
}

/* "bind TYPE NAME RESULT" */
int bind(int fd, const struct sockaddr *address, socklen_t size)
{
	int (*next)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "bind");
	struct ualg_sockaddr alg;
	int result = next(fd, address, size);

	if (size != sizeof(alg) || address->sa_family != AF_ALG)
		return result;
	memcpy(&alg, address, sizeof(alg));
	tell("bind %.*s %.*s %d\n", (int)sizeof(alg.salg_type), (const char *)alg.salg_type,
	     (int)sizeof(alg.salg_name), (const char *)alg.salg_name, result);
	return result;
}

/* "sendfile SIZE RESULT" */
ssize_t sendfile(int out, int in, off_t *offset, size_t size)
{
	ssize_t (*next)(int, int, off_t *, size_t) = dlsym(RTLD_NEXT, "sendfile");
	ssize_t result = next(out, in, offset, size);

	tell("sendfile %zu %zd\n", size, result);
	return result;
}

ssize_t sendfile64(int out, int in, off64_t *offset, size_t size)
{
	ssize_t (*next)(int, int, off64_t *, size_t) = dlsym(RTLD_NEXT, "sendfile64");
	ssize_t result = next(out, in, offset, size);

	tell("sendfile %zu %zd\n", size, result);
	return result;
}
