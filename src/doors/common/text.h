/* SPDX-License-Identifier: MIT */
/*
 * The texts of the files by which programs ask about the kernel's crypto, as the doors give them.
 *
 * All of this is system calls: no cancellation point.
 */
#ifndef UALG_DOORS_COMMON_TEXT_H
#define UALG_DOORS_COMMON_TEXT_H

#include <stdbool.h>

#define DOOR_TEXT_CATALOG "/proc/crypto" /* */
#define DOOR_TEXT_FIPS_ENABLED                                                                     \
	"/proc/sys/crypto/fips_enabled"           /* wherever the kernel has crypto                \
						   */
#define DOOR_TEXT_PROTOCOLS "/proc/net/protocols" /* S-20 */

/*
 * Writes a text to a file.  present: the kernel has a file of that path.  False: nothing is to be
 * given in its place, or it could not be written.
 */
bool door_text_fips_enabled(int file, bool present);
bool door_text_protocols(int file, bool present);

/* What is registered now: 0 or the negative errno of write. */
int door_text_catalog(int file);

#endif
