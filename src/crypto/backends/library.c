/* SPDX-License-Identifier: MIT */
#include "crypto/backends/library.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

/*
 * dlopen tells what went wrong in words only, but the call that failed has left errno; and what
 * dlopen does afterwards succeeds, which leaves it alone.
 */
static int open_for_good(const char *file, void **library)
{
	int saved = errno;
	int result = 0;

	errno = 0;
	*library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
	if (!*library)
		result = errno == EMFILE || errno == ENFILE || errno == ENOMEM ? -ENOMEM : -ENOENT;
	errno = saved;
	return result;
}

int library_open(const char *file, const struct library_symbol *symbols, size_t count,
		 void *functions)
{
	void *library;
	int result = open_for_good(file, &library);

	if (result < 0)
		return result;
	for (size_t i = 0; i < count; i++) {
		void *address = dlsym(library, symbols[i].name);

		if (!address) {
			(void)dlclose(library);
			return -ENOENT;
		}
		memcpy((char *)functions + i * sizeof(address), &address, sizeof(address));
	}
	return 0;
}
