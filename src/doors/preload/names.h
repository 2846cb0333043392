/* SPDX-License-Identifier: MIT */
/* Functions that libc or libaio export and no header declares, or only some headers and settings
 * do. */
#ifndef UALG_DOORS_PRELOAD_NAMES_H
#define UALG_DOORS_PRELOAD_NAMES_H

#include <linux/aio_abi.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/types.h>

ssize_t __send(int number, const void *buffer, size_t size, int flags);
ssize_t __write(int number, const void *buffer, size_t size);
ssize_t __read(int number, void *buffer, size_t size);
ssize_t __read_chk(int number, void *buffer, size_t size, size_t room);
ssize_t __recv_chk(int number, void *buffer, size_t size, size_t room, int flags);
ssize_t __recvfrom_chk(int number, void *buffer, size_t size, size_t room, int flags,
		       __SOCKADDR_ARG from, socklen_t *from_size);
int __close(int number);
int __connect(int number, __CONST_SOCKADDR_ARG address, socklen_t size);
int __dup2(int from, int to);
int __fcntl(int number, int command, ...);
int __poll(struct pollfd *entries, nfds_t count, int timeout);
int __poll_chk(struct pollfd *entries, nfds_t count, int timeout, size_t room);
int __ppoll_chk(struct pollfd *entries, nfds_t count, const struct timespec *timeout,
		const sigset_t *mask, size_t room);
int __sigaction(int number, const struct sigaction *action, struct sigaction *old);
int io_submit(aio_context_t context, long count, struct iocb **list);
int io_getevents(aio_context_t context, long least, long most, struct io_event *events,
		 struct timespec *timeout);
int io_pgetevents(aio_context_t context, long least, long most, struct io_event *events,
		  struct timespec *timeout, sigset_t *signals);
int io_destroy(aio_context_t context);
sighandler_t bsd_signal(int number, sighandler_t handler);

#endif
