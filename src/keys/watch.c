/* SPDX-License-Identifier: MIT */
/* Keys of programs in other processes: payloads that were seen to go to the kernel (keys.h). */
#include <errno.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/secmem.h"
#include "keys/internal.h"

/* Seconds in which the kernel has made a call. */
#define CALL_MAX 2

/* A key that a program has added, as far as it was seen. */
struct seen {
	struct keys_place place;
	int64_t since;
	int32_t serial;          /* 0: not known yet */
	bool changed;            /* its permissions were: it may be seen no more, but */
	struct keys_facts facts; /* this was set */
	bool revoked;            /* meanwhile */
	char type[KEYS_TYPE_MAX];
	char *description; /* secret memory, as the payload */
	uint8_t *payload;
	size_t size;
	struct seen *next; /* the one before it */
};

static struct seen *all;
static unsigned count;

static void forget(struct seen **link)
{
	struct seen *seen = *link;

	*link = seen->next;
	secmem_free(seen->payload, seen->size);
	secmem_free(seen->description, strlen(seen->description) + 1);
	free(seen);
	count--;
}

static void forget_serial(int32_t serial)
{
	struct seen **link = &all;

	while (*link && (*link)->serial != serial)
		link = &(*link)->next;
	if (*link)
		forget(link);
}

static struct seen **oldest(void)
{
	struct seen **link = &all;

	while (*link && (*link)->next)
		link = &(*link)->next;
	return link;
}

/* Another payload, a block that is taken over. */
static void replace(struct seen *seen, uint8_t *payload, size_t size)
{
	secmem_free(seen->payload, seen->size);
	seen->payload = payload;
	seen->size = size;
}

/* ---- which serial it got ---- */

static struct seen *by_serial(int32_t serial)
{
	struct seen *seen = all;

	while (seen && seen->serial != serial)
		seen = seen->next;
	return seen;
}

/* Whether the text of a list's line is a description with a size behind it. */
static bool describes(const char *text, const char *description)
{
	size_t size = strlen(description);

	return strncmp(text, description, size) == 0 && text[size] == ':' &&
	       text[size + 1] == ' ' &&
	       strspn(text + size + 2, "0123456789") == strlen(text + size + 2);
}

struct search {
	const struct seen *seen;
	unsigned found; /* of its name */
	unsigned fresh; /* of them, those of no known key */
	int32_t serial; /* of the last fresh one, or if there is none of the last one */
};

static bool consider(void *argument, const struct keys_listed *key)
{
	struct search *search = argument;
	bool fresh;

	if (strcmp(key->type, search->seen->type) != 0 ||
	    !describes(key->text, search->seen->description))
		return false;
	fresh = !by_serial(key->serial);
	if (fresh || search->fresh == 0)
		search->serial = key->serial;
	search->found++;
	search->fresh += fresh;
	return false;
}

/* Whether the kernel has surely made the call by now that was about to be made. */
static bool is_made(const struct keys_host *host, const struct keys_caller *caller,
		    const struct seen *seen)
{
	return seen->place.thread == caller->thread || host->now() - seen->since >= CALL_MAX;
}

/*
 * Gives a key its serial, where there is one of its name that is not known; or takes it for an
 * update, where there is only one at all.  Where there are more it waits for a program to name one.
 */
static void resolve(struct seen **link, bool made)
{
	struct seen *seen = *link, *known;
	struct search search = {.seen = seen};

	(void)keys_kernel_list(consider, &search);
	if (search.fresh == 1) {
		seen->serial = search.serial;
		return;
	}
	if (!made || search.fresh > 1)
		return;
	known = search.found == 1 ? by_serial(search.serial) : NULL;
	if (known) {
		replace(known, seen->payload, seen->size);
		seen->payload = NULL;
		seen->size = 0;
	}
	forget(link);
}

struct naming {
	const struct keys_caller *caller;
	int32_t serial;
	unsigned found;
	struct seen *seen;
};

static bool name(void *argument, const struct keys_listed *key)
{
	struct naming *naming = argument;

	if (key->serial != naming->serial)
		return false;
	for (struct seen *seen = all; seen; seen = seen->next) {
		if (seen->serial || seen->place.process != naming->caller->process ||
		    strcmp(seen->type, key->type) != 0 || !describes(key->text, seen->description))
			continue;
		naming->seen = seen;
		naming->found++;
	}
	return true;
}

/*
 * The process names a serial, which it has of its own call, where others have keys of the same
 * name.  If it added two itself there is no telling: another key's bytes would be worse than none.
 */
static void resolve_named(const struct keys_caller *caller, int32_t serial)
{
	struct naming naming = {.caller = caller, .serial = serial};

	if (!by_serial(serial) && keys_kernel_list(name, &naming) && naming.found == 1)
		naming.seen->serial = serial;
}

/* wanted: also those whose call may still be under way. */
static void resolve_all(const struct keys_host *host, const struct keys_caller *caller, bool wanted)
{
	struct seen **link = &all;

	while (*link) {
		struct seen *seen = *link;
		bool made = is_made(host, caller, seen);

		if (seen->serial == 0 && (made || wanted))
			resolve(link, made);
		if (*link == seen)
			link = &seen->next;
	}
}

