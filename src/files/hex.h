/* SPDX-License-Identifier: MIT */
/* Bytes as hexadecimal digits. */
#ifndef UALG_FILES_HEX_H
#define UALG_FILES_HEX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Writes 2 * size lower-case digits and a terminator. */
void hex_write(char *out, const uint8_t *data, size_t size);

/*
 * Reads digits, of either case, two for a byte.  out may be text.  Returns the bytes written;
 * -EINVAL: another character or an odd number of digits; -ENOBUFS: more than room bytes.
 */
ssize_t hex_read(uint8_t *out, size_t room, const char *text, size_t size);

#endif
