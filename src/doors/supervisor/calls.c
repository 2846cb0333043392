/* SPDX-License-Identifier: MIT */
#include "doors/supervisor/calls.h"

#include <seccomp.h>
#include <string.h>
#include <sys/syscall.h>

#define FIRST  1u
#define SECOND 2u
#define THIRD  4u

const struct calls_entry calls_table[] = {
    {"socket", SYS_socket, CALLS_SOCKET, 0, serve_socket},
    {"socketpair", SYS_socketpair, CALLS_SOCKET, 0, serve_socketpair},
    {"bind", SYS_bind, CALLS_DESCRIPTOR, FIRST, serve_bind},
    {"accept", SYS_accept, CALLS_DESCRIPTOR, FIRST, serve_accept},
    {"accept4", SYS_accept4, CALLS_DESCRIPTOR, FIRST, serve_accept4},

    {"close", SYS_close, CALLS_DESCRIPTOR, FIRST, serve_close},
    {"close_range", SYS_close_range, CALLS_ALWAYS, 0, serve_close_range},
    {"dup", SYS_dup, CALLS_DESCRIPTOR, FIRST, serve_dup},
#ifdef SYS_dup2
    {"dup2", SYS_dup2, CALLS_DESCRIPTOR, FIRST | SECOND, serve_dup_to},
#endif
    {"dup3", SYS_dup3, CALLS_DESCRIPTOR, FIRST | SECOND, serve_dup_to},
    {"fcntl", SYS_fcntl, CALLS_DESCRIPTOR, FIRST, serve_fcntl},
    {"execve", SYS_execve, CALLS_ALWAYS, 0, serve_exec},
    {"execveat", SYS_execveat, CALLS_ALWAYS, 0, serve_exec},

    {"read", SYS_read, CALLS_DESCRIPTOR, FIRST, serve_read},
    {"write", SYS_write, CALLS_DESCRIPTOR, FIRST, serve_write},
    {"readv", SYS_readv, CALLS_DESCRIPTOR, FIRST, serve_readv},
    {"writev", SYS_writev, CALLS_DESCRIPTOR, FIRST, serve_writev},
    {"preadv2", SYS_preadv2, CALLS_DESCRIPTOR, FIRST, serve_preadv2},
    {"pwritev2", SYS_pwritev2, CALLS_DESCRIPTOR, FIRST, serve_pwritev2},
    {"sendto", SYS_sendto, CALLS_DESCRIPTOR, FIRST, serve_sendto},
    {"recvfrom", SYS_recvfrom, CALLS_DESCRIPTOR, FIRST, serve_recvfrom},
    {"sendmsg", SYS_sendmsg, CALLS_DESCRIPTOR, FIRST, serve_sendmsg},
    {"recvmsg", SYS_recvmsg, CALLS_DESCRIPTOR, FIRST, serve_recvmsg},
    {"sendmmsg", SYS_sendmmsg, CALLS_DESCRIPTOR, FIRST, serve_sendmmsg},
    {"recvmmsg", SYS_recvmmsg, CALLS_DESCRIPTOR, FIRST, serve_recvmmsg},

    {"splice", SYS_splice, CALLS_DESCRIPTOR, FIRST | THIRD, serve_splice},
    {"sendfile", SYS_sendfile, CALLS_DESCRIPTOR, FIRST | SECOND, serve_sendfile},
    {"epoll_ctl", SYS_epoll_ctl, CALLS_DESCRIPTOR, THIRD, serve_epoll_ctl},

    {"io_submit", SYS_io_submit, CALLS_ALWAYS, 0, serve_io_submit},
    {"io_getevents", SYS_io_getevents, CALLS_ALWAYS, 0, serve_io_getevents},
    {"io_pgetevents", SYS_io_pgetevents, CALLS_ALWAYS, 0, serve_io_getevents},
    {"io_destroy", SYS_io_destroy, CALLS_ALWAYS, 0, serve_io_destroy},

    {"add_key", SYS_add_key, CALLS_ALWAYS, 0, serve_keys},
    {"request_key", SYS_request_key, CALLS_ALWAYS, 0, serve_keys},
    {"keyctl", SYS_keyctl, CALLS_ALWAYS, 0, serve_keys},

#ifdef SYS_open
    {"open", SYS_open, CALLS_ALL_ONLY, 0, serve_open},
#endif
    {"openat", SYS_openat, CALLS_ALL_ONLY, 0, serve_openat},
    {"openat2", SYS_openat2, CALLS_ALL_ONLY, 0, serve_openat2},

    {"setsockopt", SYS_setsockopt, CALLS_DESCRIPTOR, FIRST, serve_setsockopt},
    {"getsockopt", SYS_getsockopt, CALLS_DESCRIPTOR, FIRST, serve_getsockopt},
    {"ioctl", SYS_ioctl, CALLS_DESCRIPTOR, FIRST, serve_ioctl},
    {"connect", SYS_connect, CALLS_DESCRIPTOR, FIRST, serve_connect},
    {"listen", SYS_listen, CALLS_DESCRIPTOR, FIRST, serve_refused},
    {"getsockname", SYS_getsockname, CALLS_DESCRIPTOR, FIRST, serve_refused},
    {"getpeername", SYS_getpeername, CALLS_DESCRIPTOR, FIRST, serve_refused},
    {"shutdown", SYS_shutdown, CALLS_DESCRIPTOR, FIRST, serve_refused},
    {"fgetxattr", SYS_fgetxattr, CALLS_DESCRIPTOR, FIRST, serve_fgetxattr},

#if defined(__x86_64__)
    /* Only 32-bit programs have these; they are served as what they are called here. */
    {"socketcall", -1, CALLS_ALWAYS, 0, serve_socketcall},
    {"io_pgetevents_time64", -1, CALLS_ALWAYS, 0, serve_io_pgetevents_time64},
    {"recvmmsg_time64", SYS_recvmmsg, CALLS_DESCRIPTOR, FIRST, serve_recvmmsg_time64},
    {"sendfile64", SYS_sendfile, CALLS_DESCRIPTOR, FIRST | SECOND, serve_sendfile64},
    {"fcntl64", SYS_fcntl, CALLS_DESCRIPTOR, FIRST, serve_fcntl},
#endif
};

