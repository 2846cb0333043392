/* SPDX-License-Identifier: MIT */
/*
 * Payloads of the kernel's logon keys that this process added: nobody can read them back, and the
 * engine needs them.  What the kernel has dropped is dropped here when room is needed.
 */
#include <errno.h>
#include <string.h>

#include "base/secmem.h"
#include "keys/internal.h"

struct kept {
	int32_t serial; /* 0: free */
	size_t size;
	uint8_t *payload;
};

static struct kept kept[KEYS_MAX];

/* The place of a serial; of serial 0 a free one. */
static struct kept *find(int32_t serial)
{
	for (unsigned i = 0; i < KEYS_MAX; i++)
		if (kept[i].serial == serial)
			return &kept[i];
	return NULL;
}

static void empty(struct kept *place)
{
	secmem_free(place->payload, place->size);
	*place = (struct kept){0};
}

static void drop_gone(const struct keys_host *host)
{
	for (unsigned i = 0; i < KEYS_MAX; i++)
		if (kept[i].serial && keys_kernel_is_gone(host, kept[i].serial))
			empty(&kept[i]);
}

void keys_logon_keep(const struct keys_host *host, int32_t serial, uint8_t *payload, size_t size)
{
	struct kept *place;

	keys_logon_drop(serial);
	drop_gone(host);
	place = find(0);
	if (!place) { /* the kernel has the key; here it will be of no use */
		secmem_free(payload, size);
		return;
	}
	*place = (struct kept){.serial = serial, .size = size, .payload = payload};
}

bool keys_logon_kept(int32_t serial)
{
	return serial > 0 && find(serial);
}

void keys_logon_drop(int32_t serial)
{
	struct kept *place = serial > 0 ? find(serial) : NULL;

	if (place)
		empty(place);
}

int keys_logon_copy(int32_t serial, uint8_t **payload, size_t *size)
{
	const struct kept *place = serial > 0 ? find(serial) : NULL;

	if (!place)
		return -ENOPROTOOPT;
	*payload = secmem_alloc(place->size);
	if (!*payload)
		return -ENOMEM;
	memcpy(*payload, place->payload, place->size);
	*size = place->size;
	return 0;
}
