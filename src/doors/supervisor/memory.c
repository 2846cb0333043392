/* SPDX-License-Identifier: MIT */
#include "doors/supervisor/memory.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#include "base/secmem.h"

#define PAGE           ((size_t)4096)
#define ARENA_SIZE     ((size_t)DOOR_SIZE_MAX + PAGE)
#define ARENA_RESIDENT ((size_t)1 << 20) /* what lies above is given back after each use */

static uint8_t *arena;
static const struct memory_map *map_in_use;

/* ---- the caller's memory ---- */

/*
 * What lies around a message's header, brought with it: its vector, its control data and a small
 * text are mostly of the same function, and a copy more costs a fifth of a call.  It is of one
 * page, so all of it is there where the header is; and it is no older than the call's beginning,
 * for the call's end drops it.
 */
#define VIEW_BEFORE 256u
#define VIEW_MOST   1024u

static struct {
	uint64_t call; /* supervisor_call's id and thread */
	pid_t thread;  /* 0: there is no view */
	uintptr_t from;
	size_t size;
	uint8_t bytes[VIEW_MOST];
} view;

static int copy_from(pid_t thread, void *to, uintptr_t from, size_t size)
{
	struct iovec local = {to, size}, remote = {(void *)from, size};

	return process_vm_readv(thread, &local, 1, &remote, 1, 0) == (ssize_t)size ? 0 : -EFAULT;
}

void memory_forget_view(void)
{
	if (!view.thread)
		return;
	secmem_wipe(view.bytes, view.size);
	view.thread = 0;
}

static void view_around(const struct supervisor_call *call, uintptr_t at)
{
	uintptr_t page = at & ~(PAGE - 1);

	memory_forget_view();
	view.from = at - page < VIEW_BEFORE ? page : at - VIEW_BEFORE;
	view.size = page + PAGE - view.from;
	if (view.size > VIEW_MOST)
		view.size = VIEW_MOST;
	if (copy_from(call->thread, view.bytes, view.from, view.size) < 0)
		return;
	view.call = call->id;
	view.thread = call->thread;
}

static bool is_in_view(const struct supervisor_call *call, uintptr_t from, size_t size)
{
	return view.thread == call->thread && view.call == call->id && from >= view.from &&
	       from - view.from <= view.size && size <= view.size - (from - view.from);
}

int memory_read(const struct supervisor_call *call, void *to, uintptr_t from, size_t size)
{
	if (size == 0)
		return 0;
	if (!is_in_view(call, from, size))
		return copy_from(call->thread, to, from, size);
	memcpy(to, view.bytes + (from - view.from), size);
	return 0;
}

static size_t size_of(const struct iovec *pieces, size_t count)
{
	size_t size = 0;

	for (size_t i = 0; i < count; i++)
		size += pieces[i].iov_len;
	return size;
}

int memory_read_pieces(const struct supervisor_call *call, const struct iovec *to,
		       const struct iovec *from, size_t count)
{
	size_t size = size_of(to, count);

	if (count == 1)
		return memory_read(call, to->iov_base, (uintptr_t)from->iov_base, size);
	if (size == 0)
		return 0;
	return process_vm_readv(call->thread, to, count, from, count, 0) == (ssize_t)size ? 0
											  : -EFAULT;
}

int memory_write_pieces(const struct supervisor_call *call, const struct iovec *to,
			const struct iovec *from, size_t count)
{
	size_t size = size_of(to, count);

	if (size == 0)
		return 0;
	memory_forget_view();
	/* Whoever has the number now may be another process. */
	if (!call->way->valid(call))
		return -EFAULT;
	if (process_vm_writev(call->thread, from, count, to, count, 0) != (ssize_t)size)
		return -EFAULT;
	return 0;
}

int memory_write(const struct supervisor_call *call, uintptr_t to, const void *from, size_t size)
{
	struct iovec local = {(void *)(uintptr_t)from, size}, remote = {(void *)to, size};

	return memory_write_pieces(call, &remote, &local, 1);
}

/* Adds size bytes at an address to the program's pieces: to the last one, where they follow it in
 * one page. */
