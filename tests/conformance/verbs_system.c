/* SPDX-License-Identifier: MIT */
/* The generic calls on descriptors: poll and its kin, ioctl, fcntl, stat, positions. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <termios.h>
#include <unistd.h>

#include "verbs.h"

#ifndef SIOCATMARK
#define SIOCATMARK 0x8905
#endif
#define SIOCGPGRP_NUMBER  0x8904
#define SIOCGSTAMP_NUMBER 0x8906
#define NO_SUCH_IOCTL     0x12345678

static int fd_of(const struct command *command)
{
	return word_fd(command_word(command, 1));
}

static void run_close(const struct command *command, char *token)
{
	token_number(token, close(fd_of(command)));
}

/* dup FD */
static void run_dup(const struct command *command, char *token)
{
	int fd = dup(fd_of(command));

	verb_made(fd);
	token_ok(token, fd);
}

/* ---- what takes a descriptor and says 0, or an errno ---- */

static struct sockaddr_storage some_address;

static long call_connect(int fd)
{
	return connect(fd, (struct sockaddr *)&some_address, sizeof(some_address));
}

static long call_listen(int fd)
{
	return listen(fd, 1);
}

static long call_getsockname(int fd)
{
	socklen_t size = sizeof(some_address);

	return getsockname(fd, (struct sockaddr *)&some_address, &size);
}

static long call_getpeername(int fd)
{
	socklen_t size = sizeof(some_address);

	return getpeername(fd, (struct sockaddr *)&some_address, &size);
}

static long call_shutdown_rd(int fd)
{
	return shutdown(fd, SHUT_RD);
}

static long call_shutdown_wr(int fd)
{
	return shutdown(fd, SHUT_WR);
}

static long call_shutdown_both(int fd)
{
	return shutdown(fd, SHUT_RDWR);
}

static long call_shutdown_bad(int fd)
{
	return shutdown(fd, 9);
}

static long call_lseek(int fd)
{
	return lseek(fd, 0, SEEK_CUR);
}

static long call_pread(int fd)
{
	char byte;

	return pread(fd, &byte, 1, 0);
}

static long call_pwrite(int fd)
{
	return pwrite(fd, "x", 1, 5);
}

static long call_ftruncate(int fd)
{
	return ftruncate(fd, 0);
}

static long call_fchmod(int fd)
{
	return fchmod(fd, 0600);
}

static long call_fallocate(int fd)
{
	return fallocate(fd, 0, 0, 1);
}

static long call_mmap(int fd)
{
	void *at = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);

	return at == MAP_FAILED ? -1 : 0;
}

static long call_isfdtype(int fd)
{
	return isfdtype(fd, S_IFSOCK);
}

static long ioctl_int(int fd, unsigned long request)
{
	int value[64] = {0};

	return ioctl(fd, request, value);
}

static long call_fionread(int fd)
{
	return ioctl_int(fd, FIONREAD);
}

static long call_tiocoutq(int fd)
{
	return ioctl_int(fd, TIOCOUTQ);
}

static long call_siocatmark(int fd)
{
	return ioctl_int(fd, SIOCATMARK);
}

static long call_siocgstamp(int fd)
{
	return ioctl_int(fd, SIOCGSTAMP_NUMBER);
}

static long call_siocgpgrp(int fd)
{
	return ioctl_int(fd, SIOCGPGRP_NUMBER);
}

static long call_tcgets(int fd)
{
	return ioctl_int(fd, TCGETS);
}

static long call_unknown(int fd)
{
	return ioctl_int(fd, NO_SUCH_IOCTL);
}

static long call_nonblock(int fd)
{
	int on = 1;

	return ioctl(fd, FIONBIO, &on);
}

static long call_getfl(int fd)
{
	return fcntl(fd, F_GETFL);
}

static long call_getfd(int fd)
{
	return fcntl(fd, F_GETFD);
}

static long call_getown(int fd)
{
	return fcntl(fd, F_GETOWN);
}

static long call_reopen(int fd)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_RDWR);
}

static const struct {
	const char *name;
	long (*call)(int fd);
} calls[] = {
    {"connect", call_connect},
    {"listen", call_listen},
    {"getsockname", call_getsockname},
    {"getpeername", call_getpeername},
    {"shutdown-rd", call_shutdown_rd},
    {"shutdown-wr", call_shutdown_wr},
    {"shutdown-both", call_shutdown_both},
    {"shutdown-bad", call_shutdown_bad},
    {"lseek", call_lseek},
    {"pread", call_pread},
    {"pwrite", call_pwrite},
    {"ftruncate", call_ftruncate},
    {"fchmod", call_fchmod},
    {"fallocate", call_fallocate},
    {"mmap", call_mmap},
    {"isfdtype", call_isfdtype},
    {"FIONREAD", call_fionread},
    {"TIOCOUTQ", call_tiocoutq},
    {"SIOCATMARK", call_siocatmark},
    {"SIOCGSTAMP", call_siocgstamp},
    {"SIOCGPGRP", call_siocgpgrp},
    {"TCGETS", call_tcgets},
    {"unknown", call_unknown},
    {"nonblock", call_nonblock},
    {"getfl", call_getfl},
    {"getfd", call_getfd},
    {"getown", call_getown},
    {"reopen", call_reopen},
};

static long call_by_name(const char *name, int fd)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(calls[i].name, name) == 0)
			return calls[i].call(fd);
	if (strcmp(name, "fsync") == 0)
		return fsync(fd);
	if (strcmp(name, "sockatmark") == 0)
		return sockatmark(fd);
	table_error("no such call", name);
}

