/* SPDX-License-Identifier: MIT */
#include "doors/supervisor/defence.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/netlink.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/compiler.h"
#include "doors/common/record.h"

/* Bytes of memory beyond what it has at its start; a program that wants more gets ENOMEM. */
#define MEMORY_MORE ((rlim_t)1 << 30)

static void bound_memory(void)
{
	struct rlimit limit;
	unsigned long total, resident, shared, text, library, data;
	FILE *file = fopen("/proc/self/statm", "re");
	int fields;

	if (!file)
		return;
	fields = fscanf(file, "%lu %lu %lu %lu %lu %lu", &total, &resident, &shared, &text,
			&library, &data);
	(void)fclose(file);
	if (fields != 6 || getrlimit(RLIMIT_DATA, &limit) < 0)
		return;
	limit.rlim_cur = (rlim_t)data * (rlim_t)sysconf(_SC_PAGESIZE) + MEMORY_MORE;
	if (limit.rlim_cur < limit.rlim_max)
		(void)setrlimit(RLIMIT_DATA, &limit);
}

static void lock_memory(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_MEMLOCK, &limit);
	}
	/* Who may not lock all still has its own copies of keys locked (base/secmem.h). */
	(void)mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
}

/* ---- capabilities ---- */

/* Programs may change their user: their memory, descriptors and limits are still to be reached. */
static const unsigned kept[] = {CAP_SYS_PTRACE, CAP_SYS_RESOURCE, CAP_IPC_LOCK, CAP_KILL,
				CAP_NET_ADMIN};

static void drop_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};
	uint64_t wanted = 0;

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		wanted |= (uint64_t)1 << kept[i];
	/* The record is opened by its name for each line. */
	if (getenv(RECORD_VARIABLE))
		wanted |= (uint64_t)1 << CAP_DAC_OVERRIDE;
	if (syscall(SYS_capget, &header, data) < 0)
		return;
	for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		data[i].permitted &= (uint32_t)(wanted >> (32 * i));
		data[i].effective = data[i].permitted;
		data[i].inheritable = 0;
	}
	for (unsigned i = 0; i <= CAP_LAST_CAP; i++)
		if (!(wanted >> i & 1))
			(void)prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
	(void)syscall(SYS_capset, &header, data);
}

/* ---- system calls ---- */

static const char *const refused[] = {
    "execve",          "execveat",       "fork",
    "vfork",           "accept",         "accept4",
    "setuid",          "setgid",         "setreuid",
    "setregid",        "setresuid",      "setresgid",
    "setgroups",       "setfsuid",       "setfsgid",
    "capset",          "chroot",         "pivot_root",
    "mount",           "umount2",        "move_mount",
    "open_tree",       "fsopen",         "fsmount",
    "unshare",         "setns",          "bpf",
    "perf_event_open", "userfaultfd",    "init_module",
    "finit_module",    "delete_module",  "kexec_load",
    "kexec_file_load", "reboot",         "swapon",
    "swapoff",         "sethostname",    "setdomainname",
    "settimeofday",    "clock_settime",  "adjtimex",
    "unlink",          "unlinkat",       "rename",
    "renameat",        "renameat2",      "link",
    "linkat",          "symlink",        "symlinkat",
    "mkdir",           "mkdirat",        "mknod",
    "mknodat",         "chmod",          "fchmod",
    "fchmodat",        "chown",          "fchown",
    "fchownat",        "lchown",         "truncate",
    "personality",     "quotactl",       "acct",
    "io_uring_setup",  "io_uring_enter", "io_uring_register",
    "seccomp",
};

static void refuse(scmp_filter_ctx filter, const char *name, unsigned count,
		   const struct scmp_arg_cmp *tests)
{
	int number = seccomp_syscall_resolve_name(name);

	if (number != __NR_SCMP_ERROR)
		(void)seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM), number, count, tests);
}

static void refuse_calls(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	/* Placeholders are unix sockets, the netlink ones never leave this machine's kernel. */
	const struct scmp_arg_cmp inet = SCMP_CMP64(0, SCMP_CMP_EQ, AF_INET, 0);
	const struct scmp_arg_cmp inet6 = SCMP_CMP64(0, SCMP_CMP_EQ, AF_INET6, 0);
	const struct scmp_arg_cmp packet = SCMP_CMP64(0, SCMP_CMP_EQ, AF_PACKET, 0);
	const struct scmp_arg_cmp vsock = SCMP_CMP64(0, SCMP_CMP_EQ, AF_VSOCK, 0);
	/* Netlink sockets are connected to themselves; their address has a size of its own. */
	const struct scmp_arg_cmp others =
	    SCMP_CMP64(2, SCMP_CMP_NE, sizeof(struct sockaddr_nl), 0);
	const struct scmp_arg_cmp process = SCMP_CMP64(0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0);

	if (!filter)
		return;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		refuse(filter, refused[i], 0, NULL);
	refuse(filter, "socket", 1, &inet);
	refuse(filter, "socket", 1, &inet6);
	refuse(filter, "socket", 1, &packet);
	refuse(filter, "socket", 1, &vsock);
	refuse(filter, "connect", 1, &others);
	refuse(filter, "clone", 1, &process);
	/* Its flags are in memory; without it libc makes threads by clone. */
	(void)seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS),
			       seccomp_syscall_resolve_name("clone3"), 0);
	/* All threads of the supervisor get it. */
	(void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	(void)seccomp_load(filter);
	seccomp_release(filter);
}

void defence_begin(void)
{
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	/* A sanitizer's shadow is larger than any bound. */
	if (!ADDRESS_SANITIZER) {
		lock_memory();
		bound_memory();
	}
	drop_capabilities();
	refuse_calls();
}
