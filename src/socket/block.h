/* SPDX-License-Identifier: MIT */
/*
 * The block that sock_export writes and sock_import reads: a header and then fields in a fixed
 * order, numbers of 32 bits, and byte strings with their size before them.
 *
 *   magic, version, kind; for all but unbound sockets:
 *   has_key, algorithm's type, name, driver, key: set, authsize, bytes, known_answers,
 *     of a generator its state
 *   of an op socket what its kind has: see put_hash, put_cipher, put_rng in export.c
 */
#ifndef UALG_SOCKET_BLOCK_H
#define UALG_SOCKET_BLOCK_H

#define SOCK_BLOCK_MAGIC   0x47414155u /* "UAAG" */
#define SOCK_BLOCK_VERSION 2u

#endif
