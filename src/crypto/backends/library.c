/* SPDX-License-Identifier: MIT */
#include "crypto/backends/library.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

int library_open(const char *file, const struct library_symbol *symbols, size_t count,
		 void *functions)
{
	void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);

	if (!library)
		return -ENOENT;
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
