/* SPDX-License-Identifier: MIT */
/*
 * What the kernel's generic socket layer does with the arguments of a data call before any protocol
 * sees them: sizes judged, vectors and headers copied once.
 *
 * The caller's memory is reached through struct door_memory only, since it may be another
 * process's. Everything here judges copies: what the caller changes meanwhile has no effect.
 */
#ifndef UALG_DOORS_COMMON_MESSAGE_H
#define UALG_DOORS_COMMON_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define DOOR_IOV_MAX     1024u       /* entries of a vector */
#define DOOR_SIZE_MAX    0x7ffff000u /* bytes of one call; more is cut */
#define DOOR_CONTROL_MAX 20479u      /* bytes of control data (M-17, optmem_max of 6.1) */

/* Copies from the caller's memory.  0 or -EFAULT. */
struct door_memory {
	int (*copy)(struct door_memory *memory, void *to, const void *from, size_t size);
};

/* Whether size bytes at base can lie in a program's half of the address space at all. */
static inline bool door_range_valid(const void *base, size_t size)
{
#if defined(__x86_64__)
	const size_t top = (size_t)1 << 56;
#else
	const size_t top = (size_t)1 << 52;
#endif
	return (size_t)base <= top && size <= top - (size_t)base;
}

/*
 * Judges a vector that was copied, and cuts it at DOOR_SIZE_MAX.  Returns the bytes of all entries;
 * -EINVAL: a negative size; -EFAULT: an entry points beyond a program's memory.
 */
ssize_t door_message_judge_vector(struct iovec *vector, size_t count);

/* Copies a vector of count entries, at most DOOR_IOV_MAX, to out and judges it; also -EFAULT: it
 * cannot be read. */
ssize_t door_message_vector(struct door_memory *memory, const struct iovec *vector, size_t count,
			    struct iovec *out);

/*
 * Judges a header of sendmsg (sending) or recvmsg that was copied: its name and counts.  It has
 * msg_namelen 0 afterwards where there is no name, and a msg_iovlen of at most DOOR_IOV_MAX.
 * -EFAULT: the name cannot be read, in sending; -EINVAL: negative name length (H-17); -EMSGSIZE:
 * more than DOOR_IOV_MAX entries.
 */
int door_message_judge_header(struct door_memory *memory, struct msghdr *header, bool sending);

/* Copies a header to *out and judges it; also -EFAULT: it cannot be read. */
int door_message_header(struct door_memory *memory, const struct msghdr *header, bool sending,
			struct msghdr *out);

/*
 * Copies the control data of a header that door_message_header has passed to out, which has room
 * for DOOR_CONTROL_MAX bytes or msg_controllen, whichever is less.  Returns its size; -ENOBUFS:
 * more than DOOR_CONTROL_MAX; -EFAULT (M-17).
 */
ssize_t door_message_control(struct door_memory *memory, const struct msghdr *header, void *out);

/* The RWF_ flags of preadv2, pwritev2 and io_submit: 0, or -EOPNOTSUPP: some mean something (I-05).
 */
int door_message_vector_flags(int flags);

/*
 * Copies the address of bind and sendto to out, UALG_SOCKADDR_MAX bytes.  -EINVAL: size negative or
 * above UALG_SOCKADDR_MAX (B-02, H-17); -EFAULT.
 */
int door_message_address(struct door_memory *memory, const void *address, int size, void *out);

#endif