const unsigned calls_count = sizeof(calls_table) / sizeof(calls_table[0]);

/* Where the first argument is a socket of NETLINK_CRYPTO; other calls on it are the kernel's. */
static const struct {
	long number;
	long (*serve)(struct supervisor_call *call);
} netlink_table[] = {
    {SYS_bind, netlink_bind},
    {SYS_write, netlink_write},
    {SYS_writev, netlink_writev},
    {SYS_pwritev2, netlink_pwritev2},
    {SYS_sendto, netlink_sendto},
    {SYS_recvfrom, netlink_recvfrom},
    {SYS_sendmsg, netlink_sendmsg},
    {SYS_recvmsg, netlink_recvmsg},
    {SYS_sendmmsg, netlink_sendmmsg},
    {SYS_recvmmsg, netlink_recvmmsg},
    {SYS_getsockopt, netlink_getsockopt},
    {SYS_connect, netlink_connect},
    {SYS_getpeername, netlink_getpeername},
};

#define NUMBERS 512u

static const struct calls_entry *native[NUMBERS];
static const struct calls_entry *compat[NUMBERS];

#if defined(__x86_64__)
/* What 32-bit programs reach by socketcall they also reach directly; libseccomp names the former.
 */
static const struct {
	const char *name;
	long number;
} direct[] = {
    {"recvmmsg", 337},   {"sendmmsg", 345},   {"socket", 359},      {"socketpair", 360},
    {"bind", 361},       {"connect", 362},    {"listen", 363},      {"accept4", 364},
    {"getsockopt", 365}, {"setsockopt", 366}, {"getsockname", 367}, {"getpeername", 368},
    {"sendto", 369},     {"sendmsg", 370},    {"recvfrom", 371},    {"recvmsg", 372},
    {"shutdown", 373},
};

static long compat_number(const char *name)
{
	for (unsigned i = 0; i < sizeof(direct) / sizeof(direct[0]); i++)
		if (strcmp(direct[i].name, name) == 0)
			return direct[i].number;
	return seccomp_syscall_resolve_name_arch(SCMP_ARCH_X86, name);
}
#endif

static void enter(const struct calls_entry **table, long number, const struct calls_entry *entry)
{
	if (number >= 0 && (unsigned long)number < NUMBERS && !table[number])
		table[number] = entry;
}

static void fill(void)
{
	for (unsigned i = 0; i < calls_count; i++) {
		enter(native, calls_table[i].number, &calls_table[i]);
#if defined(__x86_64__)
		enter(compat, compat_number(calls_table[i].name), &calls_table[i]);
#endif
	}
}

long calls_serve(struct supervisor_call *call, const struct calls_entry *entry)
{
	const struct supervisor_object *object = NULL;

	if (entry->descriptors & FIRST)
		object = process_object(call, supervisor_int(call, 0));
	if (!object || object->kind != OBJECT_NETLINK)
		return entry->serve(call);
	for (unsigned i = 0; i < sizeof(netlink_table) / sizeof(netlink_table[0]); i++)
		if (netlink_table[i].number == entry->number)
			return netlink_table[i].serve(call);
	return entry->serve(call);
}

const struct calls_entry *calls_find(bool is_compat, long number)
{
	if (!native[SYS_socket])
		fill();
	if (number < 0 || (unsigned long)number >= NUMBERS)
		return NULL;
	return is_compat ? compat[number] : native[number];
}
