/* SPDX-License-Identifier: MIT */
/* The door's side of what joins it to the front. */
#include "doors/preload/door.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "doors/preload/listing.h"
#include "doors/preload/names.h"

_Atomic(void *) preload_real_table[PRELOAD_REAL_COUNT];

static void *(*front_find)(enum preload_real_index index);

void *preload_real_find(enum preload_real_index index)
{
	void *found = front_find(index);

	atomic_store_explicit(&preload_real_table[index], found, memory_order_relaxed);
	return found;
}

/* Some of them are deprecated: to use, not to stand in for. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
static const struct preload_functions functions = {
#define X(result, name, ...) .name = (name),
    PRELOAD_EARLY(X) PRELOAD_LATE(X) PRELOAD_OPENERS(X) PRELOAD_VARIADIC(X)
#undef X
	.syscall = syscall,
    .write_catalog = preload_write_catalog,
};
#pragma GCC diagnostic pop

__attribute__((visibility("default"))) const struct preload_functions *
ualg_preload_door(void *(*find)(enum preload_real_index index))
{
	front_find = find;
	/* What signal handlers may call is there before any of them runs. */
	for (unsigned i = 0; i < PRELOAD_REAL_EARLY_COUNT; i++)
		(void)preload_real_find((enum preload_real_index)i);
	return &functions;
}
