/* SPDX-License-Identifier: MIT */
/* The text of /proc/crypto, for the front. */
#ifndef UALG_DOORS_PRELOAD_LISTING_H
#define UALG_DOORS_PRELOAD_LISTING_H

/*
 * Writes what is registered now to a file.  0; the negative errno of write; -EBUSY in
 * a vfork's child and inside of our own use of libraries.
 */
int preload_write_catalog(int file);

#endif
