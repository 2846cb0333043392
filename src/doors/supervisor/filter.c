/* SPDX-License-Identifier: MIT */
#include "doors/supervisor/filter.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "doors/common/text_file.h"
#include "doors/supervisor/calls.h"
#include "ualg/if_alg.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

#define PERIOD_MAX   1024u  /* numbers that an fd_set holds */
#define STRETCH_MIN  128u   /* of each period, where that gives enough */
#define NUMBERS_END  65536u /* of the whole window, a power of two */
#define NUMBERS_WANT 6000u

#define PROGRAM_ROOM                                                                               \
	(BPF_MAXINSNS * sizeof(struct sock_filter)) /* the kernel takes no longer one */

struct handover_window filter_window;

static unsigned power_below(rlim_t limit)
{
	unsigned power = 16;

	while (power < PERIOD_MAX && 2 * power <= limit)
		power *= 2;
	return power;
}

void filter_choose_window(void)
{
	struct rlimit limit = {PERIOD_MAX, PERIOD_MAX};
	unsigned period, stretch, end;

	(void)getrlimit(RLIMIT_NOFILE, &limit);
	period = power_below(limit.rlim_cur);
	end = limit.rlim_max < NUMBERS_END ? (unsigned)limit.rlim_max : NUMBERS_END;
	/* Up to a half of each period, so that the program's own descriptors have the other. */
	for (stretch = STRETCH_MIN < period / 8 ? STRETCH_MIN : period / 8; stretch < period / 2;
	     stretch *= 2)
		if (end / period * stretch >= NUMBERS_WANT)
			break;
	filter_window.value = period - stretch;
	filter_window.mask = ~(NUMBERS_END - 1) | (period - stretch);
}

/* The kernel takes an int of these arguments, so only their low half is looked at. */
static struct scmp_arg_cmp equals(unsigned argument, unsigned value)
{
	return SCMP_CMP64(argument, SCMP_CMP_MASKED_EQ, UINT32_MAX, value);
}

static struct scmp_arg_cmp in_window(unsigned argument)
{
	return SCMP_CMP64(argument, SCMP_CMP_MASKED_EQ, filter_window.mask, filter_window.value);
}

static int trap_sockets(scmp_filter_ctx filter, int number)
{
	struct scmp_arg_cmp alg = equals(0, AF_ALG);
	struct scmp_arg_cmp netlink[] = {equals(0, AF_NETLINK), equals(2, NETLINK_CRYPTO)};
	int result = seccomp_rule_add_array(filter, SCMP_ACT_NOTIFY, number, 1, &alg);

	if (result < 0)
		return result;
	return seccomp_rule_add_array(filter, SCMP_ACT_NOTIFY, number, 2, netlink);
}

static int trap_window(scmp_filter_ctx filter, int number, unsigned descriptors)
{
	int result = 0;

	for (unsigned argument = 0; descriptors >> argument && result == 0; argument++) {
		struct scmp_arg_cmp test = in_window(argument);

		if (descriptors >> argument & 1)
			result = seccomp_rule_add_array(filter, SCMP_ACT_NOTIFY, number, 1, &test);
	}
	return result;
}

static int trap_call(scmp_filter_ctx filter, const struct calls_entry *entry,
		     enum supervisor_trap trap)
{
	int number = seccomp_syscall_resolve_name(entry->name);

	if (number == __NR_SCMP_ERROR)
		return 0; /* libseccomp is older than the call: the filter is without it */
	if (entry->when == CALLS_SOCKET)
		return trap_sockets(filter, number);
	if (entry->when == CALLS_ALL_ONLY && trap != SUPERVISOR_TRAP_ALL)
		return 0;
	if (entry->when == CALLS_DESCRIPTOR && trap != SUPERVISOR_TRAP_ALL)
		return trap_window(filter, number, entry->descriptors);
	return seccomp_rule_add_array(filter, SCMP_ACT_NOTIFY, number, 0, NULL);
}

static int trap_arch(scmp_filter_ctx filter, uint32_t arch, enum supervisor_trap trap)
{
	bool native = arch == SCMP_ARCH_NATIVE;
	int result = 0;

	/* What libseccomp does not know is left to the kernel, as without a filter. */
	if (seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ALLOW) < 0)
		return -EINVAL;
	if (!native) {
		if (seccomp_arch_remove(filter, SCMP_ARCH_NATIVE) < 0 ||
		    seccomp_arch_add(filter, arch) < 0)
			return -EINVAL;
	}
	for (unsigned i = 0; i < calls_count && result == 0; i++) {
		if (native && calls_table[i].number < 0)
			continue;
		result = trap_call(filter, &calls_table[i], trap);
	}
	return result;
}

static int read_program(int reader, struct sock_fprog *program)
{
	ssize_t size;

	program->filter = malloc(PROGRAM_ROOM);
	if (!program->filter)
		return -ENOMEM;
	(void)lseek(reader, 0, SEEK_SET); /* a pipe is at its beginning */
	size = read(reader, program->filter, PROGRAM_ROOM);
	if (size <= 0)
		return -ENOMEM;
	program->len = (unsigned short)((size_t)size / sizeof(program->filter[0]));
	return 0;
}

static int export(scmp_filter_ctx filter, struct sock_fprog *program)
{
	struct door_text_file file;
	int result = -ENOMEM;

	if (!door_text_file_make(&file))
		return -ENOMEM;
	if (seccomp_export_bpf(filter, file.writer) == 0)
		result = read_program(file.reader, program);
	door_text_file_end(&file);
	return result;
}

int filter_make(enum supervisor_trap trap, struct sock_fprog *program)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int result;

	program->filter = NULL;
	if (!filter)
		return -ENOMEM;
	result = trap_arch(filter, SCMP_ARCH_NATIVE, trap);
#if defined(__x86_64__)
	if (result == 0) {
		scmp_filter_ctx compat = seccomp_init(SCMP_ACT_ALLOW);

		result = compat ? trap_arch(compat, SCMP_ARCH_X86, trap) : -ENOMEM;
		if (result == 0)
			result = seccomp_merge(filter, compat);
		if (result < 0 && compat)
			seccomp_release(compat);
	}
#endif
	/* A tree by number: what is not of the table pays for few comparisons. */
	if (result == 0)
		(void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (result == 0)
		result = export(filter, program);
	seccomp_release(filter);
	return result;
}

void filter_free(struct sock_fprog *program)
{
	free(program->filter);
	program->filter = NULL;
}

int filter_load(const struct sock_fprog *program, bool *only_death_ends)
{
	const unsigned long flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
	long listener;

	/*
	 * Once the supervisor has a call, only death ends the caller's wait: so what it did for the
	 * call is never done twice.  It looks itself for signals that ought to end a sleep.
	 */
	listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			   flags | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, program);
	*only_death_ends = listener >= 0;
	if (listener < 0 && errno == EINVAL)
		listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, program);
	return listener < 0 ? -errno : (int)listener;
}
