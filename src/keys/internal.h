/* SPDX-License-Identifier: MIT */
/* What the files of this room share; keys.h is for the others. */
#ifndef UALG_KEYS_INTERNAL_H
#define UALG_KEYS_INTERNAL_H

#include "base/lock.h"
#include "keys/keys.h"

#define KEYS_TYPE_MAX        32u      /* bytes of a type's name with its NUL */
#define KEYS_DESCRIPTION_MAX 4096u    /* bytes of a description with its NUL */
#define KEYS_ARGUMENT_MAX    1048575u /* bytes of a payload before its type is asked */
#define KEYS_DEPTH_MAX       6u       /* keyrings below a keyring that are searched */

/* Held by whoever touches the store or the kept payloads. */
extern struct lock keys_lock;

/* ---- kernel.c: the one file that talks to the kernel ---- */

/* Payload and state of one of the kernel's keys; the lock is held.  As keys_payload. */
int keys_kernel_payload(const struct keys_host *host, int32_t serial, uint8_t **payload,
			size_t *size);
/*
 * Search permission and validity exactly as the kernel's own AF_ALG asks for them: 0; -ENOPROTOOPT:
 * it is a keyring; -ENOKEY, -EKEYREVOKED, -EKEYEXPIRED, -EACCES, -EINVAL.
 */
int keys_kernel_searchable(const struct keys_host *host, int32_t serial);

/* What the kernel tells of a key to all that may see it: 0, -ENOKEY, -EKEYREVOKED, -EACCES. */
struct keys_facts {
	char type[KEYS_TYPE_MAX];
	uint32_t uid, gid, permissions;
};
int keys_kernel_facts(const struct keys_host *host, int32_t serial, struct keys_facts *out);

/* The payload of a key that may be read: as keys_payload. */
int keys_kernel_read(const struct keys_host *host, int32_t serial, uint8_t **payload, size_t *size);

/* What /proc/keys tells of a key that may be seen. */
struct keys_listed {
	int32_t serial;
	bool expired;
	char type[KEYS_TYPE_MAX]; /* cut to 9 bytes */
	const char *text;         /* of user and logon keys: the description, ": ", the size */
};
/* Calls each until it returns true, which is returned. */
bool keys_kernel_list(bool (*each)(void *argument, const struct keys_listed *key), void *argument);

/* A process's parent and the moment of its beginning; false: it is gone. */
bool keys_kernel_origin(long process, long *parent, int64_t *start);
/* The moment that is now, on the clock of keys_kernel_origin: ticks of sysconf(_SC_CLK_TCK). */
int64_t keys_kernel_moment(void);
/* Whether this process has a session keyring, other than its user's that stands in for one. */
bool keys_kernel_has_session(const struct keys_host *host);

/* Whether the kernel's key is of type logon, as far as it may be seen. */
bool keys_kernel_is_logon(const struct keys_host *host, int32_t serial);
/* Whether the kernel has the key no more. */
bool keys_kernel_is_gone(const struct keys_host *host, int32_t serial);
/* Whether a thread of this process lives. */
bool keys_kernel_thread_lives(const struct keys_host *host, uint32_t thread);
uint32_t keys_kernel_uid(const struct keys_host *host);
uint32_t keys_kernel_gid(const struct keys_host *host);
/* 32 random bits that decide nothing but a number: unequal, not secret. */
uint32_t keys_kernel_random(const struct keys_host *host);

/* ---- possession.c: what programs of other processes possess; the lock is held ---- */

/* Where a program has put a key, and who it was. */
struct keys_place {
	long process;
	uint32_t thread, uid;
	int32_t ring;     /* as named */
	uint32_t session; /* of keys_session_for */
};

/* The caller is about to join a session. */
void keys_session_join(const struct keys_caller *caller);
/* The caller is about to link a key in a keyring, or to unlink it, both as named. */
void keys_session_link(const struct keys_caller *caller, int32_t key, int32_t ring, bool linked);
/* The number of the caller's session once it has put a key into a keyring; 0: the supervisor's. */
uint32_t keys_session_for(const struct keys_host *host, const struct keys_caller *caller,
			  int32_t ring);

/* Whether the caller possesses a key that was put to a place; NULL: it was not seen. */
bool keys_is_possessed(const struct keys_host *host, const struct keys_caller *caller,
		       const struct keys_place *place, int32_t serial);

/* keyrings(7): the owner's, the group's or the others' rights, and the possessor's beside them. */
bool keys_facts_grant(const struct keys_facts *facts, const struct keys_caller *caller,
		      bool possessed, unsigned right);

/* ---- logon.c: payloads of the kernel's logon keys; the lock is held ---- */

/* Keeps a payload, in the place of the one kept before; takes over the block, in any case. */
void keys_logon_keep(const struct keys_host *host, int32_t serial, uint8_t *payload, size_t size);
bool keys_logon_kept(int32_t serial);
void keys_logon_drop(int32_t serial);
/* 0 and a copy; -ENOPROTOOPT: none is kept; -ENOMEM. */
int keys_logon_copy(int32_t serial, uint8_t **payload, size_t *size);

/* ---- store.c: keys of our own ---- */

struct keys_type {
	const char *name;
	bool keyring;
	bool readable;
	bool updatable;
	bool prefixed;        /* the description has to begin with a word and a colon */
	uint32_t permissions; /* of a new key */
};

#define KEYS_WORDS ((KEYS_MAX + 63u) / 64u)

