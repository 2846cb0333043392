/* SPDX-License-Identifier: MIT */
/* What anubis and khazad share: their substitution box, and the field, which is whirlpool's too. */
#ifndef UALG_CRYPTO_OWN_MINIBOX_H
#define UALG_CRYPTO_OWN_MINIBOX_H

#include <stdint.h>

/* The box, an involution; minibox_make fills it, any number of times. */
extern uint8_t minibox[256];

void minibox_make(void);

/* a * b modulo x^8 + x^4 + x^3 + x^2 + 1. */
uint8_t minibox_multiply(uint8_t a, uint8_t b);

#endif
