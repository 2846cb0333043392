/* SPDX-License-Identifier: MIT */
#include "doors/preload/real.h"

#include <dlfcn.h>
#include <errno.h>

_Atomic(void *) preload_real_table[PRELOAD_REAL_COUNT];

static const char names[PRELOAD_REAL_COUNT][16] = {
#define X(result, name, parameters) #name,
    PRELOAD_REAL(X)
#undef X
};

static long missing(void)
{
	errno = ENOSYS;
	return -1;
}

void *preload_real_find(enum preload_real_index index)
{
	int saved = errno;
	void *found = dlsym(RTLD_NEXT, names[index]);

	if (!found)
		found = (void *)missing;
	atomic_store_explicit(&preload_real_table[index], found, memory_order_relaxed);
	errno = saved;
	return found;
}

__attribute__((constructor)) static void find_early(void)
{
	for (unsigned i = 0; i < PRELOAD_REAL_EARLY_COUNT; i++)
		if (!atomic_load_explicit(&preload_real_table[i], memory_order_relaxed))
			(void)preload_real_find((enum preload_real_index)i);
}
