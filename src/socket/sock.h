/* SPDX-License-Identifier: MIT */
/*
 * How AF_ALG behaves: the state machine, errno for errno as the kernel (docs/design/abi.md; rule
 * numbers in brackets).  Knows no descriptor, no process and no libc call: objects, buffers,
 * negative errnos.
 *
 * A socket is unbound, bound (a "parent": algorithm, key, tag size) or an op socket (made by accept
 * from a parent: one operation's state).  Which call does what in which state is one table,
 * sock_states[] in state.c.
 *
 * Locking: every function but those that say otherwise wants the socket's lock held (sock_lock).
 * An op socket's lock may be held when its parent's is taken, never the other way round.
 *
 * Memory: a struct sock comes from memory that is only ever used for struct sock, so a door may
 * lock a socket it found in a table and then check that the table still names it.
 */
#ifndef UALG_SOCKET_SOCK_H
#define UALG_SOCKET_SOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "base/lock.h"
#include "socket/host.h"

/* Message flags (the kernel's numbers) that mean something here. */
#define SOCK_MSG_TRUNC    0x20
#define SOCK_MSG_DONTWAIT 0x40
#define SOCK_MSG_MORE     0x8000

/* Returned by sock_send and sock_recv, never to a program: the call has to sleep (see there). */
#define SOCK_WAIT (-4096)

/* Readiness, in the numbers of poll(2) (P-01..P-04). */
#define SOCK_POLLIN  0x001u
#define SOCK_POLLOUT 0x004u

/* A data call in progress. */
struct sock_io {
	/* Set by the door. */
	const struct iovec *iov; /* the caller's memory */
	size_t iov_count;
	size_t size;         /* all of iov together; at most SSIZE_MAX */
	int flags;           /* MSG_ flags of the call; O_NONBLOCK counts as MSG_DONTWAIT */
	const void *control; /* control messages, in the door's own memory; NULL with size 0 */
	size_t control_size;
	/*
	 * Where a send's bytes come from if not from iov (splice, Z-01): writes the next ones, at
	 * most size, to `to` and returns how many, at least one; a negative errno: none taken.  It
	 * is asked for no more than will be kept, so that what a refused or short send leaves is
	 * still where it was.  Fewer than asked for: the data ends there.  Called with the lock
	 * held, so it must not sleep.  NULL: from iov.
	 */
	ssize_t (*pull)(struct sock_io *io, void *to, size_t size);
	/* A splice: each page is a send of its own, all but the last with more (Z-07). */
	bool paged;

	/* The engine's. */
	size_t done;     /* bytes so far, while the call sleeps */
	bool begun;      /* the call has slept before: what happens once has happened */
	int out_flags;   /* recv: msg_flags for the caller (H-07) */
	uint32_t ticket; /* with SOCK_WAIT: the value of the socket's sequence word to sleep on */
};

/*
 * socket(AF_ALG, type, protocol).  type without SOCK_CLOEXEC and SOCK_NONBLOCK, which are the
 * door's.  0 and *out, unlocked, with one reference; -EINVAL, -ESOCKTNOSUPPORT (S-01),
 * -EPROTONOSUPPORT (S-02), -ENOMEM.  Needs no lock.
 */
int sock_create(const struct sock_host *host, int type, int protocol, struct sock **out);

/* The checks of sock_create alone, for socketpair (S-05). */
int sock_create_check(int type, int protocol);

/* Every socket begins with its lock, so that to take and to give it need no call. */
struct sock_lock {
	struct lock lock;
};

/* False: this thread holds it already (a signal handler). */
static inline bool sock_lock(struct sock *sock)
{
	return lock_acquire(&((struct sock_lock *)sock)->lock);
}

/* False: somebody has it. */
static inline bool sock_lock_try(struct sock *sock)
{
	return lock_try(&((struct sock_lock *)sock)->lock);
}

static inline void sock_unlock(struct sock *sock)
{
	lock_release(&((struct sock_lock *)sock)->lock);
}

/* References: a descriptor number of a door is one, a sleeping call another.  Lock held. */
void sock_get(struct sock *sock);
/* Drops a reference and the lock with it; at the last one the socket ends. */
void sock_put_unlock(struct sock *sock);

/*
 * bind().  address: a copy of the caller's, size at most UALG_SOCKADDR_MAX (the door has checked
 * B-02's generic part).  0; -EINVAL (B-02, B-07), -ENOENT (B-05, N), -EBUSY (B-12), -EOPNOTSUPP
 * (B-14), -ENOMEM.
 */
int sock_bind(struct sock *sock, const void *address, size_t size);

/*
 * accept().  *out: a new socket, unlocked, with one reference.  -EINVAL: unbound;
 * -EOPNOTSUPP, -ENOKEY; -ENOMEM.
 */
int sock_accept(struct sock *sock, struct sock **out);

/*
 * setsockopt() at any level but SOL_SOCKET.  value: the caller's memory.  size: as given, may be
 * negative.  0; -EINVAL, -EBUSY, -ENOPROTOOPT, -EOPNOTSUPP, -EFAULT, -ENOSYS, -ENOMEM, -EACCES,
 * -EMSGSIZE, -ENOKEY, -EKEYREVOKED, -EKEYEXPIRED by the rules O.
 */
int sock_setsockopt(struct sock *sock, int level, int option, const void *value, int size);

