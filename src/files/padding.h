/* SPDX-License-Identifier: MIT */
/* PKCS #7 padding (RFC 5652, 6.3). */
#ifndef UALG_FILES_PADDING_H
#define UALG_FILES_PADDING_H

#include <stddef.h>
#include <stdint.h>

/* Block sizes of all ciphers are far below. */
#define PADDING_MAX 64u

/* Pads to whole blocks, 1 to block bytes, which there is room for: the new size. */
size_t padding_add(uint8_t *data, size_t size, size_t block);

/* Takes padding off *size.  0; -EBADMSG: there is none. */
int padding_remove(const uint8_t *data, size_t *size, size_t block);

#endif
