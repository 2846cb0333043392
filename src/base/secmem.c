/* SPDX-License-Identifier: MIT */
#include "base/secmem.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "base/lock.h"

/*
 * Small blocks come from free lists by size class, carved from regions that are locked as a whole;
 * anything above the largest class gets a mapping of its own.  Regions are kept for reuse: a
 * program's keys come and go, and mapping costs more than they do.
 */
#define ALIGNMENT   64u
#define CLASS_COUNT 7u /* 64, 128, ... 4096 bytes */
#define LARGEST     (ALIGNMENT << (CLASS_COUNT - 1))
#define REGION_SIZE (64u * 1024u)

struct free_block {
	struct free_block *next;
};

static struct lock arena_lock;
static struct free_block *free_lists[CLASS_COUNT];
static uint8_t *region_next;
static size_t region_left;

static void *map_region(size_t size)
{
	void *region = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (region == MAP_FAILED)
		return NULL;
	(void)mlock(region, size);
	(void)madvise(region, size, MADV_DONTDUMP);
	return region;
}

static size_t round_to_page(size_t size)
{
	return (size + 4095u) & ~(size_t)4095u;
}

static unsigned size_class(size_t size)
{
	unsigned class = 0;

	while (((size_t)ALIGNMENT << class) < size)
		class ++;
	return class;
}

/* Takes a block of a class from its free list or from the current region; the lock is held. */
static void *take_block(unsigned class)
{
	size_t size = (size_t)ALIGNMENT << class;
	struct free_block *block = free_lists[class];

	if (block) {
		free_lists[class] = block->next;
		block->next = NULL;
		return block;
	}
	if (region_left < size) {
		region_next = map_region(REGION_SIZE);
		region_left = region_next ? REGION_SIZE : 0;
		if (!region_next)
			return NULL;
	}
	region_next += size;
	region_left -= size;
	return region_next - size;
}

void *secmem_alloc(size_t size)
{
	void *block;

	if (size > LARGEST)
		return size > SIZE_MAX - 4096u ? NULL : map_region(round_to_page(size));
	/* A signal handler that interrupts the allocator gets no memory rather than a deadlock. */
	if (!lock_acquire(&arena_lock))
		return NULL;
	block = take_block(size_class(size));
	lock_release(&arena_lock);
	return block;
}

void secmem_free(void *block, size_t size)
{
	struct free_block *freed = block;
	unsigned class;

	if (!block)
		return;
	if (size > LARGEST) {
		secmem_wipe(block, size);
		(void)munmap(block, round_to_page(size));
		return;
	}
	class = size_class(size);
	secmem_wipe(block, (size_t)ALIGNMENT << class);
	if (!lock_acquire(&arena_lock))
		return; /* wiped, and lost to reuse: see secmem_alloc */
	freed->next = free_lists[class];
	free_lists[class] = freed;
	lock_release(&arena_lock);
}

void secmem_wipe(void *data, size_t size)
{
	if (size)
		explicit_bzero(data, size);
}

bool secmem_equal(const void *a, const void *b, size_t size)
{
	const volatile uint8_t *left = a;
	const volatile uint8_t *right = b;
	uint8_t difference = 0;

	for (size_t i = 0; i < size; i++)
		difference |= (uint8_t)(left[i] ^ right[i]);
	return difference == 0;
}

/* Whether prepare took the lock: not where fork is called by a handler that interrupted us. */
static bool held_for_fork;

void secmem_fork_prepare(void)
{
	held_for_fork = lock_acquire(&arena_lock);
}

void secmem_fork_done(void)
{
	if (held_for_fork)
		lock_release(&arena_lock);
}
