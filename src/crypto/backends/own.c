/* SPDX-License-Identifier: MIT */
/* Algorithms of our own: those no library has in the shape that is needed here. */
#include "crypto/own/own.h"
#include "crypto/backends/backends.h"
#include "crypto/own/sha3.h"
#include "crypto/rng/rng.h"

/* Each registers what one file has. */
/* clang-format off */
static int (*const registrations[])(void) = {
    aegis128_register,
    anubis_register,
    arc4_register,
    aria_register,
    blake2b_register,
    blake2s_register,
    cast6_register,
    chacha_register,
    crc_register,
    fcrypt_register,
    ghash_register,
    khazad_register,
    michael_register,
    nhpoly1305_register,
    null_register,
    poly1305_register,
    rmd160_register,
    serpent_register,
    sha3_register,
    sm3_register,
    sm4_register,
    streebog_register,
    tea_register,
    twofish_register,
    whirlpool_register,
    xxhash64_register,
    rng_register,
};
/* clang-format on */

int backend_own_load(struct registry_backend *backend)
{
	backend->version = UALG_VERSION;
	for (size_t i = 0; i < sizeof(registrations) / sizeof(registrations[0]); i++) {
		int result = registrations[i]();

		if (result < 0)
			return result;
	}
	return 0;
}
