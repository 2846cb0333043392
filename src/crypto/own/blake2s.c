/* SPDX-License-Identifier: MIT */
/* blake2s-128, -160, -224 and -256: RFC 7693. */
#define BLAKE2(name) blake2s_##name
#define WORD         uint32_t
#define LOAD         bytes_load_le32
#define STORE        bytes_store_le32
#define ROTATE       bytes_rotr32
#define ROUNDS       10
#define R1           16
#define R2           12
#define R3           8
#define R4           7
#define MAX_OUT      32u
#define IV_0         0x6a09e667u
#define IV_1         0xbb67ae85u
#define IV_2         0x3c6ef372u
#define IV_3         0xa54ff53au
#define IV_4         0x510e527fu
#define IV_5         0x9b05688cu
#define IV_6         0x1f83d9abu
#define IV_7         0x5be0cd19u

#include "crypto/own/blake2.h"

static struct alg hashes[] = {HASH("blake2s", 128), HASH("blake2s", 160), HASH("blake2s", 224),
			      HASH("blake2s", 256)};

int blake2s_register(void)
{
	return own_register(hashes, sizeof(hashes) / sizeof(hashes[0]));
}