static size_t add_piece(struct iovec *pieces, size_t count, uintptr_t at, size_t size)
{
	struct iovec *last = count ? &pieces[count - 1] : NULL;

	if (last && (uintptr_t)last->iov_base + last->iov_len == at &&
	    ((uintptr_t)last->iov_base | (PAGE - 1)) == ((at + size - 1) | (PAGE - 1))) {
		last->iov_len += size;
		return count;
	}
	pieces[count] = (struct iovec){(void *)at, size};
	return count + 1;
}

size_t memory_read_each(const struct supervisor_call *call, void *to, const uintptr_t *from,
			size_t size, size_t count)
{
	struct iovec local = {to, size * count}, remote[MEMORY_PIECES];
	size_t pieces = 0;
	ssize_t got;

	/* What cannot be read ends the copy before its piece: so pieces are of one page each. */
	for (size_t i = 0; i < count; i++)
		pieces = add_piece(remote, pieces, from[i], size);
	got = process_vm_readv(call->thread, &local, 1, remote, pieces, 0);
	return got > 0 ? (size_t)got / size : 0;
}

ssize_t memory_read_string(const struct supervisor_call *call, char *to, uintptr_t from,
			   size_t room)
{
	size_t done = 0;

	/* Page by page: what lies behind the string may not be there. */
	while (done < room) {
		size_t size = PAGE - ((from + done) & (PAGE - 1));
		const char *end;

		if (size > room - done)
			size = room - done;
		if (memory_read(call, to + done, from + done, size) < 0)
			return -EFAULT;
		end = memchr(to + done, 0, size);
		if (end)
			return end - to;
		done += size;
	}
	return -ENAMETOOLONG;
}

static int copy_of_call(struct door_memory *memory, void *to, const void *from, size_t size)
{
	const struct memory_of_call *of = (struct memory_of_call *)memory;

	return memory_read(of->call, to, (uintptr_t)from, size);
}

struct memory_of_call memory_of(const struct supervisor_call *call)
{
	return (struct memory_of_call){.memory = {.copy = copy_of_call}, .call = call};
}

/* ---- messages; a 32-bit program's have other layouts ---- */

struct compat_iovec {
	uint32_t base;
	uint32_t size;
};

struct compat_header {
	uint32_t name;
	int32_t name_size;
	uint32_t iov;
	uint32_t iov_count;
	uint32_t control;
	uint32_t control_size;
	uint32_t flags;
};

struct compat_control {
	uint32_t size;
	int32_t level;
	int32_t type;
};

static void *pointer_of(uint32_t address)
{
	return (void *)(uintptr_t)address;
}

static int copy_header(const struct supervisor_call *call, uintptr_t from, struct msghdr *header)
{
	struct compat_header compat;

	if (!call->compat)
		return memory_read(call, header, from, sizeof(*header));
	if (memory_read(call, &compat, from, sizeof(compat)) < 0)
		return -EFAULT;
	*header = (struct msghdr){
	    .msg_name = pointer_of(compat.name),
	    .msg_namelen = (socklen_t)compat.name_size,
	    .msg_iov = pointer_of(compat.iov),
	    .msg_iovlen = compat.iov_count,
	    .msg_control = pointer_of(compat.control),
	    .msg_controllen = compat.control_size,
	    .msg_flags = (int)compat.flags,
	};
	return 0;
}

ssize_t memory_read_vector(const struct supervisor_call *call, uintptr_t from, size_t count,
			   struct iovec *iov)
{
	struct compat_iovec compat[DOOR_IOV_MAX];

	if (!call->compat) {
		if (memory_read(call, iov, from, count * sizeof(*iov)) < 0)
			return -EFAULT;
		return door_message_judge_vector(iov, count);
	}
	if (memory_read(call, compat, from, count * sizeof(compat[0])) < 0)
		return -EFAULT;
	for (size_t i = 0; i < count; i++) {
		if ((int32_t)compat[i].size < 0)
			return -EINVAL;
		iov[i].iov_base = pointer_of(compat[i].base);
		iov[i].iov_len = compat[i].size;
	}
	return door_message_judge_vector(iov, count);
}