/* ---- what a key says of itself ---- */

static bool possesses(const struct keys_host *host, const struct keys_caller *caller,
		      const struct seen *seen)
{
	return keys_is_possessed(host, caller, &seen->place, seen->serial);
}

/* The kernel's facts of a key, or if it may be seen no more, those that were set. */
static int facts_of(const struct keys_host *host, int32_t serial, const struct seen *seen,
		    struct keys_facts *out)
{
	int result = keys_kernel_facts(host, serial, out);

	if (result != -EACCES || !seen || !seen->changed)
		return result;
	*out = seen->facts;
	return seen->revoked ? -EKEYREVOKED : 0;
}

/* ---- calls ---- */

static bool is_same_place(const struct keys_place *a, const struct keys_place *b)
{
	return a->process == b->process && a->ring == b->ring &&
	       (a->ring != KEY_SPEC_SESSION_KEYRING || a->session == b->session);
}

static struct seen **find_added(const struct keys_place *place, const char *type,
				const char *description)
{
	struct seen **link = &all;

	while (*link &&
	       (!is_same_place(&(*link)->place, place) || strcmp((*link)->type, type) != 0 ||
		strcmp((*link)->description, description) != 0))
		link = &(*link)->next;
	return link;
}

/* Whether the kernel will let a caller change a key; false, and the key is forgotten: it is no more
 * and another one will take its name. */
static bool may_update(const struct keys_host *host, const struct keys_caller *caller,
		       struct seen **link, bool *gone)
{
	struct keys_facts facts;
	int result = facts_of(host, (*link)->serial, *link, &facts);

	*gone = result == -ENOKEY || result == -EKEYREVOKED;
	if (*gone)
		forget(link);
	return result == 0 &&
	       keys_facts_grant(&facts, caller, possesses(host, caller, *link), KEYS_WRITE);
}

/* Takes over the payload. */
static void note(const struct keys_host *host, const struct keys_place *place, const char *type,
		 const char *description, uint8_t *payload, size_t size)
{
	size_t length = strlen(description) + 1;
	struct seen *seen = calloc(1, sizeof(*seen));
	char *copy = seen ? secmem_alloc(length) : NULL;

	if (!copy) {
		secmem_free(payload, size);
		free(seen);
		return;
	}
	memcpy(copy, description, length);
	if (count >= KEYS_MAX)
		forget(oldest());
	seen->place = *place;
	seen->since = host->now();
	snprintf(seen->type, sizeof(seen->type), "%s", type);
	seen->description = copy;
	seen->payload = payload;
	seen->size = size;
	seen->next = all;
	all = seen;
	count++;
}

static void add_seen(const struct keys_host *host, const struct keys_caller *caller,
		     const char *type, const char *description, const long x[5])
{
	const struct keys_place place = {
	    .process = caller->process,
	    .thread = caller->thread,
	    .uid = caller->uid,
	    .ring = (int32_t)x[4],
	    .session = keys_session_for(host, caller, (int32_t)x[4]),
	};
	size_t size = (size_t)x[3];
	struct seen **link;
	uint8_t *payload;
	bool gone = false;

	if (keys_take_payload(host, x[2], size, &payload) < 0)
		return;
	resolve_all(host, caller, false);
	link = find_added(&place, type, description);
	if (*link && ((*link)->serial == 0 || may_update(host, caller, link, &gone)))
		replace(*link, payload, size);
	else if (!*link || gone)
		note(host, &place, type, description, payload, size);
	else
		secmem_free(payload, size);
}

static void watch_add(const struct keys_host *host, const struct keys_caller *caller,
		      const long x[5])
{
	char type[KEYS_TYPE_MAX], description[KEYS_DESCRIPTION_MAX];

	if (x[3] <= 0 || x[3] > (long)KEYS_PAYLOAD_MAX || keys_take_type(host, x[0], type) < 0 ||
	    (strcmp(type, "user") != 0 && strcmp(type, "logon") != 0))
		return;
	if (keys_take_string(host, x[1], description, sizeof(description)) == 0)
		add_seen(host, caller, type, description, x);
	secmem_wipe(description, sizeof(description));
}

static void watch_update(const struct keys_host *host, const struct keys_caller *caller,
			 struct seen **link, const long x[5])
{
	size_t size = (size_t)x[3];
	uint8_t *payload;
	bool gone;

	if (size > 0 && size <= KEYS_PAYLOAD_MAX && may_update(host, caller, link, &gone) &&
	    keys_take_payload(host, x[2], size, &payload) == 0)
		replace(*link, payload, size);
}

static void watch_permissions(const struct keys_host *host, const struct keys_caller *caller,
			      struct seen *seen, const long x[5])
{
	struct keys_facts facts;

	/* Its owner may change them, as far as they let it. */
	if (facts_of(host, seen->serial, seen, &facts) < 0 || facts.uid != caller->uid ||
	    !keys_facts_grant(&facts, caller, possesses(host, caller, seen), KEYS_SETATTR))
		return;
	seen->facts = facts;
	seen->facts.permissions = (uint32_t)x[2];
	seen->changed = true;
}

