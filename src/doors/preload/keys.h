/* SPDX-License-Identifier: MIT */
/* Keys by serial number, for this process: the preload door's end of the room keys/. */
#ifndef UALG_DOORS_PRELOAD_KEYS_H
#define UALG_DOORS_PRELOAD_KEYS_H

#include <stddef.h>
#include <stdint.h>

/* sock_host's key_lookup. */
int preload_key_lookup(int32_t serial, uint8_t **payload, size_t *size);

/*
 * add_key, request_key or keyctl: its result or a negative errno.  libkeyutils and others make
 * these by syscall(), since libc has no functions for them.
 */
long preload_keys_call(long number, const long arguments[5]);

#endif
