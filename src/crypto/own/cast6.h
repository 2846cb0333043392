/* SPDX-License-Identifier: MIT */
/* The tables of cast6. */
#ifndef UALG_CRYPTO_OWN_CAST6_H
#define UALG_CRYPTO_OWN_CAST6_H

#include <stdint.h>

extern const uint32_t cast6_box[4][256];

#endif
