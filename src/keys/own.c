/* SPDX-License-Identifier: MIT */
/* add_key, request_key and keyctl on keys of our own; the operations of keyctl as a table. */
#include <errno.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <string.h>

#include "base/secmem.h"
#include "keys/internal.h"

#define ADMINISTRATOR 0u

/* What a call names a key by; a description may be as secret as a payload. */
struct names {
	char type[KEYS_TYPE_MAX];
	char description[KEYS_DESCRIPTION_MAX];
};

/* Makes a call with room for names on the stack, where they do not stay. */
static long with_names(const struct keys_host *host, const long *arguments,
		       long (*call)(const struct keys_host *, const long *, struct names *))
{
	struct names names = {.description = ""};
	long result = call(host, arguments, &names);

	secmem_wipe(&names, sizeof(names));
	return result;
}

static int take_names(const struct keys_host *host, long type, long description,
		      struct names *names)
{
	int result = keys_take_type(host, type, names->type);

	if (result < 0)
		return result;
	return keys_take_string(host, description, names->description, sizeof(names->description));
}

static int link_and_collect(const struct keys_host *host, struct keys_key *ring,
			    struct keys_key *key)
{
	int result = keys_ring_add(ring, key);

	keys_store_collect(host);
	return result;
}

/* A new key in a keyring, or a new payload of the one of this name; takes over the payload. */
static long add_to_ring(const struct keys_host *host, struct keys_reference *ring,
			const struct keys_type *type, const char *description, uint8_t *payload,
			size_t size)
{
	struct keys_reference key = {.possessed = ring->possessed};
	int32_t serial;
	int result;

	key.key = type->updatable ? keys_ring_find(ring->key, type, description) : NULL;
	if (key.key && !key.key->revoked) {
		if (!keys_granted(host, &key, KEYS_WRITE)) {
			secmem_free(payload, size);
			return -EACCES;
		}
		result = keys_store_update(key.key, payload, size);
		return result < 0 ? result : key.key->serial;
	}
	result = keys_store_new(host, type, description, payload, size, &key.key);
	if (result < 0)
		return result;
	serial = key.key->serial;
	result = link_and_collect(host, ring->key, key.key);
	return result < 0 ? result : serial;
}

/* With the names copied; takes over the payload. */
static long add(const struct keys_host *host, const char *type_name, const char *description,
		uint8_t *payload, size_t size, int32_t serial)
{
	const struct keys_type *type = keys_type_find(type_name);
	struct keys_reference ring;
	int result = keys_reach(host, serial, true, KEYS_WRITE, &ring);

	if (result == 0 && !type)
		result = -ENODEV;
	if (result == 0 && !ring.key->type->keyring)
		result = -ENOTDIR;
	if (result == 0)
		return add_to_ring(host, &ring, type, description, payload, size);
	secmem_free(payload, size);
	return result;
}

static long add_named(const struct keys_host *host, const long *arguments, struct names *names)
{
	size_t size = (size_t)arguments[3];
	uint8_t *payload;
	long result;

	if (size > KEYS_ARGUMENT_MAX)
		return -EINVAL;
	result = arguments[1] ? take_names(host, arguments[0], arguments[1], names)
			      : keys_take_type(host, arguments[0], names->type);
	if (result == 0 && names->description[0] == '.' && strcmp(names->type, "keyring") == 0)
		result = -EPERM;
	if (result == 0)
		result = keys_take_payload(host, arguments[2], size, &payload);
	if (result < 0)
		return result;
	if (!lock_acquire(&keys_lock)) {
		secmem_free(payload, size);
		return -EBUSY;
	}
	result = add(host, names->type, names->description, payload, size, (int32_t)arguments[4]);
	lock_release(&keys_lock);
	return result;
}

long keys_own_add(const struct keys_host *host, const long arguments[5])
{
	return with_names(host, arguments, add_named);
}

/* What a search finds goes to a keyring, where one is named, and its serial to the caller. */
static long deliver(const struct keys_host *host, const struct keys_reference *found,
		    const struct keys_reference *to)
{
	int32_t serial = found->key->serial;
	int result = 0;

	if (to->key) {
		if (!keys_granted(host, found, KEYS_LINK))
			return -EACCES;
		result = link_and_collect(host, to->key, found->key);
	}
	return result < 0 ? result : serial;
}

/* The keyring that a search delivers to; 0 is none. */
static int reach_target(const struct keys_host *host, long serial, struct keys_reference *out)
{
	*out = (struct keys_reference){.key = NULL};
	return serial ? keys_reach_ring(host, (int32_t)serial, true, KEYS_WRITE, out) : 0;
}

