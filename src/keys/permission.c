/* SPDX-License-Identifier: MIT */
/*
 * Who may do what with keys of our own, by keyrings(7): a caller has the rights of the key's owner,
 * group or others, and those of a possessor where a search of its keyrings finds the key.
 */
#include <errno.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <string.h>

#include "keys/internal.h"

/* The group of keyrings that belong to a user and to no group. */
#define NO_GROUP 65534u

/* Permissions of a user's keyrings: its owner's as well as a possessor's; and of a session's. */
#define OF_USER    0x1f3f0000u
#define OF_SESSION 0x3f030000u

/* A keyring, and those below it. */
#define LEVELS (KEYS_DEPTH_MAX + 1u)

int keys_valid(const struct keys_host *host, const struct keys_key *key)
{
	if (key->revoked)
		return -EKEYREVOKED;
	return key->expiry && host->now() >= key->expiry ? -EKEYEXPIRED : 0;
}

bool keys_granted(const struct keys_host *host, const struct keys_reference *reference,
		  enum keys_permission permission)
{
	const struct keys_key *key = reference->key;
	uint32_t rights = key->permissions;

	if (key->uid == keys_kernel_uid(host))
		rights >>= 16;
	else if ((rights & 0x3f00) && key->gid == keys_kernel_gid(host))
		rights >>= 8;
	if (reference->possessed)
		rights |= key->permissions >> 24;
	return rights & permission;
}

/* Whether what lies in a keyring may be found by who possesses it. */
static bool open_to_search(const struct keys_host *host, struct keys_key *ring)
{
	const struct keys_reference reference = {ring, true};

	return keys_valid(host, ring) == 0 && keys_granted(host, &reference, KEYS_SEARCH);
}

/* levels: how many of keyrings may be looked at, this one among them. */
static bool finds(const struct keys_host *host, struct keys_key *ring, struct keys_key *wanted,
		  unsigned levels, struct keys_walk *walk)
{
	const struct keys_reference reference = {wanted, true};

	if (!keys_walk_enter(walk, ring, levels) || !open_to_search(host, ring))
		return false;
	if (keys_ring_has(ring, wanted))
		return keys_granted(host, &reference, KEYS_SEARCH);
	for (unsigned i = 0; i < KEYS_MAX && levels > 1; i++) {
		struct keys_key *member = &keys_store[i];

		if (member->serial && member->type->keyring && keys_ring_has(ring, member) &&
		    finds(host, member, wanted, levels - 1, walk))
			return true;
	}
	return false;
}

static uint32_t this_thread(const struct keys_host *host)
{
	return host->thread ? host->thread() : lock_self();
}

static struct keys_key *of_thread(const struct keys_host *host)
{
	for (unsigned i = 0; i < KEYS_MAX; i++)
		if (keys_store[i].serial && keys_store[i].thread == this_thread(host))
			return &keys_store[i];
	return NULL;
}

#define ROOTS 3u

/* Where possession begins. */
static void find_roots(const struct keys_host *host, struct keys_key *roots[ROOTS])
{
	roots[0] = of_thread(host);
	roots[1] = keys_of_process;
	roots[2] = keys_of_session ? keys_of_session : keys_of_user_session;
}

static bool possessed(const struct keys_host *host, struct keys_key *key)
{
	const struct keys_reference reference = {key, true};
	struct keys_walk walk = {{0}};
	struct keys_key *roots[ROOTS];

	find_roots(host, roots);
	for (unsigned i = 0; i < ROOTS; i++) {
		if (roots[i] == key)
			return keys_granted(host, &reference, KEYS_SEARCH);
		if (roots[i] && finds(host, roots[i], key, LEVELS, &walk))
			return true;
	}
	return false;
}

static int new_ring(const struct keys_host *host, const char *description, uint32_t permissions,
		    struct keys_key **out)
{
	int result = keys_store_new(host, keys_type_find("keyring"), description, NULL, 0, out);

	if (result < 0)
		return result;
	if (permissions)
		(*out)->permissions = permissions;
	if (permissions == OF_USER)
		(*out)->gid = NO_GROUP;
	return 0;
}

static int make_of_thread(const struct keys_host *host, struct keys_key **out)
{
	int result = new_ring(host, "_tid", 0, out);

	if (result == 0)
		(*out)->thread = this_thread(host);
	return result;
}

/* The user's keyring, and the session that stands in where none was joined, which has it. */
static int make_of_user(const struct keys_host *host)
{
	char description[32];
	int result = 0;

	if (!keys_of_user) {
		snprintf(description, sizeof(description), "_uid.%u", keys_kernel_uid(host));
		result = new_ring(host, description, OF_USER, &keys_of_user);
	}
	if (result < 0 || keys_of_user_session)
		return result;
	snprintf(description, sizeof(description), "_uid_ses.%u", keys_kernel_uid(host));
	result = new_ring(host, description, OF_USER, &keys_of_user_session);
	return result < 0 ? result : keys_ring_add(keys_of_user_session, keys_of_user);
}

