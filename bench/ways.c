/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "way.h"
#include "ways.h"

uint8_t way_in[WAY_MAX_AAD + WAY_MAX_SIZE] __attribute__((aligned(4096)));
uint8_t way_out[WAY_MAX_AAD + WAY_MAX_SIZE + WAY_MAX_TAG] __attribute__((aligned(4096)));

/* Not a pattern that xts would refuse: its halves differ. */
const uint8_t way_key[64] = "a key for all: every algorithm takes as many bytes as it wants";
const uint8_t way_iv[16];

/* The first that has a job says what is right. */
const struct way *const ways[] = {
    &way_gcrypt,     &way_libcrypto,
#ifdef HAVE_NETTLE
    &way_nettle,
#endif
#ifdef HAVE_IPSEC_MB
    &way_ipsec_mb,
#endif
    &way_evp,        &way_engine,    &way_library, &way_preload,      &way_preload_splice,
    &way_supervisor, &way_kernel,    &way_floor,   &way_floor_splice,
};

const size_t way_count = sizeof(ways) / sizeof(ways[0]);

const struct way *way_find(const char *name)
{
	for (size_t i = 0; i < way_count; i++)
		if (strcmp(ways[i]->name, name) == 0)
			return ways[i];
	return NULL;
}