static void watch_end(const struct keys_host *host, const struct keys_caller *caller,
		      struct seen *seen)
{
	struct keys_facts facts;

	if (facts_of(host, seen->serial, seen, &facts) == 0 &&
	    keys_facts_grant(&facts, caller, possesses(host, caller, seen),
			     KEYS_WRITE | KEYS_SETATTR))
		seen->revoked = true;
}

static void watch_control(const struct keys_host *host, const struct keys_caller *caller,
			  const long x[5])
{
	struct seen **link = &all;
	int operation = (int)x[0];

	if (operation == KEYCTL_JOIN_SESSION_KEYRING)
		keys_session_join(caller);
	if (operation == KEYCTL_LINK || operation == KEYCTL_UNLINK)
		keys_session_link(caller, (int32_t)x[1], (int32_t)x[2], operation == KEYCTL_LINK);
	if (operation != KEYCTL_UPDATE && operation != KEYCTL_SETPERM &&
	    operation != KEYCTL_REVOKE && operation != KEYCTL_INVALIDATE)
		return;
	resolve_named(caller, (int32_t)x[1]);
	resolve_all(host, caller, false);
	while (*link && (*link)->serial != (int32_t)x[1])
		link = &(*link)->next;
	if (!*link)
		return;
	if (operation == KEYCTL_UPDATE)
		watch_update(host, caller, link, x);
	else if (operation == KEYCTL_SETPERM)
		watch_permissions(host, caller, *link, x);
	else
		watch_end(host, caller, *link);
}

void keys_watch(const struct keys_host *host, const struct keys_caller *caller, long number,
		const long arguments[5])
{
	if (!lock_acquire(&keys_lock))
		return;
	if (number == SYS_add_key)
		watch_add(host, caller, arguments);
	else if (number == SYS_keyctl)
		watch_control(host, caller, arguments);
	lock_release(&keys_lock);
}

/* ---- payloads ---- */

static bool is_expired(void *argument, const struct keys_listed *key)
{
	return key->serial == *(const int32_t *)argument && key->expired;
}

/* Special keyrings: none of them is a key.  The caller's own ones are there if it uses them. */
static int special(const struct keys_host *host, const struct keys_caller *caller, int32_t serial)
{
	int result;

	if (serial == KEY_SPEC_THREAD_KEYRING || serial == KEY_SPEC_PROCESS_KEYRING) {
		for (const struct seen *seen = all; seen; seen = seen->next)
			if (seen->place.process == caller->process && seen->place.ring == serial)
				return -ENOPROTOOPT;
		return -ENOKEY;
	}
	result = keys_kernel_searchable(host, serial);
	return result == 0 ? -ENOPROTOOPT : result;
}

static int copy_of(const struct seen *seen, uint8_t **payload, size_t *size)
{
	*payload = secmem_alloc(seen->size);
	if (!*payload)
		return -ENOMEM;
	memcpy(*payload, seen->payload, seen->size);
	*size = seen->size;
	return 0;
}

/* Whether the caller may use a key now: 0 or a negative errno of O-15. */
static int judge(const struct keys_host *host, const struct keys_caller *caller, int32_t serial,
		 const struct seen *seen, const struct keys_facts *facts)
{
	bool possessed = keys_is_possessed(host, caller, seen ? &seen->place : NULL, serial);
	int searchable = keys_kernel_searchable(host, serial);

	if (!keys_facts_grant(facts, caller, possessed, KEYS_SEARCH))
		return -EACCES;
	if (searchable != 0 && searchable != -EACCES)
		return searchable;
	return keys_kernel_list(is_expired, &serial) ? -EKEYEXPIRED : 0;
}

static int payload_of(const struct keys_host *host, const struct keys_caller *caller,
		      int32_t serial, uint8_t **payload, size_t *size)
{
	const struct seen *seen;
	struct keys_facts facts;
	bool user;
	int result;

	if (serial <= 0)
		return special(host, caller, serial);
	resolve_named(caller, serial);
	resolve_all(host, caller, true);
	seen = by_serial(serial);
	result = facts_of(host, serial, seen, &facts);
	if (result == -ENOKEY)
		forget_serial(serial);
	if (result < 0)
		return result;
	user = strcmp(facts.type, "user") == 0;
	/* Of other keys nothing is known but their owner. */
	if (!user && strcmp(facts.type, "logon") != 0 && facts.uid == caller->uid)
		return -ENOPROTOOPT;
	result = judge(host, caller, serial, seen, &facts);
	if (result < 0)
		return result;
	result = user ? keys_kernel_read(host, serial, payload, size) : -ENOPROTOOPT;
	return result < 0 && seen ? copy_of(seen, payload, size) : result;
}

int keys_payload_for(const struct keys_host *host, const struct keys_caller *caller, int32_t serial,
		     uint8_t **payload, size_t *size)
{
	int result;

	if (keys_are_own(host))
		return keys_payload(host, serial, payload, size);
	if (!lock_acquire(&keys_lock))
		return -EBUSY;
	result = payload_of(host, caller, serial, payload, size);
	lock_release(&keys_lock);
	return result;
}
