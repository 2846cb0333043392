/* SPDX-License-Identifier: MIT */
#include "crypto/rng/entropy.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define GENERATION_PAGE 4096u

/*
 * libc's own functions, whoever interposes them: the fallback below must not end up in the doors,
 * which may be the ones who ask for entropy.
 */
struct libc_calls {
	int (*open)(const char *path, int flags, ...);
	int (*fstat)(int fd, struct stat *status);
	ssize_t (*read)(int fd, void *buffer, size_t size);
	int (*close)(int fd);
};

static bool find_libc_calls(struct libc_calls *calls)
{
	/* POSIX has an object pointer become a function pointer this way. */
	*(void **)&calls->open = dlsym(RTLD_NEXT, "open");
	*(void **)&calls->fstat = dlsym(RTLD_NEXT, "fstat");
	*(void **)&calls->read = dlsym(RTLD_NEXT, "read");
	*(void **)&calls->close = dlsym(RTLD_NEXT, "close");
	return calls->open && calls->fstat && calls->read && calls->close;
}

static bool read_all(const struct libc_calls *calls, int fd, uint8_t *out, size_t size)
{
	while (size > 0) {
		ssize_t got = calls->read(fd, out, size);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		out += got;
		size -= (size_t)got;
	}
	return true;
}

static int fill_from_device(uint8_t *out, size_t size)
{
	struct libc_calls calls;
	struct stat status;
	bool filled;
	int fd;

	if (!find_libc_calls(&calls))
		return -EIO;
	do {
		fd = calls.open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	} while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return -EIO;
	/* A plain file of that name, in some chroot, would give everybody the same bytes. */
	filled = calls.fstat(fd, &status) == 0 && S_ISCHR(status.st_mode) &&
		 read_all(&calls, fd, out, size);
	(void)calls.close(fd);
	return filled ? 0 : -EIO;
}

static int fill(uint8_t *out, size_t size)
{
	while (size > 0) {
		ssize_t got = getrandom(out, size, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == ENOSYS)
			return fill_from_device(out, size);
		if (got <= 0)
			return -EIO;
		out += got;
		size -= (size_t)got;
	}
	return 0;
}

int entropy_fill(uint8_t *out, size_t size)
{
	int saved_errno = errno;
	int cancel_state;
	int result;

	/* getrandom is a cancellation point, and our callers hold locks. */
	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
	result = fill(out, size);
	(void)pthread_setcancelstate(cancel_state, NULL);
	errno = saved_errno;
	return result;
}

/* The generation word, alone on a page that the kernel empties in every child; NULL: not yet. */
static _Atomic(_Atomic uint64_t *) generation_page;

/*
 * Stands for the page where the kernel cannot do that; nobody reads what it holds.  The process id
 * takes its place, which fails a child only that was given the id of an ancestor that has ended.
 */
static _Atomic uint64_t no_page;

/* Whether the kernel empties the page at fork. */
static bool wipe_on_fork(void *page)
{
	/* An emulator that takes any advice for a hint and returns 0 has done nothing. */
	if (madvise(page, GENERATION_PAGE, -1) == 0)
		return false;
	return madvise(page, GENERATION_PAGE, MADV_WIPEONFORK) == 0;
}

static _Atomic uint64_t *make_page(void)
{
	_Atomic uint64_t *expected = NULL;
	_Atomic uint64_t *word = &no_page;
	int saved_errno = errno;
	void *page =
	    mmap(NULL, GENERATION_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page != MAP_FAILED && wipe_on_fork(page))
		word = page;
	if (!atomic_compare_exchange_strong(&generation_page, &expected, word))
		word = expected; /* another thread was first */
	if (page != MAP_FAILED && (void *)word != page)
		(void)munmap(page, GENERATION_PAGE);
	errno = saved_errno;
	return word;
}

/*
 * A new process: takes a number at random.  A counter would not do, for fork copies the memory of a
 * process with threads piece by piece, and the counter's piece may be older than a generator's.
 */
static uint64_t begin_generation(_Atomic uint64_t *word)
{
	uint64_t expected = 0;
	uint64_t chosen;

	if (entropy_fill((uint8_t *)&chosen, sizeof(chosen)) < 0)
		return 0;
	chosen |= 1;
	return atomic_compare_exchange_strong(word, &expected, chosen) ? chosen : expected;
}

uint64_t entropy_generation(void)
{
	_Atomic uint64_t *word = atomic_load_explicit(&generation_page, memory_order_acquire);
	uint64_t generation;

	if (!word)
		word = make_page();
	if (word == &no_page)
		return (uint64_t)getpid();
	generation = atomic_load_explicit(word, memory_order_relaxed);
	return generation ? generation : begin_generation(word);
}
