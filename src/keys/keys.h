/* SPDX-License-Identifier: MIT */
/*
 * Keys by serial number: what ALG_SET_KEY_BY_KEY_SERIAL takes (O-15), and the calls add_key(2),
 * request_key(2) and keyctl(2), by which programs make such keys.
 *
 * There are two sources, chosen once for a process:
 *
 * KEYS_KERNEL, where the kernel has keyrings.  Every call goes to it as it is, so serials,
 * permissions, expiry and quotas are its own.  Payloads of type `user` are read from it.  A `logon`
 * key is one that nobody can read back, so the payloads of those that this process adds or updates
 * are also kept here, by the kernel's serial.  They are wiped when the process revokes or
 * invalidates the key, and when a later call finds that the kernel has it no more.
 *
 * KEYS_OWN, where the kernel has none or a filter refuses the calls: keyrings of this process alone
 * answer in the kernel's stead, with types keyring, user and logon.  No serial of the kernel's can
 * be met by such a process.  After fork the child has copies that part.
 *
 * All functions are thread-safe.  What a program passes is reached through struct keys_host only.
 */
#ifndef UALG_KEYS_KEYS_H
#define UALG_KEYS_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEYS_MAX         200u   /* keys of our own, and payloads kept of the kernel's */
#define KEYS_BYTES_MAX   20000u /* of all descriptions and payloads of our own keys (EDQUOT) */
#define KEYS_PAYLOAD_MAX 32767u /* bytes of one payload */

enum keys_source { KEYS_KERNEL, KEYS_OWN };

struct keys_host {
	/* A system call that nobody interposes: its result, or a negative errno. */
	long (*system_call)(long number, long a, long b, long c, long d, long e);

	/* Copy from and to the program's memory: 0 or -EFAULT. */
	int (*copy_in)(void *to, const void *from, size_t size);
	int (*copy_out)(void *to, const void *from, size_t size);

	/* Seconds of a clock that does not go back. */
	int64_t (*now)(void);

	/* The thread that calls; NULL: the one that runs. */
	uint32_t (*thread)(void);
};

/*
 * Which source this machine calls for, by calls to the kernel that change nothing.  *error: 0 or
 * the positive errno by which the kernel refused.
 */
enum keys_source keys_source_probe(const struct keys_host *host, int *error);

/* Whether this process's source is KEYS_OWN: asked of the machine once. */
bool keys_are_own(const struct keys_host *host);

/*
 * The payload of a key, for ALG_SET_KEY_BY_KEY_SERIAL: 0, and *payload, a block of secmem_alloc of
 * *size bytes that is the caller's.  By O-15, in this order: -EINVAL: serial 0, or negative and
 * no special keyring's; -ENOKEY; -EKEYREVOKED; -EKEYEXPIRED; -EACCES: no search permission;
 * -ENOPROTOOPT: not of a type that gives a key; -ENOMEM.
 *
 * Narrower than the kernel, which sees what no program may read:
 * -ENOPROTOOPT also for `encrypted` and `trusted` keys, whose reading gives the sealed blob and not
 * the key, and for `logon` keys that another program added: as by a kernel built without them.
 * -EACCES also where the type cannot be seen (no view permission), or a `user` key not be read.
 */
int keys_payload(const struct keys_host *host, int32_t serial, uint8_t **payload, size_t *size);

/*
 * Makes add_key, request_key or keyctl: its result, or a negative errno as in their manual pages.
 * In keyrings of our own: -EOPNOTSUPP for operations of keyctl beyond those of own.c's table;
 * -EDQUOT beyond KEYS_MAX or KEYS_BYTES_MAX; -ENODEV for types beyond keyring, user and logon;
 * -EBUSY where a signal handler has interrupted such a call.
 */
long keys_call(const struct keys_host *host, long number, const long arguments[5]);

/*
 * For programs of other processes, whose calls the kernel makes: who sees their calls but not the
 * results, and has not what they possess.
 *
 * The kernel tells everybody of a key's owner, permissions and description, and nobody of a payload
 * but who possesses it.  So payloads are kept as a program adds or updates keys, and found by what
 * the kernel says of the serial when it is asked for.
 */
struct keys_caller {
	long process;
	uint32_t thread;
	uint32_t uid, gid; /* of its file accesses */
	const uint32_t *groups;
	unsigned group_count;
	bool same_user; /* as the process that asks: what this one possesses may be its as well */
};

/* The kernel is about to make add_key or keyctl for a caller; the host's copy_in reads its memory.
 */
void keys_watch(const struct keys_host *host, const struct keys_caller *caller, long number,
		const long arguments[5]);

/*
 * keys_payload of such a caller.  Narrower in the same ways, and: -EACCES where the caller's own
 * process and thread keyrings have a key that it did not add.  A process has the session keyring
 * that it or its nearest ancestor has joined, and else the supervisor's: also one that lost its
 * parent before its first call on keys.  Wider: what was put into a keyring by that one's serial is
 * taken to be possessed by all of the same user.
 */
int keys_payload_for(const struct keys_host *host, const struct keys_caller *caller, int32_t serial,
		     uint8_t **payload, size_t *size);

/* Fork: the lock of this room is taken before and freed after, in both. */
void keys_fork_prepare(void);
void keys_fork_parent(void);
void keys_fork_child(void);

#endif