/* Until something is put into it, a session is its user's. */
static int find_session(const struct keys_host *host, bool create, struct keys_key **out)
{
	int result = 0;

	if (!keys_of_session && create)
		result = new_ring(host, "_ses", OF_SESSION, &keys_of_session);
	else if (!keys_of_session)
		result = make_of_user(host);
	*out = keys_of_session ? keys_of_session : keys_of_user_session;
	return result;
}

static int find_special(const struct keys_host *host, int32_t serial, bool create,
			struct keys_key **out)
{
	int result = 0;

	switch (serial) {
	case KEY_SPEC_THREAD_KEYRING:
		*out = of_thread(host);
		return *out || !create ? 0 : make_of_thread(host, out);
	case KEY_SPEC_PROCESS_KEYRING:
		if (!keys_of_process && create)
			result = new_ring(host, "_pid", 0, &keys_of_process);
		*out = keys_of_process;
		return result;
	case KEY_SPEC_SESSION_KEYRING:
		return find_session(host, create, out);
	case KEY_SPEC_USER_SESSION_KEYRING:
	case KEY_SPEC_USER_KEYRING:
		result = make_of_user(host);
		*out = serial == KEY_SPEC_USER_KEYRING ? keys_of_user : keys_of_user_session;
		return result;
	case KEY_SPEC_REQKEY_AUTH_KEY:
	case KEY_SPEC_REQUESTOR_KEYRING:
		return -ENOKEY;
	default:
		return -EINVAL;
	}
}

static int find_key(const struct keys_host *host, int32_t serial, bool create,
		    struct keys_reference *out)
{
	int result = 0;

	*out = (struct keys_reference){.key = NULL};
	if (serial == 0)
		return -EINVAL;
	if (serial > 0) {
		out->key = keys_store_find(serial);
		out->possessed = out->key && possessed(host, out->key);
	} else {
		result = find_special(host, serial, create, &out->key);
		out->possessed = true;
	}
	return result == 0 && !out->key ? -ENOKEY : result;
}

int keys_reach(const struct keys_host *host, int32_t serial, bool create, unsigned need,
	       struct keys_reference *out)
{
	int result = find_key(host, serial, create, out);

	if (result < 0 || !need)
		return result;
	result = keys_valid(host, out->key);
	if (result < 0)
		return result;
	return keys_granted(host, out, need) ? 0 : -EACCES;
}

int keys_reach_ring(const struct keys_host *host, int32_t serial, bool create, unsigned need,
		    struct keys_reference *out)
{
	int result = keys_reach(host, serial, create, need, out);

	if (result < 0)
		return result;
	return out->key->type->keyring ? 0 : -ENOTDIR;
}

struct query {
	const struct keys_type *type;
	const char *description;
	struct keys_reference found;
	int error; /* why the last one that matched was not it */
	struct keys_walk walk;
};

static bool usable(const struct keys_host *host, struct query *query, struct keys_key *key,
		   bool as_possessor)
{
	const struct keys_reference reference = {key, as_possessor};
	int result = keys_valid(host, key);

	if (result == 0 && !keys_granted(host, &reference, KEYS_SEARCH))
		result = -EACCES;
	if (result == 0)
		query->found = reference;
	else
		query->error = result;
	return result == 0;
}

static bool search_ring(const struct keys_host *host, struct query *query,
			const struct keys_reference *ring, unsigned levels)
{
	struct keys_key *match;

	if (!keys_walk_enter(&query->walk, ring->key, levels))
		return false;
	match = keys_ring_find(ring->key, query->type, query->description);
	if (match && usable(host, query, match, ring->possessed))
		return true;
	for (unsigned i = 0; i < KEYS_MAX && levels > 1; i++) {
		const struct keys_reference member = {&keys_store[i], ring->possessed};

		if (member.key->serial && member.key->type->keyring &&
		    keys_ring_has(ring->key, member.key) && keys_valid(host, member.key) == 0 &&
		    keys_granted(host, &member, KEYS_SEARCH) &&
		    search_ring(host, query, &member, levels - 1))
			return true;
	}
	return false;
}

int keys_search(const struct keys_host *host, const struct keys_reference *ring,
		const struct keys_type *type, const char *description, struct keys_reference *out)
{
	struct query query = {.type = type, .description = description, .error = -ENOKEY};

	if (!search_ring(host, &query, ring, LEVELS))
		return query.error;
	*out = query.found;
	return 0;
}

int keys_search_process(const struct keys_host *host, const struct keys_type *type,
			const char *description, struct keys_reference *out)
{
	struct keys_key *roots[ROOTS];

	find_roots(host, roots);
	for (unsigned i = 0; i < ROOTS; i++) {
		const struct keys_reference root = {roots[i], true};

		if (roots[i] && open_to_search(host, roots[i]) &&
		    keys_search(host, &root, type, description, out) == 0)
			return 0;
	}
	return -ENOKEY; /* nobody is asked to make one */
}
