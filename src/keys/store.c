/* SPDX-License-Identifier: MIT */
/*
 * Keys of our own: a table of places.  A keyring's members are bits, one a place.  What neither a
 * keyring that is held nor the process holds is freed at the end of each call that may drop it.
 */
#include <errno.h>
#include <string.h>

#include "base/secmem.h"
#include "keys/internal.h"

/* As add_key(2) and keyrings(7) have them; permissions of possessor and owner. */
static const struct keys_type types[] = {
    {.name = "keyring", .keyring = true, .readable = true, .permissions = 0x3f010000},
    {.name = "user", .readable = true, .updatable = true, .permissions = 0x3f010000},
    {.name = "logon", .updatable = true, .prefixed = true, .permissions = 0x3d010000},
};

struct keys_key keys_store[KEYS_MAX];
struct keys_key *keys_of_process, *keys_of_session, *keys_of_user, *keys_of_user_session;

const struct keys_type *keys_type_find(const char *name)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].name, name) == 0)
			return &types[i];
	return NULL;
}

struct keys_key *keys_store_find(int32_t serial)
{
	for (unsigned i = 0; i < KEYS_MAX; i++)
		if (keys_store[i].serial == serial)
			return &keys_store[i];
	return NULL;
}

static size_t bytes_in_use(void)
{
	size_t sum = 0;

	for (unsigned i = 0; i < KEYS_MAX; i++)
		if (keys_store[i].serial)
			sum += strlen(keys_store[i].description) + 1 + keys_store[i].size;
	return sum;
}

static bool payload_fits(const struct keys_type *type, size_t size)
{
	return type->keyring ? size == 0 : size > 0 && size <= KEYS_PAYLOAD_MAX;
}

static bool description_fits(const struct keys_type *type, const char *description)
{
	const char *colon = strchr(description, ':');

	return type->prefixed ? colon && colon > description : *description != '\0';
}

static int32_t new_serial(const struct keys_host *host)
{
	int32_t serial;

	do /* the kernel's begin at 3 too */
		serial = (int32_t)(keys_kernel_random(host) & INT32_MAX);
	while (serial < 3 || keys_store_find(serial));
	return serial;
}

/* Fills a free place: *payload is the place's then. */
static int fill(const struct keys_host *host, struct keys_key *key, const struct keys_type *type,
		const char *description, uint8_t *payload, size_t size)
{
	size_t length = strlen(description) + 1;
	char *copy;

	if (length + size > KEYS_BYTES_MAX - bytes_in_use())
		return -EDQUOT;
	copy = secmem_alloc(length);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, description, length);
	*key = (struct keys_key){
	    .type = type,
	    .uid = keys_kernel_uid(host),
	    .gid = keys_kernel_gid(host),
	    .permissions = type->permissions,
	    .description = copy,
	    .payload = payload,
	    .size = size,
	};
	key->serial = new_serial(host);
	return 0;
}

int keys_store_new(const struct keys_host *host, const struct keys_type *type,
		   const char *description, uint8_t *payload, size_t size, struct keys_key **out)
{
	struct keys_key *key = keys_store_find(0);
	int result = -EDQUOT;

	if (!payload_fits(type, size) || !description_fits(type, description))
		result = -EINVAL;
	else if (key)
		result = fill(host, key, type, description, payload, size);
	if (result < 0)
		secmem_free(payload, size);
	else
		*out = key;
	return result;
}

int keys_store_update(struct keys_key *key, uint8_t *payload, size_t size)
{
	int result = 0;

	if (!key->type->updatable)
		result = -EOPNOTSUPP;
	else if (!payload_fits(key->type, size))
		result = -EINVAL;
	else if (size > key->size && size - key->size > KEYS_BYTES_MAX - bytes_in_use())
		result = -EDQUOT;
	if (result < 0) {
		secmem_free(payload, size);
		return result;
	}
	secmem_free(key->payload, key->size);
	key->payload = payload;
	key->size = size;
	key->expiry = 0;
	return 0;
}

/* Places as bits. */

static unsigned place_of(const struct keys_key *key)
{
	return (unsigned)(key - keys_store);
}

static bool has_bit(const uint64_t *bits, unsigned place)
{
	return bits[place / 64] >> (place % 64) & 1;
}