static long request(const struct keys_host *host, const char *type_name, const char *description,
		    long serial)
{
	const struct keys_type *type = keys_type_find(type_name);
	struct keys_reference to, found;
	int result = reach_target(host, serial, &to);

	if (result < 0)
		return result;
	if (!type)
		return -ENOKEY;
	result = keys_search_process(host, type, description, &found);
	return result < 0 ? result : deliver(host, &found, &to);
}

static long request_named(const struct keys_host *host, const long *arguments, struct names *names)
{
	long result = take_names(host, arguments[0], arguments[1], names);

	if (result < 0)
		return result;
	if (!lock_acquire(&keys_lock))
		return -EBUSY;
	result = request(host, names->type, names->description, arguments[3]);
	lock_release(&keys_lock);
	return result;
}

long keys_own_request(const struct keys_host *host, const long arguments[5])
{
	return with_names(host, arguments, request_named);
}

/* Operations: x are the arguments behind the operation's number; the lock is held. */

static long get_keyring_id(const struct keys_host *host, const long *x)
{
	struct keys_reference found;
	int result = keys_reach(host, (int32_t)x[0], x[1] != 0, KEYS_SEARCH, &found);

	return result < 0 ? result : found.key->serial;
}

static long update(const struct keys_host *host, const long *x)
{
	struct keys_reference found;
	uint8_t *payload;
	int result = keys_take_payload(host, x[1], (size_t)x[2], &payload);

	if (result < 0)
		return result;
	result = keys_reach(host, (int32_t)x[0], false, KEYS_WRITE, &found);
	if (result == 0)
		return keys_store_update(found.key, payload, (size_t)x[2]);
	secmem_free(payload, (size_t)x[2]);
	return result;
}

static long revoke(const struct keys_host *host, const long *x)
{
	struct keys_reference found;
	int result = keys_reach(host, (int32_t)x[0], false, KEYS_WRITE, &found);

	if (result == -EACCES)
		result = keys_reach(host, (int32_t)x[0], false, KEYS_SETATTR, &found);
	if (result < 0)
		return result;
	found.key->revoked = true;
	secmem_free(found.key->payload, found.key->size);
	found.key->payload = NULL;
	found.key->size = 0;
	memset(found.key->members, 0, sizeof(found.key->members));
	keys_store_collect(host);
	return 0;
}

static long setperm(const struct keys_host *host, const long *x)
{
	uint32_t permissions = (uint32_t)x[1];
	uint32_t uid = keys_kernel_uid(host);
	struct keys_reference found;
	int result;

	if (permissions & ~KEYS_PERMISSIONS_ALL)
		return -EINVAL;
	result = keys_reach(host, (int32_t)x[0], true, KEYS_SETATTR, &found);
	if (result < 0)
		return result;
	if (uid != found.key->uid && uid != ADMINISTRATOR)
		return -EACCES;
	found.key->permissions = permissions;
	return 0;
}

static long describe(const struct keys_host *host, const long *x)
{
	char text[KEYS_DESCRIPTION_MAX + 128];
	struct keys_reference found;
	long size;
	int result = keys_reach(host, (int32_t)x[0], false, KEYS_VIEW, &found);

	if (result < 0)
		return result;
	size =
	    snprintf(text, sizeof(text), "%s;%u;%u;%08x;%s", found.key->type->name, found.key->uid,
		     found.key->gid, found.key->permissions, found.key->description) +
	    1;
	if (x[1] && (size_t)x[2] >= (size_t)size &&
	    host->copy_out((void *)x[1], text, (size_t)size) < 0)
		size = -EFAULT;
	secmem_wipe(text, sizeof(text));
	return size;
}

static long clear(const struct keys_host *host, const long *x)
{
	struct keys_reference ring;
	int result = keys_reach_ring(host, (int32_t)x[0], true, KEYS_WRITE, &ring);

	if (result < 0)
		return result;
	memset(ring.key->members, 0, sizeof(ring.key->members));
	keys_store_collect(host);
	return 0;
}

static long link_key(const struct keys_host *host, const long *x)
{
	struct keys_reference ring, key;
	int result = keys_reach(host, (int32_t)x[1], true, KEYS_WRITE, &ring);

	if (result == 0)
		result = keys_reach(host, (int32_t)x[0], true, KEYS_LINK, &key);
	if (result == 0 && !ring.key->type->keyring)
		result = -ENOTDIR;
	return result < 0 ? result : link_and_collect(host, ring.key, key.key);
}

static long unlink_key(const struct keys_host *host, const long *x)
{
	struct keys_reference ring, key;
	int result = keys_reach(host, (int32_t)x[1], false, KEYS_WRITE, &ring);

	if (result == 0)
		result = keys_reach(host, (int32_t)x[0], false, 0, &key);
	if (result < 0)
		return result;
	if (!ring.key->type->keyring)
		return -ENOTDIR;
	if (!keys_ring_has(ring.key, key.key))
		return -ENOENT;
	keys_ring_remove(ring.key, key.key);
	keys_store_collect(host);
	return 0;
}

