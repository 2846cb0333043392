/* SPDX-License-Identifier: MIT */
/*
 * The program's memory: copied, never shared, and reached with the program's own permissions
 * (process_vm_readv(2), which other than /proc/PID/mem respects what is read-only or not there).
 *
 * The engine works on an arena here.  Each address that it is given stands for one in the program;
 * the host's guard brings the bytes before the engine's work on them, or takes them out after.
 */
#ifndef UALG_DOORS_SUPERVISOR_MEMORY_H
#define UALG_DOORS_SUPERVISOR_MEMORY_H

#include <sys/socket.h>

#include "doors/common/message.h"
#include "doors/supervisor/supervisor.h"

/* Copies from and to the caller's memory: 0 or -EFAULT. */
int memory_read(const struct supervisor_call *call, void *to, uintptr_t from, size_t size);
int memory_write(const struct supervisor_call *call, uintptr_t to, const void *from, size_t size);

/* Drops what has been read ahead: at the end of a call.  Nothing of it is the next one's. */
void memory_forget_view(void);

/* The same of pieces, as many and of the same sizes there as here: all of them or -EFAULT. */
#define MEMORY_PIECES 32u
int memory_read_pieces(const struct supervisor_call *call, const struct iovec *to,
		       const struct iovec *from, size_t count);
int memory_write_pieces(const struct supervisor_call *call, const struct iovec *to,
			const struct iovec *from, size_t count);

/*
 * Copies things of size bytes each from count addresses, at most MEMORY_PIECES, in a row to `to`.
 * Returns of how many, from the first one on, there is memory.
 */
size_t memory_read_each(const struct supervisor_call *call, void *to, const uintptr_t *from,
			size_t size, size_t count);

/* Reads a string of at most room - 1 bytes: its length; -EFAULT, -ENAMETOOLONG. */
ssize_t memory_read_string(const struct supervisor_call *call, char *to, uintptr_t from,
			   size_t room);

/* The caller's memory as door_message_... wants it. */
struct memory_of_call {
	struct door_memory memory;
	const struct supervisor_call *call;
};
struct memory_of_call memory_of(const struct supervisor_call *call);

/* A header of the caller's, native or compat, judged: errnos as door_message_header. */
int memory_read_header(const struct supervisor_call *call, uintptr_t from, bool sending,
		       struct msghdr *header);
/* A vector of the caller's of at most DOOR_IOV_MAX entries, as door_message_vector. */
ssize_t memory_read_vector(const struct supervisor_call *call, uintptr_t from, size_t count,
			   struct iovec *iov);
/*
 * The control data of a header, at out (DOOR_CONTROL_MAX bytes, aligned for a cmsghdr), in native
 * form.  Its size, -ENOBUFS, -EFAULT; of compat ones also -EINVAL: no row of messages, -ENOMEM: too
 * large in native form (M-17).
 */
ssize_t memory_read_control(const struct supervisor_call *call, const struct msghdr *header,
			    void *out);
/* What recvmsg writes to a header. */
struct memory_told {
	bool name; /* the header has one */
	uint32_t name_size;
	size_t control_size;
	int flags;
};
int memory_write_message(const struct supervisor_call *call, uintptr_t to,
			 const struct memory_told *told);

/* The bytes of one entry of struct mmsghdr, and where its length is. */
size_t memory_message_stride(const struct supervisor_call *call);
size_t memory_message_length_at(const struct supervisor_call *call);

enum memory_direction {
	MEMORY_IN,
	MEMORY_OUT,
	MEMORY_OWN, /* nothing is copied: the program's addresses are the supervisor's own */
};

/* What the engine's next work on the arena stands for. */
struct memory_map {
	const struct supervisor_call *call;
	enum memory_direction direction;
	const struct iovec *program; /* the caller's addresses */
	struct iovec *arena;         /* the engine's: filled by memory_map_begin */
	size_t count;
};

/* Lays a map out in the arena: its entries one behind the other. */
void memory_map_begin(struct memory_map *map);
/* Makes a map the one in force for guard and probe; NULL: none. */
void memory_map_use(const struct memory_map *map);

/* For struct sock_host: guard takes at most MEMORY_PIECES pieces. */
int memory_guard(const struct iovec *iov, size_t count, int (*work)(void *), void *argument);
int memory_probe(const struct iovec *piece);

/* Reserves the arena: 0 or -ENOMEM. */
int memory_begin(void);

#endif
