/* SPDX-License-Identifier: MIT */
#include "doors/common/placeholder_filter.h"

#include <errno.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/scratch.h"
#include "doors/common/system.h"

#define GUARD 4u /* instructions of the placeholder's own */
#define MOST  (BPF_MAXINSNS - GUARD)

/* What the guard lets through: any number is "all of it", so it tells what lies behind, too. */
#define ALL_BEFORE_CLASSIC  UINT32_MAX
#define ALL_BEFORE_EXTENDED (UINT32_MAX - 1)
#define TELLS               2u /* the instruction that has it */

/* A 32-bit program's struct sock_fprog. */
struct compat_program {
	uint16_t size;
	uint32_t code;
};

/* Code has room for the guard before count instructions, which are the program's. */
static int attach(int placeholder, struct sock_filter *code, unsigned count, uint32_t all)
{
	const struct sock_filter guard[GUARD] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, all),
	    BPF_STMT(BPF_RET | BPF_K, 0),
	};
	/* No instructions at all are what the kernel refuses, once it has looked for a lock. */
	const struct sock_fprog program = {
	    .len = (unsigned short)(count <= MOST ? GUARD + count : 0),
	    .filter = code,
	};

	__builtin_memcpy(code, guard, sizeof(guard));
	return (int)DOOR_CALL_5(SYS_setsockopt, placeholder, SOL_SOCKET, SO_ATTACH_FILTER, &program,
				sizeof(program));
}

int door_filter_guard(int placeholder)
{
	struct sock_filter code[GUARD];

	return attach(placeholder, code, 0, ALL_BEFORE_CLASSIC);
}

bool door_filter_is_option(int option)
{
	return option == SO_ATTACH_FILTER || option == SO_ATTACH_BPF || option == SO_DETACH_FILTER;
}

int door_filter_judge_size(int option, int size, bool compat)
{
	const int program =
	    (int)(compat ? sizeof(struct compat_program) : sizeof(struct sock_fprog));

	if (option == SO_ATTACH_FILTER)
		return size == program ? 0 : -EINVAL;
	if (option == SO_ATTACH_BPF)
		return size == (int)sizeof(int) ? 0 : -EINVAL;
	return size >= (int)sizeof(int) ? 0 : -EINVAL;
}

static int copy_head(struct door_memory *memory, const void *value, bool compat,
		     struct sock_fprog *head)
{
	struct compat_program small;

	if (!compat)
		return memory->copy(memory, head, value, sizeof(*head));
	if (memory->copy(memory, &small, value, sizeof(small)) < 0)
		return -EFAULT;
	*head = (struct sock_fprog){.len = small.size,
				    .filter = (struct sock_filter *)(uintptr_t)small.code};
	return 0;
}

/* Code has room for a program of any size. */
static int attach_callers(int placeholder, struct sock_filter *code, struct door_memory *memory,
			  const struct sock_fprog *head)
{
	unsigned count = head->filter && head->len && head->len <= MOST ? head->len : UINT32_MAX;

	if (count <= MOST &&
	    memory->copy(memory, code + GUARD, head->filter, count * sizeof(code[0])) < 0)
		return -EFAULT;
	return attach(placeholder, code, count, ALL_BEFORE_CLASSIC);
}

int door_filter_attach(int placeholder, struct door_memory *memory, const void *value, bool compat)
{
	struct scratch scratch;
	struct sock_fprog head;
	int result;

	if (copy_head(memory, value, compat, &head) < 0)
		return -EFAULT;
	if (!scratch_take(&scratch, DOOR_FILTER_SIZE))
		return -ENOMEM;
	result = attach_callers(placeholder, scratch.memory, memory, &head);
	scratch_give(&scratch);
	return result;
}

int door_filter_attach_extended(int placeholder, int program)
{
	struct sock_filter code[GUARD + 1] = {[GUARD] = BPF_STMT(BPF_RET | BPF_K, 0)};
	long result = DOOR_CALL_5(SYS_setsockopt, placeholder, SOL_SOCKET, SO_ATTACH_BPF, &program,
				  sizeof(program));

	return result < 0 ? (int)result : attach(placeholder, code, 1, ALL_BEFORE_EXTENDED);
}

/* The instructions of both filters. */
static long get_whole(int placeholder, struct sock_filter *code, socklen_t room)
{
	long result =
	    DOOR_CALL_5(SYS_getsockopt, placeholder, SOL_SOCKET, SO_GET_FILTER, code, &room);

	return result < 0 ? result : (long)room;
}

int door_filter_detach(int placeholder)
{
	long before = get_whole(placeholder, NULL, 0);
	int result = door_filter_guard(placeholder);

	if (result < 0)
		return result;
	return before > (long)GUARD ? 0 : -ENOENT;
}

int door_filter_get(int placeholder, struct sock_filter out[BPF_MAXINSNS])
{
	long whole = get_whole(placeholder, out, BPF_MAXINSNS);

	if (whole <= (long)GUARD)
		return whole < 0 ? (int)whole : 0;
	if (out[TELLS].k == ALL_BEFORE_EXTENDED)
		return -EACCES;
	__builtin_memmove(out, out + GUARD, ((size_t)whole - GUARD) * sizeof(out[0]));
	return (int)whole - (int)GUARD;
}
