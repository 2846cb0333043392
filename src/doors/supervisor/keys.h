/* SPDX-License-Identifier: MIT */
/* Keys by serial number (O-15): the supervisor door's end of the room keys/. */
#ifndef UALG_DOORS_SUPERVISOR_KEYS_H
#define UALG_DOORS_SUPERVISOR_KEYS_H

#include <stddef.h>
#include <stdint.h>

/* sock_host's key_lookup, for the call that is served. */
int supervisor_key_lookup(int32_t serial, uint8_t **payload, size_t *size);

#endif
