/* SPDX-License-Identifier: MIT */
/*
 * The functions of libc whose place the preload library takes, as one table.  From it come the real
 * ones (real.h), the wrappers of the front (front.c) and the door's table of entries (door.h).
 *
 * X(result, name, parameters, arguments).  A new function is a row here, its definition in the
 * door, and its name in preload.map.
 */
#ifndef UALG_DOORS_PRELOAD_FUNCTIONS_H
#define UALG_DOORS_PRELOAD_FUNCTIONS_H

#include <fcntl.h>
#include <linux/aio_abi.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

/*
 * Those that POSIX allows in signal handlers: the real ones are looked up in a constructor, since
 * dlsym is not for handlers.
 */
#define PRELOAD_EARLY(X)                                                                           \
	X(ssize_t, read, (int a, void *b, size_t c), (a, b, c))                                    \
	X(ssize_t, write, (int a, const void *b, size_t c), (a, b, c))                             \
	X(int, close, (int a), (a))                                                                \
	X(ssize_t, readv, (int a, const struct iovec *b, int c), (a, b, c))                        \
	X(ssize_t, writev, (int a, const struct iovec *b, int c), (a, b, c))                       \
	X(ssize_t, send, (int a, const void *b, size_t c, int d), (a, b, c, d))                    \
	X(ssize_t, sendto,                                                                         \
	  (int a, const void *b, size_t c, int d, const struct sockaddr *e, socklen_t f),          \
	  (a, b, c, d, e, f))                                                                      \
	X(ssize_t, sendmsg, (int a, const struct msghdr *b, int c), (a, b, c))                     \
	X(ssize_t, recv, (int a, void *b, size_t c, int d), (a, b, c, d))                          \
	X(ssize_t, recvfrom, (int a, void *b, size_t c, int d, struct sockaddr *e, socklen_t *f),  \
	  (a, b, c, d, e, f))                                                                      \
	X(ssize_t, recvmsg, (int a, struct msghdr *b, int c), (a, b, c))                           \
	X(int, bind, (int a, const struct sockaddr *b, socklen_t c), (a, b, c))                    \
	X(int, accept, (int a, struct sockaddr *b, socklen_t *c), (a, b, c))                       \
	X(int, accept4, (int a, struct sockaddr *b, socklen_t *c, int d), (a, b, c, d))            \
	X(int, connect, (int a, const struct sockaddr *b, socklen_t c), (a, b, c))                 \
	X(int, listen, (int a, int b), (a, b))                                                     \
	X(int, shutdown, (int a, int b), (a, b))                                                   \
	X(int, getsockname, (int a, struct sockaddr *b, socklen_t *c), (a, b, c))                  \
	X(int, getpeername, (int a, struct sockaddr *b, socklen_t *c), (a, b, c))                  \
	X(int, setsockopt, (int a, int b, int c, const void *d, socklen_t e), (a, b, c, d, e))     \
	X(int, getsockopt, (int a, int b, int c, void *d, socklen_t *e), (a, b, c, d, e))          \
	X(int, close_range, (unsigned a, unsigned b, int c), (a, b, c))                            \
	X(void, closefrom, (int a), (a))                                                           \
	X(int, dup, (int a), (a))                                                                  \
	X(int, dup2, (int a, int b), (a, b))                                                       \
	X(int, dup3, (int a, int b, int c), (a, b, c))                                             \
	X(int, poll, (struct pollfd * a, nfds_t b, int c), (a, b, c))                              \
	X(int, ppoll, (struct pollfd * a, nfds_t b, const struct timespec *c, const sigset_t *d),  \
	  (a, b, c, d))                                                                            \
	X(int, select, (int a, fd_set *b, fd_set *c, fd_set *d, struct timeval *e),                \
	  (a, b, c, d, e))                                                                         \
	X(int, pselect,                                                                            \
	  (int a, fd_set *b, fd_set *c, fd_set *d, const struct timespec *e, const sigset_t *f),   \
	  (a, b, c, d, e, f))                                                                      \
	X(int, sigaction, (int a, const struct sigaction *b, struct sigaction *c), (a, b, c))      \
	X(sighandler_t, signal, (int a, sighandler_t b), (a, b))                                   \
	X(void, _exit, (int a), (a))                                                               \
	X(int, execve, (const char *a, char *const b[], char *const c[]), (a, b, c))               \
	X(int, execv, (const char *a, char *const b[]), (a, b))                                    \
	X(int, execvp, (const char *a, char *const b[]), (a, b))                                   \
	X(int, execvpe, (const char *a, char *const b[], char *const c[]), (a, b, c))              \
	X(int, fexecve, (int a, char *const b[], char *const c[]), (a, b, c))                      \
	X(pid_t, _Fork, (void), ())                                                                \
	X(sighandler_t, sigset, (int a, sighandler_t b), (a, b))