/* SO_SNDBUF and SO_RCVBUF as getsockopt would show them, in bytes (S-15, C-10). */
void sock_set_buffers(struct sock *sock, unsigned sndbuf, unsigned rcvbuf);

/*
 * send, sendto, sendmsg, write, writev and splice into the socket.
 *
 * Returns bytes, a negative errno, or SOCK_WAIT.  After SOCK_WAIT the door keeps a reference,
 * unlocks, sleeps while sock_sequence() has io->ticket as its value, locks and calls again with the
 * same io; a signal ends it with sock_interrupt.  Other sends get -EBUSY meanwhile (C-27).
 * Errnos: -EOPNOTSUPP (S-11, R-04, Z-03), -ENOKEY (K-01), -EINVAL (M, C-07), -EAGAIN (C-10),
 * -EBUSY, -EFAULT, -EMSGSIZE, -ENOMEM; those of io->pull.
 */
ssize_t sock_send(struct sock *sock, struct sock_io *io);

/*
 * recv, recvfrom, recvmsg, read, readv.  As sock_send.
 * Errnos: -EOPNOTSUPP (S-12), -ENOKEY (K-01), -EINVAL (C-04, C-05, E-06, R-02), -EAGAIN (C-03),
 * -EBADMSG (E-03), -EOVERFLOW (E-15), -EFAULT, -ENOMEM.
 */
ssize_t sock_recv(struct sock *sock, struct sock_io *io);

/*
 * Data calls that are made together (I-01), each on a socket of its own, all of them locked: makes
 * those that are computed faster side by side, and sets done and result as sock_send or sock_recv
 * would have it.  The others are left to the caller, and may go first or last: no call sees another
 * one's socket.  May load a library.
 */
struct sock_call {
	struct sock *sock;
	struct sock_io *io; /* as for sock_send and sock_recv */
	ssize_t result;
	bool done;
};
void sock_batch(struct sock_call *calls, size_t count, bool receive);

/* Ends a sleeping call early: bytes done so far, or -EINTR (C-24). */
ssize_t sock_interrupt(struct sock *sock, struct sock_io *io);

/*
 * The word that changes whenever a sleeper should try again.  No lock needed to read it.
 */
_Atomic uint32_t *sock_sequence(struct sock *sock);

/*
 * Observers: sleeping calls and watched placeholders.  While there are none the engine tells
 * nobody of changes.  delta is +1 or -1.
 */
void sock_observe(struct sock *sock, int delta);

/* SOCK_POLLIN | SOCK_POLLOUT by the rules P. */
unsigned sock_poll(const struct sock *sock);

enum sock_kind {
	SOCK_UNBOUND,
	SOCK_BOUND,
	SOCK_OP_HASH,
	SOCK_OP_SKCIPHER,
	SOCK_OP_AEAD,
	SOCK_OP_RNG
};

enum sock_kind sock_kind(const struct sock *sock);

/* The parent of an op socket, which may have no descriptor left; NULL: it is none. */
struct sock *sock_parent(const struct sock *sock);

/*
 * Two places for the door, NULL at first: for what it knows of the socket, and for its record of
 * the socket's use (doors/common/record.h).
 */
void **sock_door_data(struct sock *sock);
void **sock_door_record(struct sock *sock);

/* The name that was bound, and the implementation chosen; NULL on an unbound socket. */
const char *sock_alg_name(const struct sock *sock);
const char *sock_alg_driver(const struct sock *sock);

/* What may be told of a socket's use, nothing secret.  The texts live as long as the socket. */
struct sock_facts {
	const char *type; /* as bound */
	const char *name;
	const char *driver;
	size_t key_size; /* bytes; 0: there is no key, or it is a generator */
	bool encrypt;    /* cipher: the operation of the message; nothing else has one */
};

/* The facts of a bound or op socket; false: it is unbound, or a signal handler came between. */
bool sock_facts(const struct sock *sock, struct sock_facts *out);

/*
 * Export and import: the whole state as bytes, an open message, queued data and keys included; the
 * block is secret.  Meant for two engines of one build on one machine: native byte order, and hash
 * states in the layout of the implementation, which is named in the block and checked.
 *
 * sock_export returns the size needed and writes nothing beyond room; call it with room 0 first.
 * -EBUSY: a send sleeps on it.  A recv that sleeps has no state in the socket: its call goes on
 * elsewhere from the bytes it has.
 *
 * sock_import makes a socket of a block that sock_export wrote.  parent: the imported parent of an
 * op socket (locked by this function); NULL for unbound and bound ones, or where the parent is
 * gone: a hidden one then comes from the block.  *out: unlocked, with one reference.  -EINVAL: no
 * such block, or none of this parent's; -ENOENT: the implementation is not here; -ENOMEM.  Hostile
 * blocks are refused, never trusted.
 */
ssize_t sock_export(struct sock *sock, void *block, size_t room);
int sock_import(const struct sock_host *host, struct sock *parent, const void *block, size_t size,
		struct sock **out);

/*
 * Fork: the child has copies.  Locks of this room are taken before and freed after, in both; in the
 * child sockets go on as copies and random generators seed themselves anew at their next use.
 * sock_fork_prepare takes what is not held by this thread; sock_fork_child resets all.
 */
void sock_fork_prepare(void);
void sock_fork_parent(void);
void sock_fork_child(void);

#endif
