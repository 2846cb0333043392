/* SPDX-License-Identifier: MIT */
#include "base/scratch.h"

#include <stdatomic.h>
#include <sys/mman.h>

#define KEPT_SIZE ((size_t)40 << 10) /* the largest vector and control data of a message */

static _Atomic(void *) kept;

static void *map(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

bool scratch_take(struct scratch *scratch, size_t size)
{
	scratch->size = size > KEPT_SIZE ? size : KEPT_SIZE;
	scratch->memory = scratch->size == KEPT_SIZE ? atomic_exchange(&kept, NULL) : NULL;
	if (!scratch->memory)
		scratch->memory = map(scratch->size);
	return scratch->memory != NULL;
}

void scratch_give(void *argument)
{
	const struct scratch *scratch = argument;
	void *none = NULL;

	if (scratch->size != KEPT_SIZE ||
	    !atomic_compare_exchange_strong(&kept, &none, scratch->memory))
		(void)munmap(scratch->memory, scratch->size);
}