int memory_read_header(const struct supervisor_call *call, uintptr_t from, bool sending,
		       struct msghdr *header)
{
	struct memory_of_call of = memory_of(call);
	int result;

	view_around(call, from);
	result = copy_header(call, from, header);

	return result < 0 ? result : door_message_judge_header(&of.memory, header, sending);
}

/*
 * Compat messages are aligned to 4 bytes and have shorter heads: one by one into native ones.  The
 * kernel wants them to fill their room, which a native message need not.
 */
static ssize_t control_from_compat(const struct supervisor_call *call, uintptr_t from, size_t size,
				   uint8_t *to)
{
	size_t used = 0, at = 0;

	while (at < size) {
		struct compat_control head;
		struct cmsghdr native;
		size_t payload;

		if (size - at < sizeof(head))
			return -EINVAL;
		if (memory_read(call, &head, from + at, sizeof(head)) < 0)
			return -EFAULT;
		if (head.size < sizeof(head) || head.size > size - at)
			return -EINVAL;
		payload = head.size - sizeof(head);
		if (CMSG_SPACE(payload) > DOOR_CONTROL_MAX - used)
			return -ENOMEM;
		native = (struct cmsghdr){.cmsg_len = CMSG_LEN(payload),
					  .cmsg_level = head.level,
					  .cmsg_type = head.type};
		memset(to + used, 0, CMSG_SPACE(payload));
		memcpy(to + used, &native, sizeof(native));
		if (memory_read(call, to + used + CMSG_LEN(0), from + at + sizeof(head), payload) <
		    0)
			return -EFAULT;
		used += CMSG_SPACE(payload);
		at += ((size_t)head.size + 3) & ~(size_t)3;
	}
	return (ssize_t)used;
}

ssize_t memory_read_control(const struct supervisor_call *call, const struct msghdr *header,
			    void *out)
{
	struct memory_of_call of = memory_of(call);

	if (!call->compat)
		return door_message_control(&of.memory, header, out);
	if (header->msg_controllen > INT32_MAX)
		return -ENOBUFS;
	if (header->msg_controllen && !header->msg_control)
		return -EINVAL;
	return control_from_compat(call, (uintptr_t)header->msg_control, header->msg_controllen,
				   out);
}

int memory_write_message(const struct supervisor_call *call, uintptr_t to,
			 const struct memory_told *told)
{
	bool compat = call->compat;
	size_t control = compat ? offsetof(struct compat_header, control_size)
				: offsetof(struct msghdr, msg_controllen);
	size_t name_size = compat ? offsetof(struct compat_header, name_size)
				  : offsetof(struct msghdr, msg_namelen);
	size_t flags =
	    compat ? offsetof(struct compat_header, flags) : offsetof(struct msghdr, msg_flags);
	const uint64_t control_size = told->control_size;
	int result = 0;

	if (told->name)
		result =
		    memory_write(call, to + name_size, &told->name_size, sizeof(told->name_size));
	if (result == 0)
		result = memory_write(call, to + flags, &told->flags, sizeof(told->flags));
	if (result == 0)
		result = memory_write(call, to + control, &control_size,
				      compat ? sizeof(uint32_t) : sizeof(size_t));
	return result;
}

size_t memory_message_length_at(const struct supervisor_call *call)
{
	return call->compat ? sizeof(struct compat_header) : offsetof(struct mmsghdr, msg_len);
}

size_t memory_message_stride(const struct supervisor_call *call)
{
	return call->compat ? sizeof(struct compat_header) + sizeof(uint32_t)
			    : sizeof(struct mmsghdr);
}

/* ---- the arena ---- */

