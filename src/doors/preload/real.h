/* SPDX-License-Identifier: MIT */
/*
 * The functions whose place this library takes: what comes next in the order of libraries.
 *
 * Those that POSIX allows in signal handlers are looked up once, in a constructor, since dlsym is
 * not for handlers.  The others look themselves up at their first call, as does any that is called
 * before the constructor (by another library's).
 */
#ifndef UALG_DOORS_PRELOAD_REAL_H
#define UALG_DOORS_PRELOAD_REAL_H

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

/* X(result, name, parameters) for each. */
#define PRELOAD_REAL_EARLY(X)                                                                      \
	X(ssize_t, read, (int, void *, size_t))                                                    \
	X(ssize_t, write, (int, const void *, size_t))                                             \
	X(int, close, (int))                                                                       \
	X(ssize_t, readv, (int, const struct iovec *, int))                                        \
	X(ssize_t, writev, (int, const struct iovec *, int))                                       \
	X(ssize_t, send, (int, const void *, size_t, int))                                         \
	X(ssize_t, sendto, (int, const void *, size_t, int, const struct sockaddr *, socklen_t))   \
	X(ssize_t, sendmsg, (int, const struct msghdr *, int))                                     \
	X(ssize_t, recv, (int, void *, size_t, int))                                               \
	X(ssize_t, recvfrom, (int, void *, size_t, int, struct sockaddr *, socklen_t *))           \
	X(ssize_t, recvmsg, (int, struct msghdr *, int))                                           \
	X(int, socket, (int, int, int))                                                            \
	X(int, socketpair, (int, int, int, int *))                                                 \
	X(int, bind, (int, const struct sockaddr *, socklen_t))                                    \
	X(int, accept, (int, struct sockaddr *, socklen_t *))                                      \
	X(int, accept4, (int, struct sockaddr *, socklen_t *, int))                                \
	X(int, connect, (int, const struct sockaddr *, socklen_t))                                 \
	X(int, listen, (int, int))                                                                 \
	X(int, shutdown, (int, int))                                                               \
	X(int, getsockname, (int, struct sockaddr *, socklen_t *))                                 \
	X(int, getpeername, (int, struct sockaddr *, socklen_t *))                                 \
	X(int, setsockopt, (int, int, int, const void *, socklen_t))                               \
	X(int, getsockopt, (int, int, int, void *, socklen_t *))                                   \
	X(int, ioctl, (int, unsigned long, ...))                                                   \
	X(int, fcntl, (int, int, ...))                                                             \
	X(int, fcntl64, (int, int, ...))                                                           \
	X(int, close_range, (unsigned, unsigned, int))                                             \
	X(void, closefrom, (int))                                                                  \
	X(int, dup, (int))                                                                         \
	X(int, dup2, (int, int))                                                                   \
	X(int, dup3, (int, int, int))                                                              \
	X(int, poll, (struct pollfd *, nfds_t, int))                                               \
	X(int, ppoll, (struct pollfd *, nfds_t, const struct timespec *, const sigset_t *))        \
	X(int, select, (int, fd_set *, fd_set *, fd_set *, struct timeval *))                      \
	X(int, pselect,                                                                            \
	  (int, fd_set *, fd_set *, fd_set *, const struct timespec *, const sigset_t *))          \
	X(int, sigaction, (int, const struct sigaction *, struct sigaction *))                     \
	X(sighandler_t, signal, (int, sighandler_t))                                               \
	X(sighandler_t, sigset, (int, sighandler_t))

#define PRELOAD_REAL_LATE(X)                                                                       \
	X(ssize_t, preadv2, (int, const struct iovec *, int, off_t, int))                          \
	X(ssize_t, pwritev2, (int, const struct iovec *, int, off_t, int))                         \
	X(int, sendmmsg, (int, struct mmsghdr *, unsigned, int))                                   \
	X(int, recvmmsg, (int, struct mmsghdr *, unsigned, int, struct timespec *))                \
	X(ssize_t, __read_chk, (int, void *, size_t, size_t))                                      \
	X(ssize_t, __recv_chk, (int, void *, size_t, size_t, int))                                 \
	X(ssize_t, __recvfrom_chk,                                                                 \
	  (int, void *, size_t, size_t, int, struct sockaddr *, socklen_t *))                      \
	X(int, sockatmark, (int))                                                                  \
	X(ssize_t, fgetxattr, (int, const char *, void *, size_t))                                 \
	X(int, fclose, (FILE *))                                                                   \
	X(FILE *, freopen, (const char *, const char *, FILE *))                                   \
	X(FILE *, freopen64, (const char *, const char *, FILE *))                                 \
	X(int, daemon, (int, int))                                                                 \
	X(int, __poll_chk, (struct pollfd *, nfds_t, int, size_t))                                 \
	X(int, __ppoll_chk,                                                                        \
	  (struct pollfd *, nfds_t, const struct timespec *, const sigset_t *, size_t))            \
	X(int, epoll_ctl, (int, int, int, struct epoll_event *))                                   \
	X(sighandler_t, sysv_signal, (int, sighandler_t))                                          \
	X(int, sigignore, (int))                                                                   \
	X(int, siginterrupt, (int, int))

#define PRELOAD_REAL(X) PRELOAD_REAL_EARLY(X) PRELOAD_REAL_LATE(X)

enum preload_real_index {
#define X(result, name, parameters) PRELOAD_REAL_##name,
	PRELOAD_REAL_EARLY(X) PRELOAD_REAL_EARLY_COUNT,
	PRELOAD_REAL_LATE_FIRST = PRELOAD_REAL_EARLY_COUNT - 1,
	PRELOAD_REAL_LATE(X)
#undef X
	    PRELOAD_REAL_COUNT,
};

extern _Atomic(void *) preload_real_table[PRELOAD_REAL_COUNT];

/* Looks up one function; where there is none, one that fails with ENOSYS. */
void *preload_real_find(enum preload_real_index index);

#define X(result, name, parameters)                                                                \
	typedef result(*preload_real_##name##_type) parameters;                                    \
	static inline preload_real_##name##_type preload_real_##name(void)                         \
	{                                                                                          \
		void *found = atomic_load_explicit(&preload_real_table[PRELOAD_REAL_##name],       \
						   memory_order_relaxed);                          \
                                                                                                   \
		if (__builtin_expect(!found, 0))                                                   \
			found = preload_real_find(PRELOAD_REAL_##name);                            \
		return (preload_real_##name##_type)found;                                          \
	}
PRELOAD_REAL(X)
#undef X

/* REAL(read)(fd, buffer, size) */
#define REAL(name) (preload_real_##name())

/* Marks a definition that takes the place of a libc function; preload.map lists its name too. */
#define PRELOAD_EXPORT __attribute__((visibility("default")))

/* Another name of libc for the same function. */
#if defined(__has_attribute) && __has_attribute(copy)
#define PRELOAD_ALIAS(name) __attribute__((visibility("default"), alias(#name), copy(name)))
#else
#define PRELOAD_ALIAS(name) __attribute__((visibility("default"), alias(#name)))
#endif

#endif