struct keys_key {
	int32_t serial; /* 0: the place is free */
	const struct keys_type *type;
	uint32_t uid, gid;
	uint32_t permissions;
	bool revoked;
	bool held;                    /* not found by linking: kept all the same */
	int64_t expiry;               /* 0: never */
	uint32_t thread;              /* whose thread keyring it is, or 0 */
	char *description;            /* secret memory, with its NUL */
	uint8_t *payload;             /* secret memory */
	size_t size;                  /* of payload */
	uint64_t members[KEYS_WORDS]; /* of a keyring: the places of its keys */
};

extern struct keys_key keys_store[KEYS_MAX];

/* Special keyrings that are there. */
extern struct keys_key *keys_of_process, *keys_of_session, *keys_of_user, *keys_of_user_session;

const struct keys_type *keys_type_find(const char *name);

/*
 * A new key that nothing holds yet: link or hold it before keys_store_collect.  Takes over payload,
 * in any case.  -EINVAL: the type refuses description or payload; -EDQUOT; -ENOMEM.
 */
int keys_store_new(const struct keys_host *host, const struct keys_type *type,
		   const char *description, uint8_t *payload, size_t size, struct keys_key **out);

/* Another payload.  Takes it over, in any case.  -EINVAL, -EDQUOT, -EOPNOTSUPP. */
int keys_store_update(struct keys_key *key, uint8_t *payload, size_t size);

struct keys_key *keys_store_find(int32_t serial);

/* Frees what no keyring and no process holds any more. */
void keys_store_collect(const struct keys_host *host);

/* Takes a key out of all keyrings and frees it. */
void keys_store_remove(const struct keys_host *host, struct keys_key *key);

bool keys_ring_has(const struct keys_key *ring, const struct keys_key *key);
void keys_ring_remove(struct keys_key *ring, const struct keys_key *key);
/* The member of a type and a description, or NULL. */
struct keys_key *keys_ring_find(const struct keys_key *ring, const struct keys_type *type,
				const char *description);
/*
 * Keyrings that a walk has met, each with the greatest weight: so that a walk through keyrings that
 * are linked in many ways looks at each at most once for each weight.  Begins as zeros.
 */
struct keys_walk {
	uint8_t weights[KEYS_MAX];
};

/* Whether a keyring is to be looked at: not if the walk was there with this weight (from 1) or
 * more. */
bool keys_walk_enter(struct keys_walk *walk, const struct keys_key *ring, unsigned weight);

/* Puts a key in, in the place of its namesake.  -EDEADLK: a cycle; -ELOOP: too deep. */
int keys_ring_add(struct keys_key *ring, struct keys_key *key);

/* ---- permission.c: who may do what with keys of our own ---- */

enum keys_permission {
	KEYS_VIEW = 0x01,
	KEYS_READ = 0x02,
	KEYS_WRITE = 0x04,
	KEYS_SEARCH = 0x08,
	KEYS_LINK = 0x10,
	KEYS_SETATTR = 0x20,
};

#define KEYS_PERMISSIONS_ALL 0x3f3f3f3fu

/* A key as a caller came to it. */
struct keys_reference {
	struct keys_key *key;
	bool possessed;
};

/* 0, -EKEYREVOKED or -EKEYEXPIRED. */
int keys_valid(const struct keys_host *host, const struct keys_key *key);

bool keys_granted(const struct keys_host *host, const struct keys_reference *reference,
		  enum keys_permission permission);

/*
 * The key of a serial or a special one (-1 thread, -2 process, -3 session, -4 user, -5 user
 * session).  create: special keyrings that are not there are made.  need: the permission asked for;
 * 0: neither that nor validity is looked at.
 * -EINVAL, -ENOKEY, -EKEYREVOKED, -EKEYEXPIRED, -EACCES; -EDQUOT, -ENOMEM where one is made.
 */
int keys_reach(const struct keys_host *host, int32_t serial, bool create, unsigned need,
	       struct keys_reference *out);

/* The same for a keyring: also -ENOTDIR. */
int keys_reach_ring(const struct keys_host *host, int32_t serial, bool create, unsigned need,
		    struct keys_reference *out);

/*
 * Looks a key up by type and description in a keyring and those below it: 0, -ENOKEY, or what kept
 * the one that was found from being used: -EACCES, -EKEYREVOKED, -EKEYEXPIRED.
 */
int keys_search(const struct keys_host *host, const struct keys_reference *ring,
		const struct keys_type *type, const char *description, struct keys_reference *out);

/* The same in the keyrings of thread, process and session: 0 or -ENOKEY. */
int keys_search_process(const struct keys_host *host, const struct keys_type *type,
			const char *description, struct keys_reference *out);

/* ---- own.c: the three calls on keys of our own ---- */
long keys_own_add(const struct keys_host *host, const long arguments[5]);
long keys_own_request(const struct keys_host *host, const long arguments[5]);
long keys_own_control(const struct keys_host *host, const long arguments[5]);
/* As keys_payload; the lock is held. */
int keys_own_payload(const struct keys_host *host, int32_t serial, uint8_t **payload, size_t *size);

/* ---- argument.c: what the three calls pass, copied once ---- */

/*
 * A string with room bytes: 0; -EFAULT; -EINVAL: longer.
 */
int keys_take_string(const struct keys_host *host, long from, char *to, size_t room);
/* A type's name: also -EINVAL: empty; -EPERM: begins with a dot, as only the kernel's own do. */
int keys_take_type(const struct keys_host *host, long from, char to[KEYS_TYPE_MAX]);
/* A payload into a block of secmem_alloc, the caller's: -EINVAL: too large; -EFAULT; -ENOMEM. */
int keys_take_payload(const struct keys_host *host, long from, size_t size, uint8_t **out);

#endif