/* The others: looked up at their first call. */
#define PRELOAD_LATE(X)                                                                            \
	X(ssize_t, preadv2, (int a, const struct iovec *b, int c, off_t d, int e),                 \
	  (a, b, c, d, e))                                                                         \
	X(ssize_t, pwritev2, (int a, const struct iovec *b, int c, off_t d, int e),                \
	  (a, b, c, d, e))                                                                         \
	X(int, sendmmsg, (int a, struct mmsghdr *b, unsigned c, int d), (a, b, c, d))              \
	X(int, recvmmsg, (int a, struct mmsghdr *b, unsigned c, int d, struct timespec *e),        \
	  (a, b, c, d, e))                                                                         \
	X(ssize_t, __read_chk, (int a, void *b, size_t c, size_t d), (a, b, c, d))                 \
	X(ssize_t, __recv_chk, (int a, void *b, size_t c, size_t d, int e), (a, b, c, d, e))       \
	X(ssize_t, __recvfrom_chk,                                                                 \
	  (int a, void *b, size_t c, size_t d, int e, struct sockaddr *f, socklen_t *g),           \
	  (a, b, c, d, e, f, g))                                                                   \
	X(int, sockatmark, (int a), (a))                                                           \
	X(ssize_t, fgetxattr, (int a, const char *b, void *c, size_t d), (a, b, c, d))             \
	X(int, fclose, (FILE * a), (a))                                                            \
	X(int, daemon, (int a, int b), (a, b))                                                     \
	X(int, __poll_chk, (struct pollfd * a, nfds_t b, int c, size_t d), (a, b, c, d))           \
	X(int, __ppoll_chk,                                                                        \
	  (struct pollfd * a, nfds_t b, const struct timespec *c, const sigset_t *d, size_t e),    \
	  (a, b, c, d, e))                                                                         \
	X(int, epoll_ctl, (int a, int b, int c, struct epoll_event *d), (a, b, c, d))              \
	X(ssize_t, splice, (int a, off64_t *b, int c, off64_t *d, size_t e, unsigned f),           \
	  (a, b, c, d, e, f))                                                                      \
	X(ssize_t, sendfile, (int a, int b, off_t *c, size_t d), (a, b, c, d))                     \
	X(int, io_submit, (aio_context_t a, long b, struct iocb **c), (a, b, c))                   \
	X(int, io_getevents,                                                                       \
	  (aio_context_t a, long b, long c, struct io_event *d, struct timespec *e),               \
	  (a, b, c, d, e))                                                                         \
	X(int, io_pgetevents,                                                                      \
	  (aio_context_t a, long b, long c, struct io_event *d, struct timespec *e, sigset_t *f),  \
	  (a, b, c, d, e, f))                                                                      \
	X(int, io_destroy, (aio_context_t a), (a))                                                 \
	X(int, execveat, (int a, const char *b, char *const c[], char *const d[], int e),          \
	  (a, b, c, d, e))                                                                         \
	X(int, posix_spawn,                                                                        \
	  (pid_t * a, const char *b, const posix_spawn_file_actions_t *c,                          \
	   const posix_spawnattr_t *d, char *const e[], char *const f[]),                          \
	  (a, b, c, d, e, f))                                                                      \
	X(int, posix_spawnp,                                                                       \
	  (pid_t * a, const char *b, const posix_spawn_file_actions_t *c,                          \
	   const posix_spawnattr_t *d, char *const e[], char *const f[]),                          \
	  (a, b, c, d, e, f))                                                                      \
	X(int, system, (const char *a), (a))                                                       \
	X(FILE *, popen, (const char *a, const char *b), (a, b))                                   \
	X(sighandler_t, sysv_signal, (int a, sighandler_t b), (a, b))                              \
	X(int, sigignore, (int a), (a))                                                            \
	X(int, siginterrupt, (int a, int b), (a, b))

