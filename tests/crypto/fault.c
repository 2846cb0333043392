/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

#include "check.h"

#define USABLE_SIZE (64u * 1024u)
#define GUARD_SIZE  (64u * 1024u)

static sigjmp_buf fault_exit;

void fault_memory_make(struct fault_memory *memory)
{
	void *region = mmap(NULL, USABLE_SIZE + GUARD_SIZE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(region != MAP_FAILED, "mmap");
	memory->data = region;
	memory->size = USABLE_SIZE;
	check(mprotect(memory->data + USABLE_SIZE, GUARD_SIZE, PROT_NONE) == 0, "mprotect");
}

void fault_memory_free(struct fault_memory *memory)
{
	check(munmap(memory->data, USABLE_SIZE + GUARD_SIZE) == 0, "munmap");
}

static void leave(int signal)
{
	(void)signal;
	siglongjmp(fault_exit, 1);
}

bool fault_call(void (*function)(void *argument), void *argument)
{
	struct sigaction action = {.sa_handler = leave};
	struct sigaction before;
	volatile bool faulted = true;

	check(sigaction(SIGSEGV, &action, &before) == 0, "sigaction");
	if (sigsetjmp(fault_exit, 1) == 0) {
		function(argument);
		faulted = false;
	}
	check(sigaction(SIGSEGV, &before, NULL) == 0, "sigaction");
	return faulted;
}
