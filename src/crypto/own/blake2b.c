/* SPDX-License-Identifier: MIT */
/* blake2b-160, -256, -384 and -512: RFC 7693. */
#define BLAKE2(name) blake2b_##name
#define WORD         uint64_t
#define LOAD         bytes_load_le64
#define STORE        bytes_store_le64
#define ROTATE       bytes_rotr64
#define ROUNDS       12
#define R1           32
#define R2           24
#define R3           16
#define R4           63
#define MAX_OUT      64u
#define IV_0         0x6a09e667f3bcc908u
#define IV_1         0xbb67ae8584caa73bu
#define IV_2         0x3c6ef372fe94f82bu
#define IV_3         0xa54ff53a5f1d36f1u
#define IV_4         0x510e527fade682d1u
#define IV_5         0x9b05688c2b3e6c1fu
#define IV_6         0x1f83d9abfb41bd6bu
#define IV_7         0x5be0cd19137e2179u

#include "crypto/own/blake2.h"

static struct alg hashes[] = {HASH("blake2b", 160), HASH("blake2b", 256), HASH("blake2b", 384),
			      HASH("blake2b", 512)};

int blake2b_register(void)
{
	return own_register(hashes, sizeof(hashes) / sizeof(hashes[0]));
}