/* Those that may open the door: front.c has a wrapper of its own for each. */
#define PRELOAD_OPENERS(X)                                                                         \
	X(int, socket, (int a, int b, int c), (a, b, c))                                           \
	X(int, socketpair, (int a, int b, int c, int *d), (a, b, c, d))                            \
	X(FILE *, freopen, (const char *a, const char *b, FILE *c), (a, b, c))                     \
	X(FILE *, freopen64, (const char *a, const char *b, FILE *c), (a, b, c))

/* The same for those with variable arguments: one word where there is one; for clone three. */
#define PRELOAD_VARIADIC(X)                                                                        \
	X(int, ioctl, (int a, unsigned long b, ...))                                               \
	X(int, fcntl, (int a, int b, ...))                                                         \
	X(int, fcntl64, (int a, int b, ...))                                                       \
	X(int, clone, (int (*a)(void *), void *b, int c, void *d, ...))

/* Those that take a path: the front's own matter (files.c); the door has none of them. */
#define PRELOAD_FILES_EARLY(X)                                                                     \
	X(int, open, (const char *a, int b, ...))                                                  \
	X(int, open64, (const char *a, int b, ...))                                                \
	X(int, openat, (int a, const char *b, int c, ...))                                         \
	X(int, openat64, (int a, const char *b, int c, ...))                                       \
	X(int, stat, (const char *a, struct stat *b), (a, b))                                      \
	X(int, stat64, (const char *a, struct stat64 *b), (a, b))                                  \
	X(int, lstat, (const char *a, struct stat *b), (a, b))                                     \
	X(int, lstat64, (const char *a, struct stat64 *b), (a, b))                                 \
	X(int, fstatat, (int a, const char *b, struct stat *c, int d), (a, b, c, d))               \
	X(int, fstatat64, (int a, const char *b, struct stat64 *c, int d), (a, b, c, d))           \
	X(int, access, (const char *a, int b), (a, b))                                             \
	X(int, faccessat, (int a, const char *b, int c, int d), (a, b, c, d))

#define PRELOAD_FILES_LATE(X)                                                                      \
	X(int, __open_2, (const char *a, int b), (a, b))                                           \
	X(int, __open64_2, (const char *a, int b), (a, b))                                         \
	X(int, __openat_2, (int a, const char *b, int c), (a, b, c))                               \
	X(int, __openat64_2, (int a, const char *b, int c), (a, b, c))                             \
	X(FILE *, fopen, (const char *a, const char *b), (a, b))                                   \
	X(FILE *, fopen64, (const char *a, const char *b), (a, b))                                 \
	X(int, statx, (int a, const char *b, int c, unsigned d, struct statx *e), (a, b, c, d, e)) \
	X(int, __xstat, (int a, const char *b, struct stat *c), (a, b, c))                         \
	X(int, __xstat64, (int a, const char *b, struct stat64 *c), (a, b, c))                     \
	X(int, __lxstat, (int a, const char *b, struct stat *c), (a, b, c))                        \
	X(int, __lxstat64, (int a, const char *b, struct stat64 *c), (a, b, c))                    \
	X(int, __fxstatat, (int a, int b, const char *c, struct stat *d, int e), (a, b, c, d, e))  \
	X(int, __fxstatat64, (int a, int b, const char *c, struct stat64 *d, int e),               \
	  (a, b, c, d, e))                                                                         \
	X(int, euidaccess, (const char *a, int b), (a, b))                                         \
	X(int, eaccess, (const char *a, int b), (a, b))

#endif