/* do CALL FD...   the call on each, results joined by commas */
static void run_do(const struct command *command, char *token)
{
	for (int i = 2; i < command->count; i++) {
		long result = call_by_name(command->words[1], word_fd(command->words[i]));

		token_add(token, i > 2 ? "," : "");
		token_number(token, result);
	}
}

/* setfl FD FLAGS   F_SETFL, then what F_GETFL says */
static void run_setfl(const struct command *command, char *token)
{
	token_number(token,
		     fcntl(fd_of(command), F_SETFL, (int)word_number(command_word(command, 2))));
	token_add(token, ">0x%x", (unsigned)fcntl(fd_of(command), F_GETFL));
}

/* stat FD */
static void run_stat(const struct command *command, char *token)
{
	struct stat status;

	if (fstat(fd_of(command), &status) < 0)
		token_number(token, -1);
	else
		token_add(token, "0%o,size=%ld,nlink=%lu", status.st_mode, (long)status.st_size,
			  (unsigned long)status.st_nlink);
}

/* link FD   what /proc/self/fd/N is, up to the inode's number */
static void run_link(const struct command *command, char *token)
{
	char path[32], target[64] = "";

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd_of(command));
	if (readlink(path, target, sizeof(target) - 1) < 0)
		token_number(token, -1);
	else
		token_add(token, "%.*s", (int)strcspn(target, "0123456789"), target);
}

/* xattr FD   system.sockprotoname */
static void run_xattr(const struct command *command, char *token)
{
	struct place room = place_make(16);

	token_bytes(token, fgetxattr(fd_of(command), "system.sockprotoname", room.at, room.size),
		    room.at);
}

/* protocols   whether /proc/net/protocols lists ALG */
static void run_protocols(const struct command *command, char *token)
{
	FILE *file = fopen("/proc/net/protocols", "r");
	char line[256];
	bool listed = false;

	(void)command;
	while (file && fgets(line, sizeof(line), file))
		listed |= strncmp(line, "ALG ", 4) == 0;
	if (file)
		fclose(file);
	token_add(token, listed ? "listed" : "missing");
}

/* preadv2 FD ROOM OFFSET FLAGS */
static void run_preadv2(const struct command *command, char *token)
{
	struct place room = word_room(command_word(command, 2));
	struct iovec iov = {room.at, room.size};

	token_bytes(token,
		    preadv2(fd_of(command), &iov, 1, word_number(command_word(command, 3)),
			    (int)word_number(command_word(command, 4))),
		    room.at);
}

/* ---- waiting for events ---- */

static void add_events(char *token, int count, unsigned events)
{
	static const struct {
		unsigned bit;
		const char *name;
	} names[] = {
	    {POLLIN, "IN"},         {POLLOUT, "OUT"},       {POLLRDNORM, "RDNORM"},
	    {POLLWRNORM, "WRNORM"}, {POLLRDBAND, "RDBAND"}, {POLLWRBAND, "WRBAND"},
	    {POLLPRI, "PRI"},       {POLLERR, "ERR"},       {POLLHUP, "HUP"},
	    {POLLNVAL, "NVAL"},
	};

	token_number(token, count);
	for (size_t i = 0; count > 0 && i < sizeof(names) / sizeof(names[0]); i++)
		if (events & names[i].bit)
			token_add(token, "+%s", names[i].name);
}

/* poll FD [wait=MS] [events=N] */
static void run_poll(const struct command *command, char *token)
{
	const char *wait = command_option(command, "wait");
	const char *events = command_option(command, "events");
	struct pollfd poller = {.fd = fd_of(command)};

	poller.events =
	    events ? (short)word_number(events)
		   : POLLIN | POLLOUT | POLLPRI | POLLRDNORM | POLLWRNORM | POLLRDBAND | POLLWRBAND;
	int count = poll(&poller, 1, wait ? (int)word_number(wait) : 0);
	add_events(token, count, (unsigned)poller.revents);
}

/* select FD   what select says for reading and writing */
static void run_select(const struct command *command, char *token)
{
	struct timeval now = {0};
	fd_set reads, writes;
	int fd = fd_of(command);

	FD_ZERO(&reads);
	FD_ZERO(&writes);
	FD_SET(fd, &reads);
	FD_SET(fd, &writes);
	token_number(token, select(fd + 1, &reads, &writes, NULL, &now));
	token_add(token, ",r=%d,w=%d", FD_ISSET(fd, &reads) != 0, FD_ISSET(fd, &writes) != 0);
}

/* epoll FD [edge=1]   a new epoll descriptor that watches FD: E = epoll FD */
static void run_epoll(const struct command *command, char *token)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT};
	int fd = epoll_create1(EPOLL_CLOEXEC);

	if (command_option(command, "edge"))
		event.events |= EPOLLET;
	verb_made(fd);
	token_number(token, epoll_ctl(fd, EPOLL_CTL_ADD, fd_of(command), &event));
}

/* events E */
static void run_events(const struct command *command, char *token)
{
	struct epoll_event event = {0};
	int count = epoll_wait(fd_of(command), &event, 1, 0);

	add_events(token, count, event.events);
}

const struct verb verbs_system[] = {
    {"close", run_close},     {"dup", run_dup},
    {"do", run_do},           {"setfl", run_setfl},
    {"stat", run_stat},       {"link", run_link},
    {"xattr", run_xattr},     {"protocols", run_protocols},
    {"preadv2", run_preadv2}, {"poll", run_poll},
    {"select", run_select},   {"epoll", run_epoll},
    {"events", run_events},   {NULL, NULL},
};