static void set_bit(uint64_t *bits, unsigned place)
{
	bits[place / 64] |= (uint64_t)1 << (place % 64);
}

static void clear_bit(uint64_t *bits, unsigned place)
{
	bits[place / 64] &= ~((uint64_t)1 << (place % 64));
}

static void release(struct keys_key *key)
{
	for (unsigned i = 0; i < KEYS_MAX; i++)
		clear_bit(keys_store[i].members, place_of(key));
	secmem_free(key->description, strlen(key->description) + 1);
	secmem_free(key->payload, key->size);
	*key = (struct keys_key){0};
}

static bool is_root(const struct keys_host *host, const struct keys_key *key)
{
	if (key == keys_of_process || key == keys_of_session || key == keys_of_user ||
	    key == keys_of_user_session)
		return true;
	return key->held || (key->thread && keys_kernel_thread_lives(host, key->thread));
}

/* Marks the members of what is marked until nothing new is. */
static void mark_members(uint64_t *marks)
{
	bool changed;

	do {
		changed = false;
		for (unsigned i = 0; i < KEYS_MAX; i++) {
			if (!has_bit(marks, i))
				continue;
			for (unsigned word = 0; word < KEYS_WORDS; word++) {
				uint64_t both = marks[word] | keys_store[i].members[word];

				changed = changed || both != marks[word];
				marks[word] = both;
			}
		}
	} while (changed);
}

void keys_store_collect(const struct keys_host *host)
{
	uint64_t marks[KEYS_WORDS] = {0};

	for (unsigned i = 0; i < KEYS_MAX; i++)
		if (keys_store[i].serial && is_root(host, &keys_store[i]))
			set_bit(marks, i);
	mark_members(marks);
	for (unsigned i = 0; i < KEYS_MAX; i++)
		if (keys_store[i].serial && !has_bit(marks, i))
			release(&keys_store[i]);
}

void keys_store_remove(const struct keys_host *host, struct keys_key *key)
{
	struct keys_key **const specials[] = {&keys_of_process, &keys_of_session, &keys_of_user,
					      &keys_of_user_session};

	for (size_t i = 0; i < sizeof(specials) / sizeof(specials[0]); i++)
		if (*specials[i] == key)
			*specials[i] = NULL;
	release(key);
	keys_store_collect(host);
}

bool keys_ring_has(const struct keys_key *ring, const struct keys_key *key)
{
	return has_bit(ring->members, place_of(key));
}

void keys_ring_remove(struct keys_key *ring, const struct keys_key *key)
{
	clear_bit(ring->members, place_of(key));
}

struct keys_key *keys_ring_find(const struct keys_key *ring, const struct keys_type *type,
				const char *description)
{
	for (unsigned i = 0; i < KEYS_MAX; i++)
		if (has_bit(ring->members, i) && keys_store[i].type == type &&
		    strcmp(keys_store[i].description, description) == 0)
			return &keys_store[i];
	return NULL;
}

bool keys_walk_enter(struct keys_walk *walk, const struct keys_key *ring, unsigned weight)
{
	uint8_t *before = &walk->weights[place_of(ring)];

	if (*before >= weight)
		return false;
	*before = (uint8_t)weight;
	return true;
}

/* Whether ring may stand above key: no cycle, and not too deep below it. */
static int check_below(const struct keys_key *ring, const struct keys_key *key, unsigned depth,
		       struct keys_walk *walk)
{
	int result = 0;

	if (key == ring)
		return -EDEADLK;
	if (depth > KEYS_DEPTH_MAX)
		return -ELOOP;
	if (!keys_walk_enter(walk, key, depth + 1)) /* it was as deep before */
		return 0;
	for (unsigned i = 0; i < KEYS_MAX && result == 0; i++)
		if (has_bit(key->members, i) && keys_store[i].type->keyring)
			result = check_below(ring, &keys_store[i], depth + 1, walk);
	return result;
}

int keys_ring_add(struct keys_key *ring, struct keys_key *key)
{
	struct keys_walk walk = {{0}};
	int result = key->type->keyring ? check_below(ring, key, 0, &walk) : 0;
	const struct keys_key *namesake;

	if (result < 0)
		return result;
	namesake = keys_ring_find(ring, key->type, key->description);
	if (namesake)
		keys_ring_remove(ring, namesake);
	set_bit(ring->members, place_of(key));
	return 0;
}