static long search_named(const struct keys_host *host, const long *x, struct names *names)
{
	const struct keys_type *type;
	struct keys_reference ring, to, found;
	int result = take_names(host, x[1], x[2], names);

	if (result == 0)
		result = keys_reach(host, (int32_t)x[0], false, KEYS_SEARCH, &ring);
	if (result == 0)
		result = reach_target(host, x[3], &to);
	if (result < 0)
		return result;
	type = keys_type_find(names->type);
	if (!type)
		return -ENOKEY;
	if (!ring.key->type->keyring)
		return -ENOTDIR;
	result = keys_search(host, &ring, type, names->description, &found);
	return result < 0 ? result : deliver(host, &found, &to);
}

static long search(const struct keys_host *host, const long *x)
{
	return with_names(host, x, search_named);
}

/* A keyring is read as its members' serials. */
static long read_ring(const struct keys_host *host, const struct keys_key *ring, long to,
		      size_t room)
{
	int32_t serials[KEYS_MAX];
	size_t count = 0;

	for (unsigned i = 0; i < KEYS_MAX; i++)
		if (keys_store[i].serial && keys_ring_has(ring, &keys_store[i]))
			serials[count++] = keys_store[i].serial;
	if (to && room >= count * sizeof(serials[0]) &&
	    host->copy_out((void *)to, serials, count * sizeof(serials[0])) < 0)
		return -EFAULT;
	return (long)(count * sizeof(serials[0]));
}

static long read_key(const struct keys_host *host, const long *x)
{
	struct keys_reference found;
	int result = keys_reach(host, (int32_t)x[0], false, 0, &found);

	if (result < 0)
		return -ENOKEY;
	if (!keys_granted(host, &found, KEYS_READ) && !found.possessed)
		return -EACCES;
	result = keys_valid(host, found.key);
	if (result < 0)
		return result;
	if (!found.key->type->readable)
		return -EOPNOTSUPP;
	if (found.key->type->keyring)
		return read_ring(host, found.key, x[1], (size_t)x[2]);
	if (x[1] && (size_t)x[2] >= found.key->size &&
	    host->copy_out((void *)x[1], found.key->payload, found.key->size) < 0)
		return -EFAULT;
	return (long)found.key->size;
}

static long set_timeout(const struct keys_host *host, const long *x)
{
	uint32_t seconds = (uint32_t)x[1];
	struct keys_reference found;
	int result = keys_reach(host, (int32_t)x[0], true, KEYS_SETATTR, &found);

	if (result < 0)
		return result;
	found.key->expiry = seconds ? host->now() + seconds : 0;
	return 0;
}

static long invalidate(const struct keys_host *host, const long *x)
{
	struct keys_reference found;
	int result = keys_reach(host, (int32_t)x[0], false, KEYS_SEARCH, &found);

	if (result == 0)
		keys_store_remove(host, found.key);
	return result;
}

static const struct {
	int operation;
	long (*make)(const struct keys_host *host, const long *x);
} operations[] = {
    {KEYCTL_GET_KEYRING_ID, get_keyring_id},
    {KEYCTL_UPDATE, update},
    {KEYCTL_REVOKE, revoke},
    {KEYCTL_SETPERM, setperm},
    {KEYCTL_DESCRIBE, describe},
    {KEYCTL_CLEAR, clear},
    {KEYCTL_LINK, link_key},
    {KEYCTL_UNLINK, unlink_key},
    {KEYCTL_SEARCH, search},
    {KEYCTL_READ, read_key},
    {KEYCTL_SET_TIMEOUT, set_timeout},
    {KEYCTL_INVALIDATE, invalidate},
};

long keys_own_control(const struct keys_host *host, const long arguments[5])
{
	long result = -EOPNOTSUPP;

	if (!lock_acquire(&keys_lock))
		return -EBUSY;
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		if (operations[i].operation == (int)arguments[0])
			result = operations[i].make(host, arguments + 1);
	lock_release(&keys_lock);
	return result;
}

int keys_own_payload(const struct keys_host *host, int32_t serial, uint8_t **payload, size_t *size)
{
	struct keys_reference found;
	int result = keys_reach(host, serial, false, KEYS_SEARCH, &found);

	if (result < 0)
		return result;
	if (found.key->type->keyring)
		return -ENOPROTOOPT;
	*payload = secmem_alloc(found.key->size);
	if (!*payload)
		return -ENOMEM;
	memcpy(*payload, found.key->payload, found.key->size);
	*size = found.key->size;
	return 0;
}