int memory_begin(void)
{
	void *memory = mmap(NULL, ARENA_SIZE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		return -ENOMEM;
	arena = memory;
	(void)madvise(arena, ARENA_SIZE, MADV_DONTDUMP);
	(void)mlock2(arena, ARENA_RESIDENT, MLOCK_ONFAULT);
	return 0;
}

void memory_map_begin(struct memory_map *map)
{
	uint8_t *next = arena;

	for (size_t i = 0; i < map->count; i++) {
		if (map->direction == MEMORY_OWN) {
			map->arena[i] = map->program[i];
			continue;
		}
		map->arena[i].iov_base = next;
		map->arena[i].iov_len = map->program[i].iov_len;
		next += map->program[i].iov_len;
	}
}

void memory_map_use(const struct memory_map *map)
{
	map_in_use = map;
}

/* The program's address of a piece of the arena, which lies in one entry; 0: in none. */
static uintptr_t program_address(const struct iovec *piece)
{
	const struct memory_map *map = map_in_use;
	uintptr_t at = (uintptr_t)piece->iov_base;

	for (size_t i = 0; map && i < map->count; i++) {
		uintptr_t base = (uintptr_t)map->arena[i].iov_base;

		if (at >= base && at - base < map->arena[i].iov_len &&
		    piece->iov_len <= map->arena[i].iov_len - (at - base))
			return (uintptr_t)map->program[i].iov_base + (at - base);
	}
	return 0;
}

/* Nothing of a program's stays behind. */
static void wipe(const struct iovec *piece)
{
	uint8_t *from = piece->iov_base, *end = from + piece->iov_len;
	uint8_t *resident = arena + ARENA_RESIDENT;

	if (from < resident)
		secmem_wipe(from, (size_t)((end < resident ? end : resident) - from));
	if (end <= resident)
		return;
	if (from < resident)
		from = resident;
	from = (uint8_t *)((uintptr_t)from & ~(PAGE - 1));
	(void)madvise(from, (size_t)(end - from), MADV_DONTNEED);
}

/* The work between what is brought before it and what is taken out after. */
static int work_on(const struct iovec *pieces, const struct iovec *program, size_t count,
		   int (*work)(void *), void *argument)
{
	const struct supervisor_call *call = map_in_use->call;
	int result = 0;

	if (map_in_use->direction == MEMORY_IN)
		result = memory_read_pieces(call, pieces, program, count);
	if (result == 0)
		result = work(argument);
	if (result == 0 && map_in_use->direction == MEMORY_OUT)
		result = memory_write_pieces(call, program, pieces, count);
	return result;
}

int memory_guard(const struct iovec *iov, size_t count, int (*work)(void *), void *argument)
{
	struct iovec program[MEMORY_PIECES];
	int result;

	if (count > MEMORY_PIECES)
		return -EFAULT;
	for (size_t i = 0; i < count; i++) {
		uintptr_t address = iov[i].iov_len ? program_address(&iov[i]) : 0;

		if (iov[i].iov_len && !address)
			return -EFAULT;
		program[i] = (struct iovec){(void *)address, iov[i].iov_len};
	}
	if (size_of(program, count) == 0 || map_in_use->direction == MEMORY_OWN)
		return work(argument);
	result = work_on(iov, program, count, work, argument);
	for (size_t i = 0; i < count; i++)
		if (iov[i].iov_len)
			wipe(&iov[i]);
	return result;
}

/* A byte of each page is read, and written back. */
int memory_probe(const struct iovec *piece)
{
	uintptr_t next = program_address(piece), end = next + piece->iov_len;
	uint8_t bytes[MEMORY_PIECES];

	if (piece->iov_len && !next)
		return -EFAULT;
	if (map_in_use->direction == MEMORY_OWN)
		return 0;
	while (next < end) {
		struct iovec ours[MEMORY_PIECES], program[MEMORY_PIECES];
		size_t count = 0;

		for (; next < end && count < MEMORY_PIECES; next = (next | (PAGE - 1)) + 1) {
			ours[count] = (struct iovec){&bytes[count], 1};
			program[count++] = (struct iovec){(void *)next, 1};
		}
		if (memory_read_pieces(map_in_use->call, ours, program, count) < 0 ||
		    memory_write_pieces(map_in_use->call, program, ours, count) < 0)
			return -EFAULT;
	}
	return 0;
}
