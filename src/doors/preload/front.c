/* SPDX-License-Identifier: MIT */
/*
 * The front: what a program has loaded.  Each wrapper goes to the door once that is open, and to
 * libc's function before.  Nothing but a socket that may be ours opens the door.
 *
 * The wrappers have names of their own in C, so that no header's declaration or macro is in their
 * way, and libc's as symbols.
 */
#include <dlfcn.h>
#include <errno.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>

#include "doors/common/system.h"
#include "doors/preload/clone.h"
#include "doors/preload/front.h"
#include "doors/preload/libaio.h"
#include "ualg/if_alg.h"

#define EXPORT FRONT_EXPORT

typedef const struct preload_functions *(*door_entry)(void *(*)(enum preload_real_index));

static _Atomic(const struct preload_functions *) opened;
static _Thread_local bool opening;

_Atomic(void *) preload_real_table[PRELOAD_REAL_COUNT];

const struct preload_functions *front_door(void)
{
	return atomic_load_explicit(&opened, memory_order_acquire);
}

/* ---- the real functions ---- */

static const char names[PRELOAD_REAL_COUNT][16] = {
#define X(result, name, ...) #name,
    PRELOAD_EARLY(X) PRELOAD_OPENERS(X) PRELOAD_VARIADIC(X) PRELOAD_FILES_EARLY(X) PRELOAD_LATE(X)
	PRELOAD_FILES_LATE(X)
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
		found = preload_libaio_find(index);
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

/* ---- opening the door ---- */

/* Where this library lies, with another file's name; false: nowhere that can be trusted. */
static bool beside_this(const char *name, char *path, size_t room)
{
	Dl_info here;
	const char *slash;
	size_t folder;

	if (!dladdr(&opened, &here) || !here.dli_fname)
		return false;
	slash = strrchr(here.dli_fname, '/');
	if (!slash || (here.dli_fname[0] != '/' && getauxval(AT_SECURE)))
		return false;
	folder = (size_t)(slash + 1 - here.dli_fname);
	if (folder + strlen(name) >= room)
		return false;
	memcpy(path, here.dli_fname, folder);
	memcpy(path + folder, name, strlen(name) + 1);
	return true;
}

static const struct preload_functions *load_door(void)
{
	char path[4096];
	void *library;
	door_entry entry;

	if (!beside_this(PRELOAD_DOOR_LIBRARY, path, sizeof(path)))
		return NULL;
	library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return NULL;
	entry = (door_entry)dlsym(library, PRELOAD_DOOR_ENTRY);
	return entry ? entry(preload_real_find) : NULL;
}

const struct preload_functions *front_open_door(void)
{
	const struct preload_functions *found = front_door();
	uint64_t all = UINT64_MAX, mask = 0;
	int saved = errno, cancel_state;

	if (found || opening)
		return found;
	(void)DOOR_CALL_4(SYS_rt_sigprocmask, SIG_BLOCK, &all, &mask, sizeof(all));
	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
	opening = true;
	found = load_door();
	opening = false;
	if (found)
		atomic_store_explicit(&opened, found, memory_order_release);
	(void)pthread_setcancelstate(cancel_state, &cancel_state);
	(void)DOOR_CALL_4(SYS_rt_sigprocmask, SIG_SETMASK, &mask, 0, sizeof(mask));
	errno = saved;
	return found;
}

/* ---- the wrappers ---- */

#define X(result, name, parameters, arguments)                                                     \
	EXPORT result front_##name parameters __asm__(#name);                                      \
	result front_##name parameters                                                             \
	{                                                                                          \
		const struct preload_functions *to = front_door();                                 \
                                                                                                   \
		return to ? to->name arguments : REAL(name) arguments;                             \
	}
PRELOAD_EARLY(X)
PRELOAD_LATE(X)
#undef X

EXPORT int front_socket(int domain, int type, int protocol) __asm__("socket");
int front_socket(int domain, int type, int protocol)
{
	bool ours = domain == AF_ALG || (domain == AF_NETLINK && protocol == NETLINK_CRYPTO);
	const struct preload_functions *to = ours ? front_open_door() : front_door();

	return to ? to->socket(domain, type, protocol) : REAL(socket)(domain, type, protocol);
}

EXPORT int front_socketpair(int domain, int type, int protocol, int pair[2]) __asm__("socketpair");
int front_socketpair(int domain, int type, int protocol, int pair[2])
{
	const struct preload_functions *to = domain == AF_ALG ? front_open_door() : front_door();

	return to ? to->socketpair(domain, type, protocol, pair)
		  : REAL(socketpair)(domain, type, protocol, pair);
}

#define X(result, name, request_type)                                                              \
	EXPORT result front_##name(int number, request_type request, ...) __asm__(#name);          \
	result front_##name(int number, request_type request, ...)                                 \
	{                                                                                          \
		const struct preload_functions *to = front_door();                                 \
		va_list arguments;                                                                 \
		void *argument;                                                                    \
                                                                                                   \
		va_start(arguments, request);                                                      \
		argument = va_arg(arguments, void *);                                              \
		va_end(arguments);                                                                 \
		return to ? to->name(number, request, argument)                                    \
			  : REAL(name)(number, request, argument);                                 \
	}
X(int, ioctl, unsigned long)
X(int, fcntl, int)
X(int, fcntl64, int)
#undef X

EXPORT int front_clone(int (*begin)(void *), void *stack, int flags, void *argument,
		       ...) __asm__("clone");
__attribute__((no_sanitize("address"))) int front_clone(int (*begin)(void *), void *stack,
							int flags, void *argument, ...)
{
	const struct preload_functions *to = front_door();
	void *x[3];

	PRELOAD_CLONE_REST(argument, x);
	return to ? to->clone(begin, stack, flags, argument, x[0], x[1], x[2])
		  : REAL(clone)(begin, stack, flags, argument, x[0], x[1], x[2]);
}

/*
 * execl and its kin are the same calls with their arguments in a row: list[], up to the NULL. last:
 * takes what comes behind it.
 */
#define COLLECT(first, last)                                                                       \
	va_list arguments;                                                                         \
	size_t count = 1;                                                                          \
	char **list;                                                                               \
                                                                                                   \
	va_start(arguments, first);                                                                \
	for (const char *next = first; next; next = va_arg(arguments, const char *))               \
		count++;                                                                           \
	va_end(arguments);                                                                         \
	list = __builtin_alloca(count * sizeof(*list));                                            \
	va_start(arguments, first);                                                                \
	list[0] = (char *)(uintptr_t)first;                                                        \
	for (size_t i = 1; i < count; i++)                                                         \
		list[i] = va_arg(arguments, char *);                                               \
	last;                                                                                      \
	va_end(arguments)

EXPORT int front_execl(const char *path, const char *first, ...) __asm__("execl");
int front_execl(const char *path, const char *first, ...)
{
	COLLECT(first, (void)0);
	return front_execv(path, list);
}

EXPORT int front_execlp(const char *file, const char *first, ...) __asm__("execlp");
int front_execlp(const char *file, const char *first, ...)
{
	COLLECT(first, (void)0);
	return front_execvp(file, list);
}

EXPORT int front_execle(const char *path, const char *first, ...) __asm__("execle");
int front_execle(const char *path, const char *first, ...)
{
	char *const *environment;

	COLLECT(first, environment = va_arg(arguments, char *const *));
	return front_execve(path, list, environment);
}

/* A kernel without keyrings, or a filter: the door has keyrings of its own. */
static bool keys_refused(long number, long result)
{
	return (number == SYS_keyctl || number == SYS_request_key) &&
	       (result == -ENOSYS || result == -EPERM);
}

/* Whether a system call made by its number is one that opens the door. */
static bool opens_door(long number, const long x[6])
{
	if (number == SYS_add_key)
		return true; /* it may be a key for AF_ALG that nobody can read later */
	if (number == SYS_socket && (int)x[0] == AF_NETLINK)
		return (int)x[2] == NETLINK_CRYPTO;
	return (number == SYS_socket || number == SYS_socketpair) && (int)x[0] == AF_ALG;
}

/* As libc's it takes six words, which callers have or have not given: what stands in their place
 * may be what a sanitizer watches. */
EXPORT long front_syscall(long number, ...) __asm__("syscall");
__attribute__((no_sanitize("address"))) long front_syscall(long number, ...)
{
	const struct preload_functions *to;
	long x[6], result;
	va_list arguments;

	va_start(arguments, number);
	for (unsigned i = 0; i < 6; i++)
		x[i] = va_arg(arguments, long);
	va_end(arguments);
	if (front_files_call(number, x, &result))
		return result;
	to = opens_door(number, x) ? front_open_door() : front_door();
	if (to)
		return to->syscall(number, x[0], x[1], x[2], x[3], x[4], x[5]);
	result = preload_is_clone(number)
		     ? preload_clone_call(number, x[0], x[1], x[2], x[3], x[4], x[5])
		     : door_system_call(number, x[0], x[1], x[2], x[3], x[4], x[5]);
	to = keys_refused(number, result) ? front_open_door() : NULL;
	if (to)
		return to->syscall(number, x[0], x[1], x[2], x[3], x[4], x[5]);
	if (result < 0 && result > -4096) {
		errno = (int)-result;
		return -1;
	}
	return result;
}

/* libc's other names for the same functions: ALIAS(other, name). */
#define ALIAS(other, name)                                                                         \
	EXPORT extern __typeof__(front_##name) front_##other __asm__(#other)                       \
	    __attribute__((alias(#name)));
ALIAS(__read, read)
ALIAS(__write, write)
ALIAS(__send, send)
ALIAS(__connect, connect)
ALIAS(__close, close)
ALIAS(__dup2, dup2)
ALIAS(__fcntl, fcntl)
ALIAS(__poll, poll)
ALIAS(preadv64v2, preadv2)
ALIAS(pwritev64v2, pwritev2)
ALIAS(sendfile64, sendfile)
ALIAS(_Exit, _exit)
ALIAS(__sigaction, sigaction)
ALIAS(bsd_signal, signal)
ALIAS(ssignal, signal)
ALIAS(__sysv_signal, sysv_signal)
