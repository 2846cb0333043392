/* SPDX-License-Identifier: MIT */
/*
 * What programs of other processes possess, as far as their calls tell: which session keyring a
 * process has, what is linked there, and where keys were put.  By session-keyring(7) a child has
 * its parent's session, through setuid and exec, until it joins another one.
 */
#include <errno.h>
#include <linux/keyctl.h>
#include <string.h>

#include "keys/internal.h"

#define JOINS_MAX     256u
#define ANCESTORS_MAX 64u

/* A process and the session that it has from a moment on; the oldest ones are forgotten. */
struct join {
	long process; /* 0: none */
	int64_t start, moment;
	uint32_t session;
	bool has_user_ring; /* the user's keyring is linked in the session */
};

static struct join joins[JOINS_MAX];
static unsigned next_join;
static uint32_t last_session;

static struct join *note_join(long process, int64_t start, int64_t moment, uint32_t session)
{
	struct join *join = &joins[next_join];

	next_join = (next_join + 1) % JOINS_MAX;
	*join = (struct join){process, start, moment, session, false};
	return join;
}

/* The last session that a process has joined up to a moment, or NULL. */
static struct join *joined_by(long process, int64_t start, int64_t moment)
{
	for (unsigned i = 1; i <= JOINS_MAX; i++) {
		struct join *join = &joins[(next_join + JOINS_MAX - i) % JOINS_MAX];

		if (join->process == process && join->start == start && join->moment <= moment)
			return join;
	}
	return NULL;
}

/*
 * A process's own or inherited session: NULL, that of the supervisor.  An inherited one is noted,
 * since ancestors end.
 */
static struct join *session_of(long process)
{
	int64_t moment = INT64_MAX, start, first_start = 0;
	long ancestor = process, parent;

	for (unsigned i = 0; i < ANCESTORS_MAX; i++) {
		struct join *join, inherited;

		if (!keys_kernel_origin(ancestor, &parent, &start))
			return NULL;
		if (i == 0)
			first_start = start;
		join = joined_by(ancestor, start, moment);
		if (join && i == 0)
			return join;
		if (join) {
			inherited = *join;
			join = note_join(process, first_start, first_start, inherited.session);
			join->has_user_ring = inherited.has_user_ring;
			return join;
		}
		moment = start;
		ancestor = parent;
	}
	return NULL;
}

void keys_session_join(const struct keys_caller *caller)
{
	int64_t start;
	long parent;

	if (keys_kernel_origin(caller->process, &parent, &start))
		(void)note_join(caller->process, start, keys_kernel_moment(), ++last_session);
}

/* Where a process has no session keyring, one is made for the first key that is put there. */
uint32_t keys_session_for(const struct keys_host *host, const struct keys_caller *caller,
			  int32_t ring)
{
	const struct join *join = session_of(caller->process);

	if (!join && ring == KEY_SPEC_SESSION_KEYRING && !keys_kernel_has_session(host)) {
		keys_session_join(caller);
		join = session_of(caller->process);
	}
	return join ? join->session : 0;
}

void keys_session_link(const struct keys_caller *caller, int32_t key, int32_t ring, bool linked)
{
	const struct join *join = session_of(caller->process);

	if (!join || ring != KEY_SPEC_SESSION_KEYRING ||
	    (key != KEY_SPEC_USER_KEYRING && key != KEY_SPEC_USER_SESSION_KEYRING))
		return;
	for (unsigned i = 0; i < JOINS_MAX; i++)
		if (joins[i].process && joins[i].session == join->session)
			joins[i].has_user_ring = linked;
}

/* ---- rights ---- */

static bool in_groups(const struct keys_caller *caller, uint32_t gid)
{
	for (unsigned i = 0; i < caller->group_count; i++)
		if (caller->groups[i] == gid)
			return true;
	return caller->gid == gid;
}

bool keys_facts_grant(const struct keys_facts *facts, const struct keys_caller *caller,
		      bool possessed, unsigned right)
{
	uint32_t rights = facts->permissions;

	if (caller->uid == facts->uid)
		rights >>= 16;
	else if (facts->permissions & 0x3f00 && in_groups(caller, facts->gid))
		rights >>= 8;
	if (possessed)
		rights |= facts->permissions >> 24;
	return rights & right;
}

/* Whether a keyring gives its keys to who possesses it. */
static bool is_open(const struct keys_host *host, int32_t ring)
{
	struct keys_facts facts;

	return keys_kernel_facts(host, ring, &facts) == 0 &&
	       (facts.permissions >> 24 | facts.permissions >> 16) & KEYS_SEARCH;
}

/* Whether the supervisor, whose session the caller has, finds a key in its keyrings. */
static bool is_found(const struct keys_host *host, int32_t serial)
{
	return keys_kernel_searchable(host, serial) != -EACCES;
}

bool keys_is_possessed(const struct keys_host *host, const struct keys_caller *caller,
		       const struct keys_place *place, int32_t serial)
{
	const struct join *join = session_of(caller->process);

	if (!place)
		return caller->same_user && (!join || join->has_user_ring) &&
		       is_found(host, serial);
	switch (place->ring) {
	case KEY_SPEC_THREAD_KEYRING:
		return place->thread == caller->thread;
	case KEY_SPEC_PROCESS_KEYRING:
		return place->process == caller->process;
	case KEY_SPEC_SESSION_KEYRING:
		return place->session == (join ? join->session : 0);
	case KEY_SPEC_USER_KEYRING:
	case KEY_SPEC_USER_SESSION_KEYRING:
		if (place->uid != caller->uid)
			return false;
		return join ? join->has_user_ring : !caller->same_user || is_found(host, serial);
	default:
		return place->uid == caller->uid && is_open(host, place->ring);
	}
}
