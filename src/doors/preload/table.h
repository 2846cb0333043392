/* SPDX-License-Identifier: MIT */
/*
 * Which alg socket stands behind a descriptor number: one flat table, so that a call on any other
 * descriptor costs a load and a comparison.  Pages that no alg socket uses take no memory.
 *
 * An entry is one reference to its struct sock.  Entries are read without a lock; who found one
 * locks the socket and looks again (type-stable memory: see socket/sock.h).
 */
#ifndef UALG_DOORS_PRELOAD_TABLE_H
#define UALG_DOORS_PRELOAD_TABLE_H

#include <stdatomic.h>
#include <stddef.h>

#include "socket/sock.h"

#define PRELOAD_TABLE_SIZE (1u << 20)

extern _Atomic(struct sock *) preload_table[PRELOAD_TABLE_SIZE];

/* The alg socket of a number, or NULL; for any int. */
static inline struct sock *preload_find(int number)
{
	if (__builtin_expect((unsigned)number >= PRELOAD_TABLE_SIZE, 0))
		return NULL;
	return atomic_load_explicit(&preload_table[number], memory_order_acquire);
}

/* Locks the alg socket of a number: NULL if there is none; -EBUSY in *error, and NULL, if this
 * thread has it locked (a signal handler). */
struct sock *preload_lock(int number, int *error);

/*
 * Puts a socket at a number that the kernel has given us, with the reference that the caller hands
 * over; what stood there before is dropped.  The socket must not be locked.  False: the number is
 * beyond the table, and the caller keeps the reference.
 */
bool preload_table_set(int number, struct sock *sock);

/* What stands at a number: a socket, or NULL, and the inode of its placeholder. */
struct preload_entry {
	struct sock *sock;
	uint64_t inode;
};

/*
 * Puts an entry at a number below PRELOAD_TABLE_SIZE and returns the one that stood there; the
 * references go along.
 */
struct preload_entry preload_table_swap(int number, struct preload_entry entry);

/*
 * Counts those who are about to put a placeholder at a number (dup2): delta is +1 before the entry
 * is made and -1 when the kernel has done its part.  Until then entry and descriptor may differ.
 */
void preload_table_move(int number, int delta);
bool preload_table_is_moving(int number);

/*
 * Empties the entry of a number and returns the socket, whose reference is the caller's now, or
 * NULL.  preload_drop gives the reference back.
 */
struct sock *preload_table_take(int number);

/* Empties the entry of a number where sock still stands there, and drops it; else false. */
bool preload_table_forget(int number, struct sock *sock);

/*
 * Gives a reference back.  In a signal handler that has interrupted a call on this very socket the
 * reference is put aside, for preload_drop_deferred.
 */
void preload_drop(struct sock *sock);

/* Drops what could not be dropped at its time; costs a load where there is nothing. */
void preload_drop_deferred(void);

/* The inode of the socket that a number names now; 0: it names none. */
uint64_t preload_inode_now(int number);

/* The inode of a number's placeholder when it was set; 0: not known. */
uint64_t preload_inode_noted(int number);

/*
 * Whether the state behind a number's entry may have parted from a copy of it in another process,
 * since there was a fork after it was set; preload_table_forked says so of all.
 */
bool preload_table_is_copied(int number);
void preload_table_forked(void);

/* All numbers ever used are below this. */
unsigned preload_table_top(void);

#endif
