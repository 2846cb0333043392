/* SPDX-License-Identifier: MIT */
#include "base/secmem.h"

#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/compiler.h"
#include "base/lock.h"

#define ALIGNMENT 64u

static struct lock arena_lock;

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

#if ADDRESS_SANITIZER

/*
 * Blocks of the heap, so that the sanitizer sees where each begins and ends, whether it is used
 * after its end, and whether it is lost.  It would see nothing of that in an arena.
 */
static bool is_large(size_t size)
{
	(void)size;
	return false;
}

static size_t block_size(size_t size)
{
	return size;
}

/* A handler that interrupted the heap's functions could not call them. */
static void block_signals(sigset_t *old)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, old);
}

static void *take_block(size_t size)
{
	sigset_t old;
	void *block;

	block_signals(&old);
	if (posix_memalign(&block, ALIGNMENT, size) == 0)
		memset(block, 0, size);
	else
		block = NULL;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return block;
}

static void give_block(void *block, size_t size)
{
	sigset_t old;

	(void)size;
	block_signals(&old);
	free(block);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

#else

/*
 * Small blocks come from free lists by size class, carved from regions that are locked as a whole;
 * anything above the largest class gets a mapping of its own.  Regions are kept for reuse: a
 * program's keys come and go, and mapping costs more than they do.
 */
#define CLASS_COUNT 7u /* 64, 128, ... 4096 bytes */
#define LARGEST     (ALIGNMENT << (CLASS_COUNT - 1))
#define REGION_SIZE (64u * 1024u)

struct free_block {
	struct free_block *next;
};

static struct free_block *free_lists[CLASS_COUNT];
static uint8_t *region_next;
static size_t region_left;

static unsigned size_class(size_t size)
{
	unsigned class = 0;

	while (((size_t)ALIGNMENT << class) < size)
		class ++;
	return class;
}

static bool is_large(size_t size)
{
	return size > LARGEST;
}

static size_t block_size(size_t size)
{
	return (size_t)ALIGNMENT << size_class(size);
}

/* From the class's free list or from the current region; the lock is held. */
static void *carve_block(size_t size)
{
	struct free_block **list = &free_lists[size_class(size)];
	struct free_block *block = *list;

	if (block) {
		*list = block->next;
		block->next = NULL;
		return block;
	}
	size = block_size(size);
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

static void *take_block(size_t size)
{
	void *block;

	/* A signal handler that interrupts the allocator gets no memory rather than a deadlock. */
	if (!lock_acquire(&arena_lock))
		return NULL;
	block = carve_block(size);
	lock_release(&arena_lock);
	return block;
}

static void give_block(void *block, size_t size)
{
	struct free_block **list = &free_lists[size_class(size)];
	struct free_block *freed = block;

	if (!lock_acquire(&arena_lock))
		return; /* wiped, and lost to reuse: see take_block */
	freed->next = *list;
	*list = freed;
	lock_release(&arena_lock);
}

#endif

void *secmem_alloc(size_t size)
{
	if (!is_large(size))
		return take_block(size);
	return size > SIZE_MAX - 4096u ? NULL : map_region(round_to_page(size));
}

void secmem_free(void *block, size_t size)
{
	if (!block)
		return;
	if (!is_large(size)) {
		secmem_wipe(block, block_size(size));
		give_block(block, size);
		return;
	}
	secmem_wipe(block, size);
	(void)munmap(block, round_to_page(size));
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
